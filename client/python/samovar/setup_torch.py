"""Puts LibTorch where the workers of the Debian packages look for it: samovar setup-torch

A worker is compiled for one minor version of PyTorch and finds LibTorch in one folder of the system. This
fills the folder from PyTorch's wheel, which pip fetches, or from a wheel or an installation that is there
already. Only libraries and licences are kept. The worker is asked whether it runs with them before they
take the place of what was there. Needs nothing but Python and, to fetch, pip.
"""

import argparse
import contextlib
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

WORKERS = Path("/usr/lib/samovar")  # torch2.11/ and the like, each with the programs for that version
LIBRARIES = Path("/var/lib/samovar-torch")  # 2.11/ and the like: root's, and readable for all
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"
FOLDERS = re.compile(r"torch$|torch-.*\.dist-info$|nvidia$|nvidia_.*\.dist-info$")
KEPT = ["torch/lib/*.so*", "torch/version.py", "nvidia/*/lib/*.so*", "*.dist-info/*LICENSE*", "*.dist-info/*NOTICE*",
        "*.dist-info/licenses/*"]
# Python's own side of LibTorch.
LEFT_OUT = ["torch/lib/libtorch_python.so", "torch/lib/libshm.so"]
OF_CUDA = re.compile(r"(nvidia-|cuda-toolkit)")
ABOUT = "samovar-torch.json"


class Refusal(Exception):
    """What is wrong, and the way out."""


def worker_versions(workers: Path) -> list[str]:
    """Full versions of PyTorch that the installed workers were compiled for, the newest first."""
    files = workers.glob("torch*/torch-version")
    return sorted((file.read_text().strip() for file in files), key=numbers, reverse=True)


def numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def has_nvidia() -> bool:
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidiactl").exists()


def is_kept(name: str) -> bool:
    """Of a file in a folder of packages, by its path there."""
    ours = FOLDERS.match(name.split("/", 1)[0])
    return ours is not None and any(fnmatch.fnmatch(name, kept) for kept in KEPT) and name not in LEFT_OUT


def version_in(packages: Path) -> str:
    """As torch/version.py says it, without "+cu130"."""
    file = packages / "torch" / "version.py"
    try:
        found = re.search(r"^__version__ = '([^'+]+)", file.read_text(), re.MULTILINE)
    except OSError as fault:
        raise Refusal(f"{packages} holds no PyTorch: {fault.strerror}: {file}; name the folder that has torch/ in it, "
                      "such as lib/python3.11/site-packages of an environment") from fault
    if not found:
        raise Refusal(f"{file} does not say a version")
    return found[1]


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    if subprocess.run(command, check=False, stdout=sys.stderr).returncode:
        raise Refusal("pip failed, as it says above; it is package python3-pip, and --from takes a wheel that was "
                      "fetched elsewhere")


def fetch(version: str, cuda: bool, into: Path) -> None:
    """PyTorch's wheel, and the libraries of CUDA that it names: as pip is configured, or of PyTorch's own index."""
    install = ["install", "--no-compile", "--only-binary", ":all:", "--target", into]
    if not cuda:
        return pip(*install, "--no-deps", "--index-url", CPU_WHEELS, f"torch=={version}")
    pip(*install, "--no-deps", f"torch=={version}")
    [metadata] = into.glob("torch-*.dist-info/METADATA")
    needs = re.findall(r"^Requires-Dist: (.+)$", metadata.read_text(), re.MULTILINE)
    libraries = [need for need in needs if OF_CUDA.match(need)]
    if libraries:
        pip(*install, *libraries)


