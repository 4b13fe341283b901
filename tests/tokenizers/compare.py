"""Compares our token ids with the reference's, text by text, and says how many differ; then which is faster.

    ./dev compare-tokenizers [N]
"""

import pathlib
import struct
import subprocess
import sys
import tempfile
import time

import corpus
import make_data
import reference
import sentencepiece

SMALL = make_data.DATA
SHOWN = 5


def our_ids(program, arguments, content):
    run = subprocess.run([program, *map(str, arguments)], input=content, stdout=subprocess.PIPE, check=True)
    return run.stdout.splitlines()


def compare(name, program, arguments, tokenizer, content, texts):
    """The number of texts whose ids differ."""
    different, tokens = 0, 0
    lines = our_ids(program, arguments, content)
    for text, line, expected in zip(texts, lines, reference.ids(tokenizer, texts), strict=True):
        tokens += len(expected)
        if [int(number) for number in line.split()] != expected:
            different += 1
            if different <= SHOWN:
                print(f"  differs: {ascii(text)[:300]}\n    {expected[:40]}\n    {line.decode()[:200]}")
    print(f"{name}: {different} of {len(texts)} texts differ, {tokens} tokens", flush=True)
    return different


def speed(name, program, arguments, tokenizer):
    """Tokens a second on one thread, of this project's documents; both sides by turns, the best of three."""
    documents = sorted((make_data.DATA.parents[2] / "docs").rglob("*.md"))
    texts = [line for file in documents for line in file.read_text().splitlines() if line] * 50
    content = b"".join(struct.pack("<I", len(t.encode())) + t.encode() for t in texts)
    ours, theirs, tokens = [], [], 0
    for _ in range(3):
        started = time.perf_counter()
        lines = our_ids(program, arguments, content)
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        tokens = sum(map(len, reference.ids(tokenizer, texts)))
        theirs.append(time.perf_counter() - started)
        assert len(lines) == len(texts)
    print(
        f"{name}: {tokens / min(ours) / 1e6:.2f} million tokens/s here, starting and printing included, "
        f"{tokens / min(theirs) / 1e6:.2f} there: {min(theirs) / min(ours):.1f} times"
    )


def original(model, tokenizer, texts):
    """For the record: how often SentencePiece itself differs from the reference, which is made of it."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    encoded = processor.encode(texts)
    different = sum(a != b[1:-1] for a, b in zip(encoded, reference.ids(tokenizer, texts), strict=True))
    print(f"SentencePiece itself: {different} of {len(texts)} texts differ from the reference")


def main():
    program, vocabulary, mixed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    content = corpus.raw(program, mixed)
    texts = corpus.split(content)
    print(f"{len(texts)} texts, {sum(map(len, texts))} code points")
    different = 0
    for file in (vocabulary, SMALL / "vocab.txt"):
        for name, (bits, options) in reference.WORD_PIECE.items():
            tokenizer = reference.word_piece(file, options)
            different += compare(
                f"{file} {name}", program, ["word-piece", file, bits], tokenizer, content, texts
            )
    with tempfile.TemporaryDirectory() as folder:
        # All the rules of the kind that DeBERTa-v3 was trained with.
        large = pathlib.Path(folder, "spm.model")
        trained_on = make_data.with_letters(texts[-min(mixed, 20000) :], 4000)
        make_data.train_sentence_piece(trained_on, large, 16000, normalization_rule_name="nmt_nfkc")
        for name, file in (("nmt_nfkc", large), ("small", SMALL / "spm.model")):
            tokenizer = reference.sentence_piece(file)
            arguments = ["sentence-piece", file]
            different += compare(f"SentencePiece {name}", program, arguments, tokenizer, content, texts)
            original(file, tokenizer, texts)
            composing = reference.sentence_piece_nfc(file)
            different += compare(f"the same, nfc, {name}", program, [*arguments, "nfc"], composing, content, texts)
        speed("WordPiece", program, ["word-piece", vocabulary, 1], reference.word_piece(vocabulary, {}))
        speed("SentencePiece", program, ["sentence-piece", large], reference.sentence_piece(large))
    print(f"{different} differences in all")
    sys.exit(different != 0)


if __name__ == "__main__":
    main()
