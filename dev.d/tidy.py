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
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLEAN = ROOT / "build" / "tidy"
TIDY = "clang-tidy-16"
TOGETHER = 24
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
# A namespace that a file has to itself.
OWN = re.compile(r"^namespace (\w+) \{\nnamespace \{\n.*?^\}  // namespace \1\n", re.M | re.S)
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
    """The names that a file defines outside of classes and functions, or about those, and that
    another file's can be the same as."""
    found = DEFINITION.findall(OWN.sub("", path.read_text(encoding="utf-8")))
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


def are_clean_together(entries):
    """Whether nothing is to be said of the files of entries that can stand in one."""
    sources = [path_of(entry) for entry in entries]
    # Beside them: the .clang-tidy that is nearest to a file holds for it.
    with tempfile.TemporaryDirectory(prefix=".tidy-", dir=sources[0].parent) as folder:
        one = pathlib.Path(folder, "together.cpp")
        one.write_text("".join(f'#include "{source}"\n' for source in sources), encoding="utf-8")
        base, extras = command_of(entries[0])
        for entry in entries[1:]:
            extras |= command_of(entry)[1]
        words = [*base, *(word for extra in extras.values() for word in extra), "-c", str(one)]
        database = [{"directory": entries[0]["directory"], "arguments": words, "file": str(one)}]
        pathlib.Path(folder, "compile_commands.json").write_text(json.dumps(database))
        return tidy(one, folder, "--checks=-bugprone-suspicious-include") == ""


def check(entries, build):
    """What clang-tidy has to say of the files of entries that can stand in one."""
    if len(entries) > 1 and not are_clean_together(entries):
        half = len(entries) // 2
        return check(entries[:half], build) + check(entries[half:], build)
    said = [tidy(path_of(entry), build) for entry in entries] if len(entries) == 1 else []
    if not any(said):
        for entry in entries:
            (CLEAN / fingerprint(path_of(entry))).touch()
    return said


def path_of(entry):
    return pathlib.Path(entry["file"]).resolve()


def command_of(entry):
    """How a file is compiled: the words that must be the same for two to stand in one, and by its
    name each macro and folder of headers, of which either may have more."""
    base, extras = [], {}
    words = iter(shlex.split(entry["command"].split(" -o ")[0]))
    for word in words:
        if word.startswith("-D"):
            extras[word.partition("=")[0]] = [word]
        elif word == "-isystem":
            folder = next(words)
            extras[folder] = [word, folder]
        elif word.startswith("-I"):
            extras[word] = [word]
        else:
            base.append(word)
    return base, extras


def neighbourhood_of(source):
    """Where the files lie that one can stand with: the tests of one part have names that another's
    would take for theirs, and the nearest .clang-tidy is part of how a file is read."""
    parts = source.relative_to(ROOT).parts if source.is_relative_to(ROOT) else ()
    return parts[:3] if parts[:1] == ("tests",) else ()


def groups_of(entries):
    """Lists of some entries each whose files can stand in one."""
    groups = collections.defaultdict(list)
    for entry in entries:
        source = path_of(entry)
        base, extras = command_of(entry)
        names = names_in(source)
        alike = groups[*base, neighbourhood_of(source)]
        for group, taken_names, taken in alike:
            if (
                len(group) < TOGETHER
                and not names & taken_names
                and all(taken.get(name, extra) == extra for name, extra in extras.items())
            ):
                group.append(entry)
                taken_names |= names
                taken |= extras
                break
        else:
            alike.append(([entry], names, dict(extras)))
    return [group for alike in groups.values() for group, _, _ in alike]


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
