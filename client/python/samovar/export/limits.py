"""What samovard accepts, so that an export is not refused only by the daemon (ipc/include/samovar/limits.hpp)."""

from collections.abc import Sequence

from .errors import ExportError
from .order import MaskOptions, TextOptions
from .tensors import TensorSpec

MOST_TENSORS = 15  # inputs, and outputs
MOST_AXES = 8
MOST_NAME_BYTES = 64
MOST_DESCRIPTION_BYTES = 160
LARGEST_MASK_SIDE = 8192  # pixels
MOST_LABELS = 1024
MOST_TOKENS = 8192  # of one text


def check_tensors(specs: Sequence[TensorSpec], what: str) -> None:
    """Raises ExportError if the inputs or outputs (`what`) are too many, too long in name or of too high a rank."""
    if len(specs) > MOST_TENSORS:
        raise ExportError(f"{len(specs)} {what}s; samovard takes at most {MOST_TENSORS}: stack some of them")
    for spec in specs:
        for name in (spec.name, *(size for size in spec.shape if isinstance(size, str))):
            if not 1 <= len(name.encode()) <= MOST_NAME_BYTES:
                raise ExportError(f"{what} {spec.name}: the name {name!r} has {len(name.encode())} bytes; "
                                  f"samovard takes 1 to {MOST_NAME_BYTES}")
        if len(spec.shape) > MOST_AXES:
            raise ExportError(f"{what} {spec.name} has {len(spec.shape)} axes; samovard takes at most {MOST_AXES}")
    names = [spec.name for spec in specs]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ExportError(f"two {what}s have the same name: {', '.join(sorted(twice))}")


def check_description(text: str) -> None:
    size = len(text.encode())
    if size > MOST_DESCRIPTION_BYTES or "\n" in text:
        raise ExportError(f"--description has {size} bytes; samovard takes one line of {MOST_DESCRIPTION_BYTES}")


def check_mask(mask: MaskOptions) -> None:
    """Raises ExportError for values of [mask] that samovard refuses."""
    if not all(1 <= side <= LARGEST_MASK_SIDE for side in mask.size):
        raise ExportError(f"--size {mask.size[0]},{mask.size[1]}: each side is 1 to {LARGEST_MASK_SIDE} pixels")
    if mask.std is not None and not all(value > 0 for value in mask.std):
        raise ExportError("--std needs three numbers above 0")
    if mask.range is not None and not mask.range[0] < mask.range[1]:
        raise ExportError(f"--range {mask.range[0]:g},{mask.range[1]:g}: needs LOW < HIGH")
    if mask.antialias and mask.interpolation == "nearest":
        raise ExportError("--antialias goes with --interpolation bilinear and bicubic only")


def check_text(text: TextOptions) -> None:
    """Raises ExportError for values of [text] that samovard refuses, and where there is no vocabulary."""
    if not text.vocabulary.is_file():
        raise ExportError(f"--vocabulary {text.vocabulary}: no such file")
    if not 2 <= text.max_length <= MOST_TOKENS:
        raise ExportError(f"--max-length {text.max_length}: samovard takes 2 to {MOST_TOKENS} tokens")
    labels = text.labels or ()
    if text.task == "classify-text" and not 1 <= len(labels) <= MOST_LABELS:
        raise ExportError(f"{len(labels)} labels; samovard takes 1 to {MOST_LABELS}")
    for label in labels:
        if not 1 <= len(label.encode()) <= MOST_NAME_BYTES:
            raise ExportError(f"the label {label!r} has {len(label.encode())} bytes; "
                              f"samovard takes 1 to {MOST_NAME_BYTES}")
    if twice := {label for label in labels if labels.count(label) > 1}:
        raise ExportError(f"two labels have the same name: {', '.join(sorted(twice))}")
