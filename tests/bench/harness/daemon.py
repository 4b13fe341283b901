"""A samovard of the benchmark's own, and a client that waits for commands."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from harness.places import STORE, program

START_LIMIT = 120  # seconds: the first start takes all artefacts into the store


class Daemon:
    """samovard in a folder of its own, from its start to its end."""

    def __init__(self, models: Path, threads: int | None = None, store: Path = STORE, config: str = "",
                 arguments: tuple[str, ...] = ()) -> None:
        """`config`: of samovard.toml. `arguments`: further ones."""
        self.folder = Path(tempfile.mkdtemp(prefix="samovar-bench-"))
        self.socket = self.folder / "samovar.sock"
        self.models, self.store = models, store
        self.log = self.folder / "log"
        ready, told = os.pipe()
        command = [program("samovard"), "--socket", str(self.socket), "--models", str(models), "--store", str(store)]
        command += ["--state", str(self.folder / "state"), "--log-level", "warning", "--ready-fd", str(told)]
        command += ["--linger", "0"]
        if threads:
            command += ["--threads", str(threads)]
        (self.folder / "samovard.toml").write_text(config)
        command += ["--config", str(self.folder / "samovard.toml"), *arguments]
        store.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as log:
            self.started_ns = time.monotonic_ns()
            self.process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL, pass_fds=[told])
        os.close(told)
        said = os.read(ready, 1)
        os.close(ready)
        if not said:
            self.process.wait(START_LIMIT)
            raise RuntimeError(f"samovard did not start: {self.log.read_text()}")

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Daemon":
        return self

    def __exit__(self, *_) -> None:
        self.stop()


class Client:
    """bench_client: a process that is there already, so that its own start is not measured."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([program("bench_client")], stdin=pipe, stdout=pipe, text=True)

    def ask(self, *words: object) -> dict:
        print(*words, file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{' '.join(map(str, words))}: {answer['error']}")
        return answer

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        self.process.wait(10)


def run_program(name: str, *arguments: object, env: dict | None = None) -> list[dict]:
    """A program of the benchmarks to its end: one JSON object a line."""
    command = [program(name), *map(str, arguments)]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
