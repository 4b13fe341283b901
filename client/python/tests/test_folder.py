"""A model folder appears whole or not at all."""

import tempfile
import unittest
from pathlib import Path

from samovar.export.folder import appearing


class Appearing(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="samovar-test-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.folder = self.root / "model"

    def test_nothing_is_there_before_the_end_and_everything_after(self) -> None:
        with appearing(self.folder) as staging:
            (staging / "a").write_text("1")
            self.assertFalse(self.folder.exists())
            self.assertTrue(staging.name.startswith("."))
        self.assertEqual((self.folder / "a").read_text(), "1")
        self.assertEqual(list(self.root.iterdir()), [self.folder])
        self.assertEqual(self.folder.stat().st_mode & 0o777, 0o755)

    def test_an_exception_leaves_nothing(self) -> None:
        with self.assertRaises(KeyError), appearing(self.folder) as staging:
            (staging / "a").write_text("1")
            raise KeyError
        self.assertEqual(list(self.root.iterdir()), [])

    def test_the_old_folder_is_replaced_as_a_whole(self) -> None:
        self.folder.mkdir()
        (self.folder / "old").write_text("0")
        with appearing(self.folder) as staging:
            (staging / "new").write_text("1")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["new"])
        self.assertEqual(list(self.root.iterdir()), [self.folder])

    def test_an_exception_keeps_the_old_folder(self) -> None:
        self.folder.mkdir()
        (self.folder / "old").write_text("0")
        with self.assertRaises(KeyError), appearing(self.folder):
            raise KeyError
        self.assertEqual([path.name for path in self.folder.iterdir()], ["old"])
        self.assertEqual(list(self.root.iterdir()), [self.folder])

    def test_missing_parents_are_made(self) -> None:
        with appearing(self.root / "a" / "b" / "model"):
            pass
        self.assertTrue((self.root / "a" / "b" / "model").is_dir())


if __name__ == "__main__":
    unittest.main()
