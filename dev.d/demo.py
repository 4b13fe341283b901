"""The demo: a person is cut out of a photograph, the whole way, and what it costs is shown.

    demo.py BIN_DIR MODELS_DIR PHOTO OUT_DIR

Starts a samovard of its own on a socket in a temporary folder, asks it with the command line (as a
person would), for both kinds of artefact of the same network, and beside it runs the same network
in plain Python. Ends with a table and with OUT_DIR/cutout.png.
"""
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

MODELS = {"selfie": ".pt2", "selfie-pt": ".pt"}  # the first one's picture is the result
WARM_CALLS = 9
# The two artefacts compute the same network with other kernels: a step of alpha, no more.
LARGEST_STEP = 2


class Daemon:
    """samovard on its own socket, ended with the block."""

    def __init__(self, bin_dir: pathlib.Path, models: pathlib.Path, folder: pathlib.Path):
        self.cli = [str(bin_dir / "samovar"), "--socket", str(folder / "samovar.sock")]
        served = folder / "models"
        served.mkdir()
        for name in MODELS:
            (served / name).symlink_to((models / name).resolve())
        ready, tell = os.pipe()
        command = [str(bin_dir / "samovard"), "--socket", str(folder / "samovar.sock"),
                   "--models", str(served), "--store", str(folder / "store"), "--state", str(folder / "state"),
                   "--ready-fd", str(tell), "--log-level", "warning", "--linger", "0"]
        begin = time.perf_counter()
        self.process = subprocess.Popen(command, pass_fds=[tell])
        os.close(tell)
        if not os.read(ready, 1):
            raise SystemExit("demo: samovard did not start; its words stand above")
        os.close(ready)
        self.start_ms = 1e3 * (time.perf_counter() - begin)

    def ask(self, *words: str) -> tuple[float, object]:
        """Milliseconds of the whole command, and its JSON answer."""
        begin = time.perf_counter()
        done = subprocess.run([*self.cli, *words, "--json"], stdout=subprocess.PIPE, text=True)
        wall = 1e3 * (time.perf_counter() - begin)
        if done.returncode != 0:
            raise SystemExit(f"demo: samovar {' '.join(words)} ended with {done.returncode}\n{done.stdout}")
        return wall, json.loads(done.stdout)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def run_once(daemon: Daemon, model: str, photo: pathlib.Path, out: pathlib.Path) -> dict:
    wall, answer = daemon.ask("run", model, str(photo), "-o", str(out))
    entry = answer[0] if isinstance(answer, list) else answer
    times = {name: value / 1e3 for name, value in entry["timings_us"].items()}
    work = times["prepared"] + times["inferred"] + times["finished"]
    # From Submit to Done in the client, less what the worker did: the price of the way.
    return {"wall": wall, "first_inference": times["inferred"], "work": work,
            "way": entry["wall_us"] / 1e3 - work}


def measure(daemon: Daemon, model: str, photo: pathlib.Path, out: pathlib.Path) -> dict:
    run_once(daemon, model, photo, out)  # reads everything from disk once
    daemon.ask("unload", model)
    cold = run_once(daemon, model, photo, out)
    _, info = daemon.ask("info", model)
    phases = {phase["name"]: phase["us"] / 1e3 for phase in info["last_load"]["phases"]}
    warm = [run_once(daemon, model, photo, out) for _ in range(WARM_CALLS)]
    middle = {key: statistics.median(call[key] for call in warm) for key in warm[0]}
    daemon.ask("unload", model)  # so that the next model pays for a worker of its own, too
    return {"cold": cold["wall"], "spawn": phases.pop("spawn", 0.0), "load": sum(phases.values()),
            "first_inference": cold["first_inference"], "warm": middle["wall"],
            "work": middle["work"], "way": middle["way"],
            "command": middle["wall"] - middle["work"] - middle["way"]}


