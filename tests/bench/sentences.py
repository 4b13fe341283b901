"""120 sentences through the daemon in one job, over perfect batches in one process

Needs: models

A network of MiniLM's sizes (six layers, 384 wide) with random weights, on two threads. Four sides by turns:
one job with all sentences, a job for each, and the same cut and one by one in a process of its own, whose
tokens are made beforehand. The client is tests/integration/protocol_client.py.
"""

import json
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import report
from harness.daemon import Daemon
from harness.places import MODELS, ROOT, SETTLED, take_models

sys.path.insert(0, str(ROOT / "tests" / "integration"))

import protocol_client as protocol  # noqa: E402

GOAL = 0.95
MODEL = "minilm-sized"
THREADS, COUNT, DIMS = 2, 120, 384
LETTERS = "e a s n t u o i l k m r p".split()  # each a piece of its own
FLOAT32, INT64 = 1, 9
# As docs/models.md has the defaults.
BUCKETS, ROWS = (16, 32, 64, 128), 32
# Tokens of each sentence, [CLS] and [SEP] among them.
SIDES = ("one job", "a job each", "batches in process", "one by one in process")
CASES = {"23 tokens each": [23] * COUNT, "6 to 125 tokens": [6 + i * 37 % 120 for i in range(COUNT)]}


def sentence(tokens: int, seed: int) -> bytes:
    return " ".join(LETTERS[(i * 7 + seed) % len(LETTERS)] for i in range(tokens - 2)).encode()


def batches_of(lengths: list[int]) -> list[dict]:
    """As the worker cuts them: the longest first, never over a bucket's edge."""
    batches: list[dict] = []
    edge = 0
    for length in sorted(lengths, reverse=True):
        own = next(bucket for bucket in BUCKETS if length <= bucket)
        if not batches or own != edge or batches[-1]["rows"] == ROWS:
            batches.append({"rows": 0, "length": length, "lengths": []})
            edge = own
        batches[-1]["rows"] += 1
        batches[-1]["lengths"].append(length)
    return batches


class Texts:
    """A session whose answers lie in a channel."""

    def __init__(self, socket: Path) -> None:
        self.session = protocol.Session(str(socket))
        self.channel, self.memory = self.session.open_channel(COUNT * DIMS * 4)

    def run(self, texts: list[bytes]) -> dict[str, str]:
        """The answer's details."""
        ends, end = [], 0
        for text in texts:
            ends.append(end := end + len(text))
        inputs = [protocol.tensor(protocol.UINT8, [end], protocol.INLINE, 0, b"".join(texts)),
                  protocol.tensor(INT64, [len(ends)], protocol.INLINE, 0, struct.pack(f"<{len(ends)}q", *ends))]
        place = protocol.place(self.channel, 0, len(texts) * DIMS * 4)
        shape, *_ = self.session.submit(MODEL, inputs, place, FLOAT32)
        if shape != [len(texts), DIMS]:
            raise ValueError(f"an answer of shape {shape}")
        return dict(self.session.details)


class InProcess:
    def __init__(self, folder: Path) -> None:
        script = Path(__file__).with_name("harness") / "in_process_texts.py"
        self.process = subprocess.Popen([sys.executable, str(script), str(folder), str(THREADS)], env=SETTLED,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            raise RuntimeError(f"{script.name} did not start")

    def run(self, batches: list[dict]) -> float:
        """Seconds."""
        print(json.dumps(batches), file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline()) / 1e9

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)


def seconds(work) -> float:
    begun = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begun) / 1e9


def measure(daemon: Texts, peer: InProcess, lengths: list[int], rounds: int) -> tuple[dict[str, list[float]], dict]:
    texts = [sentence(length, seed) for seed, length in enumerate(lengths)]
    alone = [{"rows": 1, "length": length, "lengths": [length]} for length in lengths]
    together = batches_of(lengths)
    details = daemon.run(texts)
    if (int(details["tokens"]), int(details["batches"])) != (sum(lengths), len(together)):
        raise ValueError(f"the worker saw {details}, and not {sum(lengths)} tokens in {len(together)} batches")
    works = (lambda: seconds(lambda: daemon.run(texts)),
             lambda: seconds(lambda: [daemon.run([text]) for text in texts]),
             lambda: peer.run(together), lambda: peer.run(alone))
    sides = dict(zip(SIDES, works))
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds + 1):
        for name in sides if turn % 2 else reversed(sides):
            taken = sides[name]()
            if turn > 0:  # the first round reads pages
                times[name].append(taken)
    return times, details


def main() -> None:
    options = report.arguments(__doc__)
    report.say(report.machine())
    if not (MODELS / MODEL).exists():
        subprocess.run([sys.executable, ROOT / "tests" / "support" / "models.py", MODELS, MODEL], check=True)
    rounds = 2 if options.quick else 15
    figures, rows = {}, []
    with tempfile.TemporaryDirectory() as folder:
        models = take_models(Path(folder) / "models", MODEL, code="model.pt2")
        peer = InProcess(MODELS / MODEL)
        with Daemon(models, threads=THREADS) as server:
            daemon = Texts(server.socket)
            for case, lengths in CASES.items():
                times, details = measure(daemon, peer, lengths, rounds)
                middle = {side: report.median(taken) for side, taken in times.items()}
                pairs = zip(times["batches in process"], times["one job"])
                ratio = report.median([perfect / ours for perfect, ours in pairs])
                rows.append([case, *[1e3 * value for value in middle.values()], ratio])
                figures[case] = {"ratio": ratio, "batches": int(details["batches"]), "ms": {
                    side: 1e3 * value for side, value in middle.items()}}
        peer.end()
    report.table(["milliseconds, median", *SIDES, "perfect / one job"], rows)
    first = next(iter(figures.values()))
    report.finish("sentences", first["ratio"], GOAL, "higher", {"model": MODEL, "threads": THREADS, **figures})


if __name__ == "__main__":
    main()
