"""Builds the PyTorch network step by step in the file's own order."""

import numpy as np
import torch
from torch import Tensor, fx, nn

from ..errors import ExportError
from .file import TfliteFile
from .operators import OPERATORS


class Builder:
    """The network so far; the operators' functions add to it."""

    def __init__(self, file: TfliteFile):
        self.file = file
        self._root = nn.Module()
        self._graph = fx.Graph()
        self._values: dict[int, fx.Node] = {}  # tensor number -> what computes it
        self._widened: dict[int, int] = {}  # tensor number -> the float16 constant that it is
        self._count: dict[str, int] = {}

    def value(self, tensor: int) -> fx.Node:
        """What computes a tensor; raises ExportError for a constant, where no operator here takes one."""
        if tensor not in self._values:
            raise ExportError(f"tensor {tensor} is a constant where a computed one is needed")
        return self._values[tensor]

    def weight(self, tensor: int) -> Tensor:
        """A constant as float32, in the file's order of axes."""
        stored = self.file.constant(self._widened.get(tensor, tensor))
        return torch.from_numpy(stored.astype(np.float32))

    def add(self, layer: nn.Module, *inputs: fx.Node) -> fx.Node:
        """Appends a layer; its name is its kind and a number, which then names its weights."""
        kind = type(layer).__name__.lower()
        number = self._count[kind] = self._count.get(kind, -1) + 1
        self._root.add_module(f"{kind}{number}", layer)
        return self._graph.call_module(f"{kind}{number}", inputs)

    def call(self, function, *inputs: fx.Node) -> fx.Node:
        return self._graph.call_function(function, inputs)

    def build(self) -> fx.GraphModule:
        for number, tensor in enumerate(self.file.inputs):
            name = "image" if len(self.file.inputs) == 1 else f"image{number}"
            self._values[tensor] = self._graph.placeholder(name, Tensor)
        for op in self.file.operators:
            if op.name == "DEQUANTIZE":
                self._widened[op.output] = op.inputs[0]
            elif op.name in OPERATORS:
                self._values[op.output] = OPERATORS[op.name](self, op)
            else:
                raise ExportError(f"operator {op.name} is not supported; there are {' '.join(sorted(OPERATORS))}")
        results = [self.value(tensor) for tensor in self.file.outputs]
        self._graph.output(results[0] if len(results) == 1 else tuple(results))
        return fx.GraphModule(self._root, self._graph, "TfliteNetwork")


def network_from(content: bytes) -> fx.GraphModule:
    """The network of a .tflite file in eval mode, without gradients, [batch, channels, height, width].

    Raises ExportError for what is quantised, sparse, or uses an operator that is not supported.
    """
    return Builder(TfliteFile(content)).build().eval().requires_grad_(False)
