"""Peers: servers of other makes (and ours) that are started, asked, weighed and ended in the same way."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harness import report
from harness.places import ROOT, SETTLED, program
from harness.processes import children, pss_bytes

VENV = ROOT / "build" / "venv-bench"
SERVED = Path(__file__).with_name("served")
START_LIMIT = 90  # seconds to the first answer


@dataclass(frozen=True)
class Case:
    """What is served: a TorchScript file, the bytes of a call, and those of its answer."""

    kind: str  # of served/network.py
    model: str
    file: Path
    body: bytes
    answer_bytes: int


@dataclass
class Measured:
    calls_per_second: float
    ms: float  # median of a call


class NotStarted(RuntimeError):
    pass


def site_packages() -> Path:
    return VENV / "lib" / "python3.11" / "site-packages"


def environment(case: Case, threads: int) -> dict[str, str]:
    below = (site_packages() / "below.pth").read_text().strip()
    return {**SETTLED, "PEER_NETWORK": json.dumps([case.kind, str(case.file), threads]), "PYTHONPATH": str(SERVED),
            "PEER_PATH": f"{SERVED}:{site_packages()}:{below}", "PATH": f"{VENV / 'bin'}:{os.environ['PATH']}",
            "TOKENIZERS_PARALLELISM": "false"}


def family(pid: int) -> list[int]:
    """A process and all that it has started."""
    try:
        return [pid, *[one for child in children(pid) for one in family(child)]]
    except (FileNotFoundError, ProcessLookupError):
        return []


def pss_of_family(pid: int) -> int:
    return sum(pss_bytes(one) for one in family(pid))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def http_request(path: str, body: bytes, **headers: object) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Accept-Encoding: identity", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def multipart(body: bytes) -> tuple[bytes, str]:
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    return head + body + b"\r\n--cut--\r\n", "multipart/form-data; boundary=cut"


def ask(port: int, request: bytes) -> tuple[int, bytes]:
    """One request over a connection of its own; its status and all that came."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        answer = b""
        while part := connection.recv(1 << 20):
            answer += part
    if not answer:
        raise ConnectionError("no answer")
    return int(answer.split(b" ", 2)[1]), answer


class HttpPeer:
    """A server at a port of 127.0.0.1. Subclasses say what is started and what is asked."""

    name = ""
    kinds = ("picture", "rows", "texts")

    def __init__(self, case: Case, threads: int) -> None:
        self.case, self.port = case, free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="samovar-peer-"))
        self.environment = environment(case, threads)
        self.log = self.folder / "log"
        self.prepare()
        begun = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command(), env=self.environment, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, cwd=self.folder)
        try:
            self.wait_for_answer()
        except BaseException:
            self.stop()
            raise
        self.cold_start = time.monotonic() - begun

    def prepare(self) -> None: ...

    def command(self) -> list[str]:
        raise NotImplementedError

    def request(self) -> bytes:
        body, kind = multipart(self.case.body)
        return http_request("/predict", body, Content_Type=kind)

    def before_first(self) -> None: ...

    def due(self) -> int:
        """Bytes that an answer has at least."""
        return self.case.answer_bytes

    def wait_for_answer(self) -> None:
        """Nobody says when a server is ready but the server: it is asked, over and over."""
        until, said = time.monotonic() + START_LIMIT, "nothing listened"
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise NotStarted(f"ended with {self.process.returncode}: {self.last_words()}")
            try:
                self.before_first()
                status, answer = ask(self.port, self.request())
                if status == 200 and len(answer) >= self.due():
                    (self.folder / "request").write_bytes(self.request())
                    return
                said = answer[:300].decode(errors="replace").replace("\r\n", " ")
            except (ConnectionError, TimeoutError) as fault:
                said = str(fault)
            time.sleep(0.01)
        raise NotStarted(f"no answer in {START_LIMIT} s: {said} {self.last_words()}")

    def last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return " | ".join(lines[-3:])[-300:]

    def measure(self, clients: int, seconds: float) -> Measured:
        done = subprocess.run(
            [program("bench_peer_client"), "--port", str(self.port), "--request", str(self.folder / "request"),
             "--connections", str(clients), "--seconds", str(seconds), "--warm-up", str(seconds / 4)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60 + 3 * seconds)
        return measured_of(done)

    def pss(self) -> int:
        return pss_of_family(self.process.pid)

    def stop(self) -> None:
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


def measured_of(done: subprocess.CompletedProcess) -> Measured:
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-300:])
    told = json.loads(done.stdout)
    if not told["latencies"]:
        raise RuntimeError("not one call was answered in the time")
    return Measured(told["calls_per_second"], report.median(told["latencies"]) / 1e6)


def end(process: subprocess.Popen) -> None:
    """It and what it has started, which a server that is killed may leave behind."""
    all_of_it = family(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        pass
    for pid in all_of_it:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait(30)
