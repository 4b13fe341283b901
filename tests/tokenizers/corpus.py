"""The texts of tests/support/text_corpus.hpp, from the program that writes them."""

import struct
import subprocess


def raw(program, mixed):
    return subprocess.run([program, "corpus", str(mixed)], check=True, capture_output=True).stdout


def split(content):
    """Texts as the reference takes them: what is no UTF-8 is replaced."""
    found, at = [], 0
    while at < len(content):
        (size,) = struct.unpack_from("<I", content, at)
        found.append(content[at + 4 : at + 4 + size].decode("utf-8", errors="replace"))
        at += 4 + size
    return found


def texts(program, mixed):
    return split(raw(program, mixed))
