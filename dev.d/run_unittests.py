#!/usr/bin/python3
"""Runs the unittest tests of a folder and writes a JUnit file: run_unittests.py FOLDER FILE

Goes through `python -m unittest discover`, so a test runs here as it runs by hand.
"""

import sys
import time
import traceback
import unittest
import xml.etree.ElementTree as ElementTree


class RecordedResult(unittest.TextTestResult):
    """Keeps (test id, status, what it said) in `cases`, besides printing as usual."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.cases = []

    def startTest(self, test):
        super().startTest(test)
        self.cases.append([test.id(), "run", "", time.monotonic(), 0.0])

    def stopTest(self, test):
        super().stopTest(test)
        self.cases[-1][4] = time.monotonic() - self.cases[-1][3]

    def failed(self, test, error):
        said = "".join(traceback.format_exception(*error))
        if self.cases and self.cases[-1][0] == test.id():
            self.cases[-1][1:3] = ["fail", said]
        else:  # setUpClass, setUpModule or an import that failed outside of a test
            self.cases.append([test.id(), "fail", said, 0.0, 0.0])

    def addError(self, test, error):
        super().addError(test, error)
        self.failed(test, error)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.failed(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.failed(test, error)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.cases[-1][1:3] = ["fail", "was expected to fail, and passed"]

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if self.cases and self.cases[-1][0] == test.id():
            self.cases[-1][1:3] = ["disabled", reason]


def write_junit(cases, path):
    suite = ElementTree.Element("testsuite", name="unittest", tests=str(len(cases)))
    for name, status, said, _, duration in cases:
        case = ElementTree.SubElement(
            suite, "testcase", name=name, status=status, time=f"{duration:.3f}"
        )
        ElementTree.SubElement(case, "system-out").text = said
    ElementTree.ElementTree(suite).write(path, encoding="utf-8")


def main():
    folder, path = sys.argv[1:]
    runner = unittest.TextTestRunner(resultclass=RecordedResult, verbosity=2)
    arguments = ["unittest", "discover", "-s", folder]
    program = unittest.main(module=None, argv=arguments, testRunner=runner, exit=False)
    write_junit(program.result.cases, path)
    sys.exit(not program.result.wasSuccessful())


if __name__ == "__main__":
    main()
