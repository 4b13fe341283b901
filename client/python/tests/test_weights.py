"""weights.safetensors: readable by everyone, mappable by the worker."""

import json
import tempfile
import unittest
from pathlib import Path

import safetensors.torch
import torch
from samovar.export.errors import ExportError
from samovar.export.weights import ALIGNMENT, PAD_PREFIX, map_weights, write_weights

ODD = {
    "a.weight": torch.arange(7, dtype=torch.float32).reshape(7, 1),
    "a.bias": torch.tensor([1.5, -2.5], dtype=torch.float64),
    "half": torch.tensor([0.5] * 33, dtype=torch.float16),
    "brain": torch.tensor([[0.25, 3.0, -1.0]], dtype=torch.bfloat16),
    "scalar": torch.tensor(42, dtype=torch.int64),
    "none": torch.empty(0, 3),
    "flags": torch.tensor([True, False, True]),
    "bytes": torch.arange(64, dtype=torch.uint8),
    "words": torch.tensor([-1, 2], dtype=torch.int16),
    "signed": torch.tensor([-7], dtype=torch.int8),
    "ints": torch.tensor([1 << 30], dtype=torch.int32),
}


class WeightsFile(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="samovar-test-")
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "weights.safetensors"

    def assert_same(self, found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
        self.assertEqual(sorted(found), sorted(expected))
        for name, tensor in expected.items():
            self.assertEqual(found[name].dtype, tensor.dtype, name)
            self.assertEqual(found[name].shape, tensor.shape, name)
            self.assertTrue(torch.equal(found[name], tensor), name)

    def header(self) -> tuple[int, dict]:
        content = self.path.read_bytes()
        length = int.from_bytes(content[:8], "little")
        return 8 + length, json.loads(content[8 : 8 + length])

    def test_every_tensor_starts_at_a_multiple_of_64_bytes_of_the_file(self) -> None:
        write_weights(self.path, ODD)
        data, entries = self.header()
        for name in ODD:
            start = data + entries[name]["data_offsets"][0]
            self.assertEqual(start % ALIGNMENT, 0, name)

    def test_the_safetensors_reader_accepts_the_file(self) -> None:
        write_weights(self.path, ODD)
        found = safetensors.torch.load_file(self.path)
        self.assert_same({k: v for k, v in found.items() if not k.startswith(PAD_PREFIX)}, ODD)

    def test_the_entries_cover_the_data_without_holes(self) -> None:
        write_weights(self.path, ODD)
        data, entries = self.header()
        end = 0
        for start, stop in sorted(entry["data_offsets"] for entry in entries.values()):
            self.assertEqual(start, end)
            end = stop
        self.assertEqual(data + end, self.path.stat().st_size)

    def test_mapping_gives_the_tensors_back_without_the_pads(self) -> None:
        write_weights(self.path, ODD)
        self.assert_same(map_weights(self.path), ODD)

    def test_mapped_tensors_are_aligned_in_memory(self) -> None:
        write_weights(self.path, ODD)
        for name, tensor in map_weights(self.path).items():
            if tensor.numel():
                self.assertEqual(tensor.data_ptr() % ALIGNMENT, 0, name)

    def test_a_mapping_never_writes_to_the_file(self) -> None:
        write_weights(self.path, ODD)
        before = self.path.read_bytes()
        map_weights(self.path)["half"].fill_(9)
        self.assertEqual(self.path.read_bytes(), before)

    def test_a_file_of_the_safetensors_writer_can_be_mapped(self) -> None:
        plain = {"x": torch.arange(6.0), "y": torch.ones(2, 2)}
        safetensors.torch.save_file(plain, self.path, metadata={"made": "elsewhere"})
        self.assert_same(map_weights(self.path), plain)

    def test_a_strided_tensor_is_written_dense(self) -> None:
        write_weights(self.path, {"t": torch.arange(6.0).reshape(2, 3).t()})
        self.assert_same(map_weights(self.path), {"t": torch.tensor([[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]])})

    def test_a_dtype_without_a_code_is_refused(self) -> None:
        with self.assertRaisesRegex(ExportError, "constant c has dtype torch.complex64.*--bake"):
            write_weights(self.path, {"c": torch.zeros(2, dtype=torch.complex64)})


if __name__ == "__main__":
    unittest.main()
