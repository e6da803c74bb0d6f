"""picker under a real Slurm on this machine: the array script of examples/slurm, also after a task was killed, and the template for
RELION's queue. PICKER and PICKER_RELION name the programs."""
import os
import pathlib
import signal
import sys
import unittest

from slurm_support import Cluster, missing

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "cli"), str(ROOT / "tests" / "plugins" / "relion")]
from relion_support import PROGRAM, RelionCase  # noqa: E402 (the folders are known only now)
from shards_test import ShardCase  # noqa: E402
from support import PICKER  # noqa: E402

EXAMPLES = ROOT / "examples" / "slurm"
SMALL = ["--cpus-per-task=1", "--mem-per-cpu=100M"]  # the nodes of the test have one processor


def process_of(folder, *words):
    """The picker that works in `folder` and has these words on its command line, or None."""
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (path / "cmdline").read_bytes().split(b"\0")
            if line[0] == os.fsencode(PICKER) and os.readlink(path / "cwd") == str(folder) and all(w.encode() in line for w in words):
                return int(path.name)
        except OSError:
            continue  # it has ended, or is another user's
    return None


@unittest.skipIf(missing(), f"Slurm is not on this machine: no {missing()}; apt-get install slurmctld slurmd slurm-client")
class Array(ShardCase):
    def setUp(self):
        super().setUp()
        self.slurm = Cluster(self.folder / "cluster").__enter__()
        self.addCleanup(self.slurm.__exit__)

    def submit(self, *flags, shards=None, more_words=()):
        """The example as its first lines say; the job's number."""
        words = self.words(*more_words)
        rest = words[words.index("--format"):]
        more = {"PICKER": PICKER, **({"PICKER_SHARDS": str(shards)} if shards else {})}
        return self.slurm.run("sbatch", "--parsable", *SMALL, *flags, EXAMPLES / "pick.sbatch", self.world.model, "in/*.mrc", "out", *rest,
                              cwd=self.folder, **more).strip()

    def test_the_files_of_a_single_run(self):
        job = self.submit("--array=0-3")
        self.assertEqual(self.slurm.wait(job), dict.fromkeys(range(4), "COMPLETED"), self.output(job))
        self.same_as_single()

    def test_a_killed_task_is_done_again(self):
        job = self.submit("--array=1-2")
        journal = self.folder / "out" / "journal.1-of-2.jsonl"
        self.wait(lambda: journal.exists() and journal.read_text().count("\n") >= 2)
        pid = process_of(self.folder, "--shard", "1/2")
        self.assertIsNotNone(pid, "the task has ended before it could be killed")
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(self.slurm.wait(job), {1: "FAILED", 2: "COMPLETED"}, self.output(job))
        self.assertFalse((self.folder / "out" / "autopick.star").exists())
        again = self.submit("--array=1", shards=2)
        self.assertEqual(self.slurm.wait(again), {1: "COMPLETED"}, self.output(again))
        self.same_as_single()

    def test_a_damaged_micrograph_is_told(self):
        self.write("in/m4.mrc", "no image")
        job = self.submit("--array=0-2", more_words=["--skip-bad"])
        states = self.slurm.wait(job)
        self.assertEqual(states[1], "FAILED")  # its own micrograph; the last task, too, tells of it
        self.assertIn("ExitCode=3:0", self.slurm.run("scontrol", "show", "job", f"{job}_1"))
        self.assertIn("m4.mrc failed", self.output(job))
        listed = (self.folder / "out" / "autopick.star").read_text()
        self.assertEqual([f"m{i}" for i in range(6) if f"m{i}.mrc" in listed], ["m0", "m1", "m2", "m3", "m5"])

    def output(self, job):
        return "".join(f"== {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob(f"picker-{job}-*.log")))


@unittest.skipIf(missing(), f"Slurm is not on this machine: no {missing()}; apt-get install slurmctld slurmd slurm-client")
class RelionQueue(RelionCase):
    def test_template(self):
        """As RELION submits it: the template with its words filled in, then one exit file."""
        self.micrographs("mics/a.mrc", "mics/b.mrc")
        words, mark = [PROGRAM, *self.words()], 3 * "X"  # what RELION's words stand between
        command = " ".join(f"'{word}'" for word in map(str, words))
        script = (EXAMPLES / "relion-queue.sh").read_text()
        for name, value in (("name", "External/job003/"), ("queue", "all"), ("threads", "1"), ("outfile", "External/job003/run.out"),
                            ("errfile", "External/job003/run.err"), ("command", command)):
            script = script.replace(mark + name + mark, value)
        self.assertNotIn(mark, script)
        self.write("External/job003/run_submit.script", script)
        with Cluster(self.folder / "cluster", nodes=1) as slurm:
            job = slurm.run("sbatch", "--parsable", "External/job003/run_submit.script", cwd=self.folder).strip()
            states = slurm.wait(job)
        self.assertEqual(states, {0: "COMPLETED"}, (self.job / "run.err").read_text())
        self.assertEqual([path.name for path in self.job.glob("RELION_JOB_EXIT_*")], ["RELION_JOB_EXIT_SUCCESS"])
        self.assertTrue((self.job / "mics" / "a_autopick.star").exists() and (self.job / "mics" / "b_autopick.star").exists())


if __name__ == "__main__":
    unittest.main()
