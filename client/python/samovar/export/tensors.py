"""What a model's inputs look like: names, dtypes, sizes that are fixed and sizes that vary."""

import re
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .errors import ExportError

DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name)
    for name in (
        "float32", "float64", "float16", "bfloat16",
        "int8", "uint8", "int16", "int32", "int64", "bool",
    )
}  # fmt: skip
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

Size = int | str
"""An element of a shape: a fixed size, or the name of one that varies."""


@dataclass(frozen=True)
class TensorSpec:
    """One input or output as model.toml states it. `kind` is "tensor" or, for inputs, "image"."""

    name: str
    dtype: torch.dtype
    shape: tuple[Size, ...]
    kind: str = "tensor"

    def __str__(self) -> str:
        sizes = ", ".join(str(size) for size in self.shape)
        return f"{self.name} {DTYPE_NAMES[self.dtype]} [{sizes}]"


@dataclass(frozen=True)
class Dim:
    """A named size: its bounds, and the size that it has in the example."""

    minimum: int = 1
    maximum: int = 65536  # samovard's default for a size without an entry in [dims]
    example: int = 0  # 0: not chosen yet

    def with_example(self, size: int) -> "Dim":
        return replace(self, example=size)


def dtype_name(dtype: torch.dtype, what: str) -> str:
    """The name in model.toml; raises ExportError for a dtype that samovard does not carry."""
    if dtype not in DTYPE_NAMES:
        known = " ".join(DTYPES)
        raise ExportError(f"{what} has dtype {dtype}, which samovard does not carry; it carries {known}")
    return DTYPE_NAMES[dtype]


def parse_input(text: str) -> tuple[TensorSpec, dict[str, int]]:
    """Reads NAME:DTYPE:SHAPE[:image]; returns the input and the example sizes of its named sizes.

    SHAPE is a comma-separated list of numbers, names, and NAME=NUMBER; empty for a scalar.
    """
    parts = text.split(":")
    if len(parts) not in (3, 4) or parts[3:] not in ([], ["image"]):
        raise ExportError(f"--input {text}: expected NAME:DTYPE:SHAPE or NAME:DTYPE:SHAPE:image, "
                          "for example photo:uint8:height=480,width=640,3:image")
    name, dtype, shape_text = parts[:3]
    if not IDENTIFIER.match(name):
        raise ExportError(f"--input {text}: {name!r} is not a name (letters, digits and _)")
    if dtype not in DTYPES:
        raise ExportError(f"--input {text}: unknown dtype {dtype!r}; one of {' '.join(DTYPES)}")
    shape: list[Size] = []
    examples: dict[str, int] = {}
    for item in filter(None, shape_text.split(",")):
        label, _, number = item.partition("=")
        if label.isdigit() and not number:
            shape.append(int(label))
        elif IDENTIFIER.match(label) and (number.isdigit() or "=" not in item):
            shape.append(label)
            if number and examples.setdefault(label, int(number)) != int(number):
                raise ExportError(f"--input {text}: {label} has two example sizes")
        else:
            raise ExportError(f"--input {text}: {item!r} is neither a size, a name nor NAME=SIZE")
    return TensorSpec(name, DTYPES[dtype], tuple(shape), "image" if parts[3:] else "tensor"), examples


def parse_dynamic(text: str) -> tuple[str, Dim, list[tuple[str, int]]]:
    """Reads NAME[@INPUT.AXIS,...]=MIN..MAX; returns the name, its bounds and the axes it stands for."""
    match = re.fullmatch(r"(\w+)(?:@([\w.,]+))?=(\d+)\.\.(\d+)", text)
    if not match or not IDENTIFIER.match(match[1]):
        raise ExportError(f"--dynamic {text}: expected NAME=MIN..MAX or NAME@INPUT.AXIS,...=MIN..MAX, "
                          "for example batch=1..64 or batch@x.0,y.0=1..64")
    minimum, maximum = int(match[3]), int(match[4])
    if not 1 <= minimum < maximum:
        raise ExportError(f"--dynamic {text}: needs 1 <= MIN < MAX; give a fixed size as a number in --input")
    axes = []
    for place in filter(None, (match[2] or "").split(",")):
        name, _, axis = place.rpartition(".")
        if not name or not axis.isdigit():
            raise ExportError(f"--dynamic {text}: {place!r} is not INPUT.AXIS")
        axes.append((name, int(axis)))
    return match[1], Dim(minimum, maximum), axes


def example_tensor(spec: TensorSpec, sizes: dict[str, int], generator: torch.Generator) -> Tensor:
    """A tensor of random values for `spec`: floats in [0, 1), uint8 in 0..255, other integers 0 or 1.

    0 and 1 are valid indices into nearly any table; real values come from --example.
    """
    shape = [size if isinstance(size, int) else sizes[size] for size in spec.shape]
    if spec.dtype.is_floating_point:
        return torch.rand(shape, generator=generator).to(spec.dtype)
    top = 256 if spec.dtype is torch.uint8 else 2
    return torch.randint(0, top, shape, generator=generator).to(spec.dtype)
