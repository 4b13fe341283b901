"""The small networks of tests and benchmarks. Each carries its own example; see models.py."""

import math
import warnings

import torch
from samovar.export.recipes.bert import Bert, BertShape
from torch import Tensor, nn

PICTURE = {"image": ("height", "width", None)}
PICTURE_BOUNDS = {"height": (1, 8192), "width": (1, 8192)}
VECTOR_BOUNDS = {"n": (1, 1 << 20)}


def picture(height: int = 24, width: int = 40) -> Tensor:
    """uint8 [height, width, 3] with a different value nearly everywhere."""
    return torch.arange(height * width * 3).remainder(251).to(torch.uint8).reshape(height, width, 3)


class Invert(nn.Module):
    """uint8 [height, width, 3] -> 255 - x, the same shape."""

    example_inputs = {"image": picture()}
    dynamic_dims = PICTURE
    dim_bounds = PICTURE_BOUNDS
    image_inputs = ("image",)

    def forward(self, image: Tensor) -> Tensor:
        return 255 - image


class Signature(nn.Module):
    """uint8 [height, width, 3] -> float32 [64]: the green of 8 x 8 pixels, whatever the size.

    Touches 64 elements, so that a job's time is the time of its way.
    """

    example_inputs = {"image": picture()}
    dynamic_dims = PICTURE
    dim_bounds = {"height": (8, 8192), "width": (8, 8192)}
    image_inputs = ("image",)

    def forward(self, image: Tensor) -> Tensor:
        height, width = image.shape[0], image.shape[1]
        steps = [height // 8 * width * 3, width // 8 * 3]
        return torch.as_strided(image, [8, 8], steps, 1).to(torch.float32).reshape(64)


class Add(nn.Module):
    """float32 [n] + float32 [n]."""

    example_inputs = {"x": torch.arange(5.0), "y": torch.ones(5)}
    dynamic_dims = {"x": ("n",), "y": ("n",)}
    dim_bounds = VECTOR_BOUNDS

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


class Tiny(nn.Module):
    """float32 [batch, 16] -> [batch, 4]: two linear layers and a buffer that no state dict holds."""

    example_inputs = {"x": torch.linspace(-1, 1, 48).reshape(3, 16)}
    dynamic_dims = {"x": ("batch", None)}
    dim_bounds = {"batch": (1, 64)}

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(16)
        self.first = nn.Linear(16, 32)
        self.second = nn.Linear(32, 4)
        self.register_buffer("offset", torch.tensor([0.5, -0.5, 0.25, -0.25]), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(torch.relu(self.first(x))) + self.offset


class Echo(nn.Module):
    """One [n] of each dtype that samovard carries -> the same, in a tuple."""

    dtypes = (
        torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8,
        torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool,
    )  # fmt: skip
    example_inputs = {str(d).removeprefix("torch."): torch.tensor([0, 1, 1, 0]).to(d) for d in dtypes}
    dynamic_dims = {name: ("n",) for name in example_inputs}
    dim_bounds = VECTOR_BOUNDS

    def forward(
        self, float32: Tensor, float64: Tensor, float16: Tensor, bfloat16: Tensor, int8: Tensor,
        uint8: Tensor, int16: Tensor, int32: Tensor, int64: Tensor, bool: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
        return (
            float32.clone(), float64.clone(), float16.clone(), bfloat16.clone(), int8.clone(),
            uint8.clone(), int16.clone(), int32.clone(), int64.clone(), bool.clone(),
        )  # fmt: skip


class Indexer(nn.Module):
    """int64 [n] -> float32 [n, 4]: row i of the table is i, i + 0.25, i + 0.5, i + 0.75; 100 rows."""

    example_inputs = {"index": torch.tensor([3, 1, 99])}
    dynamic_dims = {"index": ("n",)}
    dim_bounds = VECTOR_BOUNDS

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("table", torch.arange(0, 100, 0.25).reshape(100, 4))

    def forward(self, index: Tensor) -> Tensor:
        return torch.index_select(self.table, 0, index)


class Rows(nn.Module):
    """float32 [n, k] -> float32 [n]: each is n, the rows that came together; memory runs out for more than 8."""

    example_inputs = {"x": torch.ones(3, 2)}
    dynamic_dims = {"x": ("n", "k")}
    dim_bounds = {"n": (1, 4096), "k": (1, 64)}

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[0] > 8:
            raise RuntimeError("out of memory")
        return x.sum(1) * 0 + x.shape[0]


class Lengths(nn.Module):
    """float32 [n, length], and a mask -> [n, length]: each over the sum of its row; and [n]: how long the rows came."""

    example_inputs = {"x": torch.ones(3, 5), "mask": torch.ones(3, 5)}
    dynamic_dims = {"x": ("n", "length"), "mask": ("n", "length")}
    dim_bounds = {"n": (1, 4096), "length": (1, 64)}

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return x / (x * mask).sum(1, keepdim=True), mask.sum(1) * 0 + x.shape[1]


class Spacious(nn.Module):
    """float32 [n] -> x + n, the rows that came together; of each row it makes 48 MiB on the way."""

    example_inputs = {"x": torch.arange(3.0)}
    dynamic_dims = {"x": ("n",)}
    dim_bounds = VECTOR_BOUNDS

    def forward(self, x: Tensor) -> Tensor:
        wide = x.unsqueeze(1).repeat(1, 12 << 20)
        return wide[:, 7] + x.shape[0]


class Throws(nn.Module):
    """float32 [n] -> sqrt(x); raises where the first element is negative."""

    example_inputs = {"x": torch.arange(5.0)}
    dynamic_dims = {"x": ("n",)}
    dim_bounds = VECTOR_BOUNDS

    def forward(self, x: Tensor) -> Tensor:
        if bool(x[0] < 0):
            raise ValueError("this model takes no negative numbers")
        return torch.sqrt(x)


class Sleepy(nn.Module):
    """int64 [1] -> float32 [1]: multiplies 512 x 512 matrices that many times, 1 to 2 ms each."""

    example_inputs = {"count": torch.tensor([3])}

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(512)
        self.register_buffer("matrix", torch.randn(512, 512) / 23)

    def forward(self, count: Tensor) -> Tensor:
        x = self.matrix
        for _ in range(int(count[0])):
            x = torch.tanh(x @ self.matrix)
        return x.sum().reshape(1)


class Crash(nn.Module):
    """float32 [n] -> x + 1; where the first element is 13 the process dies of SIGSEGV.

    `unsafe` leaves the lengths unchecked, so the sum runs on to the end of mapped memory.
    """

    example_inputs = {"x": torch.arange(5.0)}
    dynamic_dims = {"x": ("n",)}
    dim_bounds = VECTOR_BOUNDS

    def forward(self, x: Tensor) -> Tensor:
        if bool(x[0] == 13.0):
            lengths = torch.full([1], 1 << 40, dtype=torch.int64)
            return torch.segment_reduce(x, "sum", lengths=lengths, unsafe=True)
        return x + 1


class Hefty(nn.Module):
    """float32 [batch, 16] -> the same through two linear layers of 12.6 MB each."""

    example_inputs = {"x": torch.linspace(-1, 1, 48).reshape(3, 16)}
    dynamic_dims = {"x": ("batch", None)}
    dim_bounds = {"batch": (1, 64)}

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(25)
        self.wide = nn.Linear(16, 196_608)
        self.narrow = nn.Linear(196_608, 16)

    def forward(self, x: Tensor) -> Tensor:
        return self.narrow(self.wide(x))


class Tally(nn.Module):
    """float32 [1] -> x + how often it was called, which it counts in a buffer of 1 MiB."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(1 << 18))

    def forward(self, x: Tensor) -> Tensor:
        self.calls.add_(1)
        return x + self.calls[-1:]


def packed() -> nn.Module:
    """float32 [n, 1024] -> [n, 512]: the mean of each row, by a layer whose weights are packed when it is loaded."""
    layer = nn.Linear(1024, 512, bias=False)
    nn.init.constant_(layer.weight, 1 / 1024)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.ao.quantization.quantize_dynamic(nn.Sequential(layer).eval(), {nn.Linear}, dtype=torch.qint8)


class Mlp(nn.Module):
    """float32 [batch, width] -> the same through linear layers."""

    dim_bounds = {"batch": (1, 64)}
    dynamic_dims = {"x": ("batch", None)}
    width, depth = 64, 1

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(268)
        self.layers = nn.ModuleList(nn.Linear(self.width, self.width) for _ in range(self.depth))
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=math.sqrt(2 / self.width))  # keeps the size of what goes through

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x


class Mlp268(Mlp):
    """float32 [batch, 2048] -> the same through 16 linear layers: 268 MB of weights."""

    example_inputs = {"x": torch.linspace(-1, 1, 2 * 2048).reshape(2, 2048)}
    width, depth = 2048, 16


class Mlp25(Mlp):
    """float32 [batch, 1024] -> the same through 6 linear layers: 25 MB of weights."""

    example_inputs = {"x": torch.linspace(-1, 1, 2 * 1024).reshape(2, 1024)}
    width, depth = 1024, 6


class Mlp1000(Mlp):
    """float32 [batch, 4096] -> the same through 15 linear layers: 1 GB of weights."""

    example_inputs = {"x": torch.linspace(-1, 1, 2 * 4096).reshape(2, 4096)}
    width, depth = 4096, 15


class Encoder(nn.Module):
    """One layer of BERT's kind: int64 [batch, length] ids, mask and types -> float32 [batch, length, 24]."""

    VOCABULARY = 3005  # of tests/data/tokenizers/vocab.txt
    LONGEST = 128
    WIDTH, HEADS = 24, 3

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(23)
        self.words = nn.Embedding(self.VOCABULARY, self.WIDTH)
        self.places = nn.Embedding(self.LONGEST, self.WIDTH)
        self.types = nn.Embedding(2, self.WIDTH)
        self.first = nn.LayerNorm(self.WIDTH)
        self.asked = nn.Linear(self.WIDTH, self.WIDTH)
        self.known = nn.Linear(self.WIDTH, self.WIDTH)
        self.told = nn.Linear(self.WIDTH, self.WIDTH)
        self.wide = nn.Linear(self.WIDTH, 4 * self.WIDTH)
        self.narrow = nn.Linear(4 * self.WIDTH, self.WIDTH)
        self.last = nn.LayerNorm(self.WIDTH)

    def split(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1], self.HEADS, self.WIDTH // self.HEADS).transpose(1, 2)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.first(self.words(input_ids) + self.places(places) + self.types(token_type_ids))
        hidden = (1.0 - attention_mask.to(x.dtype)[:, None, None, :]) * -1e4
        weights = self.split(self.asked(x)) @ self.split(self.known(x)).transpose(2, 3) + hidden
        x = x + (weights.softmax(-1) @ self.split(self.told(x))).transpose(1, 2).flatten(2)
        return self.last(x + self.narrow(torch.nn.functional.gelu(self.wide(x))))


def text_example(batch: int = 3, length: int = 11) -> dict[str, Tensor]:
    """Ids that differ nearly everywhere, and rows that end one place earlier each."""
    ids = torch.arange(batch * length).reshape(batch, length) * 37 % Encoder.VOCABULARY
    mask = (torch.arange(length)[None, :] < length - torch.arange(batch)[:, None]).to(torch.int64)
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}


class TextNetwork(nn.Module):
    """The input of BERT's kind, of any batch and length."""

    example_inputs = text_example()
    dynamic_dims = {name: ("batch", "length") for name in text_example()}
    dim_bounds = {"batch": (1, 64), "length": (2, Encoder.LONGEST)}


class Sentences(TextNetwork):
    """Token states of BERT's kind of input, for embeddings of 24 dimensions."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        return self.encoder(input_ids, attention_mask, token_type_ids)


class CompiledEncoder(Encoder):
    """The same for TorchScript's compiler, which a network needs that asks how many rows it got."""

    __constants__ = ["WIDTH", "HEADS"]


class Cramped(TextNetwork):
    """Token states of BERT's kind of input, of which memory runs out for more than 8 rows."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = CompiledEncoder()

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        if input_ids.shape[0] > 8:
            raise RuntimeError("out of memory")
        return self.encoder(input_ids, attention_mask, token_type_ids)


class Moods(TextNetwork):
    """Logits of three labels, from the first token of BERT's kind of input."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.choose = nn.Linear(Encoder.WIDTH, 3)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        return self.choose(self.encoder(input_ids, attention_mask, token_type_ids)[:, 0])


class MinilmSized(TextNetwork):
    """A network of MiniLM's sizes, with random weights."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(29)
        self.bert = Bert(BertShape(Encoder.VOCABULARY, width=384, layers=6, heads=12, inner=1536,
                                   positions=Encoder.LONGEST))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        return self.bert(input_ids, attention_mask, token_type_ids)
