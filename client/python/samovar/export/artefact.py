"""Runs written artefacts the way the worker does, for the check."""

import os
import shutil
import tempfile
import weakref
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from .aoti import runner_for
from .errors import ExportError
from .torchscript import load_torchscript
from .weights import map_weights


def flat_tensors(result: Any, what: str) -> list[Tensor]:
    """All tensors of a forward's result in order; raises ExportError for anything else inside."""
    flat = pytree.tree_leaves(result)
    for item in flat:
        if not isinstance(item, Tensor):
            raise ExportError(f"{what} returns a {type(item).__name__} among its outputs; samovard carries tensors")
    if not flat:
        raise ExportError(f"{what} returns no tensor")
    return flat


class TorchScriptArtefact:
    """A .pt file, loaded to `device`."""

    def __init__(self, path: Path, device: str):
        self._program = load_torchscript(path, device)

    def run(self, inputs: tuple[Tensor, ...]) -> list[Tensor]:
        with torch.inference_mode():
            result = self._program(*inputs)
        if not isinstance(result, Tensor) and not (
            isinstance(result, (tuple, list)) and all(isinstance(item, Tensor) for item in result)
        ):
            raise ExportError(f"forward returns a {type(result).__name__}; TorchScript must return a tensor, "
                              "or a tuple or list of tensors: wrap the module, or use --format pt2")
        return flat_tensors(result, "forward")


class PackageArtefact:
    """A .pt2 package, unpacked to a folder that lives as long as this object; weights mapped, if apart."""

    def __init__(self, path: Path, device: str, weights: Path | None):
        # Compiled code trusts its inputs' shapes and crashes on others, unless it is told to look.
        os.environ["AOTI_RUNTIME_CHECK_INPUTS"] = "1"
        folder = tempfile.mkdtemp(prefix="samovar-export-")
        weakref.finalize(self, shutil.rmtree, folder)  # when this object goes, or the process ends
        library = unpack_library(path, Path(folder))
        self._runner = runner_for(library, device)
        self._constants: dict[str, Tensor] = {}
        if weights is not None:
            self._take(map_weights(weights), device)

    def constant_names(self) -> dict[str, str]:
        """Internal to original name of each constant that the code asks for."""
        return self._runner.get_constant_names_to_original_fqns()

    def holds_constants(self) -> bool:
        """Whether the library brings its constants: then it names some that it can show."""
        names = self.constant_names()
        if not names or self._constants:
            return True
        return bool(self._runner.extract_constants_map(False))

    def _take(self, tensors: dict[str, Tensor], device: str) -> None:
        names = self.constant_names()
        missing = sorted(set(names.values()) - set(tensors))
        if missing:
            raise ExportError(f"the code asks for constants that the weights file lacks: {', '.join(missing)}")
        for internal, original in names.items():
            tensor = tensors[original].to(device)
            self._constants[internal] = self._constants[original] = tensor
        self._runner.update_constant_buffer(self._constants, False, True, True)

    def run(self, inputs: tuple[Tensor, ...]) -> list[Tensor]:
        with torch.inference_mode():
            return list(self._runner.run(list(inputs)))


def unpack_library(package: Path, folder: Path) -> Path:
    """Unpacks the model's files side by side; returns the one shared library."""
    with zipfile.ZipFile(package) as archive:
        members = [n for n in archive.namelist() if "/data/aotinductor/" in n and not n.endswith("/")]
        models = {n.split("/data/aotinductor/")[1].split("/")[0] for n in members}
        if len(models) != 1:
            raise ExportError(f"{package.name} holds {len(models)} models; samovard takes packages of one")
        for member in members:
            (folder / Path(member).name).write_bytes(archive.read(member))
    libraries = sorted(folder.glob("*.so"))
    if len(libraries) != 1:
        raise ExportError(f"{package.name} holds {len(libraries)} compiled libraries instead of one")
    return libraries[0]


Artefact = TorchScriptArtefact | PackageArtefact


def load_artefact(path: Path, device: str, weights: Path | None) -> Artefact:
    if path.suffix == ".pt":
        return TorchScriptArtefact(path, device)
    return PackageArtefact(path, device, weights)
