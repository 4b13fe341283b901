"""What each peer serves: one of the benchmark's models, bytes in and bytes out.

KIND is `picture` (uint8 [1080, 1920, 3] in, whatever the network gives out), `rows` (float32 [1024] in and
out, batched by rows) or `texts` (lines in, embeddings out, in batches of 32).
"""

import json
import os
import warnings
from pathlib import Path

import torch

HEIGHT, WIDTH, COLUMNS = 1080, 1920, 1024
ROWS = 32  # of one inference
LONGEST = 256  # tokens of a sentence

warnings.filterwarnings("ignore", message="The given buffer is not writable")


class Network:
    """A TorchScript file and how its kind of bytes become tensors. One thread at a time."""

    def __init__(self, kind: str, file: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self.kind = kind
        self.network = torch.jit.load(file).eval()
        if kind == "texts":
            from tokenizers import BertWordPieceTokenizer

            self.tokenizer = BertWordPieceTokenizer(str(Path(file).with_name("vocab.txt")), lowercase=True)
            self.tokenizer.enable_truncation(LONGEST)

    @classmethod
    def asked_for(cls) -> "Network":
        """As the environment says, where a server leaves no other way to its workers."""
        return cls(*json.loads(os.environ["PEER_NETWORK"]))

    @torch.inference_mode()
    def one(self, body: bytes) -> bytes:
        if self.kind == "texts":
            return self.embed(bytes(body).decode().splitlines()).numpy().tobytes()
        if self.kind == "rows":
            return self.many([body])[0]
        picture = torch.frombuffer(body, dtype=torch.uint8).reshape(HEIGHT, WIDTH, 3)
        return self.network(picture).numpy().tobytes()

    @torch.inference_mode()
    def many(self, bodies: list[bytes]) -> list[bytes]:
        """Rows in one inference; all else one by one."""
        if self.kind != "rows":
            return [self.one(body) for body in bodies]
        rows = torch.frombuffer(b"".join(bodies), dtype=torch.float32).reshape(len(bodies), COLUMNS)
        return [row.tobytes() for row in self.network(rows).numpy()]

    def embed(self, texts: list[str]) -> torch.Tensor:
        """Sorted by length, 32 at a time, as one does it who knows that padding costs."""
        encoded = self.tokenizer.encode_batch(texts)
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i].ids))
        made: list[torch.Tensor | None] = [None] * len(texts)
        for begin in range(0, len(order), ROWS):
            chosen = order[begin:begin + ROWS]
            longest = max(len(encoded[i].ids) for i in chosen)
            ids = torch.zeros(len(chosen), longest, dtype=torch.int64)
            mask = torch.zeros_like(ids)
            for row, i in enumerate(chosen):
                length = len(encoded[i].ids)
                ids[row, :length] = torch.tensor(encoded[i].ids)
                mask[row, :length] = 1
            states = self.network(ids, mask, torch.zeros_like(ids))
            weight = mask.unsqueeze(2).to(states.dtype)
            pooled = (states * weight).sum(1) / weight.sum(1)
            for row, i in enumerate(chosen):
                made[i] = torch.nn.functional.normalize(pooled[row], dim=0)
        return torch.stack(made)
