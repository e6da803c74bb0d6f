"""mpirun picker pick: the files of one process for any number of ranks, also after a rank was killed. MPIRUN names mpirun."""
import os
import signal
import subprocess
import unittest

from shards_test import ShardCase
from support import PICKER

MPIRUN = os.environ.get("MPIRUN", "mpirun")


class Ranks(ShardCase):
    def begin(self, count, *words):
        environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        process = subprocess.Popen([MPIRUN, "--oversubscribe", "--bind-to", "none", "-n", str(count), PICKER, *map(str, words)],
                                   cwd=self.folder, env=environment, text=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        return process

    def mpirun(self, count, *words, code=0):
        process = self.begin(count, *words)
        out, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, code, out + err)
        return out, err

    def test_the_files_of_one_process(self):
        for count in (2, 4):
            out, _ = self.mpirun(count, *self.words("--top", 80, output=f"out{count}"))
            self.assertEqual(out.count("on 6 of 6 micrographs"), 1)
        self.picker(*self.words("--top", 80, output="single"))
        for count in (2, 4):
            self.assertEqual(self.contents(f"out{count}"), self.contents("single"))

    def test_more_ranks_than_micrographs(self):
        self.mpirun(8, *self.words())
        self.same_as_single()

    def test_failures(self):
        self.write("in/m2.mrc", "no image")
        _, err = self.mpirun(3, *self.words(), code=1)
        self.assertEqual(err.count("m2.mrc is no image"), 1)  # one process looks, and tells
        self.assertFalse((self.folder / "out").exists())
        out, err = self.mpirun(3, *self.words("--skip-bad"), code=3)
        self.assertIn("on 5 of 6 micrographs", out)
        self.assertEqual(err.count("m2.mrc failed"), 1)

    def test_killed_rank(self):
        process = self.begin(2, *self.words())
        journals = [self.folder / "out" / f"journal.{i}-of-2.jsonl" for i in (1, 2)]
        self.wait(lambda: any(path.exists() and path.read_text().count("\n") > 1 for path in journals), process)
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True)
        os.kill(int(children.stdout.split()[-1]), signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        self.mpirun(2, *self.words())
        self.same_as_single()

    def test_wrong_words(self):
        for more in (["--stream"], ["--shard", "1/2"]):
            _, err = self.mpirun(2, "pick", "--model", "m", "--output", "o", *more, code=2)
            self.assertIn("does not go with mpirun", err)


if __name__ == "__main__":
    unittest.main()
