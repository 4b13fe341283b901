"""The peer of `sentences`: batches of texts in one process, as fast as they can be made here.

in_process_texts.py MODEL_FOLDER THREADS

Reads lines of JSON: a list of batches, each {"rows", "length", "lengths"}. Runs the compiled code of the
folder on each, as the worker runs it, pools and normalises, and prints the nanoseconds of all. Tokens are
made up: tokenising is not counted here.
"""

import json
import sys
import time
from pathlib import Path

import torch
from samovar.export.artefact import load_artefact


def tensors(batch: dict) -> tuple[torch.Tensor, ...]:
    ids = torch.arange(batch["rows"] * batch["length"]).reshape(batch["rows"], batch["length"]) % 3000
    mask = (torch.arange(batch["length"])[None, :] < torch.tensor(batch["lengths"])[:, None]).to(torch.int64)
    return ids * mask, mask, torch.zeros_like(ids)


def pooled(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask.to(torch.float32)[:, :, None]
    return torch.nn.functional.normalize((states * weights).sum(1) / weights.sum(1))


def main() -> None:
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    artefact = load_artefact(folder / "model.pt2", "cpu", folder / "weights.safetensors")
    print("ready", flush=True)
    for line in sys.stdin:
        inputs = [tensors(batch) for batch in json.loads(line)]
        begun = time.perf_counter_ns()
        with torch.inference_mode():
            for given in inputs:
                pooled(artefact.run(given)[0], given[1])
        print(time.perf_counter_ns() - begun, flush=True)


if __name__ == "__main__":
    main()
