"""Writes .tflite files of a few operators, for tests of the reader."""

from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import tflite

TYPES = {
    np.dtype("float32"): tflite.TensorType.FLOAT32,
    np.dtype("float16"): tflite.TensorType.FLOAT16,
    np.dtype("int32"): tflite.TensorType.INT32,
    np.dtype("uint8"): tflite.TensorType.UINT8,
}


@dataclass
class Graph:
    """Tensors and operators in order; `tensors` are shapes of computed float32 ones, or constants."""

    tensors: list[tuple[int, ...] | np.ndarray] = field(default_factory=list)
    operators: list[tuple[str, list[int], int, str | bytes, dict[str, Any]]] = field(default_factory=list)

    def tensor(self, tensor: tuple[int, ...] | np.ndarray) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def add(self, name: str, inputs: list[int], output: int, options: str | bytes = "", **values: Any) -> None:
        """`options` is the schema's name of the options, with values by field; bytes make it a custom operator."""
        self.operators.append((name, inputs, output, options, values))

    def bytes(self, inputs: list[int], outputs: list[int]) -> bytes:
        return Writer(self).write(inputs, outputs)


def numbered(code: int) -> dict[str, int]:
    """An operator's number in both fields, as TFLite writes those below 127."""
    return {"BuiltinCode": code, "DeprecatedBuiltinCode": code}


class Writer:
    def __init__(self, graph: Graph):
        self._graph = graph
        self._out = flatbuffers.Builder(1024)

    def write(self, inputs: list[int], outputs: list[int]) -> bytes:
        out = self._out
        empty = self._table("Buffer")
        buffers, tensors = [empty], []
        for tensor in self._graph.tensors:
            if isinstance(tensor, np.ndarray):
                buffers.append(self._table("Buffer", Data=out.CreateByteVector(tensor.tobytes())))
                kind, shape, number = TYPES[tensor.dtype], tensor.shape, len(buffers) - 1
            else:
                kind, shape, number = tflite.TensorType.FLOAT32, tensor, 0
            tensors.append(self._table("Tensor", Shape=self._ints(shape), Type=kind, Buffer=number))
        codes = [self._code(*item) for item in self._graph.operators]
        operators = [self._operator(i, *item) for i, item in enumerate(self._graph.operators)]
        graph = self._table(
            "SubGraph", Tensors=self._vector(tensors), Inputs=self._ints(inputs), Outputs=self._ints(outputs),
            Operators=self._vector(operators))
        model = self._table("Model", Version=3, OperatorCodes=self._vector(codes), Subgraphs=self._vector([graph]),
                            Buffers=self._vector(buffers))
        out.Finish(model, b"TFL3")
        return bytes(out.Output())

    def _table(self, kind: str, **values: Any) -> int:
        getattr(tflite, f"{kind}Start")(self._out)
        for name, value in values.items():
            getattr(tflite, f"{kind}Add{name}")(self._out, value)
        return getattr(tflite, f"{kind}End")(self._out)

    def _ints(self, values) -> int:
        return self._out.CreateNumpyVector(np.array(values, dtype=np.int32))

    def _vector(self, offsets: list[int]) -> int:
        self._out.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self._out.PrependUOffsetTRelative(offset)
        return self._out.EndVector()

    def _code(self, name: str, inputs: list[int], output: int, options: str | bytes, values: dict) -> int:
        if isinstance(options, bytes):
            text = self._out.CreateString(name)
            return self._table("OperatorCode", CustomCode=text, **numbered(tflite.BuiltinOperator.CUSTOM))
        return self._table("OperatorCode", **numbered(getattr(tflite.BuiltinOperator, name)))

    def _operator(self, i: int, name: str, inputs: list[int], output: int, options: str | bytes, values: dict) -> int:
        fields: dict[str, Any] = {}
        if isinstance(options, bytes):
            fields["CustomOptions"] = self._out.CreateByteVector(options)
        elif options:
            fields["BuiltinOptions"] = self._table(options, **values)
            fields["BuiltinOptionsType"] = getattr(tflite.BuiltinOptions, options)
        fields |= {"Inputs": self._ints(inputs), "Outputs": self._ints([output]), "OpcodeIndex": i}
        return self._table("Operator", **fields)
