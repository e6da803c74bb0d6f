"""picker pick and score on micrographs that the model has not seen: files, formats, resuming, failing, Ctrl-C."""
import array
import csv
import hashlib
import json
import os
import shutil
import struct
import unittest

from support import (Case, coordinates_star, distance, interrupt_when, micrographs_star, mrc_size, picks_of, star_table,
                     start, world, write_mrc)

RELION_COLUMNS = ["rlnCoordinateX", "rlnCoordinateY", "rlnAutopickFigureOfMerit", "rlnClassNumber", "rlnAnglePsi"]


def hashes(folder, *names):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


class PickCase(Case):
    def setUp(self):
        self.world = world()
        super().setUp()
        self.seen = self.world.micrographs[2]

    def pick(self, *words, output="out", code=0, micrographs=None, stdin=None):
        return self.picker("pick", "--model", self.world.model, "--micrographs", *(micrographs or [self.seen]),
                           "--output", output, "--json", *words, code=code, stdin=stdin)

    def link(self, *names):
        """The unseen micrograph under other names."""
        for name in names:  # not symbolic links: two of those would count as one file
            try:
                os.link(self.seen, self.file(name))
            except OSError:
                shutil.copy(self.seen, self.file(name))
        return names

    def run_record(self, output="out"):
        return json.loads((self.folder / output / "run.json").read_text())


