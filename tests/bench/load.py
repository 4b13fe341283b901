"""from the request to load a 268 MB .pt2 to hot, over torch::jit::load of the same network

Needs: models
"""

import tempfile
import time
from pathlib import Path

from harness import report
from harness.daemon import Client, Daemon, run_program
from harness.places import MODELS, SETTLED, take_models
from harness.processes import pss_bytes

GOAL, PSS_GOAL, SECOND_GOAL = 0.1, 1.1, 0.1
MODEL, SMALL = "mlp268", "tiny-pt2"
TWIN, SMALL_TWIN = "mlp268-twin", "tiny-twin"  # the same with isolation = "model"
WORKER_OF = {MODEL: "cpu", SMALL: "cpu", TWIN: f"cpu/{TWIN}", SMALL_TWIN: f"cpu/{SMALL_TWIN}"}
PATIENCE = 10  # seconds that a worker may take to end


class Workers:
    """The worker of the device, and those that models have to themselves."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def pids(self) -> dict[str, int]:
        return self.client.ask("workers").get("workers", {})

    def pss(self) -> int:
        return sum(pss_bytes(pid) for pid in self.pids().values() if pid)

    def unload(self, *models: str) -> None:
        """Unloads them, and waits until the workers that hold nothing any more have ended."""
        for model in models:
            self.client.ask("unload", model)
        deadline = time.monotonic() + PATIENCE
        while any(self.pids().get(WORKER_OF[model]) for model in models):
            assert time.monotonic() < deadline, "a worker without models does not end"
            time.sleep(0.01)


def measure(client: Client, rounds: int) -> tuple[list[dict], list[float]]:
    ours, theirs = [], []
    workers = Workers(client)
    for _ in range(rounds):
        # A worker that has loaded something small, so that what a process pays once is paid.
        workers.unload(MODEL, SMALL)
        client.ask("load", SMALL)
        before = workers.pss()
        loaded = client.ask("load", MODEL)
        assert not loaded["was_hot"] and loaded["code"] == "model.pt2", loaded
        ours.append({**loaded, "grown": workers.pss() - before})
        [bare] = run_program("bench_jit_load", MODELS / MODEL / "model.pt", MODELS / "tiny" / "model.pt", env=SETTLED)
        theirs.append(bare["ns"] / 1e6)
    return ours, theirs


def second_worker(client: Client, model: str) -> int:
    """What all workers hold together, after less before `model` came into a worker of its own."""
    workers = Workers(client)
    before = workers.pss()
    client.ask("load", model)
    grown = workers.pss() - before
    workers.unload(model)
    return grown


def main() -> None:
    options = report.arguments(__doc__)
    report.say(report.machine())
    with tempfile.TemporaryDirectory() as folder:
        # torch::jit::load runs nothing, so the model is not run here either: loading is compared with loading.
        keys = {"code": "model.pt2", "device": "cpu", "warmup": False}
        models = take_models(Path(folder) / "models", MODEL, SMALL, **keys)
        take_models(models, f"{MODEL}={TWIN}", f"{SMALL}={SMALL_TWIN}", isolation="model", **keys)
        with Daemon(models) as daemon, Client() as client:
            client.ask("connect", daemon.socket)
            ours, theirs = measure(client, 3 if options.quick else 15)
            # A process of its own costs something with any model; the rest is the weights'.
            empty = second_worker(client, SMALL_TWIN)
            second = second_worker(client, TWIN)
    weights = ours[0]["weight_bytes"]
    load = report.median([each["ns"] / 1e6 for each in ours])
    bare = report.median(theirs)
    phases = {name: report.median([each["phases"].get(name, 0) / 1e6 for each in ours]) for name in ours[0]["phases"]}
    report.table(["median, ms", "", "p99"], [
        ["load to hot", load, report.quantile([each["ns"] / 1e6 for each in ours], 0.99)],
        *[[f"  {name}", ms, "-"] for name, ms in phases.items()],
        ["torch::jit::load", bare, report.quantile(theirs, 0.99)]])
    pss = report.median([each["grown"] for each in ours]) / weights
    another = (second - empty) / weights
    report.table(["PSS over bytes of weights", "", "goal"], [
        ["first worker", pss, PSS_GOAL], ["second worker, beyond an empty one", another, SECOND_GOAL]])
    report.finish("load", load / bare, GOAL, "lower", {
        "load_ms": load, "jit_load_ms": bare, "weight_bytes": weights, "phases_ms": phases,
        "pss_over_weights": pss, "pss_goal": PSS_GOAL,
        "second_worker_over_weights": another, "second_worker_goal": SECOND_GOAL,
        "empty_second_worker_mb": empty / 1e6})


if __name__ == "__main__":
    main()
