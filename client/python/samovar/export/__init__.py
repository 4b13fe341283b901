"""Makes model folders: code and weights apart, checked against eager PyTorch before they appear.

The command is `python -m samovar.export`; from Python, fill an `Order` and call `export`.
docs/models.md describes what is written.
"""

from .errors import ExportError
from .order import MaskOptions, Order, TextOptions
from .pipeline import export

__all__ = ["ExportError", "MaskOptions", "Order", "TextOptions", "export"]
