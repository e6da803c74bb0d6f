"""picker check: on the particles of real micrographs, flipped, transposed, rescaled and shifted, and on made ones."""
import math
import random
import unittest

from support import SHARED, Case, coordinates_star, mrc_size, picks_of, world

# From the reference to the picks, by the words for it and not by the library: (x, y) in w x h pixels.
ORIENTATIONS = {
    "identity": lambda x, y, w, h: (x, y),
    "flip-x": lambda x, y, w, h: (w - 1 - x, y),
    "flip-y": lambda x, y, w, h: (x, h - 1 - y),
    "rotate-180": lambda x, y, w, h: (w - 1 - x, h - 1 - y),
    "transpose": lambda x, y, w, h: (y, x),
    "rotate-90": lambda x, y, w, h: (y, w - 1 - x),
    "rotate-270": lambda x, y, w, h: (h - 1 - y, x),
    "anti-transpose": lambda x, y, w, h: (h - 1 - y, w - 1 - x),
}


def scattered(count, width, height, apart, seed):
    """Places that keep their distance."""
    source, places = random.Random(seed), []
    while len(places) < count:
        x, y = source.uniform(0, width - 1), source.uniform(0, height - 1)
        if all(math.hypot(x - a, y - b) >= apart for a, b in places):
            places.append((x, y))
    return places


class Check(Case):
    def check(self, *words, code=3, picks="picks", reference="truth", micrographs="mics"):
        return self.picker("check", "--picks", picks, "--reference", reference, "--micrographs", micrographs, *words,
                           "--json", code=code).json

    def put(self, folder, stem, places):
        self.write(f"{folder}/{stem}.star", coordinates_star([(x, y, 0.5) for x, y in places]))


