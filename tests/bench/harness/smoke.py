#!/usr/bin/env python3
"""Runs one benchmark with --quick and reads what it prints: harness/smoke.py NAME. Judges no figure."""

import json
import math
import subprocess
import sys
from pathlib import Path


def main() -> None:
    name = sys.argv[1]
    bench = Path(__file__).resolve().parents[1] / f"{name.replace('-', '_')}.py"
    done = subprocess.run([sys.executable, bench, "--quick"], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, f"{name} ended with {done.returncode}"
    line = json.loads(done.stdout.splitlines()[-1])
    assert line["bench"] == name and set(line) == {"bench", "ratio", "goal", "better", "pass", "figures"}, line
    assert math.isfinite(line["ratio"]) and line["ratio"] > 0, line
    assert line["better"] in ("lower", "higher") and isinstance(line["pass"], bool), line


if __name__ == "__main__":
    main()