class Files(PickCase):
    def test_picks_are_where_the_particles_are(self):
        result = self.pick().json
        picks, truth = picks_of(self.folder / "out" / "sim_0003.star"), picks_of(self.world.truth[2])
        self.assertEqual(result["picks"], len(picks))
        near = [p for p in picks if min(distance(p, t) for t in truth) <= 15]  # half of 120 A at 4 A per pixel
        found = [t for t in truth if min(distance(p, t) for p in picks) <= 15]
        self.assertGreaterEqual(len(near) / len(picks), 0.8)
        self.assertGreaterEqual(len(found) / len(truth), 0.8)
        swapped = [p for p in picks if min(distance((p[1], p[0]), t) for t in truth) <= 15]
        self.assertLess(len(swapped), len(near))

    def test_what_is_written(self):
        result = self.pick("--format", "star,box,cbox,cs,csv", "--box-size", 50).json
        out = self.folder / "out"
        self.assertEqual(sorted(p.name for p in out.iterdir()),
                         ["autopick.star", "journal.jsonl", "picks.cs", "picks.csg", "picks.csv", "quality.csv",
                          "run.json", "sim_0003.box", "sim_0003.cbox", "sim_0003.star"])
        rows = star_table(out / "sim_0003.star")
        self.assertEqual(list(rows[0]), RELION_COLUMNS)
        scores = [float(row["rlnAutopickFigureOfMerit"]) for row in rows]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertEqual(star_table(out / "autopick.star", "coordinate_files"),
                         [{"rlnMicrographName": str(self.seen), "rlnMicrographCoordinates": "out/sim_0003.star"}])
        boxes = [line.split() for line in (out / "sim_0003.box").read_text().splitlines()]
        for box, pick in zip(boxes, picks_of(out / "sim_0003.star"), strict=True):
            self.assertEqual(box[2:], ["50", "50"])
            self.assertLessEqual(abs(int(box[0]) + 25 - pick[0]), 0.5)
            self.assertLessEqual(abs(int(box[1]) + 25 - pick[1]), 0.5)
        with open(out / "picks.csv", encoding="utf-8", newline="") as file:
            self.assertEqual({row["micrograph"] for row in csv.DictReader(file)}, {str(self.seen)})
        for name in ("sim_0003.cbox", "picks.cs"):
            self.picker("convert", out / name, f"{name}.star")
            for back, pick in zip(picks_of(self.folder / f"{name}.star"), picks_of(out / "sim_0003.star"), strict=True):
                for value, expected, delta in zip(back, pick, (1e-3, 1e-3, 1e-6)):
                    self.assertAlmostEqual(value, expected, delta=delta, msg=name)
        record = self.run_record()
        self.assertEqual(record["version"], self.picker("--version").out.split()[1])
        self.assertTrue(record["complete"])
        self.assertEqual(record["settings"]["diameter"], 120)
        item = record["micrographs"][0]
        self.assertEqual((item["status"], item["width"], item["height"], item["pixel_size"], item["picks"]),
                         ("done", 448, 384, 4.0, len(rows)))
        self.assertEqual(set(result["items"][0]["seconds"]), {"read", "transform", "score", "peaks", "write"})
        self.assertEqual(self.leftovers(), [])

    def test_keep_holds_more_than_the_picks(self):
        self.pick("--keep", 0, "--threshold", 0.9, "--format", "box,csv")
        scores = [pick[2] for pick in picks_of(self.folder / "out" / "sim_0003.star")]
        above = sum(score >= 0.9 for score in scores)
        self.assertGreater(len(scores), above)
        self.assertEqual(len((self.folder / "out" / "sim_0003.box").read_text().splitlines()), above)
        self.assertEqual(len((self.folder / "out" / "picks.csv").read_text().splitlines()), above + 1)
        self.assertEqual(self.run_record()["micrographs"][0]["picks"], above)

    def terminal(self, *words, code=0, micrographs=None):
        return self.picker("pick", "--model", self.world.model, "--micrographs", *(micrographs or [self.seen]), *words,
                           code=code)

    def test_rows_below_the_threshold_are_told(self):
        text = self.terminal("--output", "out/", "--keep", 0, "--threshold", 0.9).out
        rows = picks_of(self.folder / "out" / "sim_0003.star")
        below = sum(pick[2] < 0.9 for pick in rows)
        self.assertIn(f"out/sim_0003.star also holds {below} candidates below the threshold", text)
        self.assertIn("rlnAutopickFigureOfMerit >= 0.900", text)
        self.assertIn("coordinates out/autopick.star\n", text)
        self.assertNotRegex(text, r"[ ,]0 (near|masked|beyond)")
        self.assertNotIn("below the threshold", self.terminal("--output", "plain").out)

    def test_no_picks_at_all_is_told(self):
        result = self.terminal("--output", "out", "--edge", 5000, "--pixel-size", 4.2)
        self.assertRegex(result.err, r"no picks on any micrograph, with particles of 120 A, a pixel size of 4\.200 A")
        self.assertRegex(result.err, r"pixel size of 4\.200 angstrom is used as given.*sim_0003\.mrc says \(4\.000\)")
        self.assertNotIn("warning", self.terminal("--output", "out2", "--pixel-size", 4.01).err)

    def test_all_micrographs_fail(self):
        self.write("a.mrc", "no image")
        self.write("b.mrc", "no image")
        result = self.terminal("--output", "out", "--draw", "png", code=1, micrographs=["a.mrc", "b.mrc"])
        self.assertMessage(result, "a.mrc", "b.mrc", "copy them again")
        self.assertFalse((self.folder / "out").exists())
        for name in ("a.mrc", "b.mrc"):
            write_mrc(self.folder / name, 20, 16, 4.0)  # smaller than one box, which only the model knows
        result = self.terminal("--output", "out", "--draw", "png", code=1, micrographs=["a.mrc", "b.mrc"])
        self.assertEqual(result.out, "")
        self.assertRegex(result.err.splitlines()[-1], r"^picker: all 2 micrographs failed: .*a\.mrc")
        self.assertFalse((self.folder / "png").exists())

    def test_top_over_the_run_and_per_micrograph(self):
        names = self.link("x.mrc", "y.mrc")
        self.pick("--top-per-micrograph", 5, micrographs=names)
        full = picks_of(self.folder / "out" / "x.star")
        self.assertEqual(len(full), 5)
        self.assertEqual(full, picks_of(self.folder / "out" / "y.star"))
        result = self.pick("--top", 7, micrographs=[self.seen, *self.world.micrographs[:1]], output="top").json
        rows = [p for i in (1, 3) for p in picks_of(self.folder / "top" / f"sim_000{i}.star")]
        self.assertEqual((len(rows), result["picks"]), (7, 7))
        everything = [p for i in (1, 3) for p in picks_of(self.pick_all() / f"sim_000{i}.star")]
        self.assertEqual(sorted(p[2] for p in rows), sorted((p[2] for p in everything), reverse=True)[6::-1])
        self.assertGreater(sum(item["removed"]["top"] for item in result["items"]), 0)

    def pick_all(self):
        self.pick(micrographs=[self.seen, *self.world.micrographs[:1]], output="all")
        return self.folder / "all"

    def test_pictures(self):
        self.pick("--draw", "png")
        picture = (self.folder / "png" / "sim_0003.png").read_bytes()
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">2I", picture[16:24])
        self.assertAlmostEqual(width / height, 448 / 384, delta=0.01)
        self.write("file", "")
        self.assertMessage(self.picker("pick", "--model", self.world.model, "--micrographs", self.seen, "--output", "o2",
                                       "--draw", "file", code=1), "file")
        self.assertFalse((self.folder / "o2").exists())

    def test_score_maps(self):
        result = self.picker("score", "--model", self.world.model, "--micrographs", self.seen, "--output", "maps",
                             "--json").json
        self.pick("--save-score-maps")
        self.assertEqual((self.folder / "maps" / "sim_0003.mrc").read_bytes(),
                         (self.folder / "out" / "sim_0003.mrc").read_bytes())
        entry = result["maps"][0]
        self.assertEqual(mrc_size(self.folder / "maps" / "sim_0003.mrc"), (entry["width"], entry["height"]))
        self.assertGreater(entry["width"], entry["height"])

    def test_nothing_overwrites_a_micrograph(self):
        write_mrc(self.folder / "a.mrc", 200, 160, 4.0)
        before = (self.folder / "a.mrc").read_bytes()
        for words in (["score"], ["pick", "--save-score-maps"]):
            result = self.picker(words[0], "--model", self.world.model, "--micrographs", "a.mrc", "--output", ".", *words[1:],
                                 code=1)
            self.assertMessage(result, "overwrite", "a.mrc")
        self.assertEqual((self.folder / "a.mrc").read_bytes(), before)


