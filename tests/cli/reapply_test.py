"""Threshold, distance, border, masks and best N applied again to saved candidates and score maps, without the network:
the same bytes as a run that does it all."""
import array
import json
import struct
import unittest
import zlib

from support import Case, distance, picks_of, world, write_mrc


def write_png(path, width, height, rows):
    """8-bit grey."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


class Reapply(Case):
    def setUp(self):
        self.world = world()
        super().setUp()
        self.pick("base", "--keep", 0, "--min-distance", 0, "--save-score-maps")

    def pick(self, output, *words, code=0):
        return self.picker("pick", "--model", self.world.model, "--micrographs", *self.world.micrographs[1:], "--output",
                           output, "--json", *words, code=code)

    def three_ways(self, *words):
        """The files of a direct run, of saved candidates and of saved score maps; the direct run's picks."""
        results = {}
        for way, extra in (("direct", []), ("candidates", ["--candidates", "base"]), ("maps", ["--score-maps", "base"])):
            report = self.pick(way, *words, *extra, "--overwrite").json
            results[way] = [(self.folder / way / f"sim_000{i}.star").read_bytes() for i in (2, 3)]
            results[way].append([item["removed"] for item in report["items"]] if way != "candidates" else None)
            results[way].append(report["picks"])
        self.assertEqual(results["direct"], results["maps"])
        self.assertEqual(results["direct"][:2] + results["direct"][3:], results["candidates"][:2] + results["candidates"][3:])
        return [picks_of(self.folder / "direct" / f"sim_000{i}.star") for i in (2, 3)]

    def candidates(self):
        return [picks_of(self.folder / "base" / f"sim_000{i}.star") for i in (2, 3)]

    def test_threshold(self):
        for threshold in (0.2, 0.5, 0.95):
            found = self.three_ways("--threshold", threshold, "--min-distance", 0)
            self.assertEqual(found, [[p for p in picks if p[2] >= threshold] for picks in self.candidates()])
        self.three_ways("--threshold", 0.9, "--keep", 0.3)

    def test_distance(self):
        for angstrom in (60, 250):
            found = self.three_ways("--threshold", 0.1, "--min-distance", angstrom)
            for picks, candidates in zip(found, self.candidates(), strict=True):
                expected = []  # best first, each at least so far from all better ones
                for candidate in sorted((c for c in candidates if c[2] >= 0.1), key=lambda c: -c[2]):
                    if all(distance(candidate, other) >= angstrom / 4 for other in expected):
                        expected.append(candidate)
                self.assertEqual(picks, expected)

    def test_edge(self):
        found = self.three_ways("--edge", 160, "--threshold", 0.3)
        for x, y, _ in found[0] + found[1]:
            self.assertGreaterEqual(min(x, y) + 0.5, 40)
            self.assertGreaterEqual(min(447.5 - x, 383.5 - y), 40)

    def test_one_mask_for_all(self):
        # The left third is excluded; the mask is eight times smaller than the micrograph.
        write_mrc(self.folder / "carbon.mrc", 56, 48, 0.0, array.array("f", [1.0 if i % 56 < 19 else 0.0 for i in range(56 * 48)]))
        found = self.three_ways("--mask", "carbon.mrc", "--threshold", 0.3, "--min-distance", 0)
        expected = [[p for p in picks if p[2] >= 0.3 and p[0] + 0.5 >= 19 * 8] for picks in self.candidates()]
        self.assertEqual(found, expected)
        self.assertTrue(any(p[0] < 19 * 8 for p in self.candidates()[0]))

    def test_a_mask_of_its_own(self):
        # The lower half (high row numbers) of one micrograph only.
        (self.folder / "masks").mkdir()
        write_png(self.folder / "masks" / "sim_0003_mask.png", 28, 24, [[255 if j >= 12 else 0] * 28 for j in range(24)])
        found = self.three_ways("--mask", "masks/*.png", "--threshold", 0.3, "--min-distance", 0)
        candidates = [[p for p in picks if p[2] >= 0.3] for picks in self.candidates()]
        self.assertEqual(found[0], candidates[0])
        self.assertEqual(found[1], [p for p in candidates[1] if p[1] + 0.5 < 192])
        self.assertLess(len(found[1]), len(candidates[1]))

    def test_best_n(self):
        found = self.three_ways("--top-per-micrograph", 4)
        self.assertEqual([len(picks) for picks in found], [4, 4])
        found = self.three_ways("--top", 9)
        self.assertEqual(sum(len(picks) for picks in found), 9)

    def test_filters(self):
        plain = self.three_ways("--threshold", 0.3)
        found = self.three_ways("--threshold", 0.3, "--overlaps", "drop", "--overlap-distance", 130)
        for picks, kept in zip(plain, found, strict=True):  # 130 A are 32.5 pixels
            alone = [p for p in picks if all(p is q or distance(p, q) >= 32.5 for q in picks)]
            self.assertEqual(kept, alone)
        self.assertLess(sum(map(len, found)), sum(map(len, plain)))
        found = self.three_ways("--threshold", 0.3, "--deviation", "0.9,1.05")
        self.assertTrue(all(set(kept) <= set(picks) for picks, kept in zip(plain, found, strict=True)))
        self.assertLess(sum(map(len, found)), sum(map(len, plain)))
        self.assertEqual(self.three_ways("--threshold", 0.3, "--deviation", "off"), plain)
        self.three_ways("--threshold", 0.3, "--extreme-pixels", "paper", "--carbon", "on")
        self.three_ways("--threshold", 0.3, "--extreme-pixels", "lua", "--overlaps", "drop", "--deviation", "0.5,2")

    def test_filters_are_told(self):
        result = self.picker("pick", "--model", self.world.model, "--micrographs", self.world.micrographs[1], "--output", "told",
                             "--threshold", 0.3, "--overlaps", "drop", "--deviation", "0.9,1.05")
        report = json.loads((self.folder / "told" / "run.json").read_text())
        removed = report["micrographs"][0]["removed"]
        self.assertIn(f"{removed['deviation']} of another deviation", result.out)
        self.assertEqual(report["settings"]["deviation"], [0.9, 1.05])
        self.assertEqual(report["settings"]["overlaps"], "drop")
        again = self.pick("told", "--threshold", 0.3, code=1)
        self.assertIn("overlaps", again.err)
        self.assertIn("no score map to clean", self.pick("o", "--clean", "lua", "--candidates", "base", code=1).err)
        maps = self.pick("cleaned", "--clean", "lua", "--score-maps", "base").json
        self.assertEqual(maps["failed"], 0)

    def test_all_at_once(self):
        self.three_ways("--threshold", 0.4, "--keep", 0.1, "--min-distance", 140, "--edge", 60, "--top-per-micrograph", 15)

    def test_candidates_that_were_dropped_are_told(self):
        self.pick("strict", "--threshold", 0.6, "--edge", 40)
        for words, part in [(["--threshold", 0.3, "--edge", 40], "no score below 0.6, and 0.3"),
                            (["--threshold", 0.7], "an edge of 40"),
                            (["--threshold", 0.7, "--edge", 40, "--min-distance", 0], "minimum distance")]:
            result = self.pick("again", *words, "--candidates", "strict", code=1)
            self.assertIn(part, result.err)
            self.assertIn("candidates in strict", result.err)
            self.assertFalse((self.folder / "again").exists())
        self.pick("again", "--threshold", 0.7, "--edge", 40, "--candidates", "strict")
        write_mrc(self.folder / "carbon.mrc", 56, 48, 0.0, array.array("f", [float(i % 56 < 19) for i in range(56 * 48)]))
        self.pick("masked", "--mask", "carbon.mrc")
        self.assertIn("with a mask", self.pick("again2", "--candidates", "masked", code=1).err)
        self.pick("best", "--top", 3)
        self.assertIn("best 3 of the run", self.pick("again2", "--candidates", "best", code=1).err)

    def test_no_network_runs(self):
        for source in ("--candidates", "--score-maps"):
            report = self.pick("again" + source, source, "base").json
            for item in report["items"]:
                self.assertEqual((item["seconds"]["score"], item["seconds"]["transform"]), (0, 0))

    def test_sources_that_do_not_fit(self):
        self.assertIn("overwritten", self.pick("base", "--candidates", "base", "--overwrite", code=1).err)
        self.assertIn("120", self.pick("o", "--score-maps", "base", "--diameter", 200, code=1).err)
        (self.folder / "base" / "sim_0002.mrc").write_bytes(b"")
        self.assertIn("sim_0002.mrc", self.pick("o2", "--score-maps", "base", "--skip-bad", code=3).err)


if __name__ == "__main__":
    unittest.main()
