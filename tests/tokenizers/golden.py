"""Writes tests/data/tokenizers/golden.txt: what the reference makes of the test corpus.

A line is a tokenizer, a part of the corpus, a number and the ids of the written text of that number, or a hash
over the ids of the block of texts of that number (tests/unit/worker/text/reference_test.cpp says which hash).
"""

import pathlib
import sys

import corpus
import reference

DATA = pathlib.Path(__file__).resolve().parent.parent / "data/tokenizers"
BLOCK = 256
MIXED = 4096
CODE_POINTS = 0x110000 // 64


def fold(many):
    """FNV-1a, 64 bits, over the ids and a mark behind each text, each as one step."""
    state = 0xCBF29CE484222325
    for ids in many:
        for number in (*ids, 0xFFFFFFFF):
            state = ((state ^ number) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{state:016x}"


def lines(name, tokenizer, texts):
    ids = list(reference.ids(tokenizer, texts))
    written = len(texts) - CODE_POINTS - MIXED
    for number in range(written):
        yield f"{name} written {number} {' '.join(map(str, ids[number]))}"
    for part, first, count in (("code-points", written, CODE_POINTS), ("mixed", written + CODE_POINTS, MIXED)):
        for block in range(count // BLOCK):
            start = first + block * BLOCK
            yield f"{name} {part} {block} {fold(ids[start : start + BLOCK])}"


def main():
    texts = corpus.texts(sys.argv[1], MIXED)
    found = ["# Written by tests/tokenizers/golden.py."]
    for name, (_, options) in reference.WORD_PIECE.items():
        found += lines(name, reference.word_piece(DATA / "vocab.txt", options), texts)
    found += lines("sentence-piece", reference.sentence_piece(DATA / "spm.model"), texts)
    found += lines("sentence-piece-nfc", reference.sentence_piece_nfc(DATA / "spm.model"), texts)
    (DATA / "golden.txt").write_text("".join(f"{line}\n" for line in found))
    print(f"wrote {DATA}/golden.txt: {len(found)} lines")


if __name__ == "__main__":
    main()
