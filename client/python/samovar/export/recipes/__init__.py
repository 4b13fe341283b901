"""Known networks whose weights come inside packages: nothing is fetched here, the caller names the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..order import Order
from .selfie import export_selfie

RECIPES: dict[str, Callable[[Order, Path, dict[str, Any]], Path]] = {"selfie": export_selfie}
"""Name to what exports it: (order, package with the weights, changes to the recipe's [mask])."""
