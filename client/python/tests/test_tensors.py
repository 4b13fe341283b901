"""What --input and --dynamic say."""

import unittest

import torch
from samovar.export.errors import ExportError
from samovar.export.tensors import Dim, TensorSpec, example_tensor, parse_dynamic, parse_input


class ParseInput(unittest.TestCase):
    def test_numbers_are_fixed_and_names_vary(self) -> None:
        spec, sizes = parse_input("x:float32:batch=2,3,width")
        self.assertEqual(spec, TensorSpec("x", torch.float32, ("batch", 3, "width")))
        self.assertEqual(sizes, {"batch": 2})

    def test_no_shape_is_a_scalar(self) -> None:
        self.assertEqual(parse_input("t:int64:")[0].shape, ())

    def test_image_marks_picture_elements(self) -> None:
        self.assertEqual(parse_input("p:uint8:h,w,3:image")[0].kind, "image")

    def test_what_cannot_be_read_is_named(self) -> None:
        for text, why in {
            "x": "expected NAME:DTYPE:SHAPE",
            "x:float32:2:picture": "expected NAME:DTYPE:SHAPE",
            "2x:float32:2": "'2x' is not a name",
            "x:float31:2": "unknown dtype 'float31'",
            "x:float32:2,-3": "'-3' is neither",
            "x:float32:2=3": "'2=3' is neither",
            "x:float32:n=": "'n=' is neither",
            "x:float32:n=2,n=3": "n has two example sizes",
        }.items():
            with self.subTest(text), self.assertRaisesRegex(ExportError, why):
                parse_input(text)


class ParseDynamic(unittest.TestCase):
    def test_bounds_alone(self) -> None:
        self.assertEqual(parse_dynamic("batch=1..64"), ("batch", Dim(1, 64), []))

    def test_bounds_and_places(self) -> None:
        self.assertEqual(parse_dynamic("n@x.0,y.1=2..9"), ("n", Dim(2, 9), [("x", 0), ("y", 1)]))

    def test_what_cannot_be_read_is_named(self) -> None:
        for text, why in {
            "batch": "expected NAME=MIN..MAX",
            "batch=1-3": "expected NAME=MIN..MAX",
            "batch=0..3": "1 <= MIN < MAX",
            "batch=3..3": "1 <= MIN < MAX",
            "n@x=1..3": "'x' is not INPUT.AXIS",
        }.items():
            with self.subTest(text), self.assertRaisesRegex(ExportError, why):
                parse_dynamic(text)


class ExampleTensor(unittest.TestCase):
    def make(self, dtype: torch.dtype) -> torch.Tensor:
        spec = TensorSpec("x", dtype, ("n", 50))
        return example_tensor(spec, {"n": 40}, torch.Generator().manual_seed(0))

    def test_floats_lie_in_zero_to_one(self) -> None:
        x = self.make(torch.float32)
        self.assertEqual(list(x.shape), [40, 50])
        self.assertTrue(0 <= x.min() < 0.1 and 0.9 < x.max() < 1)

    def test_uint8_takes_all_values_and_other_integers_only_valid_indices(self) -> None:
        self.assertEqual(self.make(torch.uint8).max(), 255)
        self.assertEqual(self.make(torch.int64).unique().tolist(), [0, 1])
        self.assertEqual(self.make(torch.bool).unique().tolist(), [False, True])


if __name__ == "__main__":
    unittest.main()
