"""From an eager network to a TorchScript program that holds its weights: goes to any device."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from .errors import ExportError


def first_lines(error: Exception, count: int = 3) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:count]) or type(error).__name__


def scripted(module: nn.Module, example: tuple[Tensor, ...], how: str) -> tuple[torch.jit.ScriptModule, str]:
    """The program and how it was made. A trace is only as general as its example: the check tries others."""
    if isinstance(module, torch.jit.ScriptModule):
        return module, "script"
    if how in ("auto", "script"):
        try:
            return torch.jit.script(module), "script"
        except Exception as error:  # noqa: BLE001 - the compiler raises many types
            if how == "script":
                raise ExportError(f"TorchScript cannot compile this module: {first_lines(error)} "
                                  "Try --torchscript trace, or --format pt2") from error
    try:
        return torch.jit.trace(module, example, check_trace=False), "trace"
    except Exception as error:  # noqa: BLE001
        raise ExportError(f"TorchScript can neither compile nor trace this module: {first_lines(error)} "
                          "Try --format pt2") from error


def load_torchscript(path: Path, device: str) -> torch.jit.ScriptModule:
    """A program in eval mode. PyTorch calls TorchScript deprecated at each step; it is what people have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.load(str(path), map_location=device).eval()


def write_torchscript(module: nn.Module, example: tuple[Tensor, ...], how: str, path: Path) -> str:
    """Writes the frozen program (weights as constants, batch norms folded); returns how it was made."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # "use torch.export instead": the other format does
        program, made = scripted(module, example, how)
        program = program.eval()
        try:
            program = torch.jit.freeze(program)
        except RuntimeError as error:
            raise ExportError(f"TorchScript cannot freeze this module: {first_lines(error)}") from error
        program.save(str(path))
    return made