class Inputs(PickCase):
    def test_standard_input_and_globs(self):
        self.link("m/a.mrc", "m/b.mrc")
        result = self.pick(micrographs=["-"], stdin="m/b.mrc\nm/a.mrc\n").json
        self.assertEqual([item["micrograph"] for item in result["items"]], ["m/b.mrc", "m/a.mrc"])
        result = self.pick(micrographs=["m/*.mrc"], output="out2").json
        self.assertEqual([item["micrograph"] for item in result["items"]], ["m/a.mrc", "m/b.mrc"])

    def test_star_list_with_two_pixel_sizes(self):
        self.link("a.mrc", "b.mrc")
        self.write("list.star", micrographs_star([("a.mrc", 2), ("b.mrc", 1)], (("1", 8.0), ("2", 4.0))))
        result = self.pick("--format", "box", micrographs=["list.star"]).json
        self.assertEqual([item["pixel_size"] for item in result["items"]], [4.0, 8.0])
        self.pick(output="direct")
        self.assertEqual((self.folder / "out" / "a.star").read_bytes(), (self.folder / "direct" / "sim_0003.star").read_bytes())
        boxes = [(self.folder / "out" / name).read_text().split() for name in ("a.box", "b.box")]
        self.assertEqual(boxes[0][2], "46")  # 1.5 diameters: 45 px, rounded up to even
        if boxes[1]:
            self.assertEqual(boxes[1][2], "24")

    def test_two_micrographs_of_one_stem(self):
        self.link("x/a.mrc", "y/a.mrc")
        result = self.picker("pick", "--model", self.world.model, "--micrographs", "x", "y", "--output", "out", code=1)
        self.assertMessage(result, "x/a.mrc", "y/a.mrc", "rename")
        self.assertFalse((self.folder / "out").exists())

    def test_unknown_pixel_size(self):
        pixels = self.seen.read_bytes()
        (self.folder / "a.mrc").write_bytes(pixels[:28] + struct.pack("<3i3f", 448, 384, 1, 448.0, 384.0, 1.0) + pixels[52:])
        result = self.pick(micrographs=["a.mrc"], code=1)
        self.assertIn("--pixel-size", result.err)
        self.assertEqual([(p["kind"], p["level"]) for p in result.json["problems"]], [("pixel_size_unknown", "error")])
        self.assertFalse((self.folder / "out").exists())
        self.pick("--pixel-size", 4, micrographs=["a.mrc"], output="given")
        self.pick(output="header")
        self.assertEqual((self.folder / "given" / "a.star").read_bytes(),
                         (self.folder / "header" / "sim_0003.star").read_bytes())
        self.assertMessage(self.picker("pick", "--model", self.world.model, "--micrographs", "a.mrc", "--output", "o",
                                       "--pixel-size", 1000, code=2), "1000")

    def test_reversed_contrast(self):
        """Light particles are said once, with general, and picked with --invert as dark ones are."""
        bytes_ = self.seen.read_bytes()
        values = array.array("f", bytes_[1024:])
        for name in ("a.mrc", "b.mrc"):
            (self.folder / name).write_bytes(bytes_[:1024] + array.array("f", (-v for v in values)).tobytes())
        words = ["pick", "--model", "general", "--diameter", 120, "--micrographs", "a.mrc", "b.mrc", "--output"]
        found = self.picker(*words, "out", "--json")
        self.assertTrue(found.json["contrast_reversed"])
        self.assertEqual(found.err.count("contrast seems reversed"), 1)
        right = self.picker(*words, "right", "--invert", "--json")
        self.assertFalse(right.json["contrast_reversed"])
        self.assertNotIn("contrast", right.err)
        self.picker("pick", "--model", "general", "--diameter", 120, "--micrographs", self.seen, "--output", "dark")
        self.assertEqual((self.folder / "right/a.star").read_bytes(), (self.folder / "dark/sim_0003.star").read_bytes())

    def test_impossible_diameter(self):
        """18 nanometres for 180 angstrom, a pixel size that a header has wrong, a particle larger than the image."""
        self.link("a.mrc")
        for words, parts in ((["--diameter", 12], ["12 A of diameter at a pixel size of 4 A are 3 pixels", "at least 4"]),
                             (["--pixel-size", 60], ["120 A of diameter at a pixel size of 60 A are 2 pixels"]),
                             (["--diameter", 1800], ["are 450 pixels", "448 x 384", "more than the image"])):
            result = self.picker("pick", "--model", self.world.model, "--micrographs", "a.mrc", "--output", "out", "--overwrite",
                                 *words, code=1)
            self.assertMessage(result, "a.mrc", *parts)


