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
        mean = sum(pixels) / len(pixels)
        self.assertEqual((entry["width"], entry["height"], entry["usable"]), (64, 48, True))
        self.assertEqual((entry["minimum"], entry["maximum"], entry["nonfinite"]), (0, 6, 0))
        self.assertAlmostEqual(entry["pixel_size"], 3.25, 6)
        self.assertAlmostEqual(entry["mean"], mean, 5)
        self.assertAlmostEqual(entry["deviation"], (sum((p - mean) ** 2 for p in pixels) / len(pixels)) ** 0.5, 3)
        self.assertEqual(entry["problems"], [])
        self.assertIn("64 x 48", self.picker("inspect", "a.mrc").out)

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
        result = self.picker("inspect", ".", "--json", code=3)
        found = {os.path.basename(entry["path"]): entry for entry in result.json["micrographs"]}
        self.assertEqual(result.json["usable"], 1)
        self.assertEqual(result.json["unusable"], 6)
        self.assertTrue(found["good.mrc"]["usable"])
        for name in ("short.mrc", "empty.mrc", "text.tif", "huge.mrc"):
            self.assertFalse(found[name]["usable"])
            self.assertIn(name, found[name]["error"])
        self.assertEqual(found["nan.mrc"]["nonfinite"], 2)
        self.assertIn("same value", found["constant.mrc"]["problems"][0])
        (self.folder / "good.mrc").unlink()
        result = self.picker("inspect", ".", code=1)
        self.assertEqual(result.out.count("UNUSABLE"), 6)

    def test_missing_file_among_others(self):
        self.mrc("a.mrc")
        result = self.picker("inspect", "a.mrc", "none.mrc", "--json", code=3)
        self.assertEqual([entry["usable"] for entry in result.json["micrographs"]], [True, False])
        self.assertIn("none.mrc", result.json["micrographs"][1]["error"])
        self.picker("inspect", "none.mrc", code=1)

    def test_unknown_pixel_size_says_how_to_give_it(self):
        for size in (0.0, 1.0):
            self.mrc("a.mrc", pixel_size=size)
            entry = self.picker("inspect", "a.mrc", "--json").json["micrographs"][0]
            self.assertIsNone(entry["pixel_size"])
            self.assertIn("--pixel-size", entry["problems"][0])
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
        self.assertIn("1.5", entries[1]["problems"][0])
        self.assertIn("4.0", entries[1]["problems"][0])
        entries = self.picker("inspect", "list.star", "--pixel-size", 2, "--json").json["micrographs"]
        self.assertEqual([entry["pixel_size"] for entry in entries], [2.0, 2.0])

    def test_one_stem_twice_is_told(self):
        self.mrc("x/a.mrc")
        self.mrc("y/a.mrc")
        entries = self.picker("inspect", "x", "y", "--json").json["micrographs"]
        self.assertIn("x/a.mrc", entries[1]["problems"][0])
        self.assertTrue(entries[1]["usable"])


if __name__ == "__main__":
    unittest.main()
