#!/usr/bin/python3
"""Runs clang-tidy over the files of a build folder: tidy.py BUILD_FOLDER JOBS

A file that was clean is not read again until it, a header of ours that it includes or a .clang-tidy
changes. Generated files and files outside of the checkout are left out.
"""

import concurrent.futures
import functools
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLEAN = ROOT / "build" / "tidy"
TIDY = "clang-tidy-16"
CONFIGURATIONS = [ROOT / ".clang-tidy", ROOT / "tests" / ".clang-tidy"]
# Where the headers of ours are looked for, in this order.
INCLUDE_FOLDERS = ["", "ipc/include", "client/include"]
# Where a new finding begins in what clang-tidy prints.
FINDING = re.compile(r"^(?=/[^\n]*: (?:warning|error):)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


@functools.cache
def headers_of(path):
    """The headers of ours that a file includes itself."""
    found = []
    for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        places = [path.parent / name] + [ROOT / folder / name for folder in INCLUDE_FOLDERS]
        found += [place.resolve() for place in places if place.is_file()][:1]
    return found


def fingerprint(source):
    """A hash of the source, the headers of ours that it reaches, and the checks."""
    reached, waiting = {source}, [source]
    while waiting:
        for header in headers_of(waiting.pop()):
            if header not in reached:
                reached.add(header)
                waiting.append(header)
    digest = hashlib.sha256()
    for path in [*CONFIGURATIONS, *sorted(reached)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def check(source, build):
    """What clang-tidy has to say of one file, "" if nothing."""
    clean = CLEAN / fingerprint(source)
    if clean.exists():
        return ""
    run = subprocess.run(
        [TIDY, "-p", build, "--quiet", "--warnings-as-errors=*", str(source)],
        capture_output=True,
        text=True,
    )
    if run.returncode == 0:
        clean.touch()
        return ""
    return run.stdout + ("" if run.stdout.strip() else run.stderr)


def main():
    build, jobs = sys.argv[1], int(sys.argv[2])
    entries = json.loads(pathlib.Path(build, "compile_commands.json").read_text())
    files = {pathlib.Path(entry["file"]).resolve() for entry in entries}
    sources = sorted(
        file
        for file in files
        if file.is_relative_to(ROOT) and not file.is_relative_to(ROOT / "build")
    )
    CLEAN.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        said = list(pool.map(lambda source: check(source, build), sources))
    findings = dict.fromkeys(finding for one in said for finding in FINDING.split(one))
    print("".join(findings), end="")  # a header's once, not once a file that includes it
    sys.exit(any(said))


if __name__ == "__main__":
    main()
