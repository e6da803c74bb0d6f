"""Pick sets, schemes and heads in Python: merged, mapped, checked, cut by mass; iteration, rounds and verdicts."""
import html.parser
import unittest

import libpicker
import numpy as np

from support import Case, need_torch, scene, trained


def picks(*rows):
    x, y, score = zip(*rows)
    return libpicker.Picks.from_arrays(x, y, score)


class Sets(Case):
    def test_merge(self):
        a, b = picks((100, 40, 0.5), (300, 60, 0.9)), picks((302, 61, 0.8), (500, 80, 0.7))
        merged = libpicker.merge([a, b], 5)
        self.assertEqual([tuple(row) for row in merged], [(300, 60, 0.9), (100, 40, 0.5), (500, 80, 0.7)])
        self.assertEqual(merged["sets"].tolist(), [2, 1, 1])
        both = libpicker.merge([a, b], 5, "consensus", consensus=2, names=["ours", "theirs"])
        self.assertEqual((both.x.tolist(), both["score2"].tolist()), ([300], [0.8]))
        self.assertEqual(both["mergeSources"].tolist(), ["ours+theirs"])
        self.assertIn("mergeSources", both)
        self.assertEqual(both.columns, ["x", "y", "score", "score1", "score2", "sets", "mergeSources"])
        both.write(self.folder / "both.star")
        self.assertIn("ours+theirs", (self.folder / "both.star").read_text())
        self.assertEqual(libpicker.merge([self.folder / "both.star", b], 5, rule="subtract").x.tolist(), [])
        for wrong in (dict(distance=0), dict(distance=5, rule="xor"), dict(distance=5, names=["one"])):
            with self.assertRaises((libpicker.InvalidArgument, TypeError, ValueError)):
                libpicker.merge([a, b], **wrong)

    def test_map(self):
        mapped = picks((100, 12.5, 0.9)).map((400, 300), (1602, 1201))
        np.testing.assert_allclose([mapped.x[0], mapped.y[0], mapped.score[0]], [100 * 1602 / 400, 12.5 * 1201 / 300, 0.9])
        raw = scene().micrograph  # 448 x 384
        raw.write(self.folder / "raw.mrc")
        for target in (raw, self.folder / "raw.mrc"):
            self.assertEqual(picks((10, 20, 1)).map((224, 192), target).y.tolist(), [40])
        self.assertEqual(picks((10, 20, 1)).map((224, 192), raw, binning="blocks").y.tolist(), [40.5])
        with self.assertRaisesRegex(ValueError, "fourier"):
            picks((10, 20, 1)).map((224, 192), raw, binning="mean")
        with self.assertRaisesRegex(libpicker.Mismatch, "300 x 400"):
            picks((1, 2, 3)).map((300, 400), (1602, 1201))

    def test_check_frame(self):
        source = np.random.default_rng(3)
        x, y = source.uniform(0, 799, 60), source.uniform(0, 499, 60)
        truth = libpicker.Picks.from_arrays(x, y)
        found = libpicker.check_frame(truth, truth, (800, 500))
        self.assertEqual((found.verdict, found.as_given, found.name), ("fits", True, "identity"))
        flipped = libpicker.Picks.from_arrays(x / 2, (499 - y) / 2)
        found = libpicker.check_frame([flipped], [truth], [(800, 500)], [(400, 250)])
        self.assertEqual((found.name, found.flip_y, found.scale, found.as_given), ("flip-y", True, 2, False))
        with self.assertRaises(libpicker.InvalidArgument):
            libpicker.check_frame([truth, truth], truth, (800, 500))

    def test_mass_valley(self):
        source = np.random.default_rng(4)
        low, high = source.normal(20, 3, 300), source.normal(100, 8, 300)
        self.assertTrue(35 < libpicker.mass_valley(np.concatenate([low, high])) < 75)
        self.assertIsNone(libpicker.mass_valley(high))


