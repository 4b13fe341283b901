"""weights.safetensors whose tensors all start at multiples of 64 bytes, so that they can be mapped.

The format wants the tensors to cover the data without holes, so the gaps are tensors, too:
uint8 entries named `__pad_N` that nobody asks for.
"""

import json
import mmap
from pathlib import Path

import torch
from torch import Tensor

from .errors import ExportError

ALIGNMENT = 64  # bytes: a cache line, and the widest vector load
PAD_PREFIX = "__pad_"
CODES: dict[torch.dtype, str] = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8",
    torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip
DTYPES = {code: dtype for dtype, code in CODES.items()}


def header_for(tensors: dict[str, Tensor]) -> tuple[bytes, list[tuple[int, str]]]:
    """The file up to the data, a multiple of 64 bytes, and (start, name) of each tensor in the data."""
    entries: dict[str, dict] = {}
    places: list[tuple[int, str]] = []
    end = 0
    for name, tensor in tensors.items():
        if tensor.dtype not in CODES:
            raise ExportError(f"constant {name} has dtype {tensor.dtype}, which {sorted(DTYPES)} do not cover; "
                              "use --bake to keep the weights inside the code")
        start = -(-end // ALIGNMENT) * ALIGNMENT
        if start > end:
            pad = f"{PAD_PREFIX}{len(places)}"
            entries[pad] = {"dtype": "U8", "shape": [start - end], "data_offsets": [end, start]}
        end = start + tensor.nbytes
        entries[name] = {"dtype": CODES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [start, end]}
        places.append((start, name))
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)  # the format allows trailing spaces
    return len(text).to_bytes(8, "little") + text, places


def write_weights(path: Path, tensors: dict[str, Tensor]) -> None:
    """Writes contiguous CPU tensors; raises ExportError for a dtype that the format has no code for."""
    header, places = header_for(tensors)
    with open(path, "wb") as file:
        file.write(header)
        for start, name in places:
            file.write(b"\0" * (len(header) + start - file.tell()))
            flat = tensors[name].contiguous().reshape(-1)
            if flat.numel():
                file.write(flat.view(torch.uint8).numpy().data)


def map_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file of ours, over a private mapping of it (nothing is copied), without the pads."""
    with open(path, "rb") as file:
        mapping = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    length = int.from_bytes(mapping[:8], "little")
    entries = json.loads(mapping[8 : 8 + length])
    entries.pop("__metadata__", None)
    data = torch.frombuffer(mapping, dtype=torch.uint8)[8 + length :]
    tensors = {}
    for name, entry in entries.items():
        if name.startswith(PAD_PREFIX):
            continue
        start, end = entry["data_offsets"]
        dtype = DTYPES[entry["dtype"]]
        raw = data[start:end]
        # A tensor without elements may end the file, where a view would have no aligned start.
        tensors[name] = raw.view(dtype).reshape(entry["shape"]) if end > start else torch.empty(
            entry["shape"], dtype=dtype)
    return tensors
