"""What the kernel says of a process."""

import re
from pathlib import Path


def pss_bytes(pid: int) -> int:
    """Proportional set size: its own pages, and its share of those that it shares."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024


def pss_by_mapping(pid: int) -> dict[str, int]:
    """The same, by what is mapped; largest first."""
    sizes: dict[str, int] = {}
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            name = line.split(maxsplit=5)[5] if len(line.split(maxsplit=5)) > 5 else "anonymous"
        elif line.startswith("Pss:"):
            sizes[name] = sizes.get(name, 0) + int(line.split()[1]) * 1024
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def context_switches(pid: int) -> int:
    """Of all its threads, voluntary or not."""
    return sum(int(count) for task in Path(f"/proc/{pid}/task").iterdir()
               for count in re.findall(r"^(?:non)?voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(),
                                       re.MULTILINE))


def children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()]
