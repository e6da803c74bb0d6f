"""The check before a run: everything told at once and in groups, nothing written, --skip-bad, exit codes."""
import json
import unittest

from support import Case, micrographs_star, star_table, world


class Preflight(Case):
    def setUp(self):
        self.world = world()
        super().setUp()
        self.whole = self.world.micrographs[2].read_bytes()

    def pick(self, *words, code=0, micrographs=("m",), output="out"):
        return self.picker("pick", "--model", self.world.model, "--micrographs", *micrographs, "--output", output, *words,
                           code=code)

    def put(self, name, content=None):
        self.file(name).write_bytes(self.whole if content is None else content)

    def damage(self):
        """Two good, five cut, one empty, one of 4-bit samples."""
        self.put("m/good1.mrc")
        self.put("m/good2.mrc")
        for i in range(5):
            self.put(f"m/cut{i}.mrc", self.whole[:9000 + i])
        self.put("m/empty.mrc", b"")
        self.put("m/packed.mrc", self.whole[:12] + b"\x65\0\0\0" + self.whole[16:])

    def test_all_problems_at_once_in_groups_and_nothing_written(self):
        self.damage()
        result = self.pick(code=1, micrographs=["m", "none.mrc", "nothing/*.mrc"])
        lines = result.err.splitlines()
        self.assertEqual(result.out, "")
        self.assertEqual(lines[0], "picker: nothing has been done, since of 10 micrographs 2 can be used:")
        self.assertRegex(lines[1], r"^  no file matches nothing/\*\.mrc; check the path")
        self.assertRegex(lines[2], r"^  cannot open none\.mrc: No such file or directory; check the path")
        self.assertRegex(lines[3], r"^  m/empty\.mrc is empty")
        self.assertEqual(lines[4], "  5 files are truncated: m/cut0.mrc, m/cut1.mrc, m/cut2.mrc and 2 more; copy them again "
                                   "from their source")
        self.assertRegex(lines[5], r"^  m/packed\.mrc is an MRC file of mode 101, 4-bit packed integer.*; convert it")
        self.assertEqual(len(lines), 6)  # a word that names nothing cannot be skipped: no word of --skip-bad
        self.assertFalse((self.folder / "out").exists())
        result = self.pick(code=1)
        self.assertEqual(result.err.splitlines()[-1], "--skip-bad goes on with the other 2 micrographs")
        self.assertFalse((self.folder / "out").exists())

    def test_json_has_every_problem(self):
        self.damage()
        result = self.pick("--json", code=1).json
        self.assertEqual(result["error"]["status"], "PICKER_BAD_FILE")
        self.assertEqual([p["kind"] for p in result["problems"]], ["empty"] + ["truncated"] * 5 + ["mode"])
        self.assertEqual({p["level"] for p in result["problems"]}, {"error"})
        self.assertIn("the file has 9004;", result["problems"][5]["message"])
        self.assertEqual(result["problems"][5]["path"], "m/cut4.mrc")

    def test_no_model_is_loaded_before(self):
        self.damage()
        self.write("model.safetensors", "no model")
        result = self.picker("pick", "--model", "model.safetensors", "--micrographs", "m", "--output", "out", code=1)
        self.assertIn("5 files are truncated", result.err)
        self.assertNotIn("model.safetensors", result.err)

    def test_skip_bad_goes_on_without_them(self):
        self.damage()
        result = self.pick("--skip-bad", "--json", code=3)
        self.assertIn("skipped: 5 files are truncated: m/cut0.mrc", result.err)
        self.assertEqual((result.json["done"], result.json["failed"]), (2, 7))
        self.assertEqual(len(result.json["problems"]), 7)
        record = {m["stem"]: m for m in json.loads((self.folder / "out" / "run.json").read_text())["micrographs"]}
        told = {p["path"]: p["message"] for p in result.json["problems"]}
        for stem in ("cut0", "cut4", "empty", "packed"):
            self.assertEqual((record[stem]["status"], record[stem]["error"]), ("failed", told[f"m/{stem}.mrc"]))
            self.assertFalse((self.folder / "out" / f"{stem}.star").exists())
        rows = star_table(self.folder / "out" / "autopick.star", "coordinate_files")
        self.assertEqual([row["rlnMicrographName"] for row in rows], ["m/good1.mrc", "m/good2.mrc"])
        for name in [*(f"cut{i}" for i in range(5)), "empty", "packed"]:  # mended: the same command goes on
            self.put(f"m/{name}.mrc")
        result = self.pick("--json").json
        self.assertEqual((result["done"], result["skipped"], result["failed"], result["problems"]), (7, 2, 0, []))

    def test_what_cannot_be_skipped(self):
        self.put("x/a.mrc")
        self.put("y/a.mrc")
        self.put("y/b.mrc")
        result = self.pick("--skip-bad", code=1, micrographs=["x", "y"])
        self.assertMessage(result, "x/a.mrc", "y/a.mrc", "rename")
        self.assertNotIn("--skip-bad", result.err)
        self.write("file", "")
        result = self.pick("--skip-bad", code=1, micrographs=["y"], output="file/out")
        self.assertMessage(result, "cannot make the output folder file/out", "choose another")
        self.put("bad/b.mrc", b"")
        self.assertMessage(self.pick("--skip-bad", code=1, micrographs=["bad"]), "bad/b.mrc is empty")
        self.assertFalse((self.folder / "out").exists())

    def test_pixel_sizes_of_list_and_header(self):
        for name in ("a.mrc", "b.mrc"):
            self.put(name)
        self.write("list.star", micrographs_star([("a.mrc", 1), ("b.mrc", 2)], (("1", 4.0), ("2", 4.4))))
        result = self.pick(micrographs=["list.star"])
        self.assertIn("warning: the pixel size of b.mrc is 4.400 angstrom in its list and 4.000 in its header", result.err)
        self.assertNotIn("a.mrc", result.err)

    def test_paths_out_of_the_project(self):
        self.put("a.mrc")
        folder = self.folder / "project"
        folder.mkdir()
        (folder / "list.star").write_text(micrographs_star([("../a.mrc", 1)]))
        words = ["pick", "--model", self.world.model, "--micrographs", "list.star", "--output", "out"]
        outer, self.folder = self.folder, folder
        result = self.picker(*words)
        self.folder = outer
        self.assertIn("note: the path ../a.mrc in list.star leads out of the project", result.err)

    def test_masks_are_checked(self):
        self.put("m/a.mrc")
        self.put("m/b.mrc")
        self.write("masks/b_mask.mrc", "no image")
        result = self.pick("--mask", "masks/*", code=1)
        self.assertMessage(result, "masks/b_mask.mrc", "--skip-bad goes on with the other 1 micrograph")
        result = self.pick("--mask", "masks/*", "--skip-bad", "--json", code=3).json
        self.assertEqual([item["status"] for item in result["items"]], ["done", "failed"])

    def test_score(self):
        self.damage()
        words = ["score", "--model", self.world.model, "--micrographs", "m", "--output", "maps"]
        self.assertMessage(self.picker(*words, code=1), "5 files are truncated", "m/empty.mrc", "--skip-bad")
        self.assertFalse((self.folder / "maps").exists())
        result = self.picker(*words, "--skip-bad", "--json", code=3).json
        self.assertEqual(sum("error" in entry for entry in result["maps"]), 7)
        self.assertEqual(sorted(p.name for p in (self.folder / "maps").iterdir()), ["good1.mrc", "good2.mrc"])
        result = self.pick("--score-maps", "maps", code=1)  # a map for each is missing
        self.assertMessage(result, "7 files are missing: maps/cut0.mrc, maps/cut1.mrc")

    def test_train(self):
        for name in ("a.mrc", "b.mrc"):
            self.put(f"m/{name}")
        self.put("m/c.mrc", self.whole[:7000])
        self.put("m/d.mrc", b"")
        self.put("m/unlabelled.mrc", b"")  # no coordinates, so it takes no part
        self.put("v/v.mrc", self.whole[:100])
        truth = self.world.truth[2].read_text()
        for stem in "abcdv":
            self.write(f"picks/{stem}.star", truth)
        words = ["train", "--micrographs", "m", "--picks", "picks", "--diameter", 120, "--epochs", 1, "--output",
                 "model.safetensors"]
        result = self.picker(*words, "--validation-micrographs", "v", "--validation-picks", "picks", code=1)
        self.assertMessage(result, "3 of 5 micrographs cannot be trained on:", "m/c.mrc is truncated", "m/d.mrc is empty",
                           "v/v.mrc is no image")
        self.assertNotIn("unlabelled.mrc is empty", result.err)
        self.assertFalse((self.folder / "model.safetensors").exists())
        result = self.picker(*words, "--skip-bad")
        self.assertIn("skipped: m/c.mrc is truncated", result.err)
        self.assertTrue((self.folder / "model.safetensors").exists())


if __name__ == "__main__":
    unittest.main()
