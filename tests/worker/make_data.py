#!/usr/bin/env python3
"""Writes tests/data/worker/: make_data.py [OUTDIR]

Small TorchScript networks that samovar.export would refuse or has no use for, and what eager PyTorch
makes of pictures by the rules of [mask] in docs/models.md. mask_test.cpp has the same table of cases.
The results are committed; run this again only to change them.
"""

import io
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional


class Late(nn.Module):
    """Looks at `real` until its first element is no longer 0; only then reads all three, which it returns."""

    def forward(self, real: Tensor, whole: Tensor, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        looked = 0
        while bool(real[0] == 0) and looked < 20000000:
            looked += 1
        return real.clone(), whole.clone(), picture.clone()


class Patient(nn.Module):
    """Returns x, at which it looks after so many multiplications only."""

    def forward(self, x: Tensor, count: Tensor) -> Tensor:
        matrix = torch.ones(256, 256) / 256
        for _ in range(int(count[0])):
            matrix = torch.tanh(matrix @ matrix)
        return x.clone()


class Overwriting(nn.Module):
    """Returns x + 1, and leaves sevens where x was."""

    def forward(self, x: Tensor) -> Tensor:
        y = x + 1
        x.fill_(7)
        return y


class Named(nn.Module):
    """Returns a dictionary, which task `tensor` does not take."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"x": x}


class Dropping(nn.Module):
    """Half of the elements become 0 while it trains."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.dropout(x, 0.5, self.training)


class Greedy(nn.Module):
    """Asks for as many bytes as the input says."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.ones(int(x[0]), dtype=torch.uint8)[:1]


class Convolution(nn.Module):
    """A convolution and its batch norm, not frozen; [n, 3, h, w] -> [n, 4, h, w]."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.convolution = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.norm.running_mean = torch.linspace(-1, 1, 4)
        self.norm.running_var = torch.linspace(0.5, 2, 4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.convolution(x)))


class Nested(nn.Module):
    """Returns tensors in a tuple in a list."""

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        return x + 1, [x + 2, x + 3]


class Mask(nn.Module):
    """Weighs the colours and mixes a pixel with the one to its right; [1, 3, h, w] -> [1, 1, h, w]."""

    def __init__(self) -> None:
        super().__init__()
        kernel = torch.tensor([[0.5, 0.25], [-0.25, 0.5], [0.25, -0.25]]).reshape(1, 3, 1, 2)
        self.register_buffer("kernel", kernel)

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(functional.pad(x, [0, 1, 0, 0]), self.kernel)


@dataclass(frozen=True)
class Case:
    """A picture's size, the network's, and the keys of [mask]."""

    name: str
    picture: tuple[int, int]
    size: tuple[int, int]
    interpolation: str = "bilinear"
    antialias: bool = False
    scale: float = 1 / 255
    mean: tuple[float, float, float] = (0, 0, 0)
    std: tuple[float, float, float] = (1, 1, 1)
    sigmoid: bool = False
    range: tuple[float, float] = (0, 1)


CASES = (
    Case("shrink", (61, 83), (32, 40)),
    Case("grow", (20, 17), (32, 40), range=(0.1, 0.6)),
    Case("nearest", (61, 47), (32, 40), interpolation="nearest", antialias=True),
    Case("bicubic", (45, 83), (32, 40), interpolation="bicubic"),
    Case("antialias", (150, 70), (32, 40), antialias=True, sigmoid=True, range=(0.4, 0.7)),
    Case("bicubic_antialias", (61, 90), (32, 40), interpolation="bicubic", antialias=True),
    Case("normalised", (40, 50), (32, 40), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225), sigmoid=True),
    Case("same", (32, 40), (32, 40)),
    Case("pixel", (1, 1), (8, 8)),
)


def picture(height: int, width: int) -> Tensor:
    """uint8 [height, width, 3]; the formula stands in mask_test.cpp, too."""
    y, x, c = torch.meshgrid(torch.arange(height), torch.arange(width), torch.arange(3), indexing="ij")
    return ((y * 5 + x * 3 + c * 40 + x * y // 7) % 256).to(torch.uint8)


def alpha(case: Case, network: nn.Module) -> Tensor:
    """uint8 [height, width], as docs/models.md describes it."""
    pixels = picture(*case.picture).permute(2, 0, 1)[None].float()
    smooth = case.interpolation != "nearest"
    x = functional.interpolate(
        pixels, case.size, mode=case.interpolation, antialias=case.antialias and smooth,
        align_corners=False if smooth else None)
    mean, std = torch.tensor(case.mean).reshape(3, 1, 1), torch.tensor(case.std).reshape(3, 1, 1)
    mask = network((x * case.scale - mean) / std)
    if case.sigmoid:
        mask = torch.sigmoid(mask)
    mask = functional.interpolate(mask, case.picture, mode="bilinear", align_corners=False)[0, 0]
    low, high = case.range
    return (((mask - low) / (high - low)).clamp(0, 1) * 255).round().to(torch.uint8)


def save(module: nn.Module, path: Path) -> None:
    """TorchScript in training mode, as people leave it, without what names folders of this machine."""
    whole = io.BytesIO()
    torch.jit.save(torch.jit.script(module), whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            if not name.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(name), source.read(name))


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "data" / "worker")
    out.mkdir(parents=True, exist_ok=True)
    for network in (Late, Patient, Overwriting, Named, Dropping, Greedy, Convolution, Nested, Mask):
        save(network(), out / f"{network.__name__.lower()}.pt")
    for case in CASES:
        (out / f"mask_{case.name}.bin").write_bytes(alpha(case, Mask()).numpy().tobytes())


if __name__ == "__main__":
    main()
