"""Compares an artefact with eager PyTorch, at the example's sizes and at others."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .errors import ExportError
from .plan import Plan

DEFAULT_TOLERANCE = {torch.float16: 1e-2, torch.bfloat16: 1e-2}
DEFAULT_TOLERANCE_FLOAT = 1e-4  # float32, float64: reordered sums stay well below, a wrong operator does not

Run = Callable[[tuple[Tensor, ...]], list[Tensor]]
Runs = list[tuple[dict[str, int], list[Tensor]]]
"""The outputs at each of several sizes."""


@dataclass(frozen=True)
class Difference:
    """The worst element of one output at one set of sizes.

    `error` is max |artefact - eager| / (1 + |eager|), infinite where one is not finite and the
    other differs; integers and booleans must be equal, so their `limit` is 0.
    """

    sizes: str
    output: int
    error: float
    limit: float

    @property
    def passes(self) -> bool:
        return self.error <= self.limit

    def __str__(self) -> str:
        verdict = "within" if self.passes else "BEYOND"
        where = f" at {self.sizes}" if self.sizes else ""
        return f"output {self.output}{where}: difference {self.error:.2g}, {verdict} {self.limit:.2g}"


def tolerance_for(dtype: torch.dtype, stated: float | None) -> float:
    if not dtype.is_floating_point:
        return 0.0
    return stated if stated is not None else DEFAULT_TOLERANCE.get(dtype, DEFAULT_TOLERANCE_FLOAT)


def worst_error(expected: Tensor, actual: Tensor) -> float:
    """See Difference.error. Equal infinities and NaN in the same place are no difference."""
    a, b = actual.cpu().double(), expected.cpu().double()
    same = (a == b) | (a.isnan() & b.isnan())
    error = ((a - b).abs() / (1 + b.abs())).masked_fill(same, 0.0)
    error = error.nan_to_num(nan=float("inf"), posinf=float("inf"))
    return float(error.max()) if error.numel() else 0.0


def compare(expected: list[Tensor], actual: list[Tensor], sizes: str, tolerance: float | None) -> list[Difference]:
    """One Difference per output; raises ExportError where number, dtype or shape differ."""

    def described(tensors: list[Tensor]) -> str:
        return "; ".join(f"{t.dtype} {list(t.shape)}" for t in tensors)

    alike = len(expected) == len(actual) and all(
        e.dtype == a.dtype and e.shape == a.shape for e, a in zip(expected, actual)
    )
    if not alike:
        raise ExportError(f"the artefact returns {described(actual)}, eager PyTorch {described(expected)}"
                          + (f" at {sizes}" if sizes else ""))
    return [
        Difference(sizes, i, worst_error(e, a), tolerance_for(e.dtype, tolerance))
        for i, (e, a) in enumerate(zip(expected, actual))
    ]


def run_reference(reference: Run, plan: Plan, device: str) -> Runs:
    """The reference's outputs at each of the plan's assignments of sizes."""
    results: Runs = []
    for sizes in plan.assignments():
        inputs = tuple(value.to(device) for value in plan.values(sizes))
        try:
            results.append((sizes, [t.detach() for t in reference(inputs)]))
        except ExportError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the model raises
            raise model_fails(sizes, error) from error
    return results


def model_fails(sizes: dict[str, int], error: Exception) -> ExportError:
    """What to tell where the eager model does not take inputs of these sizes."""
    text = str(error).strip().splitlines()
    # A named size that the model's parameters fix has no bounds, but a number.
    way_out = "as numbers in --input"
    if sizes:
        way_out = "as numbers in --input where they are fixed, with --dynamic NAME=MIN..MAX where they vary"
    return ExportError(f"the model itself fails at {words(sizes) or 'its example'}: "
                       f"{text[-1] if text else type(error).__name__}. "
                       f"State the sizes it takes, {way_out}, and real values with --example")


def words(sizes: dict[str, int]) -> str:
    return ", ".join(f"{name}={size}" for name, size in sizes.items())
