"""An example of what networks of texts take."""

from collections.abc import Sequence

import torch
from torch import Tensor

BOUNDS = {"batch": (1, 1024), "length": (2, 512)}
BATCH, LENGTH = 3, 150


def text_example(names: Sequence[str], vocabulary: int) -> dict[str, Tensor]:
    """int64 [3, 150] each: ids all over the vocabulary, and rows that end earlier and earlier."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(vocabulary, (BATCH, LENGTH), generator=generator)
    mask = (torch.arange(LENGTH)[None, :] < LENGTH - 40 * torch.arange(BATCH)[:, None]).to(torch.int64)
    known = {"input_ids": ids * mask, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}
    return {name: known[name] for name in names}
