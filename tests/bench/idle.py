"""what samovard costs while nobody calls: memory in units of 12 MB

Needs: models
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harness import report
from harness.daemon import Client, Daemon
from harness.places import MODELS
from harness.processes import children, context_switches, pss_by_mapping, pss_bytes

GOAL, SWITCHES_GOAL = 1.0, 1.0
UNIT = 12e6
SETTLE = 1  # seconds after the start, before anything is counted
MANY = 1000
RULES = (
    'forecast = true',
    'self_warm = "5m"',
    'hot = "sat,sun 03:00-03:05 Europe/Berlin"\nkeep_alive = "30m"',
    'warm = "17 4 1 1 *"\nrelease = "47 4 1 1 *"',
)


@dataclass
class Idle:
    """A daemon to which nobody talks."""

    models: int
    pss: int
    mappings: dict[str, int]
    switches: float  # a second
    workers: int


def watch(models: Path, seconds: float) -> Idle:
    # The store may have to take all models in: measured is the daemon after that, as it starts each day.
    Daemon(models).stop()
    with Daemon(models) as daemon, Client() as client:
        client.ask("connect", daemon.socket)  # a session has been served, and is there no more
        client.ask("ping")
        client.ask("disconnect")
        time.sleep(SETTLE)
        before, begun = context_switches(daemon.pid), time.monotonic()
        time.sleep(seconds)
        switches = (context_switches(daemon.pid) - before) / (time.monotonic() - begun)
        return Idle(sum(1 for folder in models.iterdir() if (folder / "model.toml").exists()), pss_bytes(daemon.pid),
                    pss_by_mapping(daemon.pid), switches, len(children(daemon.pid)))


def many(folder: Path) -> Path:
    """A thousand models, each with a rule that has it looked at now and then."""
    text = (MODELS / "tiny" / "model.toml").read_text()
    for number in range(MANY):
        model = folder / f"tiny-{number}"
        model.mkdir(parents=True)
        (model / "model.pt").symlink_to(MODELS / "tiny" / "model.pt")
        named = text.replace('name = "tiny"', f'name = "{model.name}"')
        (model / "model.toml").write_text(f"{named}\n[residency]\n{RULES[number % len(RULES)]}\n")
    return folder


def main() -> None:
    options = report.arguments(__doc__)
    seconds = 1 if options.quick else 20
    report.say(report.machine())
    few = watch(MODELS, seconds)
    with tempfile.TemporaryDirectory() as folder:
        thousand = watch(many(Path(folder) / "models"), seconds)

    rows = [[Path(name).name, size / 1e6] for name, size in list(few.mappings.items())[:12]]
    report.table(["mapped", "PSS, MB"], [*rows, ["all", few.pss / 1e6]])
    report.table(["models", "PSS, MB", "context switches a second", "workers"],
                 [[idle.models, idle.pss / 1e6, idle.switches, idle.workers] for idle in (few, thousand)])
    report.finish("idle", few.pss / UNIT, GOAL, "lower", {
        "pss_mb": few.pss / 1e6, "context_switches_per_second": few.switches, "worker_processes": few.workers,
        "models_configured": few.models, "context_switches_goal": SWITCHES_GOAL, "seconds": seconds,
        "of_1000_models": {"pss_mb": thousand.pss / 1e6, "context_switches_per_second": thousand.switches,
                           "worker_processes": thousand.workers}})


if __name__ == "__main__":
    main()
