"""picker train, stopped and gone on with: kill -9 at any moment, other settings, what is refused and what is left."""
import pathlib
import signal
import time
import unittest

from support import Case, coordinates_star, picks_of, start, world, write_mrc


class ResumeCase(Case):
    def setUp(self):
        self.world = world()
        super().setUp()
        self.state = self.folder / "m.safetensors.state"

    def words(self, *more, output="m.safetensors", epochs=6):
        return ["train", "--micrographs", *self.world.micrographs[:2], "--picks", *self.world.truth[:2], "--diameter", 120,
                "--epochs", epochs, "--batch", 32, "--output", output, "--json", *more]

    def killed(self, *more, after, epochs=6):
        """Starts a training and kills it outright after so many changes of its state; returns whether it was in time."""
        process = start(*self.words(*more, epochs=epochs), cwd=self.folder)
        seen, last, end = 0, self.stamp(), time.monotonic() + 120
        while process.poll() is None and seen < after and time.monotonic() < end:
            if self.stamp() != last:
                seen, last = seen + 1, self.stamp()
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        return process.returncode == -signal.SIGKILL

    def stamp(self):
        try:
            return self.state.stat().st_ino, self.state.stat().st_mtime_ns
        except FileNotFoundError:
            return None


class Killed(ResumeCase):
    def test_the_same_bytes_as_uninterrupted(self):
        whole = self.picker(*self.words(output="whole.safetensors")).json
        self.assertFalse((self.folder / "whole.safetensors.state").exists())
        self.assertTrue(self.killed(after=1))
        self.assertTrue(self.state.exists())
        self.assertFalse((self.folder / "m.safetensors").exists())
        self.assertTrue(self.killed("--resume", "--threads", 1, after=2))
        self.killed("--resume", after=0)  # while it samples
        result = self.picker(*self.words("--resume", "--threads", 1, "--memory", 0.5)).json
        self.assertGreaterEqual(result["resumed_after"], 3)
        self.assertEqual((result["epochs"], result["best_epoch"]), (whole["epochs"], whole["best_epoch"]))
        self.assertEqual((self.folder / "m.safetensors").read_bytes(), (self.folder / "whole.safetensors").read_bytes())
        self.assertFalse(self.state.exists())
        names = {path.name for path in self.folder.iterdir()}
        self.assertLessEqual({name for name in names if not name.endswith(".tmp")}, {"m.safetensors", "whole.safetensors"})

    def test_nothing_is_lost_by_mistake(self):
        self.assertTrue(self.killed(after=2, epochs=500))
        state = self.state.read_bytes()
        result = self.picker(*self.words(epochs=500), code=1)
        self.assertIn("m.safetensors.state", result.err)
        self.assertIn("--resume", result.err)
        self.assertIn("--overwrite", result.err)
        for more, part in ((["--batch", 31], "batch 32 (now 31)"), (["--seed", 4], "seed 0 (now 4)"),
                           (["--learning-rate", 0.02], "learning rate 0.01 (now 0.02)"),
                           (["--max-particles", 40], "most particles 0 (now 40)"),
                           (["--overlaps", "drop"], "overlapping particles"),
                           (["--loss", "nnpu"], '"positive-unlabelled")')):
            self.assertIn(part, self.picker(*self.words("--resume", *more, epochs=500), code=1).err)
        words = self.words("--resume", epochs=500)
        words[words.index(self.world.micrographs[0])] = self.world.micrographs[2]
        words[words.index(self.world.truth[0])] = self.world.truth[2]
        self.assertIn("other training micrographs, training particles", self.picker(*words, code=1).err)
        self.assertEqual(self.state.read_bytes(), state)
        self.assertEqual(self.picker(*self.words("--overwrite", epochs=1)).json["resumed_after"], 0)
        self.assertFalse(self.state.exists())

    def test_resume_without_a_state_starts(self):
        self.assertEqual(self.picker(*self.words("--resume", epochs=1)).json["resumed_after"], 0)

    def test_going_on_after_ctrl_c(self):
        whole = self.picker(*self.words(output="whole.safetensors")).json
        process = start(*self.words(), cwd=self.folder)
        end = time.monotonic() + 120
        while process.poll() is None and not self.state.exists() and time.monotonic() < end:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("--resume", err)
        self.assertTrue((self.folder / "m.safetensors").exists())  # the best so far
        result = self.picker(*self.words("--resume")).json
        self.assertEqual(result["epochs"], whole["epochs"])
        self.assertEqual((self.folder / "m.safetensors").read_bytes(), (self.folder / "whole.safetensors").read_bytes())


