"""Networks that the tests export."""

import os
import signal

import torch
from torch import Tensor, nn


class Classifier(nn.Module):
    """float32 [batch, 8] -> [batch, 3]."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.layers = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def classifier_example() -> Tensor:
    return torch.linspace(-1, 1, 32).reshape(4, 8)


class Awkward(nn.Module):
    """Constants of every origin: tied, strided, transposed, not persistent, plain attribute, literal, integer.

    int64 [batch, length], float32 [batch, 4] -> float32 [batch, 50], float16 [batch, 4].
    """

    example_inputs = {"ids": torch.arange(15).reshape(3, 5), "x": torch.linspace(0, 1, 12).reshape(3, 4)}
    dynamic_dims = {"ids": ("batch", "length"), "x": ("batch", None)}
    dim_bounds = {"batch": (1, 64), "length": (1, 32)}

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.embedding = nn.Embedding(50, 16)
        self.head = nn.Linear(16, 50, bias=False)
        self.head.weight = self.embedding.weight
        self.norm = nn.BatchNorm1d(50)
        self.norm.running_mean.uniform_()
        self.register_buffer("scale", torch.rand(50), persistent=False)
        self.register_buffer("unused", torch.rand(50))
        self.register_buffer("order", torch.arange(49, -1, -1))
        self.plain = torch.rand(50)
        self.strided = nn.Parameter(torch.rand(8, 4).t())

    def forward(self, ids: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        scores = self.norm(self.head(self.embedding(ids)).mean(1)) * self.scale + self.plain
        mixed = (x @ self.strided @ self.strided.t()) * torch.tensor([1.0, 0.5, 0.25, 0.125])
        return scores[:, self.order], mixed.to(torch.float16)


class Dishonest(nn.Module):
    """Adds 0.01 in TorchScript only: stands for an artefact that is wrong."""

    example_inputs = torch.linspace(0, 1, 6).reshape(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        if torch.jit.is_scripting():
            return x + 0.01
        return x


class Conditional(nn.Module):
    """A trace of it is right only for inputs as wide as the example."""

    example_inputs = {"x": torch.ones(4)}
    dynamic_dims = {"x": ("n",)}

    def forward(self, x: Tensor) -> Tensor:
        return x + 1 if x.shape[0] > 3 else x - 1


class KeywordOnly(nn.Module):
    """TorchScript cannot compile this, but can trace it."""

    example_inputs = torch.ones(2, 3)

    def forward(self, *tensors: Tensor) -> Tensor:
        return sum(tensors, torch.zeros(()))


class Matting(nn.Module):
    """float32 [1, 3, h, w] -> [1, 1, h, w]."""

    def forward(self, image: Tensor) -> Tensor:
        return torch.sigmoid(image.mean(1, keepdim=True))


class Nested(nn.Module):
    """Returns a dict, which only a .pt2 can flatten."""

    example_inputs = torch.ones(2, 3)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"twice": x * 2, "sum": x.sum()}


class Unique(nn.Module):
    """The output's size depends on the values."""

    example_inputs = {"x": torch.tensor([3, 1, 3, 2])}
    dynamic_dims = {"x": ("n",)}
    dim_bounds = {"n": (1, 100)}

    def forward(self, x: Tensor) -> Tensor:
        return torch.unique(x)


class AtLeastFive(nn.Module):
    """Fails on fewer than five columns."""

    example_inputs = {"x": torch.ones(2, 8)}
    dynamic_dims = {"x": (None, "n")}

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.avg_pool1d(x, 5)


class EndsTheProgram(nn.Module):
    """Sends its own process SIGTERM when it is run eagerly, which is while the folder is being filled."""

    example_inputs = torch.ones(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        if not torch.jit.is_scripting():
            self.end()
        return x

    @torch.jit.unused
    def end(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def no_network() -> int:
    return 3


def fails() -> nn.Module:
    raise ValueError("the checkpoint is not here")


class Words(nn.Module):
    """int64 [batch, length] ids and mask -> float32 [batch, length, 8], the states of the tokens."""

    example_inputs = {"input_ids": torch.arange(15).reshape(3, 5), "attention_mask": torch.ones(3, 5).to(torch.int64)}
    dynamic_dims = {"input_ids": ("batch", "length"), "attention_mask": ("batch", "length")}
    dim_bounds = {"batch": (1, 64), "length": (2, 32)}

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.embedding = nn.Embedding(20, 8)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.embedding(input_ids) * attention_mask[:, :, None]


class Topics(Words):
    """The same -> float32 [batch, 2], logits."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return (self.embedding(input_ids) * attention_mask[:, :, None]).sum(1)[:, :2]