class Schemes(Case):
    def test_iteration_on_an_unlabelled_micrograph(self):
        trained().save(self.folder / "model.safetensors")
        model = libpicker.Model.load(self.folder / "model.safetensors")
        before = model.info.hash
        data = libpicker.Dataset()
        data.add(scene(3).micrograph, libpicker.Picks())
        report = model.iterate(data, iterations=2, fraction=0.8, diameter=120, epochs=2, batch=16, seed=1,
                               pick={"threshold": 0.5, "min_distance": 100})
        self.assertEqual((len(report.rounds), len(report.trainings), report.cancelled), (2, 2, False))
        self.assertTrue(all(r.trained and r.positives > 10 and r.micrographs == 1 for r in report.rounds), report)
        self.assertTrue(all(t.epochs == 2 for t in report.trainings))
        self.assertNotEqual(model.info.hash, before)
        with self.assertRaisesRegex(TypeError, "iterations"):
            model.iterate(data, iteration=2)

    def test_rounds(self):
        need_torch()
        data = libpicker.Dataset()
        for index in (0, 1):
            made = scene(index)
            data.add(made.micrograph, made.truth)
        model = libpicker.Model.create("deeppicker", seed=1)
        report = model.train_rounds(data, rounds=1, until=0, labels="complete", diameter=120, epochs=4, batch=32, seed=1)
        self.assertEqual(len(report.rounds), 2)
        self.assertEqual(report.rounds[0].micrographs, 0)
        self.assertEqual(report.rounds[1].micrographs, 1)
        self.assertTrue(model.info.trained)

    def test_review(self):
        model = trained()
        scene(4).micrograph.write(self.folder / "new.mrc")
        proposed = model.propose_review(self.folder / "new.mrc", self.folder / "round", negatives=1, pixel_size=4)
        self.assertEqual(proposed.micrographs, 1)
        self.assertTrue(proposed.positives > 10 and proposed.negatives >= 5)
        self.assertTrue((self.folder / "round/positives/new.star").exists())
        data = libpicker.Dataset()
        taken = data.add_review(self.folder / "round", model)
        self.assertEqual(taken.confirmed, proposed.positives)
        self.assertEqual((len(data), data.positives), (1, proposed.positives))
        with self.assertRaises(libpicker.Mismatch):
            model.propose_review(self.folder / "new.mrc", self.folder / "round", pixel_size=4)

    def test_import_head(self):
        model = libpicker.Model.create("hydrapicker", seed=1)
        model.add_head("ribosome")
        other = model.export_head("ribosome")
        model.import_head("again", other, "general")
        self.assertEqual([head.name for head in model.heads], ["ribosome", "again"])
        with self.assertRaises(libpicker.Mismatch):
            model.import_head("alien", libpicker.Model.create("hydrapicker", seed=2), "general")


class Page(html.parser.HTMLParser):
    """The circles of an Explorer's page: (x, y, rank by score, hidden)."""

    def __init__(self, text):
        super().__init__()
        self.circles, self.sliders, self.scores = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "circle":
            self.circles.append((float(given["cx"]), float(given["cy"]), int(given["data-rank"]), "display:none" in given.get("style", "")))
        if tag == "figure":
            self.scores = given["data-scores"].split()
        if tag == "input":
            self.sliders.append(given)


class Explorer(Case):
    def test_circles_lie_on_the_picks_and_the_slider_starts_at_the_threshold(self):
        image = scene().micrograph
        table = picks((10, 380, 0.25), (300.25, 40, 0.9), (20, 30, float("nan")))
        text = libpicker.explore(image, table, diameter=30, threshold=0.5)._repr_html_()
        page = Page(text)
        # A pixel's centre lies half a pixel from its corner, and a picture's frame starts at the corner.
        self.assertEqual(page.circles, [(20.5, 30.5, 0, False), (300.8, 40.5, 1, False), (10.5, 380.5, 2, True)])
        self.assertEqual(page.scores, ["0.9", "0.25"])
        self.assertEqual([page.sliders[0][name] for name in ("min", "max", "value")], ["0", "2", "1"])
        self.assertIn("1 picks, score at least 0.9<", text)
        self.assertIn('viewBox="0 0 448 384"', text)
        self.assertIn("closest('figure')", page.sliders[0]["oninput"])
        libpicker.explore(np.asarray(image), table, 30).save(self.folder / "page.html")
        self.assertEqual([c[3] for c in Page((self.folder / "page.html").read_text()).circles], [False] * 3)

    def test_without_picks_or_scores(self):
        image = scene().micrograph
        self.assertEqual(Page(libpicker.explore(image, libpicker.Picks(), 30)._repr_html_()).circles, [])
        unscored = Page(libpicker.explore(image, libpicker.Picks.from_arrays([1, 2], [3, 4]), 30)._repr_html_())
        self.assertEqual(([c[3] for c in unscored.circles], unscored.sliders), ([False, False], []))


if __name__ == "__main__":
    unittest.main()
