"""Which peers there are: see peers.py for what is asked of them."""

import json
import mmap
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from harness.daemon import Daemon
from harness.peer import (
    SERVED,
    VENV,
    Case,
    HttpPeer,
    Measured,
    ask,
    end,
    environment,
    http_request,
    measured_of,
    pss_of_family,
    site_packages,
)
from harness.places import program, take_models

PYTHON = str(VENV / "bin" / "python")


class FastApi(HttpPeer):
    name = "FastAPI"

    def command(self) -> list[str]:
        return [PYTHON, str(SERVED / "fastapi_server.py"), str(self.port)]


class LitServe(HttpPeer):
    name = "LitServe"

    def command(self) -> list[str]:
        return [PYTHON, str(SERVED / "litserve_server.py"), str(self.port)]


class Mosec(HttpPeer):
    name = "mosec"

    def command(self) -> list[str]:
        return [PYTHON, str(SERVED / "mosec_server.py"), "--address", "127.0.0.1", "--port", str(self.port),
                "--timeout", "60000", "--log-level", "error", "--path", str(self.folder / "ipc")]

    def request(self) -> bytes:
        return http_request("/inference", self.case.body, Content_Type="application/octet-stream")


class Triton(HttpPeer):
    """The server inside nvidia-pytriton with its Python backend. Pictures lie in system shared memory."""

    name = "Triton"

    def prepare(self) -> None:
        server = site_packages() / "pytriton" / "tritonserver"
        backend, model = self.folder / "backends" / "python", self.folder / "models" / "net"
        shutil.copytree(server / "backends" / "python", backend, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(server / "python_backend_stubs" / "3.11" / "triton_python_backend_stub", backend)
        (model / "1").mkdir(parents=True)
        shutil.copy(SERVED / "triton" / "model.py", model / "1")
        batching = "dynamic_batching { max_queue_delay_microseconds: 5000 }" if self.case.kind == "rows" else ""
        (model / "config.pbtxt").write_text(f"""
            name: "net" backend: "python" max_batch_size: 32 {batching}
            input [ {{ name: "IN" data_type: TYPE_UINT8 dims: [ -1 ] }} ]
            output [ {{ name: "OUT" data_type: TYPE_UINT8 dims: [ -1 ] }} ]
            instance_group [ {{ count: 1 kind: KIND_CPU }} ]""")
        self.environment["LD_LIBRARY_PATH"] = str(site_packages() / "nvidia_pytriton.libs")
        self.shared: list[Path] = []
        if self.case.kind == "picture":
            self.shared = [Path("/dev/shm") / f"{self.folder.name}-{side}" for side in ("in", "out")]
            self.shared[0].write_bytes(self.case.body)
            self.shared[1].write_bytes(bytes(self.case.answer_bytes))
        self.registered = False

    def command(self) -> list[str]:
        return [str(site_packages() / "pytriton" / "tritonserver" / "bin" / "tritonserver"),
                f"--backend-directory={self.folder / 'backends'}", f"--model-repository={self.folder / 'models'}",
                "--http-address=127.0.0.1", f"--http-port={self.port}", "--allow-grpc=false",
                "--allow-metrics=false", "--log-info=false"]

    def before_first(self) -> None:
        if self.registered:
            return
        for file in self.shared:
            body = json.dumps({"key": f"/{file.name}", "offset": 0, "byte_size": file.stat().st_size}).encode()
            status, answer = ask(self.port,
                                 http_request(f"/v2/systemsharedmemory/region/{file.name}/register", body))
            if status != 200:
                raise ConnectionError(answer[-200:].decode(errors="replace"))
        self.registered = True

    def request(self) -> bytes:
        size = len(self.case.body)
        given: dict = {"binary_data_size": size}
        taken: dict = {"binary_data": True}
        if self.shared:
            given = {"shared_memory_region": self.shared[0].name, "shared_memory_byte_size": size}
            taken = {"shared_memory_region": self.shared[1].name, "shared_memory_byte_size": self.case.answer_bytes}
        head = json.dumps({"inputs": [{"name": "IN", "shape": [1, size], "datatype": "UINT8", "parameters": given}],
                           "outputs": [{"name": "OUT", "parameters": taken}]}).encode()
        body = head if self.shared else head + self.case.body
        return http_request("/v2/models/net/infer", body, Inference_Header_Content_Length=len(head))

    def due(self) -> int:
        return 0 if self.shared else super().due()

    def stop(self) -> None:
        super().stop()
        for file in self.shared:
            file.unlink(missing_ok=True)


class PipeWorker:
    """A worker made by hand, with a pipe and shared memory; see served/pipe_worker.py. At its best: the caller's
    pictures are made in the memory that both have mapped, and read there.
    """

    name, kinds, copies = "pipe, shared memory", ("picture",), False

    def __init__(self, case: Case, threads: int) -> None:
        size = len(case.body) + case.answer_bytes
        self.case, self.memory = case, os.memfd_create("peer")
        os.ftruncate(self.memory, size)
        with mmap.mmap(self.memory, size) as mapped:
            mapped[:len(case.body)] = case.body
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [PYTHON, str(SERVED / "pipe_worker.py"), str(self.memory), str(len(case.body)), str(case.answer_bytes)],
            env=environment(case, threads), stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[self.memory])
        os.write(self.process.stdin.fileno(), b"r")
        if not os.read(self.process.stdout.fileno(), 1):
            raise RuntimeError(f"ended with {self.process.wait()}")
        self.cold_start = time.monotonic() - begun

    def measure(self, _clients: int, seconds: float) -> Measured:
        ends = [self.process.stdout.fileno(), self.process.stdin.fileno()]
        copying = ["--memory", str(self.memory), "--bytes-in", str(len(self.case.body)),
                   "--bytes-out", str(self.case.answer_bytes)] if self.copies else []
        done = subprocess.run(
            [program("bench_peer_client"), "--pipe-in", str(ends[0]), "--pipe-out", str(ends[1]),
             "--seconds", str(seconds), "--warm-up", str(seconds / 4), *copying],
            pass_fds=[*ends, self.memory], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=60 + 3 * seconds)
        return measured_of(done)

    def pss(self) -> int:
        return pss_of_family(self.process.pid)

    def stop(self) -> None:
        end(self.process)
        os.close(self.memory)


