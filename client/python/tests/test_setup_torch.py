import contextlib
import io
import json
import os
import stat
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

from samovar import setup_torch


KEPT = ["nvidia/cu13/lib/libcudart.so.13", "samovar-torch.json", "torch-2.11.0.dist-info/licenses/LICENSE",
        "torch/lib/libgomp.so.1", "torch/lib/libtorch_cpu.so", "torch/version.py"]


class SetupTorch(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.packages = self.folder / "site-packages"
        self.place = self.folder / "system" / "2.11"
        self.write("torch/version.py", "__version__ = '2.11.0+cu130'\n")
        for name in ("torch/lib/libtorch_cpu.so", "torch/lib/libgomp.so.1", "torch/lib/libtorch_python.so",
                     "torch/nn/functional.py", "nvidia/cu13/lib/libcudart.so.13", "nvidia/cu13/include/cuda.h",
                     "torch-2.11.0.dist-info/licenses/LICENSE", "sympy-1.dist-info/LICENSE", "sympy/core.so"):
            self.write(name, name)

    def write(self, name: str, text: str) -> Path:
        file = self.packages / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def worker(self, script: str) -> Path:
        file = self.folder / "samovar-worker"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    def run_it(self, *words: str | Path) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = setup_torch.main(["--torch", "2.11.0", "--into", str(self.place), *map(str, words)])
        return status, out.getvalue(), err.getvalue()

    def installed(self) -> list[str]:
        return sorted(file.relative_to(self.place).as_posix() for file in self.place.rglob("*") if file.is_file())

    def left_behind(self) -> list[Path]:
        return [entry for entry in self.place.parent.glob("*") if entry != self.place]

    def test_libraries_and_licences_are_kept_of_a_folder(self) -> None:
        status, said, _ = self.run_it("--from", self.packages)
        self.assertEqual(status, 0)
        self.assertEqual(self.installed(), KEPT)
        self.assertIn("LibTorch 2.11.0 without CUDA", said)
        self.assertEqual(self.left_behind(), [])

    def test_a_wheel_is_unpacked(self) -> None:
        wheel = self.folder / "torch-2.11.0-cp311-none.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for file in self.packages.rglob("*"):
                archive.write(file, file.relative_to(self.packages))
        self.assertEqual(self.run_it("--from", wheel)[0], 0)
        self.assertEqual(self.installed(), KEPT)

    def test_what_is_installed_is_for_all_to_read(self) -> None:
        old = os.umask(0o077)
        self.addCleanup(os.umask, old)
        self.write("torch/lib/libc10.so", "").chmod(0o660)
        self.assertEqual(self.run_it("--from", self.packages)[0], 0)
        for entry in [self.place, *self.place.rglob("*")]:
            mode = stat.S_IMODE(entry.stat().st_mode)
            self.assertEqual(mode & 0o044, 0o044, entry)
            self.assertEqual(mode & 0o022, 0, entry)

    def test_a_file_that_others_may_write_is_copied(self) -> None:
        shared = self.write("torch/lib/libc10.so", "before")
        shared.chmod(0o666)
        self.run_it("--from", self.packages)
        shared.write_text("behind")
        self.assertEqual((self.place / "torch/lib/libc10.so").read_text(), "before")

    def test_another_version_is_refused_and_what_was_there_stays(self) -> None:
        self.run_it("--from", self.packages)
        self.write("torch/version.py", "__version__ = '2.12.1'\n")
        status, _, said = self.run_it("--from", self.packages)
        self.assertEqual(status, 1)
        self.assertIn("that is PyTorch 2.12.1, and the workers are for 2.11", said)
        self.assertEqual(self.installed(), KEPT)

    def test_the_worker_is_asked_with_the_new_libraries(self) -> None:
        worker = self.worker('ls "$LD_LIBRARY_PATH"')
        status, said, _ = self.run_it("--from", self.packages, "--worker", worker)
        self.assertEqual(status, 0)
        self.assertIn("libtorch_cpu.so", said)

    def test_libraries_that_the_worker_does_not_run_with_change_nothing(self) -> None:
        worker = self.worker("echo libcupti.so.13: no such file >&2; exit 127")
        status, _, said = self.run_it("--from", self.packages, "--worker", worker)
        self.assertEqual(status, 1)
        self.assertIn("does not run with these libraries: libcupti.so.13: no such file", said)
        self.assertFalse(self.place.exists())
        self.assertEqual(self.left_behind(), [])

    def test_new_libraries_take_the_place_of_the_old_ones(self) -> None:
        self.run_it("--from", self.packages)
        (self.place / "torch/lib/of-before.so").touch()
        self.assertEqual(self.run_it("--from", self.packages)[0], 0)
        self.assertEqual(self.installed(), KEPT)
        self.assertEqual(self.left_behind(), [])

    def test_they_can_be_taken_away(self) -> None:
        self.run_it("--from", self.packages)
        self.assertEqual(self.run_it("--remove")[0], 0)
        self.assertFalse(self.place.exists())

    def test_a_folder_without_pytorch_is_named(self) -> None:
        status, _, said = self.run_it("--from", self.folder)
        self.assertEqual(status, 1)
        self.assertIn(f"{self.folder} holds no PyTorch", said)

    def test_a_broken_wheel_is_named(self) -> None:
        wheel = self.folder / "torch.whl"
        wheel.write_text("no zip")
        status, _, said = self.run_it("--from", wheel)
        self.assertEqual(status, 1)
        self.assertIn(f"{wheel} is no wheel that can be read", said)

    def test_without_cuda_one_wheel_is_fetched_of_pytorchs_index(self) -> None:
        asked = []
        with mock.patch.object(setup_torch, "pip", lambda *words: asked.append([str(word) for word in words])):
            setup_torch.fetch("2.11.0", False, self.folder)
        self.assertEqual(asked[0][-4:], ["--no-deps", "--index-url", setup_torch.CPU_WHEELS, "torch==2.11.0"])
        self.assertEqual(len(asked), 1)

    def test_with_cuda_the_libraries_come_that_the_wheel_names(self) -> None:
        asked = []
        needs = ["sympy", "nvidia-nccl-cu13==2", "cuda-bindings<14", 'cuda-toolkit[cublas]==13; x == "y"']
        metadata = self.write("torch-2.11.0.dist-info/METADATA", "".join(f"Requires-Dist: {need}\n" for need in needs))
        with mock.patch.object(setup_torch, "pip", lambda *words: asked.append([str(word) for word in words])):
            setup_torch.fetch("2.11.0", True, metadata.parent.parent)
        self.assertEqual(asked[1][-2:], ["nvidia-nccl-cu13==2", 'cuda-toolkit[cublas]==13; x == "y"'])

    def test_the_newest_worker_says_which_version(self) -> None:
        for version in ("2.9.1", "2.11.0"):
            file = self.folder / f"torch{setup_torch.minor(version)}" / "torch-version"
            file.parent.mkdir()
            file.write_text(f"{version}\n")
        self.assertEqual(setup_torch.worker_versions(self.folder), ["2.11.0", "2.9.1"])

    def test_json_is_one_document(self) -> None:
        _, said, _ = self.run_it("--from", self.packages, "--worker", self.worker("echo torch 2.11"), "--json")
        told = json.loads(said)
        self.assertEqual((told["folder"], told["worker"]), (str(self.place), ["torch 2.11"]))
        self.assertEqual(json.loads(self.run_it("--remove", "--json")[1]), {"removed": str(self.place)})

    def test_what_was_put_there_is_written_down(self) -> None:
        self.run_it("--from", self.packages)
        told = json.loads((self.place / "samovar-torch.json").read_text())
        self.assertEqual((told["torch"], told["cuda"]), ("2.11.0", False))


if __name__ == "__main__":
    unittest.main()
