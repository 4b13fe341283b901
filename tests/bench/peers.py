"""the same models behind FastAPI, LitServe, mosec, Triton, a worker made by hand, and samovard

Needs: models, peers, minilm
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

from harness import report
from harness.peer import SERVED, Case, environment
from harness.peers import ALL, PYTHON, CopyingPipeWorker, PipeWorker, Samovar
from harness.places import MODELS

CLIENTS = (1, 8, 32, 64)
ROWS = 32  # of a batch; harness/served/network.py
SENTENCES = 120
READS, GIVES_BACK, BATCHES, TEXTS = "reads a picture", "picture in and out", "rows", "120 sentences"
PICTURE_BYTES = 1080 * 1920 * 3
THREADS = 1
# Ours over theirs; how a goal is met is in its direction.
GOALS = [
    ("overhead, picture read, over Triton", READS, "overhead", "Triton", 1 / 20, "lower"),
    ("overhead, picture read, over the pipe worker", READS, "overhead", PipeWorker.name, 1 / 3, "lower"),
    ("overhead, picture read, over the pipe worker that copies", READS, "overhead", CopyingPipeWorker.name, 1 / 3,
     "lower"),
    ("overhead, picture in and out, over Triton", GIVES_BACK, "overhead", "Triton", 1 / 10, "lower"),
    ("overhead, picture in and out, over the pipe worker", GIVES_BACK, "overhead", PipeWorker.name, 0.6, "lower"),
    ("overhead, picture in and out, over the pipe worker that copies", GIVES_BACK, "overhead",
     CopyingPipeWorker.name, 0.6, "lower"),
    ("rows a second at 32 clients, over mosec", BATCHES, "at 32", "mosec", 2.0, "higher"),
    ("rows a second at 32 clients, over LitServe", BATCHES, "at 32", "LitServe", 4.0, "higher"),
    ("rows a second at 32 clients, over perfect batches", BATCHES, "at 32", "in process", 0.95, "higher"),
    ("rows a second at 64 clients, over perfect batches", BATCHES, "at 64", "in process", 0.95, "higher"),
    ("120 sentences, speed over perfect batches", TEXTS, "speed", "in process", 0.95, "higher"),
]


@dataclass
class Figures:
    """Of one peer in one case: a list of samples by name, and what went wrong."""

    samples: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    started: bool = True  # at its last try

    def note(self, name: str, value: float) -> None:
        self.samples.setdefault(name, []).append(value)

    def middle(self, name: str) -> float:
        return report.median(self.samples[name]) if name in self.samples else float("nan")


def cases() -> dict[str, Case]:
    words = "the tea is hot and a long day ends where nobody waits for any model that sleeps on its disk".split()
    chance = random.Random(120)
    lines = "\n".join(" ".join(chance.choices(words, k=21)) for _ in range(SENTENCES)).encode()
    picture = chance.randbytes(PICTURE_BYTES)
    row = b"".join(chance.randbytes(2) + b"\x80\x3f" for _ in range(1024))  # floats around 1
    found = {READS: ("picture", "signature", picture, 64 * 4),
             GIVES_BACK: ("picture", "invert", picture, PICTURE_BYTES),
             BATCHES: ("rows", "mlp25", row, len(row)),
             TEXTS: ("texts", "minilm", lines, SENTENCES * 384 * 4)}
    return {name: Case(kind, model, MODELS / model / "model.pt", body, answer)
            for name, (kind, model, body, answer) in found.items()}


def in_process(case: Case, seconds: float) -> float:
    """Milliseconds of one call of the network alone: of 32 rows, of a picture, of 120 sentences."""
    with tempfile.NamedTemporaryFile() as body:
        body.write(case.body)
        body.flush()
        done = subprocess.run([PYTHON, str(SERVED / "in_process.py"), body.name, str(seconds)],
                              env=environment(case, THREADS), stdout=subprocess.PIPE, text=True, check=True)
    return report.median(json.loads(done.stdout)) / 1e6


def measure(kind: type, case: Case, seconds: float, alone: float, figures: Figures) -> None:
    figures.started = False
    peer = kind(case, THREADS)
    figures.started = True
    try:
        figures.note("cold start", peer.cold_start)
        for clients in CLIENTS if case.kind == "rows" else CLIENTS[:1]:
            try:
                measured = peer.measure(clients, seconds)
            except (RuntimeError, subprocess.SubprocessError) as fault:
                figures.faults.append(f"at {clients}: {fault}")
                continue
            figures.note(f"at {clients}", measured.calls_per_second)
            if clients == 1:
                figures.note("ms", measured.ms)
                figures.note("overhead", measured.ms - alone)
                figures.note("speed", 1 / measured.ms)
        time.sleep(0.5)  # what is idle is weighed
        figures.note("idle", peer.pss() / 1e6)
    finally:
        peer.stop()


def round_of(name: str, case: Case, peers: list[type], seconds: float, all_figures: dict[str, Figures]) -> None:
    """All peers and the network alone, one after the other. One that did not start is not tried again."""
    if case.kind == "texts":
        seconds *= 2  # a call takes most of a second
    alone = in_process(case, seconds)
    reference = all_figures.setdefault("in process", Figures())
    for figure, value in {"ms": alone, "at 32": ROWS * 1000 / alone, "at 64": ROWS * 1000 / alone,
                          "speed": 1 / alone}.items():
        reference.note(figure, value)
    for kind in peers:
        figures = all_figures.setdefault(kind.name, Figures())
        if not figures.started:
            continue
        report.say(f"{name}: {kind.name} ...")
        try:
            measure(kind, case, seconds, alone, figures)
        except (RuntimeError, OSError, subprocess.SubprocessError) as fault:
            if kind is Samovar:
                raise
            figures.faults.append(f"{type(fault).__name__}: {fault}")
            report.say(f"    {figures.faults[-1]}")


def or_dash(value: float) -> float | str:
    return "-" if value != value else value


def tell(name: str, kind: str, all_figures: dict[str, Figures]) -> None:
    columns = {"picture": ["ms", "overhead"], "rows": ["at 1", "at 8", "at 64", "at 32"], "texts": ["ms"]}[kind]
    compared = columns[-1]
    ours = all_figures[Samovar.name].middle(compared)
    rows = []
    for peer, figures in all_figures.items():
        numbers = [figures.middle(column) for column in columns]
        numbers += [numbers[-1] / ours, figures.middle("cold start"), figures.middle("idle")]
        rows.append([peer, *map(or_dash, numbers)])
    titles = {"ms": "a call, ms", "overhead": "overhead, ms"}
    report.say(f"{name}, {THREADS} thread of inference")
    report.table(["", *[titles.get(column, f"calls/s {column}") for column in columns], "over Samovar's",
                  "cold start, s", "idle, MB"], rows)
    for peer, figures in all_figures.items():
        for fault in figures.faults:
            report.say(f"    {peer}: {fault}")


def judge(results: dict[str, dict[str, Figures]]) -> dict[str, dict[str, object]]:
    judged = {}
    for title, case, figure, peer, goal, better in GOALS:
        if case not in results or peer not in results[case]:
            continue
        ratio = results[case][Samovar.name].middle(figure) / results[case][peer].middle(figure)
        judged[title] = {"ratio": ratio if ratio == ratio else None, "goal": goal, "better": better,
                         "pass": ratio <= goal if better == "lower" else ratio >= goal}
    report.table(["goal", "ratio", "", "met"], [
        [title, told["ratio"] or "-", f"{'<=' if told['better'] == 'lower' else '>='} {told['goal']:.3g}",
         "yes" if told["pass"] else "no"] for title, told in judged.items()])
    return judged


def main() -> None:
    options = report.arguments(__doc__)
    rounds, seconds = (1, 0.3) if options.quick else (3, 2.0)
    report.say(report.machine())
    wanted = cases()
    if options.quick:
        wanted = {name: wanted[name] for name in (READS, GIVES_BACK)}  # whose networks every build has
    results: dict[str, dict[str, Figures]] = {name: {} for name in wanted}
    for turn in range(rounds):
        for name, case in wanted.items():
            first = turn % len(ALL)
            by_turns = [kind for kind in ALL[first:] + ALL[:first] if case.kind in kind.kinds]
            round_of(name, case, by_turns, seconds, results[name])
    for name, case in wanted.items():
        names = ["in process", *[kind.name for kind in ALL if kind.name in results[name]]]
        tell(name, case.kind, {peer: results[name][peer] for peer in names})
    judged = judge(results)
    headline = judged[GOALS[0][0]]
    told = {case: {peer: {**{key: figures.middle(key) for key in figures.samples}, "faults": figures.faults}
                   for peer, figures in by_peer.items()} for case, by_peer in results.items()}
    report.finish("peers", headline["ratio"] or sys.float_info.max, headline["goal"], "lower",
                  {"goals": judged, "threads": THREADS, "rounds": rounds, **told})


if __name__ == "__main__":
    main()
