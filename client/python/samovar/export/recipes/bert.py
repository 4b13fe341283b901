"""BERT's encoder in plain PyTorch, with weights under the names that `transformers` gives them."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..errors import ExportError


@dataclass(frozen=True)
class BertShape:
    """The sizes in a config.json of model_type "bert"."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    types: int = 2
    epsilon: float = 1e-12


class Layer(nn.Module):
    """Attention and the two linear layers behind it, each added to what came in, and normalised."""

    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        width = shape.width
        self.heads, self.depth = shape.heads, width // shape.heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)
        self.out_norm = nn.LayerNorm(width, shape.epsilon)
        self.inner = nn.Linear(width, shape.inner)
        self.last = nn.Linear(shape.inner, width)
        self.last_norm = nn.LayerNorm(width, shape.epsilon)

    def split(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1], self.heads, self.depth).transpose(1, 2)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        told = functional.scaled_dot_product_attention(
            self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x)), attn_mask=seen)
        x = self.out_norm(x + self.out(told.transpose(1, 2).flatten(2)))
        return self.last_norm(x + self.last(functional.gelu(self.inner(x))))


class Bert(nn.Module):
    """int64 [batch, length] ids, mask and types -> float32 [batch, length, width] states of the tokens."""

    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        self.words = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.types = nn.Embedding(shape.types, shape.width)
        self.norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.norm(self.words(input_ids) + self.positions(places) + self.types(token_type_ids))
        seen = attention_mask.to(torch.bool)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, seen)
        return x


OURS = {  # in a layer
    "attention.self.query": "query", "attention.self.key": "key", "attention.self.value": "value",
    "attention.output.dense": "out", "attention.output.LayerNorm": "out_norm",
    "intermediate.dense": "inner", "output.dense": "last", "output.LayerNorm": "last_norm",
}  # fmt: skip
EMBEDDINGS = {
    "word_embeddings": "words", "position_embeddings": "positions", "token_type_embeddings": "types",
    "LayerNorm": "norm",
}  # fmt: skip


def renamed(name: str) -> str | None:
    """Our name of a weight of `transformers`; None for those that token states do not need."""
    name = name.removeprefix("bert.")
    place, _, last = name.rpartition(".")
    if place.startswith("embeddings."):
        ours = EMBEDDINGS.get(place.removeprefix("embeddings."))
        return f"{ours}.{last}" if ours else None
    if place.startswith("encoder.layer."):
        number, _, rest = place.removeprefix("encoder.layer.").partition(".")
        ours = OURS.get(rest)
        return f"layers.{number}.{ours}.{last}" if ours else None
    return None


def bert_of(shape: BertShape, weights: dict[str, Tensor]) -> Bert:
    """The network with these weights; raises ExportError where they are not those of this shape."""
    network = Bert(shape)
    ours = {renamed(name): tensor for name, tensor in weights.items() if renamed(name) is not None}
    try:
        network.load_state_dict(ours)
    except RuntimeError as error:
        raise ExportError(f"the weights are not those of a BERT of this shape: {error}") from error
    return network.eval().requires_grad_(False)
