"""Embeddings and probabilities through samovard beside those of transformers: compare_networks.py BIN_DIR MODELS_DIR

Both get the same texts and the same weights, and nothing else in common: here the reference's own
tokenizer and network, one text at a time; there ours, in batches. Exits with 1 where an element
differs by more than the tolerance.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import deberta
import numpy
import torch
import transformers
from safetensors.torch import load_file

TOLERANCE = 1e-4
WORDS = ("the tea is ready when the water sings and nobody has to wait for it any more because a samovar keeps it "
         "hot all day long on very little fuel Ünïcödé 42 茶 чай 🍵 [SEP] , . ! ?").split()


def texts() -> list[str]:
    """120 texts of 0 to 300 words, those of everyday's lengths most often."""
    lengths = [i * 7 % 40 for i in range(112)] + [0, 1, 60, 90, 130, 180, 250, 300]
    return [" ".join(WORDS[(i * 5 + j * j + j) % len(WORDS)] for j in range(n)) for i, n in enumerate(lengths)]


@contextmanager
def daemon(bin_dir: Path, models: Path) -> Iterator[list[str]]:
    """A samovard of its own; gives the command line's first words."""
    with tempfile.TemporaryDirectory(prefix="samovar-compare-") as folder:
        socket = f"{folder}/s"
        ready, tell = os.pipe()
        process = subprocess.Popen(
            [bin_dir / "samovard", "--socket", socket, "--models", models, "--store", f"{folder}/store",
             "--state", f"{folder}/state", "--ready-fd", str(tell), "--log-level", "error"], pass_fds=[tell])
        os.close(tell)
        if not os.read(ready, 1):
            raise SystemExit("samovard did not start")
        try:
            yield [str(bin_dir / "samovar"), "--socket", socket]
        finally:
            process.terminate()
            process.wait(timeout=30)


def ask(samovar: list[str], model: str, given: list[str]) -> tuple[numpy.ndarray, dict]:
    """Rows of the answer, and its details."""
    with tempfile.TemporaryDirectory() as folder:
        lines, rows = Path(folder, "lines.txt"), Path(folder, "rows.npy")
        lines.write_text("".join(text + "\n" for text in given))
        said = subprocess.run([*samovar, "run", model, "--file", lines, "-o", rows, "--json"], check=True,
                              stdout=subprocess.PIPE, text=True)
        return numpy.load(rows), json.loads(said.stdout)[0]["details"]


def minilm(folder: Path) -> Iterator[torch.Tensor]:
    """What sentence-transformers computes: the mean of the states, of length 1."""
    from samovar.export.recipes.bert import EMBEDDINGS, OURS

    config = transformers.BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
                                     intermediate_size=1536)
    network = transformers.BertModel(config, add_pooling_layer=False).eval()
    theirs = {}
    for name, value in load_file(folder / "weights.safetensors").items():
        place, _, last = name.rpartition(".")
        if place.startswith("layers."):
            _, number, ours = place.split(".")
            place = f"encoder.layer.{number}." + next(key for key, value in OURS.items() if value == ours)
        elif place in EMBEDDINGS.values():
            place = "embeddings." + next(key for key, value in EMBEDDINGS.items() if value == place)
        theirs[f"{place}.{last}"] = value
    missing = network.load_state_dict(theirs, strict=False).missing_keys
    if missing:
        raise SystemExit(f"weights are missing: {missing}")
    tokenizer = transformers.BertTokenizerFast(str(folder / "vocab.txt"))
    for text in texts():
        states = network(**tokenizer(text, truncation=True, max_length=256, return_tensors="pt")).last_hidden_state
        yield torch.nn.functional.normalize(states.mean(1))[0]


def classifier(folder: Path) -> Iterator[torch.Tensor]:
    """The probabilities of the labels."""
    network = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = transformers.DebertaV2TokenizerFast(str(folder / "spm.model"))
    for text in texts():
        tokens = tokenizer(text, truncation=True, max_length=512, return_tensors="pt")
        yield network(input_ids=tokens.input_ids, attention_mask=tokens.attention_mask).logits.softmax(-1)[0]


def compare(model: str, samovar: list[str], expected: torch.Tensor) -> bool:
    rows, details = ask(samovar, model, texts())
    difference = float(numpy.abs(rows - expected.numpy()).max())
    spread = float(expected.std(0).max())
    print(f"{model}: {len(rows)} texts of {details['tokens']} tokens in {details['batches']} batches, "
          f"{details['truncated']} cut: greatest difference {difference:.2g}, within {TOLERANCE:g}; "
          f"values spread by {spread:.2g}")
    return difference <= TOLERANCE


def main() -> int:
    bin_dir, models = map(Path, sys.argv[1:3])
    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory(prefix="samovar-compare-") as folder, torch.inference_mode():
        deberta.make(Path(folder))
        expected = {"minilm": torch.stack(list(minilm(models / "minilm"))),
                    "deberta": torch.stack(list(classifier(Path(folder))))}
        served = Path(folder, "models")
        served.mkdir()
        for model in expected:
            (served / model).symlink_to((models / model).resolve())
        with daemon(bin_dir, served) as samovar:
            agree = [compare(model, samovar, rows) for model, rows in expected.items()]
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
