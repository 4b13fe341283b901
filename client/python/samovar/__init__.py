"""Samovar for Python: `python -m samovar.export` makes model folders for samovard."""

__version__ = "0.1.0"
