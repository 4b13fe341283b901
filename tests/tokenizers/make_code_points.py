"""Asks the reference tokenizers what they take each code point for, and writes it down.

    ./dev compare-tokenizers --tables

writes daemon/worker/text/code_points.inc. The answers change where the reference is built with tables of a
newer Unicode, which the pins of client/python/requirements-tokenizers.txt decide.
"""

import pathlib
import tempfile
import unicodedata

from sentencepiece import SentencePieceTrainer, sentencepiece_model_pb2
from tokenizers import normalizers, pre_tokenizers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TABLES = ROOT / "daemon/worker/text/code_points.inc"

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def dropped():
    clean = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False
    )
    return [c for c in CODE_POINTS if clean.normalize_str(f"a{chr(c)}b") == "ab"]


def nonspacing_marks():
    strip = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False
    )
    return [c for c in CODE_POINTS if strip.normalize_str(f"a{chr(c)}b") == "ab"]


def punctuation():
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    return [c for c in CODE_POINTS if len(split(f"a{chr(c)}b")) == 3]


def with_rules(rules):
    """A normaliser with SentencePiece's rules, as text with a rule a line."""
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder, "rules.tsv")
        table.write_text(rules)
        text = pathlib.Path(folder, "text")
        text.write_text("a quick brown fox jumps over the lazy dog\n" * 100)
        SentencePieceTrainer.train(
            input=str(text),
            model_prefix=f"{folder}/m",
            vocab_size=35,
            hard_vocab_limit=False,
            minloglevel=2,
            normalization_rule_tsv=str(table),
        )
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(pathlib.Path(folder, "m.model").read_bytes())
    return normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap).normalize_str


def attached():
    """A rule for a letter applies to the whole grapheme cluster that begins with it."""
    normalise = with_rules("71\t5A\n")  # q -> Z
    assert normalise("qb") == "Zb"
    return [c for c in CODE_POINTS if normalise(f"q{chr(c)}") == "Z"]


def spacing():
    """Those of them that keep a virama from joining two consonants: clusters of 6 bytes are taken apart."""
    normalise = with_rules("915\t5A\n")
    joined = "\u0915\u094d%s\u0915\u0301"
    assert normalise(joined % "") == "Z\u094dZ\u0301" and normalise(joined % "x") == "Z\u094dxZ"
    return [c for c in attached() if not normalise(joined % chr(c)).endswith("\u0301")]


def new_letters():
    """Letters that Unicode 14, which Python 3.11 has, did not know: any ICU at hand knows those."""
    lower = normalizers.Lowercase().normalize_str
    return [(c, ord(lower(chr(c)))) for c in CODE_POINTS if lower(chr(c)) != chr(c).lower()]


def ranges(code_points):
    found = []
    for c in code_points:
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return found


def rows(kind, name, pairs):
    cells = [f"{{0x{a:X}, 0x{b:X}}}," for a, b in pairs]
    lines = [f"inline constexpr {kind} {name}[] = {{"]
    for cell in cells:
        if len(lines) > 1 and len(lines[-1]) + len(cell) < 99:
            lines[-1] += f" {cell}"
        else:
            lines.append(f"    {cell}")
    return "\n".join(lines) + "\n};\n"


def main():
    if unicodedata.unidata_version != "14.0.0":
        raise SystemExit("This is written for Python 3.11, whose Unicode is 14.")
    tables = "// Written by tests/tokenizers/make_code_points.py from the answers of the reference.\n\n"
    for name, ask in {
        "kDropped": dropped,
        "kNonspacingMarks": nonspacing_marks,
        "kPunctuation": punctuation,
        "kAttached": attached,
        "kSpacing": spacing,
    }.items():
        tables += rows("CodePoints", name, ranges(c for c in ask() if name != "kPunctuation" or c >= 0x80)) + "\n"
    tables += rows("Letters", "kNewLetters", new_letters())
    TABLES.write_text(tables)
    print(f"wrote {TABLES.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
