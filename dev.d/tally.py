#!/usr/bin/python3
"""Reads a JUnit file of ctest or dev.d/run_unittests.py: tally.py FILE

Standard output: one line "PASSED FAILED", then the name of each failed test, one a line.
Standard error: what the failed tests said, the end of it.
"""

import sys
import xml.etree.ElementTree as ElementTree

SHOWN_LINES = 80


def outcome(case):
    """"passed", "failed" or "skipped" for one <testcase>.

    ctest calls a test whose program was not built "notrun", as it does one that chose to be
    skipped: only the second is no failure.
    """
    status = case.get("status")
    if status == "run":
        return "passed"
    skipped = case.find("skipped")
    chose = skipped is not None and skipped.get("message", "").startswith("SKIP_")
    return "skipped" if status == "disabled" or chose else "failed"


def main():
    try:
        cases = list(ElementTree.parse(sys.argv[1]).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        print(f"No results: {error}", file=sys.stderr)
        cases = []
    failed = [case for case in cases if outcome(case) == "failed"]
    passed = sum(outcome(case) == "passed" for case in cases)
    print(passed, len(failed))
    for case in failed:
        print(case.get("name"))
        said = (case.findtext("system-out") or "").splitlines()[-SHOWN_LINES:]
        print(f"--- {case.get('name')}", *said, sep="\n    ", file=sys.stderr)


if __name__ == "__main__":
    main()
