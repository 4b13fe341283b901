"""Finds the model behind SPEC and brings it, with its example, into one form."""

import importlib
import inspect
import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .errors import ExportError
from .torchscript import load_torchscript

Forward = Callable[..., Any]


@dataclass
class Source:
    """A model before export.

    `module` is the eager network, None where only an artefact is known; `artefact` is an existing
    file that is taken as it is. `example` may be None: then --input must describe the inputs.
    `dynamic` and `bounds` are what the module itself says about sizes that vary.
    """

    module: nn.Module | None
    artefact: Path | None = None
    example: dict[str, Tensor] | None = None
    dynamic: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    bounds: dict[str, tuple[int, int]] = field(default_factory=dict)
    images: frozenset[str] = frozenset()

    @classmethod
    def of_module(cls, module: nn.Module) -> "Source":
        """A network with the attributes that it may carry: `example_inputs` (a tensor, tuple, dict by
        name, or a method that returns one), `dynamic_dims`, `dim_bounds` and `image_inputs` (names)."""
        example = getattr(module, "example_inputs", None)
        if callable(example):
            example = example()
        return cls(
            module.eval().requires_grad_(False),
            example=None if example is None else named_example(example, module, "example_inputs"),
            dynamic=dict(getattr(module, "dynamic_dims", {})),
            bounds=dict(getattr(module, "dim_bounds", {})),
            images=frozenset(getattr(module, "image_inputs", ())),
        )

    @property
    def artefact_format(self) -> str | None:
        return self.artefact.suffix[1:] if self.artefact else None


def call_named(text: str, option: str) -> Any:
    """The result of calling MODULE:CALLABLE without arguments, or the object itself if it is no callable.

    The current folder is searched first, as with `python -m`.
    """
    module_name, _, attribute = text.partition(":")
    if not module_name or not attribute:
        raise ExportError(f"{option} {text}: expected MODULE:CALLABLE, for example mypackage.nets:build")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise ExportError(f"{option} {text}: {error}") from error
    if isinstance(found, nn.Module) or not callable(found):
        return found
    try:
        return found()
    except Exception as error:  # noqa: BLE001 - whatever the caller's code raises
        raise ExportError(f"{option} {text} raised {type(error).__name__}: {error}") from error


def eager_module(text: str, option: str) -> nn.Module:
    """Builds the network, in eval mode, without gradients; raises ExportError if it is no nn.Module."""
    module = call_named(text, option)
    if not isinstance(module, nn.Module):
        raise ExportError(f"{option} {text} gave a {type(module).__name__}, not a torch.nn.Module")
    return module.eval().requires_grad_(False)


def forward_names(module: nn.Module) -> list[str]:
    """The names of forward's positional parameters; empty where they cannot be read."""
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.kind in kinds]


def named_example(value: Any, module: nn.Module | None, option: str) -> dict[str, Tensor]:
    """An example (tensor, tuple, list or dict by name) as a dict in forward's order."""
    if isinstance(value, Tensor):
        value = (value,)
    if not isinstance(value, dict):
        names = forward_names(module) if module is not None else []
        fallback = [f"input{i}" for i in range(len(value))]
        value = dict(zip(names if len(names) >= len(value) else fallback, value))
    wrong = [name for name, item in value.items() if not isinstance(item, Tensor)]
    if wrong or not value:
        raise ExportError(f"{option}: every input must be a tensor, and there must be one; "
                          f"not so: {', '.join(wrong) or 'no input at all'}")
    return value


def from_callable(spec: str) -> Source:
    """MODULE:CALLABLE, with what the module says about its inputs."""
    return Source.of_module(eager_module(spec, "SPEC"))


def from_exported(path: Path) -> Source:
    """A file of torch.export.save: the program is the eager reference, its example and sizes are kept."""
    program = torch.export.load(str(path))
    module = program.module()
    inputs = [n for n in program.graph.nodes if n.op == "placeholder"]
    inputs = [n for n in inputs if n.name in program.graph_signature.user_inputs]
    source = Source(module)
    if program.example_inputs is not None:
        values = program.example_inputs[0]
        source.example = {node.name: value for node, value in zip(inputs, values)}
    for node in inputs:
        sizes = [None if isinstance(s, int) else str(s) for s in node.meta["val"].shape]
        source.dynamic[node.name] = tuple(sizes)
    for symbol, bound in program.range_constraints.items():
        upper = int(bound.upper) if bound.upper.is_finite else 65536
        source.bounds[str(symbol)] = (max(1, int(bound.lower)), min(upper, 65536))
    return source


def from_file(path: Path) -> Source:
    if not path.is_file():
        raise ExportError(f"SPEC {path}: no such file")
    if not zipfile.is_zipfile(path):
        raise ExportError(f"SPEC {path}: neither TorchScript nor a .pt2 package (it is no zip archive)")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if path.suffix == ".pt2":
        compiled = any("/data/aotinductor/" in name for name in names)
        return Source(None, artefact=path) if compiled else from_exported(path)
    if not any(name.endswith("/constants.pkl") for name in names):
        raise ExportError(f"SPEC {path}: holds weights or a pickle, but no TorchScript program; "
                          "name the network that they belong to as MODULE:CALLABLE")
    return Source(load_torchscript(path, "cpu"), artefact=path)


def find_source(spec: str) -> Source:
    """Loads what SPEC names; raises ExportError where there is no such thing."""
    if spec.endswith((".pt", ".pt2")):
        return from_file(Path(spec))
    return from_callable(spec)
