"""Known networks whose weights come inside packages or folders: nothing is fetched here, the caller names them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..order import Order
from .minilm import export_minilm
from .selfie import export_selfie
from .transformers import export_transformers


@dataclass(frozen=True)
class Recipe:
    """`export` takes the order, what the option `takes` names, and changes to the recipe's [mask]."""

    takes: str  # "wheel" or "pretrained"
    export: Callable[[Order, Path, dict[str, Any]], Path]


RECIPES = {
    "minilm": Recipe("wheel", export_minilm),
    "selfie": Recipe("wheel", export_selfie),
    "transformers": Recipe("pretrained", export_transformers),
}
