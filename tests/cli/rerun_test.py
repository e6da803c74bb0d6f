"""picker pick --rerun: the same bytes again, from whatever a run began with; and what stands against it, said at once."""
import json
import os
import shutil
import unittest

from support import Case, coordinates_star, micrographs_star, picks_of, world, write_mrc


class Rerun(Case):
    def setUp(self):
        self.world = world()
        super().setUp()
        for i in (1, 2, 3):
            shutil.copy2(self.world.micrographs[i - 1], self.file(f"mics/sim_000{i}.mrc"))
        shutil.copy2(self.world.model, self.folder / "m.safetensors")

    def pick(self, *words, output="picks", model="m.safetensors", code=0):
        return self.picker("pick", "--model", model, "--output", output, *words, code=code)

    def rerun(self, *words, output="again", of="picks/run.json", code=0):
        return self.picker("pick", "--rerun", of, "--output", output, *words, code=code)

    def record(self, output="picks"):
        return json.loads((self.folder / output / "run.json").read_text())

    def coordinates(self, output, names=None):
        found = {path.name: path.read_bytes() for path in (self.folder / output).iterdir()
                 if path.suffix in (".star", ".box", ".cbox", ".csv", ".mrc") and path.name not in ("autopick.star", "quality.csv")}
        return {name: found[name] for name in names} if names else found

    def assertRepeats(self, *words, output="picks", again="again", code=0, **more):
        """A run with these words, and its repetition: the same settings, the same bytes."""
        self.pick(*words, output=output, code=code, **more)
        result = self.rerun("--json", "--threads", 1, output=again, of=f"{output}/run.json", code=code).json
        before, after = self.record(output), self.record(again)
        self.assertEqual(before["settings"], after["settings"])
        self.assertEqual(before["origin"], after["origin"])
        self.assertEqual([m["micrograph"] for m in before["micrographs"]], [m["micrograph"] for m in after["micrographs"]])
        files = self.coordinates(output)
        self.assertGreater(sum(len(content) for content in files.values()), 1000)
        self.assertEqual(self.coordinates(again), files)
        done = sum(m["status"] == "done" for m in before["micrographs"])
        self.assertEqual(result["rerun"], {"run": f"{output}/run.json", "same": done, "differ": [], "missing": 0})
        self.assertEqual((self.folder / again / "autopick.star").read_text(),
                         (self.folder / output / "autopick.star").read_text().replace(f"{output}/", f"{again}/"))


class SameBytes(Rerun):
    def test_defaults_of_a_folder(self):
        self.assertRepeats("--micrographs", "mics")

    def test_every_setting(self):
        write_mrc(self.file("masks/sim_0002_mask.mrc"), 2, 1, 0.0, [0.0, 1.0])
        write_mrc(self.file("masks/sim_0001_mask.mrc"), 1, 2, 0.0, [1.0, 0.0])
        self.assertRepeats("--micrographs", "mics/sim_0002.mrc", "mics/sim_0001.mrc", "--diameter", 110.3, "--threshold", 0.37,
                           "--keep", 0.013, "--edge", 33.3, "--min-distance", 71.7, "--top", 41, "--top-per-micrograph", 30,
                           "--format", "csv,cbox,box", "--box-size", 46, "--mask", "masks", "--clean", "paper", "--carbon", "on",
                           "--deviation", "0.7,1.4", "--extreme-pixels", "lua", "--overlaps", "drop", "--overlap-distance", 80.5,
                           "--pixel-size", 4.04, "--save-score-maps")
        settings = self.record()["settings"]
        self.assertEqual((settings["diameter"], settings["deviation"], settings["carbon"]), (110.3, [0.7, 1.4], "edge"))

    def test_light_particles_another_step_and_no_deviation(self):
        self.assertRepeats("--micrographs", "mics/sim_0003.mrc", "--invert", "--step", 6, "--deviation", "off", "--threshold", 0)

    def test_probabilities(self):
        for i, words in enumerate((["--threshold", "auto", "--expect", 30], ["--fdr", 0.2, "--keep", 0.1], [])):
            self.assertRepeats("--micrographs", "mics/sim_0003.mrc", "--diameter", 120, *words, model="general",
                               output=f"picks{i}", again=f"again{i}")
            self.assertEqual(self.record(f"picks{i}")["origin"]["model"], "general")

    def test_a_list_says_the_pixel_sizes(self):
        self.write("list.star", micrographs_star([("mics/sim_0003.mrc", 1), ("mics/sim_0001.mrc", 2)], (("1", 4.2), ("2", 3.9))))
        self.assertRepeats("--micrographs", "mics/sim_0002.mrc", "list.star", "--format", "cs,csv")
        self.assertEqual([m["pixel_size"] for m in self.record("again")["micrographs"]], [4.0, 4.2, 3.9])

    def test_score_maps_and_candidates(self):
        self.pick("--micrographs", "mics", "--save-score-maps", "--keep", 0, "--min-distance", 0, output="first")
        self.assertRepeats("--micrographs", "mics", "--score-maps", "first", "--threshold", 0.4, output="a", again="a2")
        self.assertRepeats("--micrographs", "mics", "--candidates", "first", "--threshold", 0.6, output="b", again="b2")
        changed = self.folder / "first" / "sim_0002.star"
        changed.write_text(coordinates_star([(x, y, s) for x, y, s in picks_of(changed)][:-1]))
        self.assertIn("first/sim_0002.star has", self.rerun(of="b", output="b3", code=1).err)

    def test_what_failed_fails_again(self):
        self.write("mics/broken.mrc", "no image")
        self.assertRepeats("--micrographs", "mics", "--skip-bad", code=3)
        self.assertEqual([m["micrograph"] for m in self.record("again")["micrographs"] if m["status"] == "failed"], ["mics/broken.mrc"])

    def test_shards_together(self):
        self.pick("--micrographs", "mics")
        for shard in ("1/2", "2/2"):
            self.rerun("--shard", shard)
        self.assertEqual(self.coordinates("again"), self.coordinates("picks"))

    def test_into_its_own_folder(self):
        self.pick("--micrographs", "mics")
        before = self.coordinates("picks")
        for of in ("picks/run.json", "picks", str(self.folder / "picks" / "run.json")):
            result = self.rerun(of=of, output="picks/", code=2)
            self.assertMessage(result, "picks/", "--overwrite")
        (self.folder / "picks" / "sim_0001.star").write_text("damaged")
        self.assertIsNone(self.rerun("--overwrite", "--json", output="picks").json["rerun"])
        self.assertEqual(self.coordinates("picks"), before)