class Made(Check):
    """Micrographs of 400 x 300 pixels with 60 particles each."""

    def setUp(self):
        super().setUp()
        self.places = {}
        for stem, seed in (("a", 1), ("b", 2)):
            self.mrc(f"mics/{stem}.mrc", 400, 300)
            self.places[stem] = scattered(60, 400, 300, 25, seed)
            self.put("truth", stem, self.places[stem])

    def put_moved(self, move):
        for stem, places in self.places.items():
            self.put("picks", stem, [move(x, y) for x, y in places])

    def test_as_they_stand(self):
        self.put_moved(lambda x, y: (x + 0.5, y - 0.5))
        found = self.check(code=0)
        self.assertEqual((found["verdict"], found["as_given"], found["frame"]["name"]), ("fits", True, "identity"))
        self.assertEqual((found["micrographs"], found["picks"], found["matched"]), (2, 120, 120))
        self.assertGreater(found["certainty"], 0.999)
        text = self.picker("check", "--picks", "picks", "--reference", "truth", "--micrographs", "mics").out
        self.assertIn("the picks fit as they stand", text)
        self.picker("check", "--picks", "picks", "--reference", "truth", "--micrographs", "mics", "--json", "sub/c.json")
        self.assertTrue((self.folder / "sub" / "c.json").exists())

    def test_binned_by_any_factor_where_the_sizes_are_known(self):
        for stem in self.places:
            self.mrc(f"small/{stem}.mrc", 172, 235)  # 300 / 172 = 400 / 235 = 1.7, and turned
        self.put_moved(lambda x, y: (y / 1.7 * 1.0, 234 - x / 1.7))
        self.assertEqual(self.check()["verdict"], "nothing")
        found = self.check("--picked-on", "small")
        self.assertEqual((found["verdict"], found["frame"]["name"]), ("fits", "rotate-90"))
        self.assertAlmostEqual(found["frame"]["scale"], 1.7, 1)

    def test_picked_on_images_of_other_names(self):
        """Denoised and binned images have their own names, and so have the picks; pairs as convert --map-to makes them."""
        for stem, places in self.places.items():
            self.mrc(f"small/{stem}_denoised.mrc", 235, 176)
            self.put("picks", f"{stem}_denoised", [(x / 1.7, y / 1.7) for x, y in places])
        self.assertMessage(self.picker("check", "--picks", "picks", "--reference", "truth", "--micrographs", "mics", code=1), "none of the 2")
        found = self.check("--picked-on", "small")
        self.assertEqual((found["verdict"], found["frame"]["name"], found["micrographs"]), ("fits", "identity", 2))
        self.assertAlmostEqual(found["frame"]["scale"], 1.7, 1)
        # Only some were picked on others; the rest is known by its own name.
        (self.folder / "small/b_denoised.mrc").unlink()
        run = self.picker("check", "--picks", "picks", "--reference", "truth", "--micrographs", "mics", "--picked-on", "small", code=3)
        self.assertIn("b.mrc", run.err)
        # A table for names that say nothing, the same that convert takes.
        (self.folder / "small/a_denoised.mrc").rename(self.folder / "small/first.mrc")
        (self.folder / "picks/a_denoised.star").rename(self.folder / "picks/first.star")
        words = ["check", "--picks", "picks", "--reference", "truth", "--micrographs", "mics", "--picked-on", "small"]
        self.assertMessage(self.picker(*words, code=1), "first.mrc", "--pairs")
        self.write("pairs.csv", "picked,target\nfirst.mrc,a.mrc\n")
        found = self.check("--picked-on", "small", "--pairs", "pairs.csv")
        self.assertEqual((found["frame"]["name"], found["micrographs"]), ("identity", 1))
        self.mrc("small/a_other.mrc", 235, 176)
        self.write("pairs.csv", "picked,target\nfirst.mrc,a.mrc\na_other.mrc,a.mrc\n")
        self.assertMessage(self.picker(*words, "--pairs", "pairs.csv", code=2), "first.mrc", "a_other.mrc")
        self.assertMessage(self.picker("check", "--picks", "picks", "--reference", "truth", "--micrographs", "mics", "--pairs", "pairs.csv",
                                       code=2), "--picked-on")

    def test_half_a_box(self):
        for stem, places in self.places.items():
            self.write(f"picks/{stem}.box", "".join(f"{round(x) - 32}\t{round(y) - 32}\t32\t32\n" for x, y in places))
        found = self.check()  # corners that were written as centres, and cornered again: the boxes say how large
        self.assertEqual((found["verdict"], found["frame"]["name"], found["frame"]["shift"]), ("fits", "identity", "half-box"))
        self.assertAlmostEqual(found["frame"]["dx"], 16, delta=0.5)
        out = self.picker("check", "--picks", "picks", "--reference", "truth", "--micrographs", "mics", code=3).out
        self.assertIn("corners", out)
        self.assertIn("do not fit as they stand, but once they are scaled or shifted", out)
        self.assertEqual(self.check("--box-size", 20)["frame"]["shift"], "other")

    def test_the_command_that_puts_it_right(self):
        told = ["check", "--picks", "picks", "--reference", "truth", "--micrographs", "mics"]
        self.put_moved(lambda x, y: (x, 299 - y))
        self.assertIn("picker convert --flip-y", self.picker(*told, code=3).out)
        self.picker("convert", "picks", "flipped", "--to-format", "star", "--flip-y", "--micrographs", "mics")
        told[2] = "flipped"
        self.assertIn("the picks fit as they stand", self.picker(*told).out)

    def test_nothing_and_too_little(self):
        for stem in self.places:
            self.put("picks", stem, scattered(60, 400, 300, 25, f"other {stem}"))
        found = self.check()
        self.assertEqual((found["verdict"], found["as_given"]), ("nothing", False))
        self.assertNotIn("frame", found)
        self.put("few", "a", self.places["a"][:2])
        self.assertMessage(self.picker("check", "--picks", "few", "--reference", "truth", "--micrographs", "mics", code=1),
                           "2 picks", "too few")
        self.put("foreign", "z", self.places["a"])
        self.assertMessage(self.picker("check", "--picks", "foreign", "--reference", "truth", "--micrographs", "mics",
                                       code=1), "none of the 2 micrographs", "--picks")

    def test_symmetric_positions_are_ambiguous(self):
        grid = [(20 + 40 * i - 0.5, 25 + 50 * j - 0.5) for i in range(10) for j in range(6)]
        for stem in self.places:
            self.put("grid", stem, grid)
        found = self.check(picks="grid", reference="grid")
        self.assertEqual((found["verdict"], found["as_given"]), ("ambiguous", False))
        self.assertEqual(found["frame"]["name"], "identity")
        self.assertGreaterEqual(set(found["others"]), {"flip-x", "flip-y", "rotate-180"})
        self.assertLessEqual(found["certainty"], 0.25)

    def test_usage(self):
        for left_out in ("--picks", "--reference", "--micrographs"):
            words = [w for flag in ("--picks", "--reference", "--micrographs") if flag != left_out for w in (flag, "truth")]
            self.assertMessage(self.picker("check", *words, code=2), left_out)
        self.assertMessage(self.picker("check", "--picks", "p", "--reference", "t", "--micrographs", "m", "--radius", "0",
                                       code=2), "--radius")


