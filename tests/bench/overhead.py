"""what a job costs beyond the model itself, in raw relay round trips of the same messages

Needs: models
"""

import tempfile
from pathlib import Path

from harness import report
from harness.daemon import Daemon, run_program
from harness.places import DEVICE, for_device, take_models

GOAL, ACCEPTED = 1.5, 2.0
MEMCPY_SHARE = 1.2  # what a picture's way out may cost beside the way itself, in memcpys of it
SIZES = ["64x64", "1920x1080", "3840x2160"]
AT = "1920x1080"
ROUNDS = 10


Samples = dict[str, list[int]]  # nanoseconds, by what was timed


def measure(folder: Path, models: list[str], jobs: int, *options: str) -> dict[tuple[str, str], Samples]:
    """By model and size. In rounds, each with a daemon, a client and raw processes of its own: which
    cores the kernel keeps them on is settled once a round, and changes what each wake-up costs."""
    arguments = ["--jobs", jobs, *options]
    for model in models:
        arguments += ["--model", model]
    for size in SIZES:
        arguments += ["--size", size]
    all_rounds: dict[tuple[str, str], Samples] = {}
    for _ in range(ROUNDS):
        with Daemon(folder) as daemon:
            for line in run_program("bench_overhead", "--socket", daemon.socket, *arguments):
                case = all_rounds.setdefault((line["model"], line["size"]), {})
                for name, times in line["samples"].items():
                    case.setdefault(name, []).extend(times)
    return all_rounds


def in_relays(samples: Samples) -> float:
    return report.median(samples["difference"]) / report.median(samples["relay"])


def beyond_copy(samples: Samples) -> float:
    """The same for a model that returns a picture, after the memcpys that its way out may cost."""
    allowed = MEMCPY_SHARE * report.median(samples["memcpy"])
    return (report.median(samples["difference"]) - allowed) / report.median(samples["relay"])


def us(samples: Samples, name: str, share: float = 0.5) -> float:
    return report.quantile(samples[name], share) / 1000


def row(model: str, size: str, samples: Samples) -> list[object]:
    return [f"{model} {size}", *[us(samples, name) for name in ("end_to_end", "inferred", "difference")],
            us(samples, "difference", 0.99), us(samples, "finished"), us(samples, "relay"), us(samples, "pair"),
            us(samples, "memcpy") if "memcpy" in samples else "-", in_relays(samples)]


def figures_of(samples: Samples) -> dict[str, float]:
    figures = {"ratio": in_relays(samples), "difference_us": us(samples, "difference"),
               "relay_us": us(samples, "relay"), "pair_us": us(samples, "pair"),
               "over_one_raw_round_trip": us(samples, "difference") / us(samples, "pair")}
    if "memcpy" in samples:
        figures |= {"memcpy_us": us(samples, "memcpy"), f"ratio_less_{MEMCPY_SHARE}_memcpy": beyond_copy(samples)}
    return figures


def main() -> None:
    options = report.arguments(__doc__)
    jobs = 5 if options.quick else 60
    formats = list(dict.fromkeys([for_device("signature-pt2", "signature-cuda", "signature"), "signature"]))
    picture = for_device("invert-pt2", "invert-cuda", "invert")
    report.say(report.machine())
    with tempfile.TemporaryDirectory() as folder:
        models = take_models(Path(folder) / "models", *formats, picture)
        small = measure(models, formats, jobs)
        large = measure(models, [picture], max(jobs // 3, 5), "--picture-out")

    every = {**small, **large}
    report.table(["median, us", "end to end", "forward", "difference", "its p99", "finish", "relay", "pair", "memcpy",
                  "ratio"], [row(*case, samples) for case, samples in every.items()])
    model = formats[0]
    report.finish("overhead", in_relays(small[model, AT]), GOAL, "lower", {
        "accepted": ACCEPTED, "model": model, "size": AT, "device": DEVICE, "jobs": ROUNDS * jobs,
        "over_one_raw_round_trip": figures_of(small[model, AT])["over_one_raw_round_trip"],
        "growth_from_64x64_to_4k": us(small[model, SIZES[-1]], "difference") / us(small[model, SIZES[0]], "difference"),
        **{f"{name} {size}": figures_of(samples) for (name, size), samples in every.items()}})


if __name__ == "__main__":
    main()
