"""picker inspect: what is a micrograph, what is wrong with it, and the inputs in all their forms."""
import array
import os
import unittest

from support import Case, micrographs_star, noise, write_mrc


class Inspect(Case):
    def test_good_file(self):
        pixels = array.array("f", [float(i % 7) for i in range(64 * 48)])
        self.mrc("a.mrc", 64, 48, 3.25, pixels)
        entry = self.picker("inspect", "a.mrc", "--json").json["micrographs"][0]
        self.assertEqual([entry[key] for key in ("mean", "deviation", "minimum", "maximum", "nonfinite")], [None] * 5)
        self.assertNotIn("mean", self.picker("inspect", "a.mrc").out)
        entry = self.picker("inspect", "a.mrc", "--deep", "--json").json["micrographs"][0]
        mean = sum(pixels) / len(pixels)
        self.assertEqual((entry["width"], entry["height"], entry["usable"]), (64, 48, True))
        self.assertEqual((entry["minimum"], entry["maximum"], entry["nonfinite"]), (0, 6, 0))
        self.assertAlmostEqual(entry["pixel_size"], 3.25, 6)
        self.assertAlmostEqual(entry["mean"], mean, 5)
        self.assertAlmostEqual(entry["deviation"], (sum((p - mean) ** 2 for p in pixels) / len(pixels)) ** 0.5, 3)
        self.assertEqual(entry["problems"], [])
        self.assertIn("64 x 48", self.picker("inspect", "a.mrc").out)
        self.assertIn("range 0.0000 to 6.0000", self.picker("inspect", "a.mrc", "--deep").out)

    def test_damaged_files(self):
        whole = self.mrc("good.mrc").read_bytes()
        (self.folder / "short.mrc").write_bytes(whole[:2000])
        (self.folder / "empty.mrc").write_bytes(b"")
        (self.folder / "text.tif").write_bytes(b"hello, I am a text\n" * 100)
        (self.folder / "huge.mrc").write_bytes(b"\xff\xff\xff\x7f" * 2 + whole[8:])
        write_mrc(self.folder / "constant.mrc", 64, 48, 4.0, array.array("f", [2.5] * (64 * 48)))
        bad = noise(64 * 48)
        bad[100] = float("nan")
        bad[101] = float("inf")
        write_mrc(self.folder / "nan.mrc", 64, 48, 4.0, bad)
        kinds = {"short.mrc": "truncated", "empty.mrc": "empty", "text.tif": "damaged", "huge.mrc": "size"}
        result = self.picker("inspect", ".", "--json", code=3)
        self.assertEqual((result.json["usable"], result.json["unusable"]), (3, 4))
        found = {os.path.basename(entry["path"]): entry for entry in result.json["micrographs"]}
        self.assertEqual({name: [p["kind"] for p in found[name]["problems"]] for name in kinds},
                         {name: [kind] for name, kind in kinds.items()})
        self.assertEqual(found["nan.mrc"]["problems"], [])  # pixels were not read
        result = self.picker("inspect", ".", "--deep", "--json", code=3)
        found = {os.path.basename(entry["path"]): entry for entry in result.json["micrographs"]}
        self.assertEqual(result.json["usable"], 1)
        self.assertEqual(result.json["unusable"], 6)
        self.assertTrue(found["good.mrc"]["usable"])
        for name in ("short.mrc", "empty.mrc", "text.tif", "huge.mrc"):
            self.assertFalse(found[name]["usable"])
            self.assertIn(name, found[name]["error"])
        self.assertEqual(found["nan.mrc"]["nonfinite"], 2)
        self.assertEqual([p["kind"] for p in found["nan.mrc"]["problems"]], ["not_finite"])
        self.assertEqual([p["kind"] for p in found["constant.mrc"]["problems"]], ["constant"])
        self.assertIn("same value", found["constant.mrc"]["problems"][0]["message"])
        (self.folder / "good.mrc").unlink()
        result = self.picker("inspect", ".", "--deep", code=1)
        self.assertEqual(result.out.count("UNUSABLE"), 6)

    def test_missing_file_among_others(self):
        self.mrc("a.mrc")
        result = self.picker("inspect", "a.mrc", "none.mrc", "--json", code=3)
        self.assertEqual([entry["usable"] for entry in result.json["micrographs"]], [True, False])
        self.assertIn("none.mrc", result.json["micrographs"][1]["error"])
        self.assertEqual(result.json["micrographs"][1]["problems"][0]["kind"], "missing")
        self.picker("inspect", "none.mrc", code=1)
        result = self.picker("inspect", "a.mrc", "none.star", "*.eer", "--json", code=3)  # words that name nothing
        self.assertEqual([entry["path"] for entry in result.json["micrographs"]], ["a.mrc", "none.star", "*.eer"])
        self.assertEqual([p["kind"] for entry in result.json["micrographs"] for p in entry["problems"]], ["pattern"] * 2)

    def test_faults_of_pixels(self):
        def image(name, change):
            pixels = noise(128 * 96)
            for i in range(len(pixels)):
                pixels[i] = change(i % 128, i // 128, pixels[i])
            self.mrc(name, 128, 96, 4.0, pixels)
        image("good.mrc", lambda x, y, v: v)
        image("clipped.mrc", lambda x, y, v: max(-1.0, min(v, 2.0)))
        image("hot.mrc", lambda x, y, v: 500.0 if (x, y) in ((30, 40), (90, 12)) else v)
        image("columns.mrc", lambda x, y, v: v + 1.5 if x == 77 else v)
        image("rows.mrc", lambda x, y, v: v - 1.5 if y in (20, 60) else v)
        result = self.picker("inspect", ".", "--deep", "--json").json  # warnings: all are usable
        found = {entry["path"][2:-4]: entry["problems"] for entry in result["micrographs"]}
        self.assertEqual({name: [(p["kind"], p["level"]) for p in problems] for name, problems in found.items()},
                         {"good": [], "clipped": [("clipped", "warning")] * 2, "hot": [("hot_pixels", "warning")],
                          "columns": [("stripes", "warning")], "rows": [("stripes", "warning")]})
        self.assertRegex(found["clipped"][0]["message"], r"1[5-7](\.\d+)? % of its pixels have the lowest value, -1;")
        self.assertIn("2 hot pixels", found["hot"][0]["message"])
        self.assertIn("1 columns whose mean stands out (the first is 77)", found["columns"][0]["message"])
        self.assertIn("2 rows", found["rows"][0]["message"])

    def test_unknown_pixel_size_says_how_to_give_it(self):
        for size in (0.0, 1.0):
            self.mrc("a.mrc", pixel_size=size)
            entry = self.picker("inspect", "a.mrc", "--json").json["micrographs"][0]
            self.assertIsNone(entry["pixel_size"])
            self.assertTrue(entry["usable"])
            self.assertEqual(entry["problems"][0]["kind"], "pixel_size_unknown")
            self.assertIn("--pixel-size", entry["problems"][0]["message"])
        entry = self.picker("inspect", "a.mrc", "--pixel-size", 2.5, "--json").json["micrographs"][0]
        self.assertEqual((entry["pixel_size"], entry["problems"]), (2.5, []))

    def test_inputs_in_every_form(self):
        for name in ("x/a.mrc", "x/b.mrc", "y/c d.mrc"):
            self.mrc(name)

        def names(*words, stdin=None):
            found = self.picker("inspect", "--json", *words, stdin=stdin).json["micrographs"]
            return [os.path.basename(entry["path"]) for entry in found]
        self.assertEqual(names("x"), ["a.mrc", "b.mrc"])
        self.assertEqual(names("x/*.mrc"), ["a.mrc", "b.mrc"])
        self.assertEqual(names("*/[bc]*.mrc"), ["b.mrc", "c d.mrc"])
        self.assertEqual(names("y", "x/a.mrc", "x"), ["c d.mrc", "a.mrc", "b.mrc"])
        self.assertEqual(names("-", stdin="x/b.mrc\r\n\ny/c d.mrc\n"), ["b.mrc", "c d.mrc"])
        self.assertEqual(names("-", stdin="x"), ["a.mrc", "b.mrc"])
        self.write("list.star", micrographs_star([("x/b.mrc", 1), ("x/a.mrc", 1)]))
        self.assertEqual(names("list.star"), ["b.mrc", "a.mrc"])

    def test_star_list_with_two_optics_groups(self):
        self.mrc("a.mrc", pixel_size=4.0)
        self.mrc("b.mrc", pixel_size=4.0)
        self.write("list.star", micrographs_star([("a.mrc", 2), ("b.mrc", 1)], (("1", 1.5), ("2", 4.0))))
        entries = self.picker("inspect", "list.star", "--json").json["micrographs"]
        self.assertEqual([entry["pixel_size"] for entry in entries], [4.0, 1.5])
        self.assertEqual(entries[0]["problems"], [])
        self.assertEqual((entries[1]["problems"][0]["kind"], entries[1]["problems"][0]["level"]),
                         ("pixel_size_differs", "warning"))
        self.assertIn("1.500 angstrom in its list and 4.000 in its header", entries[1]["problems"][0]["message"])
        entries = self.picker("inspect", "list.star", "--pixel-size", 2, "--json").json["micrographs"]
        self.assertEqual([entry["pixel_size"] for entry in entries], [2.0, 2.0])

    def test_one_stem_twice_is_told(self):
        self.mrc("x/a.mrc")
        self.mrc("y/a.mrc")
        entries = self.picker("inspect", "x", "y", "--json").json["micrographs"]
        self.assertEqual(entries[1]["problems"][0]["kind"], "same_stem")
        self.assertIn("x/a.mrc", entries[1]["problems"][0]["message"])
        self.assertTrue(entries[1]["usable"])


if __name__ == "__main__":
    unittest.main()
