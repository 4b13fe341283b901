"""The parts of a .tflite file that a conversion needs, as plain values."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ExportError

try:
    import tflite
except ImportError as error:
    raise ExportError("reading a .tflite file needs the packages tflite and flatbuffers: "
                      "pip install 'tflite==2.18.0' flatbuffers") from error

ELEMENTS = {
    tflite.TensorType.FLOAT32: np.dtype("<f4"),
    tflite.TensorType.FLOAT16: np.dtype("<f2"),
    tflite.TensorType.INT32: np.dtype("<i4"),
}
BUILTIN_NAMES = {
    value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)
}


@dataclass(frozen=True)
class Operator:
    """One step: its name (builtin or custom), tensor numbers, and its options, still packed."""

    name: str
    inputs: tuple[int, ...]
    output: int
    packed: Any = None
    custom: bytes = b""

    def options(self, kind: type) -> Any:
        """The builtin options as `kind`, a class of the schema; all defaults where the file has none."""
        unpacked = kind()
        if self.packed is not None:
            unpacked.Init(self.packed.Bytes, self.packed.Pos)
            return unpacked
        raise ExportError(f"operator {self.name} lacks its options")


class TfliteFile:
    """A file of one graph. `operators` stand in an order in which they can run."""

    def __init__(self, content: bytes):
        if content[4:8] != b"TFL3":
            raise ExportError("not a .tflite file (its identifier is not TFL3)")
        self._model = tflite.Model.GetRootAsModel(content, 0)
        if self._model.SubgraphsLength() != 1:
            raise ExportError(f"the .tflite file has {self._model.SubgraphsLength()} graphs; one is supported")
        self._graph = self._model.Subgraphs(0)
        self.inputs = [int(i) for i in self._graph.InputsAsNumpy()]
        self.outputs = [int(i) for i in self._graph.OutputsAsNumpy()]
        self.operators = [self._operator(i) for i in range(self._graph.OperatorsLength())]

    def shape(self, tensor: int) -> tuple[int, ...]:
        return tuple(int(size) for size in self._graph.Tensors(tensor).ShapeAsNumpy())

    def constant(self, tensor: int) -> np.ndarray:
        """The stored values of a tensor; raises ExportError if it is computed, sparse or quantised."""
        entry = self._graph.Tensors(tensor)
        if entry.Sparsity() is not None or entry.Type() not in ELEMENTS:
            raise ExportError(f"tensor {tensor} is sparse or of type {entry.Type()}; "
                              "float32, float16 and int32 are supported")
        stored = self._model.Buffers(entry.Buffer())
        if stored.DataLength() == 0:
            raise ExportError(f"tensor {tensor} is computed where a constant is needed")
        values = np.frombuffer(stored.DataAsNumpy().tobytes(), ELEMENTS[entry.Type()])
        return values.reshape(self.shape(tensor))

    def _operator(self, index: int) -> Operator:
        entry = self._graph.Operators(index)
        code = self._model.OperatorCodes(entry.OpcodeIndex())
        name = BUILTIN_NAMES[code.BuiltinCode()]
        custom = b""
        if name == "CUSTOM":
            name = code.CustomCode().decode()
            custom = entry.CustomOptionsAsNumpy().tobytes() if entry.CustomOptionsLength() else b""
        if entry.OutputsLength() != 1:
            raise ExportError(f"operator {name} has {entry.OutputsLength()} outputs; one is supported")
        inputs = tuple(int(i) for i in entry.InputsAsNumpy())
        return Operator(name, inputs, int(entry.Outputs(0)), entry.BuiltinOptions(), custom)
