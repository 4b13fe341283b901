#!/usr/bin/python3
"""Runs clang-tidy over the files of a build folder: tidy.py BUILD_FOLDER JOBS

A file that was clean is not read again until it, a header of ours that it includes or a .clang-tidy
changes. Generated files and files outside of the checkout are left out. Most of the time goes into
headers, so files that are compiled alike are read together; only where something is found in them,
or they do not go together, each is read by itself.
"""

import collections
import concurrent.futures
import functools
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLEAN = ROOT / "build" / "tidy"
TIDY = "clang-tidy-16"
TOGETHER = 12
CONFIGURATIONS = [ROOT / ".clang-tidy", ROOT / "tests" / ".clang-tidy"]
# Where the headers of ours are looked for, in this order.
INCLUDE_FOLDERS = ["", "ipc/include", "client/include"]
# Where a new finding begins in what clang-tidy prints.
FINDING = re.compile(r"^(?=/[^\n]*: (?:warning|error):)", re.MULTILINE)
# Where a name begins to stand for something, in a line that is not indented.
DEFINITION = re.compile(
    r"^(?:(?:class|struct|enum class|enum) (\w+)(?! *;|\w)|using (\w+) ="
    r"|(?!using |return |class |struct |namespace )[A-Za-z][\w:<>,&*\[\] ]*[ &*](\w+)(?=[({\[;]| =))",
    re.MULTILINE,
)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


@functools.cache
def headers_of(path):
    """The headers of ours that a file includes itself."""
    found = []
    for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        places = [path.parent / name] + [ROOT / folder / name for folder in INCLUDE_FOLDERS]
        found += [place.resolve() for place in places if place.is_file()][:1]
    return found


def names_in(path):
    """The names that a file defines outside of classes and functions, or about those."""
    found = DEFINITION.findall(path.read_text(encoding="utf-8"))
    return {name for names in found for name in names if name}


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


def tidy(source, build, *options):
    """What clang-tidy has to say, "" if nothing."""
    run = subprocess.run(
        [TIDY, "-p", build, "--quiet", "--warnings-as-errors=*", *options, str(source)],
        capture_output=True,
        text=True,
    )
    return "" if run.returncode == 0 else run.stdout + ("" if run.stdout.strip() else run.stderr)


def are_clean_together(sources, entry):
    """Whether nothing is to be said of sources that are compiled as the entry's is."""
    # Beside them: the .clang-tidy that is nearest to a file holds for it.
    with tempfile.TemporaryDirectory(prefix=".tidy-", dir=sources[0].parent) as folder:
        one = pathlib.Path(folder, "together.cpp")
        one.write_text("".join(f'#include "{source}"\n' for source in sources), encoding="utf-8")
        command = entry["command"].replace(entry["file"], str(one))
        database = [{**entry, "command": command, "file": str(one)}]
        pathlib.Path(folder, "compile_commands.json").write_text(json.dumps(database))
        return tidy(one, folder, "--checks=-bugprone-suspicious-include") == ""


def check(entries, build):
    """What clang-tidy has to say of the files of entries that are compiled alike."""
    sources = [path_of(entry) for entry in entries]
    said = []
    if len(sources) == 1 or not are_clean_together(sources, entries[0]):
        said = [tidy(source, build) for source in sources]
    else:
        said = [""] * len(sources)
    for source, words in zip(sources, said):
        if not words:
            (CLEAN / fingerprint(source)).touch()
    return said


def path_of(entry):
    return pathlib.Path(entry["file"]).resolve()


def groups_of(entries):
    """Lists of some entries each that differ in nothing but their files, and can stand in one."""
    groups = collections.defaultdict(list)
    for entry in entries:
        source = path_of(entry)
        command = entry["command"].split(" -o ")[0]
        # The nearest .clang-tidy is part of how a file is read.
        alike = groups[command, source.is_relative_to(ROOT / "tests")]
        names = names_in(source)
        for group, taken in alike:
            if len(group) < TOGETHER and not names & taken:
                group.append(entry)
                taken |= names
                break
        else:
            alike.append(([entry], names))
    return [group for alike in groups.values() for group, _ in alike]


def main():
    build, jobs = sys.argv[1], int(sys.argv[2])
    entries = {
        path_of(entry): entry
        for entry in json.loads(pathlib.Path(build, "compile_commands.json").read_text())
    }
    CLEAN.mkdir(parents=True, exist_ok=True)
    unread = [
        entry
        for file, entry in sorted(entries.items())
        if file.is_relative_to(ROOT)
        and not file.is_relative_to(ROOT / "build")
        and not (CLEAN / fingerprint(file)).exists()
    ]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        said = sum(pool.map(lambda group: check(group, build), groups_of(unread)), [])
    findings = dict.fromkeys(finding for one in said for finding in FINDING.split(one))
    print("".join(findings), end="")  # a header's once, not once a file that includes it
    sys.exit(any(said))


if __name__ == "__main__":
    main()
