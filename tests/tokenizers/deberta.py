"""A DeBERTa-v3 sequence classifier with random weights, as a model folder: deberta.py OUTDIR

Its architecture is that of DeBERTa-v3-small but for its vocabulary, which is that of the tests; what a
network was trained for does not matter to how it is exported and run.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import torch
from samovar.export.cli import main as export
from transformers import DebertaV2Config, DebertaV2ForSequenceClassification

SPM = Path(__file__).resolve().parents[1] / "data" / "tokenizers" / "spm.model"
LABELS = ("glad", "sad", "neither")


def make(folder: Path) -> None:
    """What save_pretrained leaves of such a classifier."""
    torch.manual_seed(5)
    config = DebertaV2Config(
        vocab_size=2560, hidden_size=768, num_hidden_layers=6, num_attention_heads=12, intermediate_size=3072,
        max_position_embeddings=512, type_vocab_size=0, relative_attention=True, position_buckets=256,
        norm_rel_ebd="layer_norm", share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False,
        # Larger than it is trained with: so the probabilities differ from text to text.
        initializer_range=0.05, pad_token_id=0, id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)})
    DebertaV2ForSequenceClassification(config).save_pretrained(folder)
    shutil.copy(SPM, folder / "spm.model")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="samovar-deberta-") as folder:
        make(Path(folder))
        return export(["--recipe", "transformers", "--task", "classify-text", "--pretrained", folder,
                       "-o", sys.argv[1], "--format", "both", "--force",
                       "--description", "a DeBERTa-v3 with random weights"])


if __name__ == "__main__":
    sys.exit(main())
