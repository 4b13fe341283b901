"""What samovard would refuse is refused before anything is compiled; its exact limits pass."""

import re
import unittest
from pathlib import Path

import torch
from samovar.export import limits
from samovar.export.errors import ExportError
from samovar.export.order import MaskOptions
from samovar.export.tensors import TensorSpec


def spec(name: str = "x", *shape: int | str) -> TensorSpec:
    return TensorSpec(name, torch.float32, shape)


class Limits(unittest.TestCase):
    def test_they_are_those_of_the_protocol(self) -> None:
        header = Path(__file__).resolve().parents[3] / "ipc" / "include" / "samovar" / "limits.hpp"
        found = dict(re.findall(r"(k\w+) = (\d+);", header.read_text()))
        self.assertEqual(int(found["kMaxTensors"]), limits.MOST_TENSORS)
        self.assertEqual(int(found["kMaxRank"]), limits.MOST_AXES)
        self.assertEqual(int(found["kMaxNameBytes"]), limits.MOST_NAME_BYTES)
        self.assertEqual(int(found["kMaxDescriptionBytes"]), limits.MOST_DESCRIPTION_BYTES)

    def test_tensors_at_the_limit_pass(self) -> None:
        limits.check_tensors([spec(f"x{i}") for i in range(15)], "input")
        limits.check_tensors([spec("x" * 64, *["n" * 64] * 8)], "input")

    def test_tensors_beyond_it_are_refused(self) -> None:
        for specs, why in (
            ([spec(f"x{i}") for i in range(16)], "16 inputs; samovard takes at most 15"),
            ([spec("x" * 65)], "has 65 bytes"),
            ([spec("")], "has 0 bytes"),
            ([spec("x", "n" * 65)], "has 65 bytes"),
            ([spec("x", *[1] * 9)], "9 axes; samovard takes at most 8"),
            ([spec("x"), spec("x")], "same name: x"),
        ):
            with self.subTest(why), self.assertRaisesRegex(ExportError, why):
                limits.check_tensors(specs, "input")

    def test_a_description_is_one_short_line(self) -> None:
        limits.check_description("\u00e4" * 80)
        for text in ("\u00e4" * 81, "two\nlines"):
            with self.subTest(text), self.assertRaisesRegex(ExportError, "one line of 160"):
                limits.check_description(text)

    def test_a_mask_at_the_limit_passes(self) -> None:
        limits.check_mask(MaskOptions((1, 8192), range=(0.1, 0.2), std=(0.1, 1, 2), antialias=True))

    def test_a_mask_beyond_it_is_refused(self) -> None:
        for mask, why in (
            (MaskOptions((0, 4)), "1 to 8192 pixels"),
            (MaskOptions((4, 8193)), "1 to 8192 pixels"),
            (MaskOptions((4, 4), std=(1, 0, 1)), "--std"),
            (MaskOptions((4, 4), range=(0.5, 0.5)), "LOW < HIGH"),
            (MaskOptions((4, 4), interpolation="nearest", antialias=True), "--antialias"),
        ):
            with self.subTest(why), self.assertRaisesRegex(ExportError, why):
                limits.check_mask(mask)


if __name__ == "__main__":
    unittest.main()