def unpack(wheel: Path, into: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(into, [name for name in archive.namelist() if is_kept(name)])
    except (OSError, zipfile.BadZipFile) as fault:
        raise Refusal(f"{wheel} is no wheel that can be read: {fault}") from fault


def keep(packages: Path, into: Path) -> int:
    """Puts what is kept of a folder of packages under `into`; the bytes of it."""
    total = 0
    for folder in filter(lambda entry: FOLDERS.match(entry.name), packages.iterdir()):
        for file in filter(Path.is_file, folder.rglob("*")):
            place = file.relative_to(packages)
            if not is_kept(place.as_posix()):
                continue
            target = into / place
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            put(file, target)
            total += target.stat().st_size
    return total


def put(file: Path, target: Path) -> None:
    """A link where all can read the file and nobody else can change it, else a copy."""
    status = file.stat()
    with contextlib.suppress(OSError):
        if status.st_uid == os.geteuid() and status.st_mode & 0o066 == 0o044:
            return os.link(file.resolve(), target)
    shutil.copyfile(file, target)
    target.chmod(0o644)


def probe(worker: Path, libraries: Path) -> str:
    """What the worker says of itself with these libraries."""
    environment = {"LD_LIBRARY_PATH": str(libraries / "torch" / "lib"), "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run([worker, "--probe"], check=False, env=environment, capture_output=True, text=True,
                              timeout=120)
    except OSError as fault:
        raise Refusal(f"{worker} cannot be run: {fault.strerror}; install its package first, or leave out "
                      "--worker") from fault
    if done.returncode:
        raise Refusal(f"{worker} does not run with these libraries: {done.stderr.strip()}")
    return done.stdout.strip()


def check_version(packages: Path, version: str) -> None:
    found = version_in(packages)
    if minor(found) != minor(version):
        raise Refusal(f"that is PyTorch {found}, and the workers are for {minor(version)}: LibTorch has no stable "
                      f"interface between minor versions; take torch {minor(version)}, or install "
                      f"samovar-worker-torch{minor(found)}")


@contextlib.contextmanager
def staged_beside(place: Path) -> Iterator[Path]:
    """A folder of the same file system, which is gone at the end."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        stage = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    except PermissionError as fault:
        raise Refusal(f"{place.parent} cannot be written: run this as root, or name another folder with "
                      "--into") from fault
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def replace(place: Path, new: Path) -> None:
    """Workers that run keep what they have opened."""
    new.chmod(0o755)
    old = new.with_name(f"{new.name}-old")
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def set_up(options: argparse.Namespace, version: str, place: Path, worker: Path | None) -> None:
    with staged_beside(place) as stage:
        packages = Path(options.source) if options.source else stage / "packages"
        if options.source is None:
            fetch(version, options.cuda, packages)
        elif packages.is_file():
            packages = stage / "packages"
            unpack(Path(options.source), packages)
        check_version(packages, version)
        new = stage / "new"
        new.mkdir()
        total = keep(packages, new)
        told = {"torch": version_in(new), "cuda": (new / "torch/lib/libtorch_cuda.so").exists(), "bytes": total}
        (new / ABOUT).write_text(json.dumps(told) + "\n")
        said = probe(worker, new) if worker else ""
        replace(place, new)
    if options.json:
        return print(json.dumps(told | {"folder": str(place), "worker": said.splitlines()}))
    if said:
        print(said)
    print(f"LibTorch {told['torch']} with{'' if told['cuda'] else 'out'} CUDA, {total / 1e6:.0f} MB: {place}")
    print("The next worker takes it; `systemctl try-restart samovard` begins anew.")


def arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="samovar setup-torch", description=__doc__.split("\n", 1)[0])
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--cpu", dest="cuda", action="store_false", help="without CUDA, a tenth of the size")
    kind.add_argument("--cuda", action="store_true",
                      help="with CUDA; neither: with it where there is an NVIDIA driver")
    parser.add_argument("--from", dest="source", metavar="PATH",
                        help="a wheel, or a folder with torch/ (and nvidia/) in it, instead of fetching")
    parser.add_argument("--torch", metavar="VERSION",
                        help="which, such as 2.11.0; default: of the newest worker installed")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="default: /var/lib/samovar-torch/MINOR")
    parser.add_argument("--worker", type=Path, metavar="PROGRAM",
                        help="who is asked whether it runs with it; default: that of the package")
    parser.add_argument("--remove", action="store_true", help="take LibTorch away again")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of words")
    parser.set_defaults(cuda=has_nvidia())
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    options = arguments(words)
    os.umask(0o022)
    try:
        version = options.torch or next(iter(worker_versions(WORKERS)), None)
        if version is None:
            raise Refusal(f"no worker is installed under {WORKERS}; install a samovar-worker-torch package, or name "
                          "the version with --torch")
        place = options.into or LIBRARIES / minor(version)
        if options.remove:
            shutil.rmtree(place)
            print(json.dumps({"removed": str(place)}) if options.json else f"removed {place}")
            return 0
        of_package = WORKERS / f"torch{minor(version)}" / "samovar-worker"
        worker = options.worker or (of_package if of_package.exists() else None)
        set_up(options, version, place, worker)
    except (Refusal, OSError) as fault:
        print(f"samovar setup-torch: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
