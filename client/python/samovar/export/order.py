"""What the caller asked for, checked as far as it can be without touching a model."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ExportError
from .tensors import Dim, TensorSpec

MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")  # as in docs/models.md
CODES = {"pt": ("pt",), "pt2": ("pt2",), "both": ("pt2", "pt")}
"""--format to the codes written, in the order of model.toml: the first that fits is used."""


@dataclass(frozen=True)
class MaskOptions:
    """The [mask] table of model.toml; None leaves a key to samovard's default."""

    size: tuple[int, int]  # height, width of the network's input, in pixels
    interpolation: str | None = None
    antialias: bool | None = None
    scale: float | None = None
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    activation: str | None = None
    range: tuple[float, float] | None = None


@dataclass(frozen=True)
class TextOptions:
    """The [text] table of model.toml; None leaves a key to samovard's default."""

    task: str  # "classify-text" or "embed-text"
    vocabulary: Path  # the file that goes into the folder
    tokenizer: str  # "wordpiece" or "sentencepiece"
    max_length: int
    lower_case: bool | None = None
    strip_accents: bool | None = None
    space_chinese: bool | None = None
    rules: str | None = None
    vocabulary_size: int | None = None  # rows of the network's embedding
    labels: tuple[str, ...] | None = None
    activation: str | None = None
    pooling: str | None = None
    normalise: bool | None = None


@dataclass(frozen=True)
class Order:
    """One export. `spec` is MODULE:CALLABLE or a .pt or .pt2 file; see cli.py for each field's words."""

    spec: str
    folder: Path
    formats: tuple[str, ...] = ()  # empty: pt2, or what an existing file is
    device: str = "cpu"
    bake: bool = False
    force: bool = False
    tolerance: float | None = None
    simdlen: int | None = None
    precision: str | None = None  # "fp16" or "bf16": what a .pt2 of texts computes in
    torchscript: str = "auto"  # "script", "trace", or script first and trace where that fails
    example: str | None = None
    reference: str | None = None
    weights: Path | None = None
    inputs: tuple[TensorSpec, ...] = ()
    example_sizes: dict[str, int] = field(default_factory=dict)
    dims: dict[str, Dim] = field(default_factory=dict)
    axes: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    mask: MaskOptions | None = None
    text: TextOptions | None = None
    text_task: str | None = None  # of a recipe that makes its own [text]
    name: str | None = None
    description: str = ""
    seed: int = 0

    def check(self) -> None:
        """Raises ExportError where the order cannot be carried out whatever the model is."""
        if not MODEL_NAME.match(self.model_name):
            raise ExportError(f"{self.model_name!r} is no model name: 1 to 64 of a-z 0-9 . _ -, "
                              "the first a letter or digit; give one with --name")
        if self.folder.exists() and not self.force:
            raise ExportError(f"{self.folder} exists; choose another folder, or give --force to replace it")
        if self.folder.exists() and not (self.folder / "model.toml").is_file():
            raise ExportError(f"{self.folder} is not a model folder, so --force does not replace it")
        if self.tolerance is not None and not 0 < self.tolerance < 1:
            raise ExportError(f"--tolerance {self.tolerance:g}: needs a number between 0 and 1")

    @property
    def model_name(self) -> str:
        return self.name if self.name is not None else self.folder.name
