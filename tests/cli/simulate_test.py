"""picker simulate: what it writes, and that the seed decides every byte."""
import hashlib
import unittest

from support import SHARED, Case, mrc_size, picks_of, star_table

SMALL = ["--size", "160,96", "--particles", "6", "--diameter", "80", "--pixel-size", "4"]


class Simulate(Case):
    def hashes(self, folder):
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((self.folder / folder).iterdir())
                if p.name != "micrographs.star"}  # that one names the folder

    def test_files(self):
        result = self.picker("simulate", "--output", "a", "--count", 2, *SMALL, "--json").json
        self.assertEqual(sorted(p.name for p in (self.folder / "a").iterdir()),
                         ["micrographs.star", "sim_0001.mrc", "sim_0001.star", "sim_0002.mrc", "sim_0002.star"])
        self.assertEqual(mrc_size(self.folder / "a" / "sim_0001.mrc"), (160, 96))
        self.assertEqual(result["diameter"], 80)
        picks = [picks_of(self.folder / "a" / f"sim_000{i}.star") for i in (1, 2)]
        self.assertEqual(result["particles"], len(picks[0]) + len(picks[1]))
        self.assertNotEqual(picks[0], picks[1])
        for x, y, _ in picks[0] + picks[1]:
            self.assertTrue(0 <= x <= 159 and 0 <= y <= 95)
        optics = star_table(self.folder / "a" / "micrographs.star", "optics")
        self.assertEqual(float(optics[0]["rlnMicrographPixelSize"]), 4)
        entries = self.picker("inspect", "a/micrographs.star", "--json").json["micrographs"]
        self.assertEqual([(e["width"], e["height"], e["pixel_size"], e["problems"]) for e in entries],
                         [(160, 96, 4.0, [])] * 2)

    def test_seed_decides_every_byte(self):
        for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
            self.picker("simulate", "--output", folder, "--count", 2, *SMALL, "--seed", seed, "--quiet")
        self.assertEqual(self.hashes("a"), self.hashes("b"))
        self.assertNotEqual(self.hashes("a"), self.hashes("c"))
        self.picker("simulate", "--output", "d", "--count", 1, *SMALL, "--seed", 1, "--threads", 1, "--quiet")
        self.assertEqual(self.hashes("d")["sim_0001.mrc"], self.hashes("a")["sim_0001.mrc"])

    def test_folder_with_a_space(self):
        self.picker("simulate", "--output", "my data", *SMALL, "--prefix", "m")
        entries = self.picker("inspect", "my data/micrographs.star", "--json").json["micrographs"]
        self.assertEqual(entries[0]["path"], "my data/m_0001.mrc")

    def test_defocus_and_objects(self):
        result = self.picker("simulate", "--output", "a", "--count", 3, *SMALL, "--preset", "realistic", "--gold", 2,
                             "--contamination", 0, "--defocus", 12000, "--defocus-spread", 3000, "--astigmatism", 500,
                             "--astigmatism-angle", 20, "--spherical-aberration", 2, "--amplitude-contrast", 0.07,
                             "--json").json
        rows = star_table(self.folder / "a" / "micrographs.star", "micrographs")
        for row, entry in zip(rows, result["micrographs"]):
            u, v = float(row["rlnDefocusU"]), float(row["rlnDefocusV"])
            self.assertAlmostEqual(u - v, 500, delta=0.02)
            self.assertTrue(9000 <= (u + v) / 2 <= 15000)
            self.assertAlmostEqual(u, entry["defocus_u"], delta=0.01)
            self.assertEqual(float(row["rlnDefocusAngle"]), 20)
        self.assertNotEqual(rows[0]["rlnDefocusU"], rows[1]["rlnDefocusU"])
        optics = star_table(self.folder / "a" / "micrographs.star", "optics")[0]
        self.assertEqual(float(optics["rlnSphericalAberration"]), 2)
        self.assertEqual(float(optics["rlnAmplitudeContrast"]), 0.07)
        # The preset has contamination; the flag took it away, and the gold is listed apart from the truth.
        self.assertEqual(result["micrographs"][0]["others"], "a/others/sim_0001.star")
        self.assertEqual(len(picks_of(self.folder / "a" / "others" / "sim_0001.star")), 2)
        # Without any there is no such file, as the help says.
        plain = self.picker("simulate", "--output", "b", *SMALL, "--json").json
        self.assertNotIn("others", plain["micrographs"][0])
        self.assertFalse((self.folder / "b" / "others").exists())

    def test_wrong_values(self):
        for words, part in [(["--size", "100"], "1024,768"), (["--size", "0,5"], "from 1"), (["--count", "0"], "--count"),
                            (["--snr", "-1"], "--snr"), (["--prefix", "a/b"], "--prefix"),
                            (["--preferred-view", "90"], "0,90"), (["--gold", "-1"], "--gold"), (["--dose", "x"], "--dose")]:
            self.assertMessage(self.picker("simulate", "--output", "a", *words, code=2), part)
        self.assertMessage(self.picker("simulate", "--output", "a", "--structure", "none.mrc", code=1), "none.mrc")
        self.assertMessage(self.picker("simulate", "--output", "a", "--structure", "none.mrc", *SMALL, code=1), "diameter")
        self.assertMessage(self.picker("simulate", "--output", "a", "--preset", "unreal", code=1), "unreal", "realistic")
        self.assertMessage(self.picker("simulate", "--output", "a", "--carbon", 3, code=1), "carbon", "0.95")
        self.write("file", "")
        self.assertMessage(self.picker("simulate", "--output", "file", *SMALL, code=1), "file")
        self.assertMessage(self.picker("simulate", "--output", "file/below", *SMALL, code=1), "file/below")

    @unittest.skipUnless(SHARED.is_dir(), "the shared data folder is not here")
    def test_structure(self):
        volume = SHARED / "structures" / "1bxn_5A.mrc"
        result = self.picker("simulate", "--output", "a", "--structure", volume, *SMALL[:4], "--pixel-size", 6, "--json").json
        self.assertTrue(60 < result["diameter"] < 250, result["diameter"])
        self.assertGreater(result["particles"], 0)

    def test_atoms(self):
        self.write("none.pdb", "HEADER    NOTHING\nEND\n")
        message = self.picker("simulate", "--output", "a", "--structure", "none.pdb", code=1)
        self.assertMessage(message, "none.pdb")
        if "gemmi" in message.err:
            self.skipTest("this build has no gemmi")
        self.assertMessage(message, "holds no atoms")
        # Three atoms 100 angstrom apart; the longest axis is measured, a little beyond them.
        lines = [f"ATOM  {i:5d}  CA  GLY A{i:4d}    {x:8.3f}{y:8.3f}{0:8.3f}  1.00 30.00           C\n"
                 for i, (x, y) in enumerate([(0, 0), (100, 0), (30, 40)], 1)]
        self.write("three.pdb", "".join(lines) + "END\n")
        result = self.picker("simulate", "--output", "a", "--structure", "three.pdb", *SMALL[:4], "--pixel-size", 4, "--json").json
        self.assertTrue(100 < result["diameter"] < 120, result["diameter"])


if __name__ == "__main__":
    unittest.main()
