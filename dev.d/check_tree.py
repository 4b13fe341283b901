#!/usr/bin/python3
"""Checks what no compiler checks: who may include whom, how long a file may be, what is left over.

Prints one line a fault, "FILE:LINE: what and why", and exits with 1 if there is any.
"""

import pathlib
import re
import subprocess
import sys

MOST_LINES = 500

CODE = {".cpp", ".hpp", ".h", ".c", ".py", ".sh", ".cmake"}
CPP = {".cpp", ".hpp", ".h", ".c"}

# Who may include whom (docs/ARCHITECTURE.md). The longest folder that fits a file is its layer.
LAYERS = {
    "ipc": {"ipc"},
    "scheduler": {"scheduler"},
    "client": {"client", "ipc"},
    "client/cli": {"client", "client/cli", "ipc", "scheduler"},
    "daemon": {"daemon", "scheduler", "ipc"},
    "daemon/worker": {"daemon/worker", "ipc"},
}

# Where the public headers <samovar/...> lie, and so which layer such an include reaches.
PUBLIC_HEADERS = {"ipc/include": "ipc", "client/include": "client"}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
LIBTORCH = re.compile(r"(torch|ATen|c10)/")
NOT_IN_PUBLIC_HEADERS = re.compile(r"(torch|ATen|c10|cereal|spdlog|boost/asio)[/.]")

# Spelt so that this file does not hold what it looks for.
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|GTEST_SK" r"IP|\bDIS" r"ABLED_")
MACHINE_PATH = re.compile(r"/(?:root|work)/|/home/(?!user\b|me\b|you\b)\w")
SLEEP = re.compile(r"sleep_for|sleep_until|\busleep\(|time\.sleep")


def layer_of(path):
    """The layer of a path from the root, None for what belongs to none (the tests)."""
    parents = [parent.as_posix() for parent in pathlib.PurePosixPath(path).parents]
    return next((parent for parent in parents if parent in LAYERS), None)


def layer_reached(included):
    """The layer that an include reaches, None for a system's or a library's header."""
    if included.startswith("samovar/"):
        for folder, layer in PUBLIC_HEADERS.items():
            if pathlib.Path(folder, included).exists():
                return layer
    return layer_of(included)


def include_faults(path, line):
    match = INCLUDE.match(line)
    if not match:
        return
    included = match.group(2)
    layer, reached = layer_of(path), layer_reached(included)
    if layer and reached and reached not in LAYERS[layer]:
        yield f"{layer}/ must not include {included} of {reached}/"
    if LIBTORCH.match(included) and layer != "daemon/worker" and not path.startswith("tests/"):
        yield f"LibTorch's {included} may be included by daemon/worker/ only"
    if "/include/samovar/" in path and NOT_IN_PUBLIC_HEADERS.match(included):
        yield f"a public header must not include {included}"


def line_faults(path, line):
    suffix = pathlib.PurePosixPath(path).suffix
    if suffix in CPP:
        yield from include_faults(path, line)
    if LEFT_OVER.search(line) and suffix != ".md":
        yield "left over or skipped: finish it"
    if MACHINE_PATH.search(line):
        yield "a path of one machine"
    if SLEEP.search(line) and path.startswith("tests/unit/"):
        yield "a sleep in a unit test: time is an argument there"


def faults(path):
    """Yields (line number, what is wrong) for one file."""
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, OSError):
        return  # a picture, or a fuzz input
    if pathlib.PurePosixPath(path).suffix in CODE and len(lines) > MOST_LINES:
        yield MOST_LINES, f"{len(lines)} lines, at most {MOST_LINES}: is it one idea?"
    for number, line in enumerate(lines, 1):
        for fault in line_faults(path, line):
            yield number, fault


def main():
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    command.append("--exclude-standard")
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = [
        f"{path}:{number}: {fault}"
        for path in sorted(set(filter(None, listed.split("\0"))))
        if not path.startswith("tests/fuzz/corpus/")
        for number, fault in faults(path)
    ]
    print("\n".join(found) if found else "nothing found")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
