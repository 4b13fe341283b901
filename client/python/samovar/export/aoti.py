"""From an eager network to a .pt2 package: torch.export, then AOTInductor.

Weights go apart by default: the compiled library is then a few hundred kB, asks for its constants
by name, and several processes share one mapping of them.
"""

import logging
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .check import model_fails
from .errors import ExportError
from .plan import Plan
from .torchscript import first_lines


@dataclass(frozen=True)
class CompileOptions:
    """How AOTInductor compiles. `simdlen` in bits: 256 is AVX2, which nearly every x86-64 machine has."""

    device: str = "cpu"
    bake: bool = False
    simdlen: int | None = None

    def inductor(self) -> dict[str, Any]:
        """Inductor's own names for it."""
        configs: dict[str, Any] = {
            "aot_inductor.package": True,
            # Otherwise the number of threads of this machine is compiled in.
            "cpp.dynamic_threads": True,
            # torch.export lets sizes that vary begin at 2. Ours begin where model.toml says, and the
            # check runs the code there.
            "aot_inductor.check_lowerbound": False,
        }
        if self.simdlen is not None:
            configs["cpp.simdlen"] = self.simdlen
        if self.device != "cpu":
            # One library without loose kernel files, like on the CPU.
            configs["aot_inductor.embed_kernel_binary"] = True
        if self.bake:
            configs["freezing"] = True
        else:
            configs["aot_inductor.package_constants_in_so"] = False
            # Otherwise vectors of up to 8 elements become literals, and other weights no effect.
            configs["always_keep_tensor_constants"] = True
            # Only this makes Inductor hand over the values of constants that it made itself.
            configs["aot_inductor.package_constants_on_disk_format"] = "pickle_weights"
        return configs


def make_contiguous(module: nn.Module) -> None:
    """Gives each strided parameter and buffer a dense tensor of its own.

    The compiled code has the strides built in, and a safetensors file knows only dense ones.
    Tied tensors stay tied.
    """
    dense: dict[int, Tensor] = {}
    with torch.no_grad():
        for owner in module.modules():
            for table in (owner._parameters, owner._buffers):
                for name, tensor in table.items():
                    if tensor is None or (tensor.is_contiguous() and tensor.storage_offset() == 0):
                        continue
                    if id(tensor) not in dense:
                        copy = tensor.detach().clone(memory_format=torch.contiguous_format)
                        parameter = isinstance(tensor, nn.Parameter)
                        dense[id(tensor)] = nn.Parameter(copy, requires_grad=False) if parameter else copy
                    table[name] = dense[id(tensor)]


def export_program(module: nn.Module, plan: Plan, example: tuple[Tensor, ...]) -> torch.export.ExportedProgram:
    """torch.export with the plan's named sizes; raises ExportError with PyTorch's own explanation."""
    dims = {name: torch.export.Dim(name, min=dim.minimum, max=dim.maximum) for name, dim in plan.dims.items()}
    shapes = tuple(
        {axis: dims[size] for axis, size in enumerate(spec.shape) if isinstance(size, str)} for spec in plan.inputs
    )
    # It logs the whole trace of what it raises.
    logging.getLogger("torch._subclasses.fake_tensor").setLevel(logging.CRITICAL)
    first: Exception | None = None
    # What cannot be proved of all sizes beforehand (that 16 n is at most 64 n, say) is left to the
    # second try, and to our own check at several sizes.
    for deferred in (False, True):
        try:
            with torch.no_grad():
                return torch.export.export(module, example, dynamic_shapes=shapes if dims else None,
                                           prefer_deferred_runtime_asserts_over_guards=deferred)
        except Exception as error:  # noqa: BLE001 - export raises many types
            first = first or error
    assert first is not None
    check_runs(module, plan, example)
    raise ExportError(f"torch.export cannot take this module: {first_lines(first, 12)}") from first


def check_runs(module: nn.Module, plan: Plan, example: tuple[Tensor, ...]) -> None:
    """Raises ExportError where the module does not take its example: then it is not torch.export that fails."""
    try:
        with torch.no_grad():
            module(*example)
    except Exception as error:  # noqa: BLE001 - whatever the model raises
        raise model_fails(plan.sizes(), error) from error


def match_constants(runner: Any, weights: dict[str, Any]) -> dict[str, Tensor]:
    """Value for each original name that the compiled code asks for; `weights` is Inductor's own table."""
    by_internal = {re.sub(r"[^a-zA-Z0-9_]", "_", key): value for key, value in weights.items()}
    constants: dict[str, Tensor] = {}
    for internal, original in sorted(runner.get_constant_names_to_original_fqns().items()):
        entry = weights.get(original, by_internal.get(internal))
        if entry is None:
            raise ExportError(f"the compiled code asks for constant {original}, whose value AOTInductor keeps "
                              "to itself; use --bake")
        tensor = entry[0].detach()
        if not tensor.is_contiguous() or tensor.layout is not torch.strided:
            raise ExportError(f"constant {original} is not dense in memory; call .contiguous() on it in the "
                              "module, or use --bake")
        constants[original] = tensor.cpu()
    return constants


def runner_for(library: Path, device: str) -> Any:
    """AOTInductor's own runner over an unpacked library, as the worker uses it."""
    if device == "cpu":
        return torch._C._aoti.AOTIModelContainerRunnerCpu(str(library), 1)
    return torch._C._aoti.AOTIModelContainerRunnerCuda(str(library), 1, device, str(library.parent))


def write_package(module: nn.Module, plan: Plan, options: CompileOptions, path: Path) -> dict[str, Tensor]:
    """Writes the package to `path` (*.pt2) and returns the constants to store apart; none with `bake`."""
    from torch._inductor import aot_compile
    from torch._inductor.package import package_aoti

    example = tuple(value.to(options.device) for value in plan.example)
    make_contiguous(module)
    program = export_program(module, plan, example)
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # CPU code is one file: no pool of processes
    logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            files = aot_compile(program.module(), *program.example_inputs, options=options.inductor())
        except Exception as error:  # noqa: BLE001 - Inductor raises many types
            raise ExportError(f"AOTInductor cannot compile this module: {first_lines(error, 12)}") from error
        # The generated sources are of no use to the worker, and name folders of this machine.
        kept = [f for f in files if isinstance(f, str) and not f.endswith(".cpp")]
        package_aoti(str(path), kept)
    if options.bake:
        return {}
    tables = [f for f in files if not isinstance(f, str)]
    library = next(Path(f) for f in kept if f.endswith(".so"))
    return match_constants(runner_for(library, options.device), tables[0] if tables else {})
