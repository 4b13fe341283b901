"""The reference tokenizers: the fast ones of transformers, which run the library `tokenizers`."""

import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one thread there, as here

from tokenizers import Tokenizer  # noqa: E402  (after its settings)
from transformers import BertTokenizerFast, DebertaV2TokenizerFast  # noqa: E402

# Name: the bits that tests/tokenizers/tokenize.cpp takes, and what the reference is asked for.
WORD_PIECE = {
    "lower": (1, {}),
    "cased": (0, {"do_lower_case": False}),
    "accents": (3, {"strip_accents": False}),
    "unspaced": (12, {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False}),
}


def word_piece(vocabulary, options):
    return BertTokenizerFast(vocab_file=str(vocabulary), **options).backend_tokenizer


def sentence_piece(model):
    return DebertaV2TokenizerFast(vocab_file=str(model)).backend_tokenizer


def sentence_piece_nfc(model):
    """As transformers 5 makes it of the same file: other rules, and [UNK] looked for before them."""
    made = json.loads(sentence_piece(model).to_str())
    spaces = {"type": "Replace", "pattern": {"Regex": r"\s{2,}|[\n\r\t]"}, "content": " "}
    strip = {"type": "Strip", "strip_left": False, "strip_right": True}
    made["normalizer"] = {"type": "Sequence", "normalizers": [spaces, {"type": "NFC"}, strip]}
    for token in made["added_tokens"]:
        token["normalized"] = False
    return Tokenizer.from_str(json.dumps(made))


def ids(tokenizer, texts, at_once=4096):
    """The ids of each text, [CLS] and [SEP] around them, nothing cut."""
    for start in range(0, len(texts), at_once):
        yield from (encoded.ids for encoded in tokenizer.encode_batch(texts[start : start + at_once]))
