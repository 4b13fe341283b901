"""how fast weights come into memory from disk, over a plain parallel read of the same bytes

Needs: models
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import report
from harness.daemon import Client, Daemon
from harness.places import MODELS, ROOT, SETTLED, STORE, take_models

DISK_GOAL = 0.8  # our bytes a second over those of the plain read
TORCHSCRIPT_GOAL, JIT_GOAL, AOTI_GOAL = 1.0, 0.1, 0.05  # our time over theirs, from the page cache
READ_THREADS, CHUNK = 4, 4 << 20
INTO_MEMORY = ("open", "read", "build", "to_device")
LARGE = 1 << 20  # what is smaller is code, which stays in the page cache
PYTHON_LOAD = Path(__file__).with_name("harness") / "python_load.py"
SMALL = {"model.pt": "tiny", "model.pt2": "tiny-pt2"}
NETWORKS = {"tiny": "Tiny", "mlp25": "Mlp25", "mlp268": "Mlp268", "mlp1000": "Mlp1000"}
PEERS = STORE.parent / "peers"  # packages as AOTInductor makes them, weights inside
PATIENCE = 20  # seconds that a worker may take to end


def make_models(names: list[str]) -> None:
    made = ROOT / "tests" / "support" / "models.py"
    if not all((MODELS / name / "model.toml").exists() for name in names):
        subprocess.run([sys.executable, made, MODELS, *names], check=True, stdout=sys.stderr)
    PEERS.mkdir(parents=True, exist_ok=True)
    for name in ("tiny", *names):
        package = PEERS / f"{name}.pt2"
        if not package.exists():
            command = [sys.executable, PYTHON_LOAD, "compile", NETWORKS[name], package]
            subprocess.run(command, check=True, stdout=sys.stderr)


def files_in(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and file.stat().st_size >= LARGE]


def leave_page_cache(files: list[Path]) -> None:
    """Pages that are mapped or dirty would stay: nobody maps these now, and they are written."""
    for file in files:
        descriptor = os.open(file, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def plain_read(file: Path) -> float:
    """Seconds of reading a file by several threads into memory that is there already."""
    size = file.stat().st_size
    descriptor = os.open(file, os.O_RDONLY)
    buffers = [bytearray(CHUNK) for _ in range(READ_THREADS)]

    def lane(first: int) -> None:
        for offset in range(first * CHUNK, size, READ_THREADS * CHUNK):
            os.preadv(descriptor, [buffers[first]], offset)

    with ThreadPoolExecutor(READ_THREADS) as pool:
        list(pool.map(int, range(READ_THREADS)))  # its threads are there
        begun = time.perf_counter()
        list(pool.map(lane, range(READ_THREADS)))
        took = time.perf_counter() - begun
    os.close(descriptor)
    return took


def python_load(model: str, code: str) -> float:
    if code == "model.pt":
        command = ["torchscript", MODELS / model / code, MODELS / "tiny" / code]
    else:
        command = ["aoti", PEERS / f"{model}.pt2", PEERS / "tiny.pt2"]
    plain_read(command[1])  # into the page cache, from where ours was read, too
    done = subprocess.run([sys.executable, PYTHON_LOAD, *command], env=SETTLED, stdout=subprocess.PIPE, text=True,
                          check=True)
    return int(done.stdout.split()[-1]) / 1e9


def ours(client: Client, model: str, code: str) -> tuple[float, float]:
    """Seconds until the weights are in memory, and until the model is hot, in a worker that is there."""
    small = f"small-{code.removeprefix('model.')}"
    client.ask("load", small)
    loaded = client.ask("load", model)
    assert not loaded["was_hot"] and loaded["code"] == code, loaded
    for name in (model, small):
        client.ask("unload", name)
    deadline = time.monotonic() + PATIENCE
    while any(client.ask("workers").get("workers", {}).values()):
        assert time.monotonic() < deadline, "a worker without models does not end"
        time.sleep(0.01)
    return sum(loaded["phases"].get(phase, 0) for phase in INTO_MEMORY) / 1e9, loaded["ns"] / 1e9


class Case:
    """One model in one format; all times in seconds, a list a round."""

    def __init__(self, source: str, code: str) -> None:
        self.source, self.code = source, code
        self.name = f"{source}-{code.removeprefix('model.')}"
        self.weights = MODELS / source / ("weights.safetensors" if code == "model.pt2" else code)
        self.times: dict[str, list[float]] = {}

    def add(self, **times: float) -> None:
        for name, seconds in times.items():
            self.times.setdefault(name, []).append(seconds)

    def over(self, ours: str, theirs: str) -> float:
        return report.median([a / b for a, b in zip(self.times[ours], self.times[theirs])])

    def round(self, client: Client) -> None:
        leave_page_cache([*files_in(STORE), *files_in(MODELS / self.source)])
        disk, _ = ours(client, self.name, self.code)
        self.add(disk=disk, plain_disk=plain_read(self.weights))
        cached, total = ours(client, self.name, self.code)
        self.add(cached=cached, total=total, plain_cached=plain_read(self.weights))
        self.add(python=python_load(self.source, self.code), jit=python_load(self.source, "model.pt"))


def main() -> None:
    options = report.arguments(__doc__)
    report.say(report.machine())
    sources = ["mlp268"] if options.quick else ["mlp25", "mlp1000"]
    make_models(sources)
    cases = [Case(source, code) for source in sources for code in ("model.pt2", "model.pt")]
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        # What the peers do is loading alone, so nothing is run here either.
        for case in cases:
            take_models(models, f"{case.source}={case.name}", code=case.code, device="cpu", warmup=False)
        for code, small in SMALL.items():
            take_models(models, f"{small}=small-{code.removeprefix('model.')}", code=code, device="cpu", warmup=False)
        with Daemon(models) as daemon, Client() as client:
            client.ask("connect", daemon.socket)
            for _ in range(1 if options.quick else 5):
                for case in cases:
                    case.round(client)
    tell(cases)


def tell(cases: list[Case]) -> None:
    rows, figures = [], {}
    for case in cases:
        mapped = case.code == "model.pt2"
        bytes_read = case.weights.stat().st_size
        figure = {
            "megabytes": bytes_read / 1e6,
            "disk_over_plain_read": case.over("plain_disk", "disk"),
            "cached_over_plain_read": case.over("plain_cached", "cached"),
            "total_over_jit_load": case.over("total", "jit"),
            "total_over_python": case.over("total", "python"),
            "total_ms": report.median(case.times["total"]) * 1e3,
            "disk_ms": report.median(case.times["disk"]) * 1e3,
            "plain_disk_ms": report.median(case.times["plain_disk"]) * 1e3,
            "jit_goal": JIT_GOAL if mapped else TORCHSCRIPT_GOAL,
            "python_goal": AOTI_GOAL if mapped else TORCHSCRIPT_GOAL,
        }
        figures[case.name] = figure
        rows.append([case.name, figure["disk_over_plain_read"], figure["cached_over_plain_read"], figure["total_ms"],
                     f"{figure['total_over_jit_load']:.3g} ({figure['jit_goal']:g})",
                     f"{figure['total_over_python']:.3g} ({figure['python_goal']:g})"])
    report.table(["", "from disk over plain read", "from cache", "total, ms", "over torch.jit.load (goal)",
                  "over Python's loader (goal)"], rows)
    slowest = min(figure["disk_over_plain_read"] for figure in figures.values())
    report.finish("load-phases", slowest, DISK_GOAL, "higher", figures)


if __name__ == "__main__":
    main()