class Resume(PickCase):
    def stamps(self):
        return {p.name: p.stat().st_mtime_ns for p in (self.folder / "out").glob("?.star")}

    def test_second_run_does_only_what_is_missing(self):
        names = self.link("a.mrc", "b.mrc", "c.mrc")
        self.pick(micrographs=names)
        before = self.stamps()
        lists = hashes(self.folder / "out", "autopick.star")
        result = self.pick(micrographs=names).json
        self.assertEqual((result["done"], result["skipped"]), (0, 3))
        self.assertEqual(self.stamps(), before)
        (self.folder / "out" / "b.star").unlink()
        result = self.pick(micrographs=names).json
        self.assertEqual((result["done"], result["skipped"]), (1, 2))
        self.assertEqual([name for name, stamp in self.stamps().items() if before[name] != stamp], ["b.star"])
        self.assertEqual(hashes(self.folder / "out", "autopick.star"), lists)
        (self.folder / "c.mrc").unlink()  # another image under the old name
        self.file("c.mrc").write_bytes(self.world.micrographs[0].read_bytes())
        result = self.pick(micrographs=names).json
        self.assertEqual((result["done"], result["skipped"]), (1, 2))
        self.assertEqual(self.pick("--overwrite", micrographs=names).json["done"], 3)

    def test_other_settings_are_refused(self):
        self.pick("--threshold", 0.6, "--edge", 20)
        before = hashes(self.folder / "out", "sim_0003.star", "autopick.star", "run.json")
        result = self.pick("--threshold", 0.7, "--edge", 20, code=1)
        self.assertIn("threshold 0.6 (now 0.7)", result.err)
        self.assertNotIn("edge", result.err)
        self.assertIn("--overwrite", result.err)
        self.assertEqual(hashes(self.folder / "out", "sim_0003.star", "autopick.star", "run.json"), before)
        self.pick("--threshold", 0.7, "--edge", 20, "--overwrite")

    def test_threads_do_not_matter(self):
        names = self.link("a.mrc", "b.mrc")
        for threads in (1, 2, 3):
            self.pick("--threads", threads, "--format", "csv,box", micrographs=names, output=f"out{threads}")
        files = ["a.star", "b.star", "a.box", "picks.csv"]
        self.assertEqual(hashes(self.folder / "out1", *files), hashes(self.folder / "out2", *files))
        self.assertEqual(hashes(self.folder / "out1", *files), hashes(self.folder / "out3", *files))

    def test_ctrl_c_keeps_what_is_done(self):
        names = self.link(*[f"m{i:03d}.mrc" for i in range(60)])
        words = ["pick", "--model", self.world.model, "--micrographs", "m*.mrc", "--output", "out", "--threads", 1, "--json"]
        process = start(*words, cwd=self.folder)
        out = self.folder / "out"
        code, text, err = interrupt_when(process, lambda: len(list(out.glob("m*.star"))) >= 3)
        self.assertEqual(code, 130, err)
        self.assertIn("what is done is kept", err)
        report = json.loads(text)
        self.assertTrue(report["cancelled"])
        done = {p.stem: p.stat().st_mtime_ns for p in out.glob("m*.star")}
        self.assertTrue(3 <= len(done) < len(names))
        self.assertEqual(report["done"], len(done))
        self.assertFalse(self.run_record()["complete"])
        self.assertEqual(self.leftovers(), [])
        result = self.picker(*words).json
        self.assertEqual((result["done"], result["skipped"], result["cancelled"]), (60 - len(done), len(done), False))
        self.assertEqual({stem: (out / f"{stem}.star").stat().st_mtime_ns for stem in done}, done)
        self.assertEqual(len({(out / f"{name[:-4]}.star").read_bytes() for name in names}), 1)
        self.assertEqual(len(star_table(out / "autopick.star", "coordinate_files")), 60)


