"""When an artefact counts as the same."""

import math
import unittest

import torch
from samovar.export.check import compare, tolerance_for, worst_error
from samovar.export.errors import ExportError

INF, NAN = math.inf, math.nan


class WorstError(unittest.TestCase):
    def error(self, expected: list, actual: list, dtype: torch.dtype = torch.float32) -> float:
        return worst_error(torch.tensor(expected, dtype=dtype), torch.tensor(actual, dtype=dtype))

    def test_small_values_count_absolutely_and_large_ones_relatively(self) -> None:
        self.assertAlmostEqual(self.error([0.0], [0.001]), 0.001)
        self.assertAlmostEqual(self.error([999.0], [1000.0]), 0.001)

    def test_the_worst_element_counts(self) -> None:
        self.assertAlmostEqual(self.error([0.0, 0.0, 0.0], [0.0, -0.5, 0.1]), 0.5)

    def test_equal_infinities_and_nan_are_no_difference(self) -> None:
        self.assertEqual(self.error([INF, -INF, NAN], [INF, -INF, NAN]), 0)

    def test_a_value_that_is_not_finite_on_one_side_is_infinitely_wrong(self) -> None:
        for expected, actual in ((INF, -INF), (1.0, INF), (INF, 1.0), (NAN, 1.0), (1.0, NAN)):
            self.assertEqual(self.error([expected], [actual]), INF, (expected, actual))

    def test_large_integers_are_compared_exactly_enough(self) -> None:
        self.assertGreater(self.error([1 << 40], [(1 << 40) + 1], torch.int64), 0)

    def test_no_elements_are_no_difference(self) -> None:
        self.assertEqual(self.error([], []), 0)


class Compare(unittest.TestCase):
    def test_floats_may_differ_by_the_tolerance_and_integers_not_at_all(self) -> None:
        expected = [torch.zeros(2), torch.zeros(2, dtype=torch.int32)]
        near = [torch.full((2,), 5e-5), torch.zeros(2, dtype=torch.int32)]
        far = [torch.full((2,), 5e-4), torch.ones(2, dtype=torch.int32)]
        self.assertEqual([d.passes for d in compare(expected, near, "", None)], [True, True])
        self.assertEqual([d.passes for d in compare(expected, far, "", None)], [False, False])
        self.assertEqual([d.passes for d in compare(expected, far, "", 1e-3)], [True, False])

    def test_the_words_hold_the_number_the_limit_and_the_size(self) -> None:
        difference = compare([torch.zeros(1)], [torch.ones(1)], "batch=2", None)[0]
        self.assertEqual(str(difference), "output 0 at batch=2: difference 1, BEYOND 0.0001")

    def test_another_number_dtype_or_shape_is_refused(self) -> None:
        eager = [torch.zeros(2)]
        for actual in ([], [torch.zeros(2).double()], [torch.zeros(1, 2)]):
            with self.subTest(actual=actual), self.assertRaisesRegex(ExportError, "eager PyTorch torch.float32 .2."):
                compare(eager, actual, "", None)

    def test_sixteen_bit_floats_have_a_wider_default(self) -> None:
        self.assertEqual(tolerance_for(torch.float16, None), 1e-2)
        self.assertEqual(tolerance_for(torch.float16, 1e-3), 1e-3)


if __name__ == "__main__":
    unittest.main()
