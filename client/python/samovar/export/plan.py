"""Settles the inputs of an export: from --input, --example or the module, with the sizes that vary."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .errors import ExportError
from .limits import check_tensors
from .order import Order
from .source import Source, call_named, named_example
from .tensors import Dim, TensorSpec, dtype_name, example_tensor
from .words import count_of


@dataclass(frozen=True)
class Plan:
    """The inputs, their named sizes (each with an example), and values for the example."""

    inputs: tuple[TensorSpec, ...]
    dims: dict[str, Dim]
    example: tuple[Tensor, ...]
    seed: int = 0

    def sizes(self) -> dict[str, int]:
        return {name: dim.example for name, dim in self.dims.items()}

    def values(self, sizes: dict[str, int]) -> tuple[Tensor, ...]:
        """Inputs at the given sizes: cut from, or repeated out of, the example, so that they stay valid."""
        return tuple(
            fit(value, [s if isinstance(s, int) else sizes[s] for s in spec.shape])
            for spec, value in zip(self.inputs, self.example)
        )

    def assignments(self) -> list[dict[str, int]]:
        """Sizes to try: the example's, all at their minimum, and each differently larger."""
        if not self.dims:
            return [{}]
        larger = {
            name: min(dim.maximum, 2 * dim.example + 1 + i)
            for i, (name, dim) in enumerate(self.dims.items())
        }
        smallest = {name: dim.minimum for name, dim in self.dims.items()}
        tried = [self.sizes(), smallest, larger]
        return [sizes for i, sizes in enumerate(tried) if sizes not in tried[:i]]


def fit(value: Tensor, shape: list[int]) -> Tensor:
    """`value` with every axis cut or repeated to `shape`."""
    for axis, size in enumerate(shape):
        if value.shape[axis] < size:
            repeats = [1] * value.dim()
            repeats[axis] = -(-size // value.shape[axis])
            value = value.repeat(repeats)
        value = value.narrow(axis, 0, size)
    return value.contiguous()


def described_inputs(order: Order, source: Source) -> tuple[tuple[TensorSpec, ...], dict[str, Tensor] | None]:
    """The inputs as stated, and the example if there is one; its shapes become the fixed sizes."""
    example = source.example
    if order.example is not None:
        example = named_example(call_named(order.example, "--example"), source.module, "--example")
    if order.inputs:
        if example is not None and len(example) != len(order.inputs):
            raise ExportError(f"{len(order.inputs)} --input, but the example has {count_of(len(example), 'tensor')}: "
                              f"{', '.join(example)}")
        if example is not None:
            example = dict(zip([spec.name for spec in order.inputs], example.values()))
        return order.inputs, example
    if order.mask is not None and example is None:
        spec = TensorSpec("image", torch.float32, (1, 3, *order.mask.size))
        return (spec,), None
    if example is None:
        raise ExportError("what are the inputs? Give --input NAME:DTYPE:SHAPE for each, "
                          "--example MODULE:CALLABLE, or the module an attribute example_inputs")
    specs = []
    for name, value in example.items():
        dtype_name(value.dtype, f"input {name}")
        named = source.dynamic.get(name, ())
        sizes = [label or size for label, size in zip(named, value.shape)] if named else value.shape
        if named and len(named) != value.dim():
            raise ExportError(f"dynamic_dims[{name!r}] has {len(named)} entries, the example {value.dim()} axes")
        kind = "image" if name in source.images else "tensor"
        specs.append(TensorSpec(name, value.dtype, tuple(sizes), kind))
    return tuple(specs), example


def with_axes(specs: tuple[TensorSpec, ...], order: Order) -> tuple[TensorSpec, ...]:
    """Gives names to the axes that --dynamic NAME@INPUT.AXIS points at."""
    by_name = {spec.name: spec for spec in specs}
    for name, places in order.axes.items():
        for input_name, axis in places:
            spec = by_name.get(input_name)
            if spec is None or axis >= len(spec.shape):
                raise ExportError(f"--dynamic {name}@{input_name}.{axis}: no such input or axis; "
                                  f"inputs: {'; '.join(map(str, specs))}")
            shape = (*spec.shape[:axis], name, *spec.shape[axis + 1 :])
            by_name[input_name] = replace(spec, shape=shape)
    return tuple(by_name[spec.name] for spec in specs)


def matched_sizes(specs: tuple[TensorSpec, ...], example: dict[str, Tensor]) -> dict[str, int]:
    """The example's value of each named size; raises ExportError where shapes or dtypes disagree."""
    sizes: dict[str, int] = {}
    for spec in specs:
        value = example[spec.name]
        fits = value.dtype == spec.dtype and value.dim() == len(spec.shape)
        for label, size in zip(spec.shape, value.shape):
            fits = fits and (label == size if isinstance(label, int) else sizes.setdefault(label, size) == size)
        if not fits:
            raise ExportError(f"the example for {spec.name} is {dtype_name(value.dtype, spec.name)} "
                              f"{list(value.shape)}, which does not fit {spec}")
    return sizes


def settle(order: Order, source: Source) -> Plan:
    """Makes the plan; raises ExportError for inputs that are missing or contradict one another."""
    specs, example = described_inputs(order, source)
    specs = with_axes(specs, order)
    check_tensors(specs, "input")
    named = [size for spec in specs for size in spec.shape if isinstance(size, str)]
    for unknown in set(order.dims) - set(named):
        raise ExportError(f"--dynamic {unknown}: no input has a size of that name; "
                          f"write it into --input, or as {unknown}@INPUT.AXIS=MIN..MAX")
    known = dict(order.example_sizes)
    if example is not None:
        known = matched_sizes(specs, example)
    dims = {}
    for i, name in enumerate(dict.fromkeys(named)):
        dim = order.dims.get(name) or Dim(*source.bounds.get(name, (1, 65536)))
        # Distinct sizes from 3 up: sizes that are equal, or 1, would be taken for fixed by torch.export.
        dims[name] = dim.with_example(known.get(name, min(dim.maximum, max(dim.minimum, 2) + 1 + i)))
        check_dim(name, dims[name])
    if example is None:
        generator = torch.Generator().manual_seed(order.seed)
        sizes = {name: dim.example for name, dim in dims.items()}
        example = {spec.name: example_tensor(spec, sizes, generator) for spec in specs}
    return Plan(specs, dims, tuple(example[spec.name] for spec in specs), order.seed)


def check_dim(name: str, dim: Dim) -> None:
    if not dim.minimum <= dim.example <= dim.maximum:
        raise ExportError(f"the example has {name} = {dim.example}, outside {dim.minimum}..{dim.maximum}; "
                          f"give --dynamic {name}=MIN..MAX")
    if dim.example < 2:
        raise ExportError(f"the example has {name} = {dim.example}, and torch.export takes a size of 1 for fixed: "
                          "make the example at least 2 there, or the size a number")
