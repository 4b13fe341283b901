"""Decides what model.toml says of a network that was run at several sizes."""

import torch

from .check import Runs
from .errors import ExportError
from .limits import check_tensors
from .manifest import Code, Manifest
from .order import Order
from .outputs import find_outputs
from .plan import Plan


def describe(order: Order, plan: Plan, codes: list[Code], runs: Runs) -> Manifest:
    """The manifest; checks that a network of task `mask` has the one shape that the task knows."""
    outputs, output_dims = find_outputs(runs, plan, order.outputs)
    check_tensors(outputs, "output")
    base = {"name": order.model_name, "description": order.description, "codes": tuple(codes)}
    if order.mask is None:
        return Manifest(**base, inputs=plan.inputs, outputs=tuple(outputs), dims={**plan.dims, **output_dims})
    height, width = order.mask.size
    inputs_fit = [spec.dtype for spec in plan.inputs] == [torch.float32] and plan.inputs[0].shape[-3:] == (
        3, height, width)
    masks = [[size for size in spec.shape if size != 1] for spec in outputs]
    if not inputs_fit or masks != [[height, width]] or outputs[0].dtype != torch.float32:
        raise ExportError(f"task mask needs a network from float32 [1, 3, {height}, {width}] to one float32 mask "
                          f"[1, 1, {height}, {width}]; this one goes from {'; '.join(map(str, plan.inputs))} "
                          f"to {'; '.join(map(str, outputs))}")
    return Manifest(**base, mask=order.mask)
