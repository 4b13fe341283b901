"""Decides what model.toml says of a network that was run at several sizes."""

import torch

from .check import Runs
from .errors import ExportError
from .limits import check_tensors
from .manifest import Code, Manifest
from .order import Order, TextOptions
from .outputs import find_outputs
from .plan import Plan
from .tensors import TensorSpec

TEXT_TENSORS = ("input_ids", "attention_mask", "token_type_ids")


def describe(order: Order, plan: Plan, codes: list[Code], runs: Runs) -> Manifest:
    """The manifest; checks that the network is one that the order's task can run."""
    outputs, output_dims = find_outputs(runs, plan, order.outputs)
    check_tensors(outputs, "output")
    base = {"name": order.model_name, "description": order.description, "codes": tuple(codes)}
    if order.text is not None:
        return describe_text(order.text, plan, outputs, base)
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


def describe_text(text: TextOptions, plan: Plan, outputs: list[TensorSpec], base: dict) -> Manifest:
    """A network from int64 [batch, length] to logits, token states or embeddings."""
    shapes = {spec.shape for spec in plan.inputs}
    names = [spec.name for spec in plan.inputs]
    batched = len(shapes) == 1 and all(isinstance(size, str) for size in next(iter(shapes)))
    inputs_fit = (batched and len(plan.inputs[0].shape) == 2 and "input_ids" in names and set(names) <= {*TEXT_TENSORS}
                  and all(spec.dtype == torch.int64 for spec in plan.inputs))
    wanted = output_of_text(text, plan.inputs[0].shape)
    last = outputs[0].shape[-1] if outputs[0].shape else None
    outputs_fit = (len(outputs) == 1 and outputs[0].dtype.is_floating_point and isinstance(last, int)
                   and outputs[0].shape == (*wanted[:-1], last) and wanted[-1] in (last, "dims"))
    if not (inputs_fit and outputs_fit):
        raise ExportError(f"task {text.task} needs a network from int64 [batch, length] ({', '.join(TEXT_TENSORS)}, "
                          f"or some of them) to one output [{', '.join(map(str, wanted))}]; this one goes from "
                          f"{'; '.join(map(str, plan.inputs))} to {'; '.join(map(str, outputs))}")
    dims = last if text.task == "embed-text" else None
    return Manifest(**base, inputs=plan.inputs, text=text, text_dims=dims)


def output_of_text(text: TextOptions, batch: tuple) -> tuple:
    """The shape that the one output has; "dims" where any size will do."""
    if text.task == "classify-text":
        return (batch[0], len(text.labels or ()))
    return (batch[0], "dims") if text.pooling == "none" else (*batch, "dims")
