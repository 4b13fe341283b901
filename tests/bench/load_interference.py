"""the p99 of one model's jobs while another model loads, over its p99 alone

Needs: models
"""

import tempfile
import threading
from pathlib import Path

from harness import report
from harness.daemon import Client, Daemon
from harness.places import for_device, take_models

GOAL = 2.0
SIDE = 512
OTHERS = {"mapped": "model.pt2", "torchscript": "model.pt"}  # both of mlp268


class Loading:
    """Loads and unloads a model without a pause, from a thread and a session of its own."""

    def __init__(self, socket: Path, model: str) -> None:
        self.socket, self.model = socket, model
        self.under_way = threading.Event()
        self.over = threading.Event()
        self.begun = threading.Event()
        self.loads = 0
        self.fault: Exception | None = None
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        try:
            with Client() as client:
                client.ask("connect", self.socket)
                while not self.over.is_set():
                    self.under_way.set()
                    self.begun.set()
                    client.ask("load", self.model)
                    self.under_way.clear()
                    self.loads += 1
                    client.ask("unload", self.model)
        except Exception as fault:
            self.fault = fault
        finally:
            self.begun.set()

    def __enter__(self) -> "Loading":
        self.thread.start()
        self.begun.wait()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()
        self.thread.join()
        if self.fault:
            raise self.fault


def job(client: Client, model: str) -> float:
    return client.ask("run", model, SIDE, SIDE)["ns"] / 1e6


def alone(client: Client, model: str, jobs: int) -> list[float]:
    return [job(client, model) for _ in range(jobs)]


def beside(client: Client, model: str, loading: Loading, jobs: int) -> list[float]:
    """Those that began while a load was under way."""
    times = []
    while len(times) < jobs and loading.fault is None:
        during = loading.under_way.is_set()
        took = job(client, model)
        if during:
            times.append(took)
    return times


def main() -> None:
    options = report.arguments(__doc__)
    report.say(report.machine())
    rounds, jobs = (2, 40) if options.quick else (10, 200)
    network = for_device("selfie", "selfie-cuda", "selfie-pt")
    quiet: list[float] = []
    busy: dict[str, list[float]] = {other: [] for other in OTHERS}
    loads = dict.fromkeys(OTHERS, 0)
    with tempfile.TemporaryDirectory() as folder:
        models = take_models(Path(folder) / "models", network)
        for other, code in OTHERS.items():
            take_models(models, f"mlp268={other}", code=code)
        with Daemon(models) as daemon, Client() as client:
            client.ask("connect", daemon.socket)
            client.ask("load", network)
            for _ in range(rounds):
                for other in OTHERS:
                    quiet += alone(client, network, jobs)
                    with Loading(daemon.socket, other) as loading:
                        busy[other] += beside(client, network, loading, jobs)
                    loads[other] += loading.loads
    report_on(quiet, busy, loads)


def report_on(quiet: list[float], busy: dict[str, list[float]], loads: dict[str, int]) -> None:
    def row(name: str, times: list[float]) -> list[object]:
        return [name, report.median(times), report.quantile(times, 0.99), max(times), len(times)]

    report.table(["a job, ms", "p50", "p99", "longest", "jobs"],
                 [row("alone", quiet), *[row(f"beside {other}", times) for other, times in busy.items()]])
    base = report.quantile(quiet, 0.99)
    ratios = {other: report.quantile(times, 0.99) / base for other, times in busy.items()}
    report.finish("load-interference", max(ratios.values()), GOAL, "lower", {
        "p99_alone_ms": base, "p50_alone_ms": report.median(quiet), "ratios": ratios, "loads": loads,
        "longest_beside_ms": {other: max(times) for other, times in busy.items()}})


if __name__ == "__main__":
    main()