class Failures(PickCase):
    def test_some_micrographs_fail(self):
        self.link("a.mrc", "c.mrc")
        (self.folder / "b.mrc").write_bytes(self.seen.read_bytes()[:5000])
        write_mrc(self.folder / "d.mrc", 20, 16, 4.0)  # smaller than one box
        result = self.pick("--skip-bad", micrographs=["a.mrc", "b.mrc", "c.mrc", "d.mrc"], code=3)
        self.assertIn("skipped: b.mrc is truncated", result.err)
        self.assertEqual([item["status"] for item in result.json["items"]], ["done", "failed", "done", "failed"])
        self.assertEqual((result.json["done"], result.json["failed"]), (2, 2))
        lines = result.err.strip().splitlines()
        self.assertIn("b.mrc", lines[-2])
        self.assertIn("d.mrc", lines[-1])
        record = {m["stem"]: m for m in self.run_record()["micrographs"]}
        self.assertEqual(record["b"]["status"], "failed")
        self.assertIn("b.mrc", record["b"]["error"])
        self.assertEqual([row["rlnMicrographName"] for row in star_table(self.folder / "out" / "autopick.star",
                                                                         "coordinate_files")], ["a.mrc", "c.mrc"])
        self.assertFalse((self.folder / "out" / "b.star").exists())
        result = self.pick("--skip-bad", micrographs=["a.mrc", "b.mrc", "c.mrc", "d.mrc"], code=3).json  # failed ones are tried again
        self.assertEqual((result["skipped"], result["failed"]), (2, 2))
        result = self.pick("--skip-bad", micrographs=["b.mrc", "d.mrc"], output="out2", code=1)
        self.assertEqual(result.json["failed"], 2)

    def test_output_that_cannot_be_written(self):
        self.write("file", "")
        for output in ("file", "file/below"):
            result = self.picker("pick", "--model", self.world.model, "--micrographs", self.seen, "--output", output, code=1)
            self.assertMessage(result, output)

    def test_what_cannot_start(self):
        for words, code, part in [
                (["--format", "star,cbox2"], 1, "cbox2"), (["--mask", "none.mrc"], 1, "none.mrc"),
                (["--candidates", "none"], 1, "none/sim_0003.star"), (["--keep", "0.9", "--threshold", "0.5"], 1, "keep")]:
            result = self.pick(*words, output=f"o{words[0]}", code=code)
            self.assertIn(part, result.err)
        self.assertMessage(self.picker("pick", "--model", self.world.model, "--micrographs", "none.mrc", "--output", "out",
                                       code=1), "none.mrc")
        self.assertMessage(self.picker("pick", "--model", self.seen, "--micrographs", self.seen, "--output", "out", code=1),
                           "sim_0003.mrc")

    def test_evaluate_reads_a_run(self):
        self.pick("--keep", 0)
        found = self.picker("evaluate", "--picks", "out", "--truth", self.world.truth[2], "--diameter", 120, "--threshold",
                            0.5, "--json").json
        self.assertGreaterEqual(found["f_beta"], 0.8)
        self.assertFalse(found["average_precision_is_lower_bound"])
        self.write("truth/sim_0003.star", coordinates_star([p[:2] for p in picks_of(self.folder / "out" / "sim_0003.star")]))
        found = self.picker("evaluate", "--picks", "out", "--truth", "truth", "--diameter", 120, "--json").json
        self.assertEqual((found["precision"], found["recall"], found["offsets"]["mean"]["pixels"]), (1, 1, 0))

    def test_quiet(self):
        result = self.picker("pick", "--model", self.world.model, "--micrographs", self.seen, "--output", "out", "--quiet")
        self.assertEqual(result.err, "")
        self.assertIn("out/autopick.star", result.out)


if __name__ == "__main__":
    unittest.main()
