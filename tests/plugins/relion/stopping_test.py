"""Jobs that do not run to their end: abort, signals, crashes; and Continue, which does only what is unfinished."""
import os
import resource
import signal
import time
import unittest

from relion_support import EXITS, RelionCase
from support import mrc_size, picks_of

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
MANY = [f"Micrographs/m{i:03}.mrc" for i in range(24)]


class Stopping(RelionCase):
    def begin(self, least=2, ignored=()):
        """A job of many micrographs, as soon as some are done."""
        def prepare():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            for number in STOPS:  # whatever the tests themselves were started with
                signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)
        self.micrographs(*MANY)
        process = self.start(*self.words(threads=1), preexec_fn=prepare)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.wait(process, lambda: self.journal() >= least)
        self.assertEqual(self.exits(), [])
        return process

    def wait(self, process, ready):
        end = time.monotonic() + 120
        while process.poll() is None and not ready() and time.monotonic() < end:
            time.sleep(0.002)
        self.assertIsNone(process.poll(), "the job ended before it could be stopped")

    def ended(self, process, code):
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, out + err)
        self.assertFalse((self.job / "RELION_OUTPUT_NODES.star").exists())
        return err

    def goes_on(self):
        """Continue does the rest and no more."""
        done = self.journal()
        self.assertLess(done, len(MANY))
        before = {path: path.stat().st_mtime_ns for path in (self.job / "picker_run" / "1").glob("m*.star")}
        result = self.run_job()
        self.assertIn(f"({done} done before)", result.out)
        self.assertEqual({path: path.stat().st_mtime_ns for path in before}, before)
        self.assertEqual(len(self.autopicks()), len(MANY))
        first = picks_of(self.job / self.autopicks()[0])
        self.assertTrue(all(picks_of(self.job / place) == first for place in self.autopicks()))

    def test_abort_from_the_window(self):
        process = self.begin()
        (self.job / "RELION_JOB_ABORT_NOW").touch()
        err = self.ended(process, 2)
        self.assertEqual(self.exits(), [EXITS[2]])
        self.assertIn("Continue", err)
        self.assertEqual(len(self.autopicks()), self.journal())  # what is done is at its place
        (self.job / "RELION_JOB_ABORT_NOW").unlink()  # RELION does so before it launches
        self.goes_on()

    def test_abort_before_the_first(self):
        self.micrographs("m1.mrc")
        (self.job / "RELION_JOB_ABORT_NOW").touch()
        self.run_job(code=2)
        self.assertEqual(self.autopicks(), [])

    def test_signals(self):
        for number in STOPS:
            with self.subTest(number):
                process = self.begin(self.journal() + 3)
                process.send_signal(number)
                self.assertIn("signal", self.ended(process, 1))
                self.assertEqual(self.exits(), [EXITS[1]])
        self.goes_on()

    def test_the_background_of_a_shell_is_deaf_to_ctrl_c(self):
        process = self.begin(ignored=(signal.SIGINT, signal.SIGHUP))
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGHUP)
        out, err = process.communicate(timeout=120)
        self.assertEqual((process.returncode, self.exits()), (0, [EXITS[0]]), out + err)

    def test_a_second_signal_ends_it_at_once(self):
        process = self.begin()
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            process.send_signal(signal.SIGTERM)
        self.ended(process, 1)
        self.assertEqual(self.exits(), [EXITS[1]])

    def test_a_crash_leaves_the_failure_file(self):
        process = self.begin()
        process.send_signal(signal.SIGABRT)
        self.ended(process, -signal.SIGABRT)
        self.assertEqual(self.exits(), [EXITS[1]])
        self.goes_on()

    def test_killed_outright(self):
        process = self.begin()
        process.kill()
        self.ended(process, -signal.SIGKILL)
        self.goes_on()


class Continue(RelionCase):
    def stamps(self):
        return {place: os.stat(self.job / place).st_mtime_ns for place in self.autopicks()}

    def test_nothing_is_done_twice(self):
        self.micrographs("a/m1.mrc", "a/m2.mrc")
        self.run_job()
        before = self.stamps()
        nodes = (self.job / "RELION_OUTPUT_NODES.star").read_bytes()
        self.assertIn("(2 done before)", self.run_job().out)
        self.assertEqual(self.stamps(), before)
        self.assertEqual((self.job / "RELION_OUTPUT_NODES.star").read_bytes(), nodes)

    def test_coordinates_that_were_lost_come_back(self):
        self.micrographs("a/m1.mrc", "a/m2.mrc")
        self.run_job()
        before = (self.job / "a" / "m2_autopick.star").read_bytes()
        (self.job / "a" / "m2_autopick.star").unlink()
        self.assertIn("(2 done before)", self.run_job().out)
        self.assertEqual((self.job / "a" / "m2_autopick.star").read_bytes(), before)

    def test_picks_outside_of_the_micrograph_are_not_given_to_relion(self):
        self.micrographs("a/m1.mrc")
        self.run_job()
        place, made = self.job / "a" / "m1_autopick.star", self.job / "picker_run" / "1" / "m1.star"
        inside = picks_of(place)
        width, height = mrc_size(self.folder / "a" / "m1.mrc")
        text = made.read_text().rstrip("\n ")
        for x, y in ((-40.0, 50.0), (50.0, height + 40.0), (width + 40.0, 50.0), (50.0, -40.0)):
            text += f"\n {x:.6f} {y:.6f} 0.9 0 0.0"
        made.write_text(text + "\n \n")
        place.unlink()
        self.run_job()
        self.assertEqual(picks_of(place), inside)

    def test_other_settings(self):
        self.micrographs("a/m1.mrc")
        self.run_job()
        many = len(picks_of(self.job / "a" / "m1_autopick.star"))
        result = self.run_job("--top_per_micrograph", 5, code=1)
        for part in ("top_per_micrograph 0 (now 5)", "new job", "'overwrite'"):
            self.assertIn(part, result.err)
        self.assertEqual(len(picks_of(self.job / "a" / "m1_autopick.star")), many)
        self.run_job("--top_per_micrograph", 5, "--overwrite")
        self.assertEqual(len(picks_of(self.job / "a" / "m1_autopick.star")), 5)


if __name__ == "__main__":
    unittest.main()
