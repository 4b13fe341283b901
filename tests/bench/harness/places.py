"""Where things are, and the model folders that a benchmark runs."""

import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("SAMOVAR_BUILD", ROOT / "build" / "release")).resolve()
MODELS = Path(os.environ.get("SAMOVAR_TEST_MODELS", ROOT / "build" / "models")).resolve()
# The daemon's store outlives a run: taking 500 MB of weights in is no part of any measurement.
STORE = MODELS.parent / "bench" / "store"
DEVICE = os.environ.get("SAMOVAR_DEVICE", "cpu")

# Spinning OpenMP threads that lose their core cost hundreds of milliseconds. The worker is started
# with this; whatever is compared with it gets the same.
SETTLED = {**os.environ, "OMP_WAIT_POLICY": "passive"}


def program(name: str) -> str:
    """A program of ours, or of the benchmarks."""
    for path in (BUILD / "bin" / name, BUILD / "tests" / "bench" / name):
        if path.exists():
            return str(path)
    raise FileNotFoundError(f"{name} is not built in {BUILD}: ./dev build")


def for_device(on_cpu: str, on_cuda: str, anywhere: str) -> str:
    """The model whose code was compiled for the device that is measured, else the TorchScript one."""
    wanted = on_cpu if DEVICE == "cpu" else on_cuda
    return wanted if (MODELS / wanted / "model.toml").exists() else anywhere


def take_models(folder: Path, *models: str, code: str = "", **changes: str | bool) -> Path:
    """A models folder with some of those that were made, on the device that is measured.

    `model=name` takes it under another name. `code` leaves only the [[code]] of that file; `changes`
    are further keys of model.toml.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for model in models:
        source, _, name = model.partition("=")
        made, target = MODELS / source, folder / (name or source)
        target.mkdir()
        for file in made.iterdir():
            if file.name != "model.toml":
                (target / file.name).symlink_to(file)
        head, *tables = re.split(r"(?m)^(?=\[)", (made / "model.toml").read_text())
        keys = {"name": name or source, "device": DEVICE, **changes}
        kept = [line for line in head.splitlines() if line.split(" = ")[0] not in keys]
        stated = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        wanted = [t for t in tables if not (code and t.startswith("[[code]]")) or f'file = "{code}"' in t]
        text = "\n".join([*stated, *kept, ""]) + "".join(wanted)
        (target / "model.toml").write_text(text)
    return folder
