"""what the first call of a hot model takes over that of a cold one, by rung

Needs: models
"""

import tempfile
import time
from pathlib import Path

from harness import report
from harness.daemon import Client, Daemon
from harness.places import for_device, take_models

GOAL = 0.1
SIDE = 512
NEIGHBOUR = "tiny"  # keeps the worker alive while the model is cold
GAP = 5  # seconds without a call
PATIENCE = 20  # seconds that a worker may take to end


class Caller:
    """One client; what it makes of the model before each call is no part of the call's time."""

    def __init__(self, client: Client, model: str) -> None:
        self.client, self.model = client, model

    def call(self) -> float:
        return self.client.ask("run", self.model, SIDE, SIDE)["ns"] / 1e6

    def without_worker(self) -> None:
        for name in (self.model, NEIGHBOUR):
            self.client.ask("unload", name)
        deadline = time.monotonic() + PATIENCE
        while any(self.client.ask("workers").get("workers", {}).values()):
            assert time.monotonic() < deadline, "a worker without models does not end"
            time.sleep(0.01)

    def cold(self) -> None:
        self.client.ask("load", NEIGHBOUR)
        self.client.ask("unload", self.model)

    def parked(self) -> None:
        self.client.ask("load", self.model)
        self.client.ask("park", self.model)

    def loaded(self) -> None:
        """By somebody else than the caller: with its first runs behind it."""
        self.cold()
        self.client.ask("load", self.model)

    def hot_after_a_gap(self) -> None:
        self.call()
        time.sleep(GAP)

    def hot(self) -> None:
        self.call()


def main() -> None:
    options = report.arguments(__doc__)
    report.say(report.machine())
    network = for_device("selfie", "selfie-cuda", "selfie-pt")
    rungs = {"no worker": Caller.without_worker, "cold": Caller.cold, "parked": Caller.parked, "loaded": Caller.loaded,
             f"hot, {GAP} s without a call": Caller.hot_after_a_gap, "hot": Caller.hot}
    times: dict[str, list[float]] = {rung: [] for rung in rungs}
    with tempfile.TemporaryDirectory() as folder:
        models = take_models(Path(folder) / "models", network, NEIGHBOUR)
        with Daemon(models) as daemon, Client() as client:
            client.ask("connect", daemon.socket)
            caller = Caller(client, network)
            for _ in range(2 if options.quick else 15):
                for rung, bring_there in rungs.items():
                    bring_there(caller)
                    times[rung].append(caller.call())
    hot = report.median(times["hot"])
    rows = [[rung, report.median(taken), min(taken), max(taken), report.median(taken) / hot]
            for rung, taken in times.items()]
    report.table(["first call, ms", "median", "least", "most", "over hot"], rows)
    ratio = report.median([a / b for a, b in zip(times["hot"], times["no worker"])])
    report.finish("warming", ratio, GOAL, "lower",
                  {"first_call_ms": {rung: report.median(taken) for rung, taken in times.items()}})


if __name__ == "__main__":
    main()
