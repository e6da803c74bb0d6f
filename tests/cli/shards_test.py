"""picker pick on several machines: one run in a folder, shards that share one, killed and completed."""
import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest

from support import PICKER, Case, picks_of, start, world


class ShardCase(Case):
    def setUp(self):
        self.world = world()
        super().setUp()
        for i in range(6):  # copies under other names: links to one file would count once
            shutil.copy(self.world.micrographs[i % 3], self.file(f"in/m{i}.mrc"))

    def words(self, *more, output="out"):
        return ["pick", "--model", self.world.model, "--micrographs", "in/*.mrc", "--output", output, "--format", "box,csv,cs",
                "--keep", 0.05, "--threads", 1, *more]

    def contents(self, name):
        """What a run left, with the folder's name, the seconds and picks.csg's time taken out; of the journal only that it is
        there."""
        result = {}
        for path in sorted((self.folder / name).iterdir()):
            data = path.read_bytes().replace(name.encode() + b"/", b"FOLDER/")
            if path.name == "run.json":
                record = json.loads(data)
                for part in (record, *record["micrographs"]):
                    del part["seconds"]
                data = json.dumps(record)
            if path.name == "picks.csg":
                data = re.sub(rb"(?m)^( *created:).*$", rb"\1", data)
            result[path.name] = None if path.name == "journal.jsonl" else data
        return result

    def same_as_single(self, *more):
        self.picker(*self.words(*more, output="single"))
        self.assertEqual(self.contents("out"), self.contents("single"))

    def wait(self, ready, process=None, seconds=120):
        end = time.monotonic() + seconds
        while not ready():
            self.assertLess(time.monotonic(), end, "it takes too long")
            self.assertTrue(process is None or process.poll() is None, "the program has ended")
            time.sleep(0.005)


class Lock(ShardCase):
    def test_second_run_is_told(self):
        process = start(*self.words(), cwd=self.folder)
        self.addCleanup(process.kill)
        self.wait(lambda: (self.folder / "out" / ".picker.lock").exists() and
                  (self.folder / "out" / "journal.jsonl").exists(), process)
        process.send_signal(signal.SIGSTOP)
        result = self.picker(*self.words("--overwrite"), code=1)
        self.assertMessage(result, "another run works in the folder out: process", process.pid, os.uname().nodename,
                           "choose another output folder")
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0)
        self.same_as_single()

    def test_killed_run_leaves_no_lock(self):
        process = start(*self.words(), cwd=self.folder)
        self.wait(lambda: (self.folder / "out" / "journal.jsonl").exists(), process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        self.picker(*self.words())
        self.same_as_single()


    def test_processes_of_mpirun_do_not_write_over_each_other(self):
        """What mpirun says to a program, but no mpirun: nothing is written where the processes cannot find each other."""
        done = subprocess.run([PICKER, *map(str, self.words())], cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, "OMPI_COMM_WORLD_SIZE": "4"}, timeout=120)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "built without MPI.*--shard I/N|does not know of the other processes")
        self.assertFalse((self.folder / "out").exists())


class Shards(ShardCase):
    def test_together_a_single_run(self):
        first = self.picker(*self.words("--shard", "0/3", "--json")).json
        self.assertEqual((first["done"], first["elsewhere"], first["has_lists"]), (2, 4, False))
        self.assertIn("4 micrographs of other shards to go", self.picker(*self.words("--shard", "0/3")).out)
        processes = [start(*self.words("--shard", f"{i}/3"), cwd=self.folder) for i in (1, 2)]
        for process in processes:
            process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0)
        self.same_as_single()

    def test_best_of_the_run(self):
        for i in (1, 2):
            self.picker(*self.words("--top", 60, "--shard", f"{i}/2"))
        self.same_as_single("--top", 60)
        rows = [pick for i in range(6) for pick in picks_of(self.folder / "out" / f"m{i}.star")]
        self.assertEqual(len(rows), 60)

    def test_killed(self):
        self.picker(*self.words("--shard", "2/2"))
        process = start(*self.words("--shard", "1/2"), cwd=self.folder)
        journal = self.folder / "out" / "journal.1-of-2.jsonl"
        self.wait(lambda: journal.exists() and journal.read_text().count("\n") >= 2, process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        done = journal.read_text().count("\n") - 1
        self.assertFalse((self.folder / "out" / "autopick.star").exists())
        result = self.picker(*self.words("--shard", "1/2", "--json")).json
        self.assertEqual(result["done"], 3 - done)
        self.same_as_single()

    def test_failures_are_told_by_the_last(self):
        self.write("in/m4.mrc", "no image")
        first = self.picker(*self.words("--shard", "2/2", "--skip-bad"), code=3)  # m0, m2, m4
        self.assertIn("3 micrographs of other shards", first.out)
        result = self.picker(*self.words("--shard", "1/2", "--skip-bad"), code=3)
        self.assertIn("m4.mrc failed", result.err)
        self.assertNotIn("m4", (self.folder / "out" / "autopick.star").read_text())
        self.assertEqual(self.leftovers(), [])

    def test_wrong_words(self):
        for wrong in ("3/2", "x/2", "1", "1/0", "-1/2", "1/2/3", "0.5/2", "/2"):
            self.assertMessage(self.picker(*self.words("--shard", wrong), code=2), "--shard")
        self.assertMessage(self.picker(*self.words("--shard", "1/2", "--overwrite"), code=2), "--shard", "--overwrite")
        self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    unittest.main()
