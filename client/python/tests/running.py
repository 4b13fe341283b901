"""Runs the command as a user does, and reads what it left."""

import contextlib
import io
import tempfile
import tomllib
import unittest
from pathlib import Path

from samovar.export.cli import main


class ExportCase(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="samovar-test-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.model = self.root / "model"

    def run_export(self, *arguments: object, folder: Path | None = None) -> tuple[int, str]:
        """The exit code and what was said, for `ARGUMENTS -o folder` (by default self.model)."""
        said = io.StringIO()
        words = [str(argument) for argument in arguments]
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            try:
                code = main([*words, "-o", str(folder or self.model)])
            except SystemExit as end:  # argparse
                code = int(end.code or 0)
        return code, said.getvalue()

    def export(self, *arguments: object, folder: Path | None = None) -> str:
        code, said = self.run_export(*arguments, folder=folder)
        self.assertEqual(code, 0, said)
        return said

    def refused(self, *arguments: object, folder: Path | None = None) -> str:
        """What a refusal says; checks its exit code and that nothing was left behind."""
        before = sorted(self.root.iterdir())
        code, said = self.run_export(*arguments, folder=folder)
        self.assertEqual(code, 1, said)
        self.assertEqual(sorted(self.root.iterdir()), before)
        return said

    def toml(self, folder: Path | None = None) -> dict:
        return tomllib.loads(((folder or self.model) / "model.toml").read_text())