class CopyingPipeWorker(PipeWorker):
    """The same as it is mostly written: a picture is copied into shared memory, and what comes back out of it."""

    name, copies = "pipe, shared memory, copied", True


class Samovar:
    """samovard, asked by `samovar bench`."""

    name, kinds = "Samovar", ("picture", "rows", "texts")

    def __init__(self, case: Case, threads: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="samovar-peer-"))
        models = take_models(self.folder / "models", case.model, code="model.pt", device="cpu")
        if case.kind == "rows":
            with open(models / case.model / "model.toml", "a") as manifest:
                manifest.write('\n[batch]\nmax = 32\nmax_delay = "5ms"\n')
        self.model, self.body = case.model, self.folder / ("body.txt" if case.kind == "texts" else "body.npy")
        write_body(case, self.body)
        Daemon(models, threads=threads).stop()  # the store takes the model in
        begun = time.monotonic()
        self.daemon = Daemon(models, threads=threads)
        self.samovar("run", self.model, str(self.body), "-o", str(self.folder / "out"))
        self.cold_start = time.monotonic() - begun

    def samovar(self, *words: str) -> str:
        done = subprocess.run([program("samovar"), *words, "--socket", str(self.daemon.socket)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout

    def measure(self, clients: int, seconds: float) -> Measured:
        told = json.loads(self.samovar(
            "bench", self.model, str(self.body), "--concurrency", str(clients), "--json",
            "--duration", f"{round(seconds * 1000)}ms", "--warm-up", f"{round(seconds * 250)}ms"))
        [level] = told["levels"]
        if level["done"] == 0:
            raise RuntimeError("not one call was answered in the time")
        return Measured(level["calls_per_second"], level["p50_us"] / 1000)

    def pss(self) -> int:
        return pss_of_family(self.daemon.pid)

    def stop(self) -> None:
        self.daemon.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def write_body(case: Case, file: Path) -> None:
    """As `samovar run` reads it."""
    if case.kind == "texts":
        file.write_bytes(case.body)
        return
    descr, shape = ("|u1", (1080, 1920, 3)) if case.kind == "picture" else ("<f4", (1, len(case.body) // 4))
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    file.write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + case.body)


ALL = [Samovar, PipeWorker, CopyingPipeWorker, Triton, FastApi, LitServe, Mosec]
