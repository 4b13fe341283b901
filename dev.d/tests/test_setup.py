"""The set-up of ./dev, with the machine's own tools replaced by stand-ins in a folder on PATH."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class SetupTest(unittest.TestCase):
    """Each test has a checkout of its own in `self.checkout`, with dev.d/ alone in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        self.checkout = self.home / "checkout"
        self.tools = self.home / "tools"
        for path in (self.checkout, self.tools):
            path.mkdir()
        (self.checkout / "dev.d").symlink_to(ROOT / "dev.d")
        for path in (self.home, self.checkout):
            path.chmod(0o777)

    def stand_in(self, tool, script):
        path = self.tools / tool
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)

    def shell(self, script, prefix=()):
        """Runs `script` after the set-up's functions were read, with no terminal."""
        environment = {
            "PATH": f"{self.tools}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.home),
            "STAND_INS": str(self.home),
        }
        return subprocess.run(
            [*prefix, "bash", "-c", f"source dev.d/lib/setup.sh\n{script}"],
            cwd=self.checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )


class StepTest(SetupTest):
    def test_a_step_says_its_name_and_duration_in_one_line(self):
        run = self.shell("step 'boiling water' echo bubbles")
        self.assertEqual(run.returncode, 0)
        self.assertRegex(run.stderr, r"\Aboiling water \.\.\. \d+\.\d s\n\Z")
        self.assertEqual(run.stdout, "")

    def test_a_failed_step_shows_its_output_and_ends_the_command(self):
        run = self.shell("step 'boiling water' sh -c 'echo no fire; exit 3'\necho went on")
        self.assertEqual(run.returncode, 1)
        self.assertIn("    no fire\n", run.stderr)
        self.assertNotIn("went on", run.stdout)


class PackagesTest(SetupTest):
    def setUp(self):
        super().setUp()
        self.stand_in("dpkg-query", "echo 'installed present'; echo 'config-files removed'")
        self.stand_in("apt-get", 'echo "$@" >>"$STAND_INS/apt-get.calls"')
        self.calls = self.home / "apt-get.calls"

    def as_user(self):
        return NOBODY if os.geteuid() == 0 else []

    def test_nothing_is_said_where_all_is_installed(self):
        run = self.shell("need_packages present")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))

    def test_without_root_and_sudo_the_one_command_is_printed(self):
        self.stand_in("sudo", "exit 1")
        run = self.shell("need_packages present removed absent\necho went on", self.as_user())
        self.assertEqual(run.returncode, 1)
        self.assertIn(
            "apt-get update && apt-get install --yes --no-install-recommends absent removed\n",
            run.stderr,
        )
        self.assertEqual(run.stdout, "")
        self.assertFalse(self.calls.exists())

    def test_sudo_is_used_for_this_step(self):
        calls = "$STAND_INS/apt-get.calls"
        self.stand_in("sudo", f'[ "$1" != -n ] || exit 0; echo sudo >>"{calls}"; exec "$@"')
        run = self.shell("need_packages present absent", self.as_user())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("Debian packages to install: absent\n", run.stderr)
        self.assertEqual(
            self.calls.read_text().splitlines(),
            ["sudo", "update", "install --yes --no-install-recommends absent"],
        )

    @unittest.skipIf(os.geteuid(), "needs root")
    def test_root_installs_what_is_missing_alone(self):
        run = self.shell("need_packages absent present")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(
            self.calls.read_text().splitlines(),
            ["update", "install --yes --no-install-recommends absent"],
        )


class CacheTest(SetupTest):
    FILL = 'fill() { sleep 0.2; echo filled >>"$cache/fills"; touch "$1/file"; }\n'

    def test_two_at_once_fill_a_folder_once(self):
        run = self.shell(
            self.FILL + 'once "$cache/a" fill & once "$cache/a" fill & wait\n'
            'cat "$cache/fills"; ls -A "$cache/a"'
        )
        self.assertEqual(run.stdout.split(), ["filled", ".complete", "file"])

    def test_what_an_interrupted_run_left_is_thrown_away(self):
        run = self.shell(
            self.FILL + 'mkdir -p "$cache/a"; touch "$cache/a/half"\n'
            'once "$cache/a" fill; ls -A "$cache/a"'
        )
        self.assertEqual(run.stdout.split(), [".complete", "file"])

    def test_a_failed_fill_is_tried_again(self):
        run = self.shell(
            self.FILL + 'once "$cache/a" false || echo failed\nonce "$cache/a" fill && echo done'
        )
        self.assertEqual(run.stdout.split(), ["failed", "done"])

    def test_a_folder_of_the_user_is_not_replaced_by_a_link(self):
        run = self.shell("mkdir -p mine/inside; link_to /elsewhere mine")
        self.assertEqual(run.returncode, 1)
        self.assertIn("mine is in the way", run.stderr)
        self.assertTrue((self.checkout / "mine" / "inside").is_dir())

    def test_a_link_is_moved_to_its_new_target(self):
        run = self.shell("link_to /first link; link_to /second link; readlink link; ls")
        self.assertEqual(run.stdout.split(), ["/second", "dev.d", "link"])

    def test_another_python_is_refused_with_the_way_out(self):
        self.stand_in("python3.99", "echo x86_64 3.99.1")
        run = self.shell(f"python={self.tools}/python3.99; need_venv")
        self.assertEqual(run.returncode, 1)
        self.assertIn("SAMOVAR_PYTHON=", run.stderr)


class EntryTest(unittest.TestCase):
    def dev(self, *arguments):
        return subprocess.run([ROOT / "dev", *arguments], capture_output=True, text=True, timeout=60)

    def test_help_names_every_command(self):
        run = self.dev("help")
        for command in ("demo", "test", "build", "bench", "torture", "lint", "fuzz", "gpu", "clean"):
            self.assertIn(f"\n  ./dev {command}", run.stdout)

    def test_an_unknown_command_is_a_usage_error(self):
        run = self.dev("brew")
        self.assertEqual(run.returncode, 2)
        self.assertIn('no command "brew"', run.stderr)

    def test_an_unknown_preset_is_named_beside_those_there_are(self):
        run = self.dev("build", "debug")
        self.assertEqual(run.returncode, 1)
        self.assertIn('no preset "debug". There are: asan core fuzz release tsan.', run.stderr)


if __name__ == "__main__":
    unittest.main()
