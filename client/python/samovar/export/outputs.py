"""Finds the outputs' shapes, with named sizes, from what the model returned at several sizes."""

from .check import Runs
from .errors import ExportError
from .plan import Plan
from .tensors import Dim, Size, TensorSpec, dtype_name
from .words import count_of

UNRELATED = Dim(0, 2**31 - 1)
"""Bounds of a size that is no input's: what a network may return there is not known from a few runs."""


def output_names(count: int, stated: tuple[str, ...]) -> list[str]:
    if stated and len(stated) != count:
        raise ExportError(f"{len(stated)} --output, but the model returns {count_of(count, 'tensor')}")
    if stated:
        return list(stated)
    return ["output"] if count == 1 else [f"output{i}" for i in range(count)]


def size_of_axis(seen: list[int], assignments: list[dict[str, int]], plan: Plan, fresh: str) -> Size:
    """A number where all runs agree, an input's named size that it follows, else the fresh name."""
    if len(set(seen)) == 1:
        return seen[0]
    for name in plan.dims:
        if seen == [sizes[name] for sizes in assignments]:
            return name
    return fresh


def find_outputs(
    runs: Runs, plan: Plan, stated: tuple[str, ...]
) -> tuple[list[TensorSpec], dict[str, Dim]]:
    """The outputs, and the sizes named for them alone; raises ExportError if dtype or rank change."""
    assignments = [sizes for sizes, _ in runs]
    first = runs[0][1]
    specs: list[TensorSpec] = []
    dims: dict[str, Dim] = {}
    for i, name in enumerate(output_names(len(first), stated)):
        dtype_name(first[i].dtype, f"output {name}")
        if any(tensors[i].dim() != first[i].dim() or tensors[i].dtype != first[i].dtype for _, tensors in runs):
            raise ExportError(f"output {name} changes its rank or dtype with the input's size")
        shape = []
        for axis in range(first[i].dim()):
            fresh = f"{name}_{axis}"
            size = size_of_axis([tensors[i].shape[axis] for _, tensors in runs], assignments, plan, fresh)
            if size == fresh:
                dims[fresh] = UNRELATED
            shape.append(size)
        specs.append(TensorSpec(name, first[i].dtype, tuple(shape)))
    return specs, dims
