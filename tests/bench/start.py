"""a cold start to the first cut-out, over FastAPI and PyTorch with the same model file

Needs: models, peers
"""

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import report
from harness.daemon import Client, Daemon
from harness.places import MODELS, ROOT, SETTLED, program, take_models

GOAL, PING_GOAL_MS = 0.25, 20.0
SIDE = 512  # the demo's photograph is 512 x 512
PEERS = ROOT / "build" / "venv-bench" / "bin" / "python"
APP = Path(__file__).with_name("harness") / "fastapi_app.py"
CONTROL_FD, JOBS_FD = 3, 4  # ipc/wire/worker_messages.hpp


def ms_since(begun_ns: int) -> float:
    return (time.monotonic_ns() - begun_ns) / 1e6


def ours(models: Path, model: str, client: Client) -> tuple[float, float, float]:
    """samovard's exec to: ready, its first answered ping, its first cut-out."""
    with Daemon(models) as daemon:
        ready = ms_since(daemon.started_ns)
        client.ask("connect", daemon.socket)
        client.ask("ping")
        ping = ms_since(daemon.started_ns)
        client.ask("run", model, SIDE, SIDE)
        answer = ms_since(daemon.started_ns)
        client.ask("disconnect")
    return ready, ping, answer


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def theirs(folder: Path) -> float:
    """Its exec to the first cut-out. It is given a socket that listens already, so that the request
    waits for it and nobody polls."""
    path = str(folder / "peer.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        command = [str(PEERS), str(APP), str(listening.fileno()), str(MODELS / "selfie-pt" / "model.pt"), str(SIDE)]
        begun = time.monotonic_ns()
        peer = subprocess.Popen(command, pass_fds=[listening.fileno()], env=SETTLED, stderr=sys.stderr)
    connection = UnixConnection(path)
    try:
        connection.request("POST", "/cutout", body=bytes(SIDE * SIDE * 3))
        answer = connection.getresponse()
        body = answer.read()
        took = ms_since(begun)
        assert answer.status == 200 and len(body) == SIDE * SIDE * 4, (answer.status, len(body))
    finally:
        connection.close()
        peer.send_signal(signal.SIGKILL)
        peer.wait()
        os.unlink(path)
    return took


def worker_to_hello() -> float:
    """samovar-worker's exec to its hello, without a daemon."""
    control, its_control = socket.socketpair()
    jobs, its_jobs = socket.socketpair()
    # Above 3 and 4, which the child is given these two as.
    high = [os.dup2(end.fileno(), 100 + i) for i, end in enumerate((its_control, its_jobs))]
    files = [(os.POSIX_SPAWN_DUP2, fd, number) for fd, number in zip(high, (CONTROL_FD, JOBS_FD))]
    begun = time.monotonic_ns()
    worker = os.posix_spawn(program("samovar-worker"), ["samovar-worker", "--device", "cpu"], SETTLED,
                            file_actions=files)
    for end in (its_control, its_jobs):
        end.close()
    for fd in high:
        os.close(fd)
    said, _, _ = select.select([control], [], [], 60)
    took = ms_since(begun)
    assert said and control.recv(1), "the worker ended without a hello"
    control.close()
    jobs.close()
    os.waitpid(worker, 0)
    return took


def main() -> None:
    options = report.arguments(__doc__)
    rounds, pings = (2, 2) if options.quick else (10, 20)
    report.say(report.machine())
    samples: dict[str, list[float]] = {name: [] for name in ("pt", "pt2", "fastapi", "ready", "ping", "hello")}
    with tempfile.TemporaryDirectory() as folder, Client() as client:
        models = take_models(Path(folder) / "models", "selfie", "selfie-pt", device="cpu")
        ours(models, "selfie", client)  # the store takes the models in
        for i in range(max(rounds, pings)):
            model = "selfie-pt" if i % 2 == 0 else "selfie"
            ready, ping, answer = ours(models, model, client)
            samples["ready"].append(ready)
            samples["ping"].append(ping)
            samples["pt" if model == "selfie-pt" else "pt2"].append(answer)
            samples["hello"].append(worker_to_hello())
            if i % 2 == 0 and len(samples["fastapi"]) < rounds:
                samples["fastapi"].append(theirs(Path(folder)))

    names = {"pt": "samovard, the same model.pt", "pt2": "samovard, model.pt2", "fastapi": "FastAPI, PyTorch",
             "ready": "samovard's exec to ready", "ping": "samovard's exec to a ping's answer",
             "hello": "worker's exec to its hello"}
    middle = {name: report.median(times) for name, times in samples.items()}
    report.table(["ms", "median", "least", "most", "times"], [
        [title, middle[name], min(samples[name]), max(samples[name]), len(samples[name])]
        for name, title in names.items()])
    report.finish("start", middle["pt"] / middle["fastapi"], GOAL, "lower", {
        "first_answer_ms": middle["pt"], "fastapi_first_answer_ms": middle["fastapi"],
        "first_answer_pt2_ms": middle["pt2"], "ratio_pt2": middle["pt2"] / middle["fastapi"],
        "ping_ms": middle["ping"], "ping_goal_ms": PING_GOAL_MS, "ready_ms": middle["ready"],
        "worker_hello_ms": middle["hello"]})


if __name__ == "__main__":
    main()
