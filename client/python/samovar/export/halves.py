"""Networks of texts that compute in 16-bit floats, on devices that have them."""

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from .errors import ExportError

HALVES = {"fp16": torch.float16, "bf16": torch.bfloat16}
# Of float32's answer: bfloat16 has 8 bits before it rounds, float16 11.
TOLERANCE = {"fp16": 1e-2, "bf16": 5e-2}
# Which processors multiply in them; others convert each number to float32 and back.
CPU_FLAGS = {"fp16": {"avx512_fp16", "amx_fp16"}, "bf16": {"avx512_bf16", "amx_bf16"}}


def cpu_flags() -> set[str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return set(next((line.partition(":")[2] for line in lines if line.startswith("flags")), "").split())


def check_device(precision: str, device: str) -> None:
    """Raises ExportError where `device` has no such floats."""
    if device == "cpu":
        has = bool(CPU_FLAGS[precision] & cpu_flags())
    else:
        has = precision == "fp16" or torch.cuda.is_bf16_supported(including_emulation=False)
    if not has:
        raise ExportError(f"--precision {precision}: the {'processor' if device == 'cpu' else 'GPU'} here has no such "
                          "floats, and would be slower with them; leave it out, or export where they are")


def in_halves(network: nn.Module, precision: str) -> nn.Module:
    """A copy that computes so; what it takes are integers, and what it answers is float32 all the same."""
    half = copy.deepcopy(network).to(HALVES[precision])

    def widen(module: nn.Module, inputs: tuple, answer: Tensor) -> Tensor:
        return answer.to(torch.float32)

    half.register_forward_hook(widen)
    return half