class Against(Rerun):
    def assertRefused(self, *parts, **more):
        result = self.rerun(code=1, **more)
        self.assertMessage(result, "nothing has been done", *parts)
        self.assertFalse((self.folder / "again").exists())
        return result

    def setUp(self):
        super().setUp()
        self.pick("--micrographs", "mics")

    def test_files_that_changed(self):
        first, second = (self.folder / "mics" / f"sim_000{i}.mrc" for i in (1, 2))
        size = first.stat().st_size
        first.write_bytes(first.read_bytes() + b"x")
        second.unlink()
        os.utime(self.folder / "mics" / "sim_0003.mrc")
        self.assertRefused("3 of its files", f"mics/sim_0001.mrc has {size + 1} bytes ({size} then)", "mics/sim_0002.mrc is gone",
                           "mics/sim_0003.mrc has another time stamp", "picker pick --model")

    def test_the_model(self):
        moved = self.folder / "moved.safetensors"
        (self.folder / "m.safetensors").rename(moved)
        self.assertRefused("m.safetensors", "--model")
        again = self.picker("pick", "--rerun", "picks", "--model", "moved.safetensors", "--output", "again", "--json").json
        self.assertEqual(again["rerun"]["same"], 3)
        self.picker("train", "--architecture", "deeppicker", "--micrographs", "mics/sim_0001.mrc", "--picks", self.world.truth[0],
                    "--diameter", 120, "--epochs", 1, "--output", "m.safetensors")
        shutil.rmtree(self.folder / "again")
        self.assertRefused("m.safetensors is another one", self.record()["origin"]["model_hash"], "--model")

    def test_a_list_that_changed(self):
        path = self.write("list.star", micrographs_star([("mics/sim_0001.mrc", 1)]))
        self.pick("--micrographs", "list.star", output="listed")
        path.write_text(micrographs_star([("mics/sim_0001.mrc", 1), ("mics/sim_0002.mrc", 1)]))
        self.assertRefused("list.star has", "1 of the micrographs listed now were not in the run: mics/sim_0002.mrc", of="listed")

    def test_from_another_folder(self):
        self.file("elsewhere/x")
        folder, self.folder = self.folder, self.folder / "elsewhere"
        result = self.rerun(of="../picks/run.json", code=1)
        self.folder = folder
        self.assertMessage(result, "mics/sim_0001.mrc is gone", f"the run was started in {os.path.realpath(folder)}")

    def test_a_missing_one_that_came(self):
        self.write("list.star", micrographs_star([("mics/sim_0001.mrc", 1), ("mics/later.mrc", 1)]))
        self.pick("--micrographs", "list.star", "--skip-bad", output="listed", code=3)
        shutil.copy2(self.folder / "mics" / "sim_0002.mrc", self.folder / "mics" / "later.mrc")
        self.assertRefused("1 of its micrographs were missing and are there now: mics/later.mrc", of="listed")

    def test_another_version_is_a_note(self):
        record = self.record()
        record["version"] = "0.0.9"
        self.write("picks/run.json", json.dumps(record))
        result = self.rerun()
        self.assertIn("note: the run was made by libpicker 0.0.9", result.err)
        self.assertIn("3 are those of picks/run.json, byte for byte", result.out)

    def test_other_results_are_told(self):
        (self.folder / "picks" / "sim_0001.star").write_text("edited by hand\n")
        (self.folder / "picks" / "sim_0002.star").unlink()
        result = self.rerun("--json")
        self.assertEqual(result.json["rerun"], {"run": "picks/run.json", "same": 1, "differ": ["sim_0001.star"], "missing": 1})
        self.assertIn("sim_0001.star", result.err)

    def test_no_such_run(self):
        for content, parts in ((None, ["cannot read x.json"]), ("{", ["x.json is damaged"]), ("[]", ["x.json is damaged"]),
                               ("[" * 100000, ["x.json is damaged"]), ('{"settings": {}, "micrographs": []}', ["x.json", "earlier version"]),
                               ('{"settings": 1, "micrographs": 2, "origin": 3}', ["x.json is damaged"])):
            if content is not None:
                self.write("x.json", content)
            self.assertMessage(self.rerun(of="x.json", code=1), *parts, "picker pick")
        record = self.record()
        record["settings"]["colour"] = "blue"
        self.write("x.json", json.dumps(record))
        self.assertMessage(self.rerun(of="x.json", code=1), "x.json", "colour")

    def test_words_that_do_not_go_with_it(self):
        for words in (["--threshold", 0.5], ["--micrographs", "mics"], ["--pixel-size", 4], ["--stream"]):
            self.assertMessage(self.rerun(*words, code=2), words[0], "--rerun")
        self.assertMessage(self.picker("pick", "--rerun", "picks", code=2), "--output")


if __name__ == "__main__":
    unittest.main()
