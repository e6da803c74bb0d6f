"""picker train: two molecules from a table, Ctrl-C, the same bytes twice, and what it refuses."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import time
import unittest

from support import PICKER, Case, coordinates_star, picks_of, world, write_mrc

QUICK = ["--epochs", 2, "--batch", 32]


class TrainCase(Case):
    def setUp(self):
        self.world = world()
        super().setUp()

    def train(self, *words, code=0):
        return self.picker("train", "--micrographs", *self.world.micrographs[:2], "--picks", *self.world.truth[:2],
                           "--output", "m.safetensors", "--json", *words, code=code)


class Train(TrainCase):
    def test_report_and_model(self):
        result = self.train("--diameter", 120, "--validation-micrographs", self.world.micrographs[2], "--validation-picks",
                            self.world.truth[2], *QUICK).json
        self.assertEqual((result["epochs"], result["cancelled"]), (2, False))
        truth = sum(len(picks_of(path)) for path in self.world.truth[:2])
        self.assertEqual(result["positives"] + result["outside"], truth)
        model = self.picker("models", "m.safetensors", "--json").json["models"][0]
        self.assertEqual((model["architecture"], model["parameters"], model["trained"], model["diameter"]),
                         ("deeppicker", 33346, True, 120))
        self.assertAlmostEqual(model["pixel_size"], 4)
        self.assertAlmostEqual(model["threshold"], result["threshold"])
        self.assertIsNotNone(result["validation_f1"])

    def test_same_seed_same_bytes(self):
        models = []
        for words in (["--threads", 1], ["--threads", 2], ["--seed", 1]):
            self.train("--diameter", 120, "--quiet", *QUICK, *words)
            models.append((self.folder / "m.safetensors").read_bytes())
        self.assertEqual(models[0], models[1])
        self.assertNotEqual(models[0], models[2])

    def test_going_on_from_a_model(self):
        self.train("--from", self.world.model, "--diameter", 120, "--max-particles", 30, *QUICK)
        self.picker("pick", "--model", "m.safetensors", "--micrographs", self.world.micrographs[2], "--output", "out",
                    "--keep", 0)
        found = self.picker("evaluate", "--picks", "out", "--truth", self.world.truth[2], "--diameter", 120, "--json").json
        self.assertGreaterEqual(found["best_f"], 0.8)  # two epochs from nothing do not get there

    def test_known_negatives(self):
        self.write("bad/sim_0001.star", coordinates_star([(224, 192), (100, 100)]))
        plain = self.train("--diameter", 120, *QUICK).json
        given = self.train("--diameter", 120, "--negatives", "bad", *QUICK).json
        self.assertGreaterEqual(given["negatives"], plain["negatives"])

    def test_a_model_that_learned_nothing_is_told(self):
        self.write("wrong/sim_0001.star", coordinates_star([(40 + 37 * i, 60 + 31 * j) for i in range(9) for j in range(8)]))
        words = ["train", "--micrographs", self.world.micrographs[0], "--diameter", 120, "--output", "m.safetensors",
                 "--epochs", 1, "--batch", 32, "--learning-rate", 1e-9]
        result = self.picker(*words, "--picks", "wrong")
        self.assertIn("hardly learned; check --diameter, the pixel size and the coordinates", result.err)
        self.assertNotIn("not what the files say", result.err)
        result = self.picker(*words, "--picks", "wrong", "--pixel-size", 5)
        self.assertRegex(result.err, r"--pixel-size 5 is used.*sim_0001\.mrc \(4\.000\)")

    def test_notes_about_what_is_left_out(self):
        (self.folder / "picks").mkdir()
        (self.folder / "picks" / "sim_0001.star").write_bytes(self.world.truth[0].read_bytes())
        (self.folder / "picks" / "other.star").write_bytes(self.world.truth[0].read_bytes())
        result = self.picker("train", "--micrographs", *self.world.micrographs[:2], "--picks", "picks", "--diameter", 120,
                             "--output", "m.safetensors", *QUICK)
        self.assertIn("other.star", result.err)
        self.assertRegex(result.err, r"left out, since no file in --picks.*sim_0002\.mrc")


class TwoMolecules(TrainCase):
    def setUp(self):
        super().setUp()
        for name, diameter, pixel_size in (("small", 120, 4), ("large", 210, 6)):
            self.picker("simulate", "--output", name, "--count", 2, "--size", "448,320", "--pixel-size", pixel_size,
                        "--diameter", diameter, "--particles", 25, "--snr", 0.8, "--seed", 2, "--quiet")
        self.rows = ["name,micrographs,picks,negatives,diameter,pixel_size,split"]
        for name, diameter in (("small", 120), ("large", 210)):
            self.rows.append(f"{name},{name}/sim_0001.mrc,{name}/sim_0001.star,,{diameter},,train")
            self.rows.append(f"{name},{name}/sim_0002.mrc,{name}/sim_0002.star,,{diameter},,test")

    def table(self, rows=None):
        return self.write("table.csv", "\n".join(rows or self.rows) + "\n")

    def test_one_model_for_both(self):
        self.table()
        result = self.picker("train", "--datasets", "table.csv", "--epochs", 20, "--batch", 32, "--output", "m.safetensors",
                             "--json").json
        counts = [len(picks_of(self.folder / name / "sim_0001.star")) for name in ("small", "large")]
        self.assertEqual(result["positives"] + result["outside"], sum(counts))
        for name, diameter in (("small", 120), ("large", 210)):
            words = ["pick", "--model", "m.safetensors", "--micrographs", f"{name}/sim_0002.mrc", "--output", name + "-picks"]
            if self.picker("models", "m.safetensors", "--json").json["models"][0]["diameter"] == 0:
                self.assertMessage(self.picker(*words, code=1), "diameter")
            self.picker(*words, "--keep", 0, "--diameter", diameter)
            found = self.picker("evaluate", "--picks", name + "-picks", "--truth", f"{name}/sim_0002.star", "--diameter",
                                diameter, "--json").json
            self.assertGreaterEqual(found["best_f"], 0.8, name)

    def test_impossible_diameter(self):
        self.table()
        self.assertMessage(self.picker("train", "--micrographs", "small", "--picks", "small", *QUICK, "--diameter", 12, "--output",
                                       "m.safetensors", code=1), "sim_0001.mrc", "12 A of diameter", "at least 4")
        self.assertFalse((self.folder / "m.safetensors").exists())

    def test_equal_shares(self):
        self.table()
        result = self.picker("train", "--datasets", "table.csv", "--max-particles", 20, *QUICK, "--output", "m.safetensors",
                             "--json").json
        self.assertEqual(result["positives"], 20)

    def test_table_as_star(self):
        text = "data_\nloop_\n_name #1\n_micrographs #2\n_picks #3\n_diameter #4\n_split #5\n"
        for name, diameter in (("small", 120), ("large", 210)):
            text += f"{name} {name}/sim_0001.mrc {name}/sim_0001.star {diameter} train\n"
        self.write("table.star", text)
        self.table()
        models = []
        for table in ("table.star", "table.csv"):
            self.picker("train", "--datasets", table, *QUICK, "--output", "m.safetensors")
            models.append((self.folder / "m.safetensors").read_bytes())
        self.assertEqual(models[0], models[1])

    def test_faults_name_file_and_line(self):
        for change, parts in [
                (lambda rows: rows[1].replace(",train", ",trian"), ["table.csv:2", "'trian'"]),
                (lambda rows: rows[1].replace(",120,", ",wide,"), ["table.csv:2", "'wide'"]),
                (lambda rows: rows[1] + ",more", ["table.csv:2"]),
                (lambda rows: rows[1].replace("small/sim_0001.mrc", "none.mrc"), ["none.mrc"]),
                (lambda rows: rows[1].replace("small/sim_0001.star", "large/sim_0002.star"), ["table.csv:2", "picks"])]:
            self.table([self.rows[0], change(self.rows), *self.rows[2:]])
            result = self.picker("train", "--datasets", "table.csv", "--output", "m.safetensors", code=1)
            self.assertMessage(result, *parts)
        self.table([self.rows[0].replace("picks", "picked"), *self.rows[1:]])
        self.assertMessage(self.picker("train", "--datasets", "table.csv", "--output", "m.safetensors", code=1), "'picks'")
        self.table([self.rows[0], self.rows[2]])
        self.assertMessage(self.picker("train", "--datasets", "table.csv", "--output", "m.safetensors", code=1), "train")
        self.assertFalse((self.folder / "m.safetensors").exists())


class Interrupt(TrainCase):
    def test_ctrl_c_keeps_the_best_weights(self):
        # On a terminal the bar shows when the first epochs are done.
        master, slave = pty.openpty()
        words = ["train", "--micrographs", *self.world.micrographs[:2], "--picks", *self.world.truth[:2], "--diameter", 120,
                 "--epochs", 100000, "--patience", 0, "--batch", 32, "--output", "m.safetensors", "--json"]
        process = subprocess.Popen([PICKER, *map(str, words)], cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        seen, sent, end = "", False, time.monotonic() + 120
        while time.monotonic() < end:
            ready, _, _ = select.select([master], [], [], 1)
            try:
                seen += os.read(master, 65536).decode() if ready else ""
            except OSError:  # the other end is closed
                break
            if not sent and re.search(r"train [2-9] of 100000", seen):
                process.send_signal(signal.SIGINT)
                sent = True
        os.close(master)
        out, _ = process.communicate(timeout=60)
        self.assertTrue(sent, seen)
        self.assertEqual(process.returncode, 130, seen)
        self.assertRegex(seen, r"\r\[=* *\] train .* left, validation loss 0\.\d+")
        self.assertIn("best weights", seen)
        report = json.loads(out)
        self.assertTrue(report["cancelled"])
        self.assertGreaterEqual(report["epochs"], 1)
        model = self.picker("models", "m.safetensors", "--json").json["models"][0]
        self.assertTrue(model["trained"])


class Refused(TrainCase):
    def message(self, *words, parts, code=1):
        result = self.picker("train", *words, "--output", "m.safetensors", code=code)
        self.assertMessage(result, *parts)
        self.assertFalse((self.folder / "m.safetensors").exists())

    def test_inputs(self):
        micrograph, truth = self.world.micrographs[0], self.world.truth[0]
        write_mrc(self.folder / "sim_0001.mrc", 448, 384, 0.0)
        write_mrc(self.file("tiny/sim_0001.mrc"), 20, 16, 4.0)
        self.write("far.star", coordinates_star([(9000.0, 10.0)], "sim_0001.mrc"))
        self.write("none/sim_0001.star", coordinates_star([]))
        diameter = ["--diameter", 120]
        self.message("--micrographs", micrograph, "--picks", truth, parts=["picker train: --diameter is missing"], code=2)
        self.message("--micrographs", micrograph, "--picks", truth, *diameter, "--architecture", "deppicker",
                     parts=["deppicker", "deeppicker"])
        self.message("--micrographs", "sim_0001.mrc", "--picks", truth, *diameter, parts=["sim_0001.mrc", "--pixel-size"])
        self.message("--micrographs", micrograph, "--picks", self.world.truth[1], *diameter, parts=["matched by name"])
        self.message("--micrographs", micrograph, "--picks", "none", *diameter, parts=["no "])
        self.message("--micrographs", micrograph, "--picks", "far.star", *diameter, parts=["outside"])
        self.message("--micrographs", "tiny/sim_0001.mrc", "--picks", truth, *diameter, parts=["tiny/sim_0001.mrc"])
        self.message("--micrographs", micrograph, "--picks", truth, *diameter, "--from", truth, parts=["sim_0001.star"])

    def test_output_is_tried_before_the_work(self):
        self.write("file", "")
        for output in ("file/m.safetensors", "."):
            started = self.picker("train", "--micrographs", self.world.micrographs[0], "--picks", self.world.truth[0],
                                  "--diameter", 120, "--epochs", 100000, "--patience", 0, "--output", output, code=1)
            self.assertMessage(started, "cannot")


if __name__ == "__main__":
    unittest.main()
