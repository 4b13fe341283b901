"""What ./dev lint checks by itself, and how ./dev test counts."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import check_tree  # noqa: E402  (dev.d is no package)
import run_unittests  # noqa: E402
import tally  # noqa: E402
import tidy  # noqa: E402


class IncludeTest(unittest.TestCase):
    def faults(self, path, include):
        return list(check_tree.line_faults(path, f"#include {include}"))

    def test_a_layer_includes_itself_and_what_is_below(self):
        for path, include in (
            ("ipc/wire/frame.cpp", '"ipc/wire/codec.hpp"'),
            ("client/cli/simulate.cpp", '"scheduler/cron.hpp"'),
            ("daemon/listener.cpp", '"ipc/os/peer.hpp"'),
            ("daemon/worker/main.cpp", "<torch/script.h>"),
            ("ipc/tensor.cpp", "<samovar/tensor.hpp>"),
            ("tests/unit/worker_test.cpp", "<ATen/ATen.h>"),
        ):
            self.assertEqual(self.faults(path, include), [], path)

    def test_no_layer_includes_upward(self):
        for path, include in (
            ("ipc/wire/frame.cpp", '"daemon/session.hpp"'),
            ("scheduler/cron.cpp", '"ipc/wire/frame.hpp"'),
            ("scheduler/cron.cpp", "<samovar/error.hpp>"),
            ("client/client.cpp", '"client/cli/table.hpp"'),
            ("daemon/listener.cpp", '"daemon/worker/engine.hpp"'),
            ("daemon/worker/main.cpp", '"scheduler/cron.hpp"'),
        ):
            self.assertEqual(len(self.faults(path, include)), 1, path)

    def test_libtorch_stays_in_the_worker(self):
        self.assertEqual(len(self.faults("daemon/main.cpp", "<c10/util/Half.h>")), 1)

    def test_public_headers_show_no_library_of_ours(self):
        path = "client/include/samovar/client.hpp"
        self.assertEqual(len(self.faults(path, "<boost/asio/io_context.hpp>")), 1)
        self.assertEqual(self.faults(path, "<chrono>"), [])


class LeftOverTest(unittest.TestCase):
    def faults(self, path, line):
        return list(check_tree.line_faults(path, line))

    def test_what_is_left_open_is_found_outside_of_documents(self):
        self.assertEqual(len(self.faults("ipc/a.cpp", "// TO" "DO: later")), 1)
        self.assertEqual(self.faults("CONTRIBUTING.md", "no TO" "DO in a change"), [])

    def test_a_sleep_is_found_in_unit_tests_alone(self):
        nap = "std::this_thread::sleep_for(1s);"
        self.assertEqual(len(self.faults("tests/unit/a_test.cpp", nap)), 1)
        self.assertEqual(self.faults("tests/integration/a_test.cpp", nap), [])

    def test_a_path_of_one_machine_is_found(self):
        self.assertEqual(len(self.faults("docs/a.md", "cd /ro" "ot/samovar")), 1)
        self.assertEqual(self.faults("docs/a.md", "cd /home/user/photos"), [])

    def test_a_file_of_more_than_500_lines_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "long.py")
            path.write_text("pass\n" * 501)
            self.assertEqual(len(list(check_tree.faults(str(path)))), 1)
            path.write_text("pass\n" * 500)
            self.assertEqual(list(check_tree.faults(str(path))), [])


class TidyTest(unittest.TestCase):
    def test_a_change_to_a_header_that_a_header_includes_changes_the_fingerprint(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            (root / ".clang-tidy").touch()
            (root / "a.cpp").write_text('#include "b.hpp"\n#include <vector>\n')
            (root / "b.hpp").write_text('#include "c.hpp"\n')
            (root / "c.hpp").write_text("int c;\n")
            with mock.patch.object(tidy, "ROOT", root):
                first = tidy.fingerprint(root / "a.cpp")
                self.assertEqual(tidy.fingerprint(root / "a.cpp"), first)
                (root / "c.hpp").write_text("long c;\n")
                self.assertNotEqual(tidy.fingerprint(root / "a.cpp"), first)

    def groups(self, flags=None, **files):
        """The names of files, by the groups in which they are read."""
        with tempfile.TemporaryDirectory() as folder:
            entries = []
            for name, text in files.items():
                path = pathlib.Path(folder, f"{name}.cpp")
                path.write_text(text)
                options = (flags or {}).get(name, "-O1")
                entries.append({"file": str(path), "command": f"c++ {options} -o {name}.o -c {path}"})
            return [[tidy.path_of(entry).stem for entry in group] for group in tidy.groups_of(entries)]

    def test_files_that_define_the_same_name_are_not_read_together(self):
        self.assertEqual(self.groups(a="int f() {\n", b="int g();\n", c="long f(int) {\n"), [["a", "b"], ["c"]])
        self.assertEqual(self.groups(a="struct S {\n", b="using S = int;\n", c="class S;\n"), [["a", "c"], ["b"]])

    def test_what_two_files_only_use_does_not_keep_them_apart(self):
        self.assertEqual(self.groups(a="void A::f() {\n    g();\n", b="TEST(A, b) {\n    g();\nusing std::g;\n"),
                         [["a", "b"]])

    def test_names_in_namespaces_of_their_files_do_not_keep_them_apart(self):
        def file(name):
            return f"namespace {name} {{\nnamespace {{\nint f() {{\n}}\n}}  // namespace\n}}  // namespace {name}\n"
        self.assertEqual(self.groups(a=file("a"), b=file("b")), [["a", "b"]])

    def test_a_macro_that_only_one_has_does_not_keep_them_apart_and_one_of_two_values_does(self):
        self.assertEqual(self.groups({"a": "-DA=1", "b": "-DB -I/b"}, a="", b=""), [["a", "b"]])
        self.assertEqual(self.groups({"a": "-DA=1", "b": "-DA=2"}, a="", b=""), [["a"], ["b"]])
        self.assertEqual(self.groups({"a": "-O0", "b": "-O1"}, a="", b=""), [["a"], ["b"]])


class TallyTest(unittest.TestCase):
    def tally(self, cases):
        """What tally.py prints to standard output for the <testcase>s."""
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(f"<testsuite>{cases}</testsuite>")
            file.flush()
            said = io.StringIO()
            with mock.patch.object(sys, "argv", ["tally.py", file.name]), \
                    contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
                tally.main()
            return said.getvalue().splitlines()

    def test_passed_and_failed_tests_are_counted_and_the_failed_named(self):
        cases = '<testcase name="a" status="run"/><testcase name="b" status="fail"/>'
        self.assertEqual(self.tally(cases), ["1 1", "b"])

    def test_a_test_that_was_not_built_has_failed(self):
        cases = ('<testcase name="a_NOT_BUILT" status="notrun">'
                 '<skipped message="Unable to find executable"/></testcase>')
        self.assertEqual(self.tally(cases), ["0 1", "a_NOT_BUILT"])

    def test_a_skipped_test_is_neither(self):
        cases = ('<testcase name="a" status="disabled"/><testcase name="b" status="notrun">'
                 '<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>')
        self.assertEqual(self.tally(cases), ["0 0"])

    def test_a_missing_file_is_no_test_at_all(self):
        self.assertEqual(self.tally("<"), ["0 0"])


class RecordedResultTest(unittest.TestCase):
    def statuses(self, case):
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
        runner = unittest.TextTestRunner(
            stream=io.StringIO(), resultclass=run_unittests.RecordedResult
        )
        return sorted(status for _, status, *_ in runner.run(suite).cases)

    def test_each_outcome_has_its_status(self):
        class Case(unittest.TestCase):
            def test_passes(self):
                pass

            def test_fails(self):
                self.fail()

            def test_has_a_failed_part(self):
                with self.subTest():
                    self.fail()

            @unittest.skip("not here")
            def test_is_skipped(self):
                pass

        self.assertEqual(self.statuses(Case), ["disabled", "fail", "fail", "run"])

    def test_a_class_that_cannot_be_set_up_counts_as_one_failure(self):
        class Case(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                raise OSError("no")

            def test_one(self):
                pass

            def test_two(self):
                pass

        self.assertEqual(self.statuses(Case), ["fail"])


if __name__ == "__main__":
    unittest.main()
