"""How a benchmark tells what it found: a table for people, one line of JSON for programs."""

import argparse
import json
import math
import os
import platform
import sys
from pathlib import Path


def arguments(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a few rounds, to see that it runs: no figure to quote")
    return parser.parse_args()


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie, between neighbours in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values: list[float]) -> float:
    return quantile(values, 0.5)


def machine() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, load {os.getloadavg()[0]:.2f} at the start"


def say(line: str = "") -> None:
    print(line, file=sys.stderr, flush=True)


def table(head: list[str], rows: list[list[object]]) -> None:
    """Columns as wide as they need; numbers to the right."""
    cells = [head, *[[f"{x:.3g}" if isinstance(x, float) and abs(x) < 100 else f"{x:.0f}"
                      if isinstance(x, float) else str(x) for x in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        say("  ".join(text.ljust(w) if i == 0 else text.rjust(w)
                      for i, (text, w) in enumerate(zip(row, widths))).rstrip())
    say()


def rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def finish(bench: str, ratio: float, goal: float, better: str, figures: dict[str, object]) -> None:
    """The closing line. Exit status 0 whenever there is one."""
    passed = ratio <= goal if better == "lower" else ratio >= goal
    word = "at most" if better == "lower" else "at least"
    say(f"{bench}: {ratio:.3g}, goal {word} {goal:g}: {'met' if passed else 'not met'}")
    print(json.dumps({"bench": bench, "ratio": rounded(ratio), "goal": goal, "better": better, "pass": passed,
                      "figures": rounded(figures)}))
