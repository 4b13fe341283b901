"""A model folder from one of `transformers` (save_pretrained): sequence classifiers, and encoders for embeddings.

Needs `transformers` 4 beside PyTorch, and nothing of the network: the folder is all that is read.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import ExportError
from ..order import Order, TextOptions
from ..pipeline import export
from ..source import Source
from .text_example import BOUNDS, text_example

# BERT's kind; the others were trained with none of these.
WITH_TYPES = {"bert", "electra"}
TOKENIZERS = {  # file, kind
    "wordpiece": "vocab.txt",
    "sentencepiece": "spm.model",
}
OF_TYPE = {
    "bert": "wordpiece", "distilbert": "wordpiece", "electra": "wordpiece", "mobilebert": "wordpiece",
    "deberta-v2": "sentencepiece",
}  # fmt: skip
LONGEST = 8192  # tokens that samovard takes


class Plain(nn.Module):
    """The network with its tensors by position, and one tensor as its answer."""

    def __init__(self, network: nn.Module, names: tuple[str, ...]) -> None:
        super().__init__()
        self.network = network
        self.names = names

    def forward(self, *tensors: Tensor) -> Tensor:
        return self.network(**dict(zip(self.names, tensors)), return_dict=False)[0]


class TwoTensors(Plain):
    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:  # torch.export reads these names
        return super().forward(input_ids, attention_mask)


class ThreeTensors(Plain):
    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        return super().forward(input_ids, attention_mask, token_type_ids)


def load(folder: Path, task: str) -> tuple[Any, nn.Module]:
    """The configuration and the network; raises ExportError where there is no such thing."""
    try:
        import transformers
    except ImportError as error:
        raise ExportError("--recipe transformers needs the package `transformers` beside PyTorch; "
                          "`./dev export-text` has an environment with it") from error
    kind = transformers.AutoModelForSequenceClassification if task == "classify-text" else transformers.AutoModel
    transformers.logging.set_verbosity_error()
    try:
        config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
        network = kind.from_pretrained(folder, local_files_only=True, torch_dtype=torch.float32)
    except Exception as error:  # noqa: BLE001 - whatever a folder can be wrong in
        raise ExportError(f"--pretrained {folder}: {error}") from error
    if config.model_type not in OF_TYPE:
        raise ExportError(f"--pretrained {folder}: its texts are cut by another tokenizer than samovard has "
                          f"(model_type {config.model_type}); it has those of {', '.join(OF_TYPE)}")
    return config, network.eval().requires_grad_(False)


def text_options(folder: Path, task: str, config: Any) -> TextOptions:
    """What the folder's configuration says of its texts."""
    tokenizer = OF_TYPE[config.model_type]
    file = folder / TOKENIZERS[tokenizer]
    if not file.is_file():
        raise ExportError(f"--pretrained {folder}: there is no {file.name}, which its tokenizer is made of")
    said = folder / "tokenizer_config.json"
    rules = json.loads(said.read_text()) if said.is_file() else {}
    longest = min(int(rules.get("model_max_length") or LONGEST), config.max_position_embeddings, LONGEST)
    options = TextOptions(task, file, tokenizer, longest, vocabulary_size=config.vocab_size)
    if tokenizer == "wordpiece":
        options = replace(options, lower_case=rules.get("do_lower_case", True),
                          strip_accents=rules.get("strip_accents"),
                          space_chinese=rules.get("tokenize_chinese_chars", True))
    if task == "embed-text":
        return options
    labels = tuple(str(config.id2label[i]) for i in range(config.num_labels))
    several = config.problem_type == "multi_label_classification"
    return replace(options, labels=labels, activation="sigmoid" if several else None)


def export_transformers(order: Order, folder: Path, changes: dict[str, Any]) -> Path:
    """Writes the model folder. `changes` replace keys of [mask], which it has not got."""
    if changes:
        raise ExportError(f"--{next(iter(changes))} belongs to --task mask")
    task = order.text_task or "classify-text"
    config, network = load(folder, task)
    text = text_options(folder, task, config)
    types = config.model_type in WITH_TYPES
    names = ("input_ids", "attention_mask", "token_type_ids")[: 3 if types else 2]
    module = (ThreeTensors if types else TwoTensors)(network, names)
    source = Source(module, example=text_example(names, config.vocab_size),
                    bounds=BOUNDS | {"length": (2, text.max_length)},
                    dynamic={name: ("batch", "length") for name in names})
    # What TorchScript's compiler cannot take as written, its tracer follows.
    order = replace(order, text=text, torchscript="trace" if order.torchscript == "auto" else order.torchscript)
    return export(order, source=source)
