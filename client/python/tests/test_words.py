import unittest

from samovar.export.words import count_of, in_bytes


class Words(unittest.TestCase):
    def test_few_bytes_are_counted_one_by_one(self) -> None:
        self.assertEqual([in_bytes(n) for n in (0, 16, 999)], ["0 B", "16 B", "999 B"])

    def test_more_bytes_are_rounded(self) -> None:
        self.assertEqual([in_bytes(n) for n in (1000, 21_900, 1_000_000)], ["1.0 kB", "21.9 kB", "1.0 MB"])

    def test_one_has_no_plural(self) -> None:
        self.assertEqual([count_of(n, "tensor") for n in (0, 1, 2)], ["0 tensors", "1 tensor", "2 tensors"])


if __name__ == "__main__":
    unittest.main()
