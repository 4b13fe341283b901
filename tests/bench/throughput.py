"""jobs a second through the daemon, over the same loop with LibTorch in one process

Needs: models
"""

import tempfile
from pathlib import Path

from harness import report
from harness.daemon import Daemon, run_program
from harness.places import DEVICE, SETTLED, STORE, for_device, take_models

GOAL = 0.98
SIDE = 512  # the demo's photograph is 512 x 512
MODEL = for_device("selfie", "selfie-cuda", "selfie-pt")


def measure(threads: int, quick: bool) -> dict[str, list[float]]:
    """Seconds a job of each block, by side. In rounds with processes of their own: where the kernel
    has put a process's memory moves its speed by some percent, for as long as it lives."""
    rounds, blocks, jobs = (1, 2, 10) if quick else (10, 6, 24)
    all_rounds: dict[str, list[float]] = {"daemon": [], "in_process": []}
    with tempfile.TemporaryDirectory() as folder:
        models = take_models(Path(folder) / "models", MODEL)
        for _ in range(rounds):
            with Daemon(models, threads=threads) as daemon:
                name = "bench_throughput" if DEVICE == "cpu" else "bench_throughput_cuda"
                [times] = run_program(
                    name, "--socket", daemon.socket, "--models", models, "--store", STORE, "--model", MODEL,
                    "--device", DEVICE, "--threads", threads, "--width", SIDE, "--height", SIDE,
                    "--blocks", blocks, "--jobs", jobs, env=SETTLED)
            for side, block_times in times.items():
                all_rounds[side] += [ns / 1e9 / jobs for ns in block_times]
    return all_rounds


def main() -> None:
    options = report.arguments(__doc__)
    report.say(report.machine())
    rows, each = [], {}
    for threads in (1, 2):
        times = measure(threads, options.quick)
        ours, theirs = times["daemon"], times["in_process"]
        each[threads] = {"ratio": report.median([b / a for a, b in zip(ours, theirs)]),
                         "ratio_of_sums": sum(theirs) / sum(ours),
                         "jobs_per_second": 1 / report.median(ours),
                         "jobs_per_second_in_process": 1 / report.median(theirs)}
        rows.append([f"{threads} threads", *each[threads].values()])
    report.table(["", "median of pairs", "of sums", "daemon, jobs/s", "in process, jobs/s"], rows)
    report.finish("throughput", each[1]["ratio"], GOAL, "higher", {
        "model": MODEL, "device": DEVICE, "picture": f"{SIDE}x{SIDE}",
        **{f"{threads}_threads": figures for threads, figures in each.items()}})


if __name__ == "__main__":
    main()
