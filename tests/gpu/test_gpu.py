"""What is true on a machine with an NVIDIA GPU. Run by ./dev gpu, which makes the models before."""

import array
import json
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from harness.daemon import Client, Daemon, run_program  # noqa: E402
from harness.places import MODELS, STORE, program, take_models  # noqa: E402

WIDTH, HEIGHT = 640, 360
PATIENCE = 10  # seconds that a worker may take to end
MEGABYTE = 1 << 20
CONTEXT = 100 * MEGABYTE  # a CUDA context takes more than this of the device
DRIFT = 32 * MEGABYTE  # what the driver may keep or others may take meanwhile


def made(*models: str) -> list[str]:
    """Those of the models that ./dev gpu could make: compiling for a GPU needs the GPU."""
    return [model for model in models if (MODELS / model / "model.toml").exists()]


# TorchScript goes everywhere; what ends with -cuda was compiled on this machine.
FLOATS = made("signature", "signature-cuda")
PICTURES = made("invert", "invert-cuda")
MASKS = made("selfie-pt", "selfie-cuda")
ON_THE_CPU = {"signature-cuda": "signature", "invert-cuda": "invert", "selfie-cuda": "selfie-pt"}


def device_bytes() -> int:
    said = subprocess.run(["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=0"],
                          stdout=subprocess.PIPE, text=True, check=True)
    return int(said.stdout) * MEGABYTE


def memory_of(uuid: str) -> tuple[int, int]:
    """All of a GPU's memory, and what is free of it, as nvidia-smi says."""
    said = subprocess.run(["nvidia-smi", "--query-gpu=memory.total,memory.used", "--format=csv,noheader,nounits",
                           f"--id={uuid}"], stdout=subprocess.PIPE, text=True, check=True)
    total, used = (int(word) * MEGABYTE for word in said.stdout.split(","))
    return total, total - used


class OnTheGpu(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="samovar-gpu-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.models = take_models(self.folder / "cuda", *FLOATS, *PICTURES, *MASKS, device="cuda")

    def started(self, models: Path) -> Client:
        daemon = self.enterContext(Daemon(models))
        client = self.enterContext(Client())
        client.ask("connect", daemon.socket)
        return client

    def answer(self, client: Client, model: str) -> bytes:
        file = self.folder / "answer"
        client.ask("run", model, WIDTH, HEIGHT, file)
        return file.read_bytes()

    def both(self, model: str) -> tuple[bytes, bytes]:
        """What the GPU answers, and what the CPU does."""
        twin = ON_THE_CPU.get(model, model)
        cpu = take_models(self.folder / f"cpu-{model}", twin, device="cpu")
        return self.answer(self.started(self.models), model), self.answer(self.started(cpu), twin)

    def test_each_format_of_a_model_with_floats_answers_as_on_the_cpu(self) -> None:
        for model in FLOATS:
            with self.subTest(model):
                there, here = (array.array("f", answer) for answer in self.both(model))
                self.assertEqual(there, here)

    def test_each_format_of_a_model_with_a_picture_answers_as_on_the_cpu(self) -> None:
        for model in PICTURES:
            with self.subTest(model):
                there, here = self.both(model)
                self.assertEqual(there, here)

    def test_each_format_of_the_demo_network_answers_as_on_the_cpu(self) -> None:
        for model in MASKS:
            with self.subTest(model):
                there, here = self.both(model)
                self.assertEqual(len(there), WIDTH * HEIGHT * 4)
                far = sum(abs(a - b) > 2 for a, b in zip(there, here))
                self.assertLessEqual(far, len(here) // 1000, "of its bytes differ by more than 2")

    def events(self, model: str, jobs: int) -> tuple[dict[str, int], dict[str, int]]:
        """How often each event came: until the model and the channel were there, and in the jobs."""
        start, running = run_program("bench_copies_cuda", "--models", self.models, "--store", STORE, "--model", model,
                                     "--device", "cuda", "--width", WIDTH, "--height", HEIGHT, "--jobs", jobs)
        return start["events"], running["events"]

    def test_a_channel_is_registered_as_pinned_memory_once(self) -> None:
        start, running = self.events("invert", jobs=10)
        self.assertEqual(start.get("cudaHostRegister"), 1, start)
        self.assertNotIn("cudaHostRegister", running)

    def test_a_job_copies_its_picture_to_the_device_once_and_its_result_back_once(self) -> None:
        for model in PICTURES + FLOATS:
            with self.subTest(model):
                _, running = self.events(model, jobs=10)
                copies = {name: count for name, count in running.items() if name.startswith("Memcpy")}
                self.assertEqual(copies, {"Memcpy HtoD (Pinned -> Device)": 10, "Memcpy DtoH (Device -> Pinned)": 10})

    def test_the_memory_of_the_device_is_back_when_the_worker_is_gone(self) -> None:
        before = device_bytes()
        client = self.started(self.models)
        for model in FLOATS + PICTURES:
            client.ask("load", model)
            self.answer(client, model)
        self.assertGreater(device_bytes(), before + CONTEXT)
        for model in FLOATS + PICTURES:
            client.ask("unload", model)
        deadline = time.monotonic() + PATIENCE
        while any(client.ask("workers")["workers"].values()) or device_bytes() > before + DRIFT:
            self.assertLess(time.monotonic(), deadline, f"{device_bytes() - before} bytes are not back")
            time.sleep(0.1)

    def test_the_daemon_sees_the_memory_of_the_device_as_nvidia_smi_does(self) -> None:
        daemon = self.enterContext(Daemon(self.models))
        said = subprocess.run([program("samovar"), "--socket", str(daemon.socket), "ps", "--json"],
                              stdout=subprocess.PIPE, text=True, check=True)
        devices = {device["name"]: device for device in json.loads(said.stdout)["devices"]}
        gpu = devices["cuda:0"]
        self.assertEqual(gpu["problem"], "")
        total, free = memory_of(gpu["uuid"])
        self.assertAlmostEqual(gpu["total_bytes"], total, delta=MEGABYTE)
        # nvidia-smi does not count what the driver keeps for itself as used.
        self.assertAlmostEqual(gpu["free_bytes"], free, delta=total // 50)


if __name__ == "__main__":
    unittest.main()
