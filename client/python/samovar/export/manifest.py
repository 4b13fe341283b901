"""Writes model.toml; docs/models.md is its contract."""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path

from .order import MaskOptions, TextOptions
from .tensors import DTYPE_NAMES, Dim, TensorSpec


@dataclass(frozen=True)
class Code:
    """One [[code]] entry."""

    file: str
    device: str | None = None  # None: samovard's default for the format
    weights: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What model.toml says. `mask` and `text` make other tasks than `tensor`; those declare no tensors.

    With `text`, `inputs` are the network's own, and `text_dims` is what an embedding has.
    """

    name: str
    codes: tuple[Code, ...]
    description: str = ""
    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    dims: dict[str, Dim] = field(default_factory=dict)
    mask: MaskOptions | None = None
    text: TextOptions | None = None
    text_dims: int | None = None
    extra: dict[str, str | int] = field(default_factory=dict)  # further top-level keys, such as max_run


def toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, str):
        # TOML's basic strings are JSON's, but for DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def table(heading: str, entries: dict[str, object]) -> list[str]:
    """Lines of one table; entries that are None are left to samovard's default."""
    lines = ["", heading] if heading else []
    return lines + [f"{key} = {toml_value(value)}" for key, value in entries.items() if value is not None]


def tensor_table(heading: str, spec: TensorSpec) -> list[str]:
    kind = None if spec.kind == "tensor" else spec.kind
    return table(heading, {"name": spec.name, "dtype": DTYPE_NAMES[spec.dtype], "shape": spec.shape, "kind": kind})


def task_of(manifest: Manifest) -> str:
    if manifest.text is not None:
        return manifest.text.task
    return "tensor" if manifest.mask is None else "mask"


def text_table(manifest: Manifest, text: TextOptions) -> list[str]:
    entries: dict[str, object] = {"tokenizer": text.tokenizer, "vocabulary": text.vocabulary.name}
    for f in fields(TextOptions):
        if f.name not in ("task", "tokenizer", "vocabulary"):
            entries[f.name] = getattr(text, f.name)
    entries["inputs"] = [spec.name for spec in manifest.inputs]
    entries["dims"] = manifest.text_dims
    return table("[text]", entries)


def render(manifest: Manifest) -> str:
    """The text of model.toml."""
    lines = table("", {
        "name": manifest.name,
        "description": manifest.description or None,
        "task": task_of(manifest),
        **manifest.extra,
    })
    for code in manifest.codes:
        lines += table("[[code]]", {"file": code.file, "device": code.device, "weights": code.weights})
    if manifest.mask is not None:
        lines += table("[mask]", {f.name: getattr(manifest.mask, f.name) for f in fields(MaskOptions)})
    elif manifest.text is not None:
        lines += text_table(manifest, manifest.text)
    else:
        for spec in manifest.inputs:
            lines += tensor_table("[[input]]", spec)
        for spec in manifest.outputs:
            lines += tensor_table("[[output]]", spec)
        if manifest.dims:
            lines += table("[dims]", {name: (dim.minimum, dim.maximum) for name, dim in manifest.dims.items()})
    return "\n".join(lines) + "\n"


def write_manifest(path: Path, manifest: Manifest) -> None:
    path.write_text(render(manifest), encoding="utf-8")
