"""picker pick that stays: names on standard input, and a folder that grows."""
import json
import os
import shutil
import signal
import subprocess
import threading
import unittest

from shards_test import ShardCase
from support import PICKER, start


class ResidentCase(ShardCase):
    def words(self, *more, output="out", inputs=()):
        return ["pick", "--model", self.world.model, *inputs, "--output", output, "--format", "box,csv", "--threads", 1, *more]

    def same_as_single(self, *more, inputs=("--micrographs", "in/*.mrc")):
        self.picker(*self.words(*more, output="single", inputs=inputs))
        self.assertEqual(self.contents("out"), self.contents("single"))

    def begin(self, *words):
        process = subprocess.Popen([PICKER, *map(str, words)], cwd=self.folder, text=True, bufsize=1, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        watchdog = threading.Timer(120, process.kill)  # a test that would hang fails instead
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        return process

    def end(self, process, code=0):
        out, err = process.communicate()
        self.assertEqual(process.returncode, code, out + err)
        return out, err


class Stream(ResidentCase):
    def test_results_come_while_the_input_is_open(self):
        process = self.begin(*self.words("--stream"))
        for i in range(3):
            process.stdin.write(f"in/m{i}.mrc\n")
            line = process.stdout.readline().rstrip("\n").split("\t")
            self.assertEqual((line[0], line[1], line[3]), (f"in/m{i}.mrc", "done", f"out/m{i}.star"))
            self.assertGreater(int(line[2].split()[0]), 0)
        process.stdin.write("in/m3.mrc\r\nin/m4.mrc\nin/m3.mrc\nin/m5.mrc")  # the last line without an end
        out, _ = self.end(process)
        self.assertEqual(sorted(line.split("\t")[0] for line in out.splitlines() if "\tdone\t" in line),
                         [f"in/m{i}.mrc" for i in (3, 4, 5)])
        self.assertIn("on 6 of 6 micrographs", out)
        self.assertNotIn("done before", out)
        self.same_as_single()

    def test_json(self):
        process = self.begin(*self.words("--stream", "--json"))
        out, _ = process.communicate("in/m0.mrc\nin/m1.mrc\n")
        *items, run = map(json.loads, out.splitlines())
        self.assertEqual([item["status"] for item in items], ["done", "done"])
        self.assertEqual(run["picks"], sum(item["picks"] for item in items))

    def test_what_fails(self):
        self.write("in/m1.mrc", "no image")
        shutil.copy(self.folder / "in" / "m2.mrc", self.file("other/m2.mrc"))
        names = ["in/m0.mrc", "in/m1.mrc", "in/nowhere.mrc", "in/m2.mrc", "other/m2.mrc"]
        result = self.picker(*self.words("--stream"), stdin="\n".join(names) + "\n", code=3)
        lines = {line.split("\t")[0]: line.split("\t")[1] for line in result.out.splitlines() if line.count("\t") > 1}
        self.assertEqual(lines, dict(zip(names, ["done", "failed", "failed", "done", "failed"])))
        for part in ("m1.mrc failed", "nowhere.mrc failed", "other/m2.mrc failed", "in/m2.mrc has the same name"):
            self.assertIn(part, result.err)
        self.assertEqual(self.leftovers(), [])

    def test_ctrl_c(self):
        process = self.begin(*self.words("--stream"))
        process.stdin.write("in/m0.mrc\n")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)  # while it waits for the next name
        process.wait(timeout=60)
        self.end(process, code=130)
        result = self.picker(*self.words("--json", inputs=("--micrographs", "in/*.mrc"))).json
        self.assertEqual((result["skipped"], result["done"]), (1, 5))
        self.same_as_single()

    def test_nothing(self):
        self.assertIn("no micrographs", self.picker(*self.words("--stream"), code=1).err)


class Watch(ResidentCase):
    def test_a_growing_folder(self):
        result = self.picker(*self.words("--watch", "new", "--until", "new/STOP"), code=1)
        self.assertIn("cannot read the folder new", result.err)
        os.makedirs(self.folder / "new")
        process = self.begin(*self.words("--watch", "new", "--until", "new/STOP"))
        for i in (1, 0):
            shutil.copy(self.folder / "in" / f"m{i}.mrc", self.folder / "new")
            self.assertEqual(process.stdout.readline().split("\t")[:2], [f"new/m{i}.mrc", "done"])
        whole = (self.folder / "in" / "m2.mrc").read_bytes()
        growing = self.folder / "new" / "m2.mrc"
        growing.write_bytes(whole[:3000])
        shutil.copy(self.folder / "in" / "m3.mrc", self.folder / "new")
        self.assertEqual(process.stdout.readline().split("\t")[0], "new/m3.mrc")  # m2 is looked at, and not whole
        growing.write_bytes(whole)
        self.assertEqual(process.stdout.readline().split("\t")[:2], ["new/m2.mrc", "done"])
        self.write("new/notes.txt", "")
        self.write("new/STOP", "")
        out, _ = self.end(process)
        self.assertIn("on 4 of 4 micrographs", out)
        self.same_as_single(inputs=("--micrographs", "new"))

    def test_idle_and_what_never_becomes_whole(self):
        whole = (self.folder / "in" / "m2.mrc").read_bytes()
        self.file("in/m2.mrc").write_bytes(whole[:3000])
        result = self.picker(*self.words("--watch", "in", "--idle", 2), code=3)
        self.assertEqual(result.out.count("\tdone\t"), 5)
        self.assertRegex(result.err, r"m2\.mrc failed: .*truncated")
        self.assertIn("m5.mrc", (self.folder / "out" / "autopick.star").read_text())

    def test_a_folder_that_goes_away_for_a_while(self):
        process = self.begin(*self.words("--watch", "in", "--until", "STOP"))
        for _ in range(6):
            process.stdout.readline()
        (self.folder / "in").rename(self.folder / "away")
        self.assertTrue(any("the folder in cannot be read at present" in line for line in process.stderr))
        (self.folder / "away").rename(self.folder / "in")
        shutil.copy(self.folder / "in" / "m1.mrc", self.folder / "in" / "m6.mrc")
        self.assertEqual(process.stdout.readline().split("\t")[0], "in/m6.mrc")
        self.write("STOP", "")
        out, _ = self.end(process)
        self.assertIn("on 7 of 7 micrographs", out)

    def test_killed(self):
        process = start(*self.words("--watch", "in", "--until", "STOP"), cwd=self.folder)
        self.wait(lambda: (self.folder / "out" / "m0.star").exists(), process)
        process.kill()
        process.communicate(timeout=60)
        self.write("STOP", "")
        self.picker(*self.words("--watch", "in", "--until", "STOP"))
        self.same_as_single()

    def test_wrong_words(self):
        for more, part in ((["--watch", "in"], "--until FILE"), (["--stream", "--micrographs", "in"], "--micrographs"),
                           (["--watch", "in", "--idle", 1, "--shard", "1/2"], "--shard"), (["--stream", "--idle", 1], "--watch"),
                           (["--micrographs", "in", "--until", "x"], "--watch")):
            self.assertMessage(self.picker(*self.words(*more), code=2), part)


if __name__ == "__main__":
    unittest.main()
