"""what samovard costs while nobody calls: memory in units of 12 MB

Needs: models
"""

import time
from pathlib import Path

from harness import report
from harness.daemon import Client, Daemon
from harness.places import MODELS
from harness.processes import children, context_switches, pss_by_mapping, pss_bytes

GOAL = 1.0
UNIT = 12e6
SETTLE = 1  # seconds after the start, before anything is counted


def main() -> None:
    options = report.arguments(__doc__)
    seconds = 1 if options.quick else 20
    report.say(report.machine())
    # The store may have to take all models in: measured is the daemon after that, as it starts each day.
    Daemon(MODELS).stop()
    with Daemon(MODELS) as daemon, Client() as client:
        client.ask("connect", daemon.socket)  # a session has been served, and is there no more
        client.ask("ping")
        client.ask("disconnect")
        time.sleep(SETTLE)
        before, begun = context_switches(daemon.pid), time.monotonic()
        time.sleep(seconds)
        switches = (context_switches(daemon.pid) - before) / (time.monotonic() - begun)
        pss = pss_bytes(daemon.pid)
        mappings = pss_by_mapping(daemon.pid)
        workers = len(children(daemon.pid))
        models = sum(1 for folder in MODELS.iterdir() if (folder / "model.toml").exists())

    rows = [[Path(name).name, size / 1e6] for name, size in list(mappings.items())[:12]]
    report.table(["mapped", "PSS, MB"], [*rows, ["all", pss / 1e6]])
    report.table(["idle", ""], [["context switches a second", switches], ["workers", workers], ["models", models]])
    report.finish("idle", pss / UNIT, GOAL, "lower", {
        "pss_mb": pss / 1e6, "context_switches_per_second": switches, "context_switches_goal": 1.0,
        "worker_processes": workers, "models_configured": models, "seconds": seconds})


if __name__ == "__main__":
    main()