class Data(ResumeCase):
    def test_masks(self):
        truth = picks_of(self.world.truth[0])
        masked = sum(x >= 223.5 for x, _, _ in truth)  # the right half of 448 pixels
        write_mrc(self.file("masks/sim_0001_mask.mrc"), 2, 1, 0.0, [0.0, 1.0])
        result = self.picker(*self.words("--masks", "masks", epochs=1)).json
        plain = self.picker(*self.words(epochs=1)).json
        self.assertEqual((result["masked"], plain["masked"]), (masked, 0))
        self.assertLess(result["positives"], plain["positives"])

    def test_masks_in_a_table(self):
        write_mrc(self.file("right.mrc"), 2, 1, 0.0, [0.0, 1.0])
        rows = "".join(f"a,{self.world.micrographs[i]},{self.world.truth[i]},120,{mask},{split}\n"
                       for i, mask, split in ((0, "right.mrc", "train"), (1, "", "train"), (2, "right.mrc", "validation")))
        self.write("t.csv", "name,micrographs,picks,diameter,mask,split\n" + rows)
        result = self.picker("train", "--datasets", "t.csv", "--epochs", 1, "--output", "m.safetensors", "--json").json
        self.assertEqual(result["masked"], sum(x >= 223.5 for x, _, _ in picks_of(self.world.truth[0])))

    def test_positive_unlabelled(self):
        result = self.picker(*self.words("--loss", "nnpu", epochs=2)).json
        self.assertTrue(0.001 < result["prior"] < 0.5, result["prior"])
        self.assertEqual(self.picker(*self.words("--loss", "nnpu", "--prior", 0.03, epochs=2)).json["prior"], 0.03)
        self.assertIsNone(self.picker(*self.words(epochs=2)).json["prior"])

    def test_mixed_pixel_sizes(self):
        write_mrc(self.file("none/sim_0002.mrc"), 448, 384, 0.0)
        self.write("t.csv", "name,micrographs,picks,diameter,pixel_size,split\n"
                   f"a,{self.world.micrographs[0]},{self.world.truth[0]},120,4,train\n"
                   f"b,none/sim_0002.mrc,{self.world.truth[1]},120,,train\n")
        result = self.picker("train", "--datasets", "t.csv", "--output", "m.safetensors", code=1)
        self.assertMessage(result, "1 of the 2 training micrographs", "none/sim_0002.mrc (t.csv:3)", "pixel_size")

    def test_contradiction(self):
        x, y, _ = picks_of(self.world.truth[1])[3]
        self.write("bad/sim_0002.star", coordinates_star([(x + 1, y)]))
        result = self.picker(*self.words("--negatives", "bad"), code=1)
        self.assertIn("sim_0002.mrc: 1 place is given both", result.err)
        self.assertIn(f"x {x + 1:.6g}"[:7], result.err)

    def test_wrong_words(self):
        for more, part in ((["--loss", "nnpx"], "default or nnpu"), (["--prior", 0.1], "--loss nnpu"),
                           (["--loss", "nnpu", "--prior", 1], "below 1"), (["--overlaps", "some"], "keep or drop"),
                           (["--overlap-distance", 50], "--overlaps drop"), (["--resume", "--overwrite"], "--overwrite")):
            result = self.picker(*self.words(*more), code=2)
            self.assertIn(part, result.err)
        self.assertEqual(list(pathlib.Path(self.folder).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