@unittest.skipUnless(SHARED.is_dir(), "the shared data folder is not here")
class Real(Check):
    """EMPIAR-10017 and EMPIAR-10028: the check has to be right every time."""

    def stars(self, name):
        folder = SHARED / "micrographs" / name
        return folder, {path.stem: [(x, y) for x, y, _ in picks_of(path)] for path in sorted(folder.glob("*.star"))}

    def picker_like(self, places, seed):
        """A fifth missed, two pixels off, and some where nothing is."""
        source = random.Random(seed)
        kept = [(x + source.gauss(0, 1.0), y + source.gauss(0, 1.0)) for x, y in places if source.random() < 0.8]
        return kept + [(source.uniform(0, 970), source.uniform(0, 970)) for _ in range(len(places) // 5)]

    def every_frame(self, name, box):
        folder, stars = self.stars(name)
        sizes = {stem: mrc_size(folder / f"{stem}.mrc") for stem in stars}
        cases = [(orientation, 1, False) for orientation in ORIENTATIONS]
        cases += [("identity", 2, False), ("flip-y", 4, False), ("transpose", 0.5, False), ("identity", 0.25, False),
                  ("identity", 1, True), ("flip-y", 1, True), ("rotate-90", 2, True)]
        stems = sorted(stars)
        for n, (orientation, scale, corners) in enumerate(cases):
            # One micrograph alone, another for each case, with what a picker leaves; then all as they are.
            for chosen, spoiled in (([stems[n % len(stems)]], True), (stems, False)):
                with self.subTest(name=name, orientation=orientation, scale=scale, corners=corners, chosen=len(chosen)):
                    for old in self.folder.glob("picks/*.star"):
                        old.unlink()
                    for stem in chosen:
                        places = self.picker_like(stars[stem], n) if spoiled else stars[stem]
                        moved = [ORIENTATIONS[orientation](x, y, *sizes[stem][:2]) for x, y in places]
                        off = box / 2 if corners else 0
                        self.put("picks", stem, [((x - off) / scale, (y - off) / scale) for x, y in moved])
                    plain = orientation == "identity" and scale == 1 and not corners
                    found = self.check("--box-size", box / scale, code=0 if plain else 3, reference=folder,
                                       micrographs=folder)
                    self.assertEqual(found["verdict"], "fits")
                    self.assertEqual(found["frame"]["name"], orientation)
                    self.assertAlmostEqual(found["frame"]["scale"], scale, 6)
                    self.assertEqual(found["frame"]["shift"], "half-box" if corners else "none")
                    self.assertEqual(found["as_given"], plain)
                    self.assertGreater(found["certainty"], 0.99)

    def test_10017(self):
        self.every_frame("empiar-10017", 36)

    def test_10028(self):
        self.every_frame("empiar-10028", 80)

    def test_images_alone(self):
        """Without any position that is known, against what the installed model finds: one micrograph, and all of them."""
        world()  # skips without LibTorch
        for name, diameter, pixel_size in (("empiar-10017", 191, 7.08), ("empiar-10028", 300, 5.36)):
            folder, stars = self.stars(name)
            sizes = {stem: mrc_size(folder / f"{stem}.mrc") for stem in stars}
            cases = [(orientation, 1) for orientation in ORIENTATIONS] + [("flip-y", 2), ("identity", 0.5), ("rotate-90", 4)]
            for n, (orientation, scale) in enumerate(cases):
                stem = sorted(stars)[n % len(stars)]
                with self.subTest(name=name, orientation=orientation, scale=scale):
                    places = self.picker_like(stars[stem], n)
                    self.put("moved", "m", [tuple(v / scale for v in ORIENTATIONS[orientation](x, y, *sizes[stem][:2])) for x, y in places])
                    (self.folder / "moved/m.star").replace(self.file(f"images/{stem}.star"))
                    plain = orientation == "identity" and scale == 1
                    found = self.picker("check", "--picks", f"images/{stem}.star", "--micrographs", folder, "--diameter", diameter,
                                        "--pixel-size", pixel_size, "--json", code=0 if plain else 3).json
                    self.assertEqual((found["verdict"], found["frame"]["name"], found["micrographs"]), ("fits", orientation, 1))
                    self.assertAlmostEqual(found["frame"]["scale"], scale, 6)
                    self.assertGreater(found["certainty"], 0.99)
            self.picker("check", "--picks", folder, "--micrographs", folder, "--diameter", diameter, "--pixel-size", pixel_size)
            stems = sorted(stars)
            self.put("foreign", stems[0], stars[stems[1]])
            found = self.picker("check", "--picks", "foreign", "--micrographs", folder, "--diameter", diameter, "--pixel-size", pixel_size,
                                "--json", code=3).json
            self.assertEqual(found["verdict"], "nothing")

    def test_particles_of_other_micrographs(self):
        for name in ("empiar-10017", "empiar-10028"):
            folder, stars = self.stars(name)
            stems = sorted(stars)
            for n, stem in enumerate(stems):  # each against the next
                with self.subTest(name=name, stem=stem):
                    self.put("alone", stem, stars[stems[(n + 1) % len(stems)]])
                    found = self.check(picks=f"alone/{stem}.star", reference=folder, micrographs=folder)
                    self.assertEqual(found["verdict"], "nothing")
                    self.assertGreater(found["certainty"], 0.5)
            found = self.check(picks="alone", reference=folder, micrographs=folder)  # all together
            self.assertEqual(found["verdict"], "nothing")