def alpha_of(path: pathlib.Path):
    import numpy as np
    from PIL import Image

    with Image.open(path) as picture:
        if picture.mode != "RGBA":
            raise SystemExit(f"demo: {path} is {picture.mode}, not RGBA")
        return np.asarray(picture)[..., 3].astype(int)


def compare(first: pathlib.Path, second: pathlib.Path, photo: pathlib.Path) -> tuple[int, float]:
    """The largest difference of the two alphas, and the share of the picture that was kept."""
    from PIL import Image

    a, b = alpha_of(first), alpha_of(second)
    with Image.open(photo) as picture:
        if a.shape != picture.size[::-1] or b.shape != a.shape:
            raise SystemExit("demo: a cut-out is not of the photo's size")
    largest = int(abs(a - b).max())
    if largest > LARGEST_STEP:
        raise SystemExit(f"demo: the two formats differ by {largest} of 255 in alpha")
    kept = float((a > 127).mean())
    if not 0.05 < kept < 0.95:
        raise SystemExit(f"demo: {kept:.0%} of the photo was kept: that is no person cut out")
    return largest, kept


def plain_python(models: pathlib.Path, photo: pathlib.Path, out: pathlib.Path) -> dict:
    """The second run of two, for only that one has all its files in the page cache, as we had."""
    script = pathlib.Path(__file__).with_name("demo_plain.py")
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    for _ in range(2):
        begin = time.perf_counter()
        done = subprocess.run([sys.executable, str(script), str(models / "selfie-pt"), str(photo), str(out)],
                              env=environment, check=True, stdout=subprocess.PIPE, text=True)
        wall = 1e3 * (time.perf_counter() - begin)
    return {"wall": wall, **{key: 1e3 * value for key, value in json.loads(done.stdout).items()}}


def print_table(results: dict[str, dict], python: dict, start_ms: float) -> None:
    def row(title: str, key: str, plain: str = "") -> None:
        cells = "".join(f"{results[model][key]:>14.1f}" for model in MODELS)
        print(f"  {title:<34}{cells}{plain:>16}")

    print(f"\n  {'milliseconds':<34}" + "".join(f"{'samovar ' + kind:>14}" for kind in MODELS.values()) +
          f"{'plain Python':>16}")
    row("cold first call, whole command", "cold", f"{python['wall']:.1f}")
    row("  start of a worker", "spawn", f"{python['import']:.1f} *")
    row("  load of the model", "load", f"{python['load'] - python['import']:.1f}")
    row("  first inference", "first_inference", f"{python['infer'] - python['load']:.1f}")
    row("warm call, whole command", "warm", f"{python['wall']:.1f}")
    row("  the model's work in the worker", "work")
    row("  the way, with a new channel", "way")
    row("  the command: start, PNG in and out", "command")
    print(f"\n  samovard itself was ready {start_ms:.1f} ms after its start."
          "\n  * Python's start and `import torch`; a script pays it, and all the rest, at every call.")


def main(bin_dir: str, models_dir: str, photo_path: str, out_dir: str) -> None:
    photo, out, models = pathlib.Path(photo_path), pathlib.Path(out_dir), pathlib.Path(models_dir)
    out.mkdir(parents=True, exist_ok=True)
    pictures = {model: out / f"cutout-{kind.lstrip('.')}.png" for model, kind in MODELS.items()}
    with tempfile.TemporaryDirectory(prefix="samovar-demo-") as folder, contextlib.ExitStack() as stack:
        daemon = Daemon(pathlib.Path(bin_dir), models, pathlib.Path(folder))
        stack.callback(daemon.end)
        results = {model: measure(daemon, model, photo, pictures[model]) for model in MODELS}
    python = plain_python(models, photo, out / "cutout-python.png")
    largest, kept = compare(*pictures.values(), photo)
    print_table(results, python, daemon.start_ms)
    shutil.copyfile(pictures["selfie"], out / "cutout.png")
    print(f"  Both formats agree within {largest} of 255; {kept:.0%} of the photo is the person."
          f"\n\n  {out / 'cutout.png'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
