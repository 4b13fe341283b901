"""Trains the small vocabularies of tests/data/tokenizers/ on the test corpus: words of no language's text.

    ./dev compare-tokenizers --data

writes vocab.txt (WordPiece), spm.model (SentencePiece, with a part of the rules of NFKC) and then has golden.py
ask the reference about them.
"""

import collections
import pathlib
import sys
import tempfile
import unicodedata

from sentencepiece import SentencePieceTrainer, sentencepiece_model_pb2
from tokenizers import normalizers, pre_tokenizers

import corpus

DATA = pathlib.Path(__file__).resolve().parent.parent / "data/tokenizers"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

# Characters whose compatible forms the small model rewrites.
REWRITTEN = [(0xA0, 0x17F), (0x212A, 0x212B), (0x2122, 0x2122), (0x958, 0x95F), (0x3000, 0x3000)]
REWRITTEN += [(0xFB00, 0xFB06), (0xFF01, 0xFF9F), (0x1E00, 0x1E1F), (0xFDFA, 0xFDFA)]


def rules():
    """SentencePiece's table: code points, tab, code points."""
    found = {"7F": "", "AD": "", "200B": "20", "FEFF": "20", "2028": "20", "9": "20", "A": "20", "D": "20"}
    # A character that joins the one behind it: its rule is one for all of the cluster.
    found["600"] = "50"
    for first, last in REWRITTEN:
        for c in range(first, last + 1):
            character = chr(c)
            for form in {character, unicodedata.normalize("NFD", character)}:
                if (rewritten := unicodedata.normalize("NFKC", form)) != form:
                    found[" ".join(f"{ord(p):X}" for p in form)] = " ".join(f"{ord(p):X}" for p in rewritten)
    for part in ("\uff76\uff9e", "\uff8a\uff9f", "\u30ab\u3099"):
        found[" ".join(f"{ord(p):X}" for p in part)] = f"{ord(unicodedata.normalize('NFKC', part)):X}"
    return "".join(f"{a}\t{b}\n" for a, b in sorted(found.items()))


def most(counts, number):
    """The `number` most frequent, in the same order on every machine."""
    return [text for text, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:number]]


def make_word_piece(texts):
    """Letters, and the most frequent beginnings and middles of words: a trainer's ties are decided by chance."""
    normalise = normalizers.BertNormalizer(lowercase=True).normalize_str
    words = [w for t in texts for w, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalise(t))]
    letters = most(collections.Counter(letter for word in words for letter in word), 700)
    begun, inside = collections.Counter(), collections.Counter()
    for word in words:
        begun.update(word[:length] for length in range(2, min(len(word), 12) + 1))
        for length in range(2, 5):
            inside.update(f"##{word[at : at + length]}" for at in range(1, len(word) - length + 1))
    pieces = letters + [f"##{letter}" for letter in letters] + most(begun, 800) + most(inside, 800)
    return "".join(f"{piece}\n" for piece in SPECIAL + pieces)


def with_letters(texts, number):
    """The texts with a space for each letter that is none of the `number` most frequent."""
    letters = set(most(collections.Counter("".join(texts)), number))
    return ["".join(letter if letter in letters else " " for letter in text) for text in texts]


def train_sentence_piece(texts, path, size, **options):
    """A model in the manner of DeBERTa-v3's, with a piece for every letter of the texts."""
    with tempfile.TemporaryDirectory() as scratch:
        text = pathlib.Path(scratch, "text")
        text.write_text("\n".join(" ".join(t.split()) for t in texts).replace("\0", ""))
        if table := options.pop("rules", None):
            options["normalization_rule_tsv"] = f"{scratch}/rules.tsv"
            pathlib.Path(options["normalization_rule_tsv"]).write_text(table)
        SentencePieceTrainer.train(
            input=str(text),
            model_prefix=f"{scratch}/model",
            vocab_size=size,
            hard_vocab_limit=False,
            model_type="unigram",
            character_coverage=1.0,
            num_threads=1,
            minloglevel=2,
            pad_id=0,
            bos_id=1,
            eos_id=2,
            unk_id=3,
            pad_piece="[PAD]",
            bos_piece="[CLS]",
            eos_piece="[SEP]",
            unk_piece="[UNK]",
            **options,
        )
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(pathlib.Path(scratch, "model.model").read_bytes())
    for field in ("input", "model_prefix"):
        model.trainer_spec.ClearField(field)
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    pathlib.Path(path).write_bytes(model.SerializeToString(deterministic=True))


def main():
    texts = corpus.texts(sys.argv[1], 20000)[-20000:]
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / "vocab.txt").write_text(make_word_piece(texts))
    train_sentence_piece(
        with_letters(texts, 800), DATA / "spm.model", 2500, rules=rules(), user_defined_symbols=["<url>"]
    )
    print(f"wrote {DATA}/vocab.txt and spm.model")


if __name__ == "__main__":
    main()
