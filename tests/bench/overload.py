"""a polite caller beside a greedy one, and goodput and refusals at twice the load that can be carried

Needs: models
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import report
from harness.daemon import Client, Daemon
from harness.places import program, take_models

JAIN_GOAL, GOODPUT_GOAL, REFUSAL_GOAL_MS = 0.98, 0.9, 1.0
MODEL, JOB = "sleepy", "count=[1]"  # one to two milliseconds
POLITE, GREEDY = 4, 128  # callers of each
USERS = (60001, 60002)  # numbers that nobody has
TWICE = 2.0
FOR_ALL = '[policy.everyone]\nmodels = ["*"]\n'
# So few that what is over the bound is refused by the daemon, and not by the library before.
BOUND = f"{FOR_ALL}jobs = 64\n[queue]\nsession_jobs = 256\n"
DEADLINE = "100ms"


def arguments_of(daemon: Daemon, seconds: float, *words: object) -> list[str]:
    return ["bench", MODEL, "--input", JOB, "--json", "--socket", str(daemon.socket),
            "--duration", f"{round(seconds * 1000)}ms", "--warm-up", "500ms", *map(str, words)]


def level_of(output: str) -> dict:
    [level] = json.loads(output)["levels"]
    return level


def bench(daemon: Daemon, seconds: float, *words: object) -> dict:
    done = subprocess.run([program("samovar"), *arguments_of(daemon, seconds, *words)], stdout=subprocess.PIPE,
                          text=True, check=True)
    return level_of(done.stdout)


def jain(shares: list[float]) -> float:
    """1 where all have the same, 1/n where one has all."""
    return sum(shares) ** 2 / (len(shares) * sum(share * share for share in shares))


def side_by_side(models: Path, seconds: float) -> list[dict]:
    """The polite and the greedy, each a user of its own where root can make them, else a session."""
    with Daemon(models, threads=1, config=FOR_ALL, arguments=("--socket-mode", "0666")) as daemon:
        ours = daemon.folder / "samovar"
        shutil.copy(program("samovar"), ours)
        daemon.folder.chmod(0o755)
        bench(daemon, 0.2, "--concurrency", 1)  # so that neither waits for the load
        callers = [subprocess.Popen([str(ours), *arguments_of(daemon, seconds, "--concurrency", count)],
                                    stdout=subprocess.PIPE, text=True, cwd="/",
                                    user=user if os.geteuid() == 0 else None,
                                    extra_groups=[] if os.geteuid() == 0 else None)
                   for count, user in zip((POLITE, GREEDY), USERS)]
        told = [caller.communicate(timeout=60 + seconds)[0] for caller in callers]
        assert all(caller.returncode == 0 for caller in callers), told
        return [level_of(output) for output in told]


def over(daemon: Daemon, seconds: float, rate: float, *words: str) -> tuple[dict, float]:
    """At that rate; and the median of pings meanwhile, in milliseconds."""
    load = subprocess.Popen([program("samovar"), *arguments_of(daemon, seconds, "--rate", rate, *words)],
                            stdout=subprocess.PIPE, text=True)
    pings = []
    with Client() as client:
        client.ask("connect", daemon.socket)
        while load.poll() is None:
            pings.append(client.ask("ping")["ns"] / 1e6)
            try:
                load.wait(0.01)  # beside the load, not in place of it
            except subprocess.TimeoutExpired:
                continue
    assert load.returncode == 0, load.returncode
    return level_of(load.stdout.read()), report.median(pings)


def twice(models: Path, seconds: float, samples: dict[str, list[float]]) -> None:
    with Daemon(models, threads=1, config=BOUND) as daemon:
        peak = bench(daemon, seconds, "--concurrency", 32)["calls_per_second"]
        samples["peak"].append(peak)
        for name, words in {"busy": (), "too late": ("--deadline", DEADLINE)}.items():
            level, ping = over(daemon, seconds, TWICE * peak, *words)
            refused = level["busy"] + level["too_late"]
            samples[f"goodput, {name}"].append(level["calls_per_second"] / peak)
            samples[f"refused, {name}"].append(refused / level["calls"])
            samples[f"refusal ms, {name}"].append(level["refusal_p50_us"] / 1000)
            samples[f"refusal p99 ms, {name}"].append(level["refusal_p99_us"] / 1000)
            samples[f"ping ms, {name}"].append(ping)
            samples[f"p99 ms, {name}"].append(level["percentile_us"] / 1000)


def main() -> None:
    options = report.arguments(__doc__)
    rounds, seconds = (1, 0.5) if options.quick else (5, 4.0)
    report.say(report.machine())
    kinds = ("goodput", "refused", "refusal ms", "refusal p99 ms", "ping ms", "p99 ms")
    samples: dict[str, list[float]] = {"peak": [], "jain": [], "polite": [], "greedy": []}
    samples |= {f"{kind}, {name}": [] for kind in kinds for name in ("busy", "too late")}
    with tempfile.TemporaryDirectory() as folder:
        models = take_models(Path(folder) / "models", MODEL, device="cpu")
        for _ in range(rounds):
            polite, greedy = (level["calls_per_second"] for level in side_by_side(models, seconds))
            samples["polite"].append(polite)
            samples["greedy"].append(greedy)
            samples["jain"].append(jain([polite, greedy]))
            twice(models, seconds, samples)

    middle = {name: report.median(values) for name, values in samples.items()}
    apart = "users" if os.geteuid() == 0 else "sessions"
    report.table([f"two {apart}", "callers", "calls/s"],
                 [["polite", POLITE, middle["polite"]], ["greedy", GREEDY, middle["greedy"]]])
    report.table([f"at {TWICE:g} times the peak", "goodput over peak", "refused", "refusal, ms", "its p99", "ping, ms",
                  "p99 of answers, ms"],
                 [[title, *[middle[f"{kind}, {name}"] for kind in kinds]] for name, title in
                  {"busy": "a bound of 64 jobs", "too late": f"and a deadline of {DEADLINE}"}.items()])
    report.say(f"fairness (Jain): {middle['jain']:.4f}, goal at least {JAIN_GOAL}")
    report.finish("overload", middle["goodput, busy"], GOODPUT_GOAL, "higher", {
        "jain": middle["jain"], "jain_goal": JAIN_GOAL, "apart": apart, "peak": middle["peak"],
        "refusal_over_ping": middle["refusal ms, busy"] / middle["ping ms, busy"],
        "refusal_goal_ms": REFUSAL_GOAL_MS, **middle})


if __name__ == "__main__":
    main()
