"""Inputs and sizes, before anything is compiled."""

import unittest
from pathlib import Path

import torch
from samovar.export.errors import ExportError
from samovar.export.order import MaskOptions, Order
from samovar.export.plan import fit, settle
from samovar.export.source import Source
from samovar.export.tensors import Dim, TensorSpec
from torch import nn


def order(**fields) -> Order:
    return Order(spec="a:b", folder=Path("model"), **fields)


X = TensorSpec("x", torch.float32, ("batch", "n", 3))


class Settle(unittest.TestCase):
    def settle(self, source: Source | None = None, **fields):
        return settle(order(**fields), source or Source(nn.Identity()))

    def assert_refused(self, why: str, source: Source | None = None, **fields) -> None:
        with self.assertRaisesRegex(ExportError, why):
            self.settle(source, **fields)

    def test_sizes_without_an_example_differ_and_are_no_ones(self) -> None:
        plan = self.settle(inputs=(X,))
        self.assertEqual(list(plan.example[0].shape), [3, 4, 3])

    def test_the_tried_sizes_are_the_example_the_smallest_and_larger_ones(self) -> None:
        plan = self.settle(inputs=(X,), dims={"n": Dim(2, 9)}, example_sizes={"batch": 2, "n": 5})
        self.assertEqual(plan.assignments(),
                         [{"batch": 2, "n": 5}, {"batch": 1, "n": 2}, {"batch": 5, "n": 9}])

    def test_without_named_sizes_one_run_is_tried(self) -> None:
        self.assertEqual(self.settle(Source(nn.Identity(), example={"x": torch.ones(2)})).assignments(), [{}])

    def test_the_example_gives_fixed_sizes_and_the_module_names_others(self) -> None:
        source = Source(nn.Identity(), example={"x": torch.ones(2, 7)}, dynamic={"x": ("batch", None)},
                        bounds={"batch": (1, 4)})
        plan = self.settle(source)
        self.assertEqual(plan.inputs, (TensorSpec("x", torch.float32, ("batch", 7)),))
        self.assertEqual(plan.dims, {"batch": Dim(1, 4, 2)})

    def test_dynamic_can_name_axes_of_an_example(self) -> None:
        source = Source(nn.Identity(), example={"x": torch.ones(2, 7)})
        plan = self.settle(source, dims={"n": Dim(1, 8)}, axes={"n": (("x", 1),)})
        self.assertEqual(plan.inputs[0].shape, (2, "n"))

    def test_images_are_marked(self) -> None:
        source = Source(nn.Identity(), example={"p": torch.ones(2, 2)}, images=frozenset({"p"}))
        self.assertEqual(self.settle(source).inputs[0].kind, "image")

    def test_task_mask_makes_its_own_input(self) -> None:
        plan = self.settle(mask=MaskOptions((32, 48)))
        self.assertEqual(plan.inputs, (TensorSpec("image", torch.float32, (1, 3, 32, 48)),))

    def test_no_inputs_at_all_says_the_three_ways(self) -> None:
        self.assert_refused("--input.*--example.*example_inputs")

    def test_an_example_that_does_not_fit_is_refused(self) -> None:
        for tensor in (torch.ones(2, 4), torch.ones(2, 4, 4), torch.ones(2, 4, 3).double()):
            with self.subTest(shape=tensor.shape):
                self.assert_refused("does not fit x float32", Source(None, example={"x": tensor}), inputs=(X,))

    def test_one_name_for_two_sizes_is_refused(self) -> None:
        source = Source(None, example={"x": torch.ones(2, 3)})
        self.assert_refused("does not fit", source, inputs=(TensorSpec("x", torch.float32, ("n", "n")),))

    def test_a_size_of_one_in_the_example_is_refused_where_it_varies(self) -> None:
        self.assert_refused("batch = 1.*at least 2", inputs=(X,), example_sizes={"batch": 1})

    def test_a_size_outside_its_bounds_is_refused(self) -> None:
        self.assert_refused(r"n = 12, outside 1\.\.8", inputs=(X,), example_sizes={"n": 12}, dims={"n": Dim(1, 8)})

    def test_bounds_of_an_unknown_size_are_refused(self) -> None:
        self.assert_refused("--dynamic m: no input has a size of that name", inputs=(X,), dims={"m": Dim(1, 8)})

    def test_an_axis_that_does_not_exist_is_refused(self) -> None:
        self.assert_refused("n@x.5: no such input or axis", inputs=(X,), dims={"n": Dim()}, axes={"n": (("x", 5),)})

    def test_another_number_of_inputs_is_refused(self) -> None:
        source = Source(None, example={"a": torch.ones(2), "b": torch.ones(2)})
        self.assert_refused("1 --input, but the example has 2 tensors: a, b", source, inputs=(X,))

    def test_two_inputs_of_one_name_are_refused(self) -> None:
        self.assert_refused("same name", inputs=(X, X))


class Fit(unittest.TestCase):
    def test_cuts_and_repeats(self) -> None:
        x = torch.tensor([[1, 2, 3], [4, 5, 6]])
        self.assertEqual(fit(x, [1, 2]).tolist(), [[1, 2]])
        self.assertEqual(fit(x, [3, 4]).tolist(), [[1, 2, 3, 1], [4, 5, 6, 4], [1, 2, 3, 1]])
        self.assertTrue(fit(x, [2, 2]).is_contiguous())


class OrderCheck(unittest.TestCase):
    def test_names_that_samovard_would_refuse_are_refused_first(self) -> None:
        for name in ("Model", "-m", "a b", "", "a" * 65):
            with self.subTest(name), self.assertRaisesRegex(ExportError, "is no model name"):
                order(name=name).check()

    def test_a_tolerance_lies_between_zero_and_one(self) -> None:
        for tolerance in (0.0, -1.0, 1.0, float("nan")):
            with self.subTest(tolerance), self.assertRaisesRegex(ExportError, "between 0 and 1"):
                order(tolerance=tolerance).check()


if __name__ == "__main__":
    unittest.main()
