"""Picks added, removed and marked in the report's page, by mouse, touch and keys; what is exported, and training on it."""
import csv
import io
import json
import math

from folder import DIAMETER, EVIL, HEIGHT, PIXEL, WIDTH
from page_case import FOLDER, Case, main, picker, set_up, star_rows, tear_down

setUpModule, tearDownModule = set_up, tear_down
RADIUS = DIAMETER / PIXEL / 2  # pixels


class Corrects(Case):
    def test_mouse(self):
        name = self.run_folder.names[1]
        picks = sorted(self.run_folder.at(0.5)[name], key=lambda p: -p[2])
        self.assertGreaterEqual(len(picks), 4)
        removed, bad, good = picks[:3]
        self.open_viewer(name)
        new = (871.0, 17.0)  # near the corner of a micrograph that is not square
        self.page.click(*self.point(*new))
        for mode, pick in (("remove", removed), ("bad", bad), ("good", good)):
            self.mode(mode)
            self.page.click(*self.point(*pick[:2]))
        self.assertEqual(self.text("#viewer-count"), f"{len(picks) - 1} picks, 2 good, 1 bad")
        self.assertTrue(self.page.run("document.querySelector('#viewer-reviewed').checked"))
        rows = star_rows(self.export())
        added = [r for r in rows
                 if math.hypot(float(r["rlnCoordinateX"]) - new[0], float(r["rlnCoordinateY"]) - new[1]) < 1.0]
        self.assertEqual(len(added), 1)
        self.assertEqual(added[0]["pickerVerdict"], "1")
        self.assertLess(float(added[0]["rlnAutopickFigureOfMerit"]), 0)
        rows.remove(added[0])
        self.assertPlaces(rows, [(name, *p[:2]) for p in picks if p not in (removed, bad)])
        self.assertEqual([r["pickerVerdict"] for r in rows].count("1"), 1)
        self.assertPlaces(star_rows(self.export(what="bad")), [(name, *bad[:2])])
        table = list(csv.DictReader(io.StringIO(self.export(what="csv"))))
        self.assertEqual(len(table), len(rows) + 1)
        self.assertEqual({row["micrograph"] for row in table}, {name})
        self.assertEqual(sorted(float(row["x"]) for row in table),
                         sorted(float(r["rlnCoordinateX"]) for r in [*rows, added[0]]))

    def test_a_mark_stays_whatever_the_threshold_and_goes_when_it_is_taken_back(self):
        name = self.run_folder.names[3]
        picks = self.run_folder.at(0.5)[name]
        best = max(picks, key=lambda p: p[2])
        worst = min(picks, key=lambda p: p[2])
        self.open_viewer(name)
        self.mode("good")
        self.page.click(*self.point(*worst[:2]))
        self.page.click_on("#viewer-close")
        self.set_threshold(best[2])
        self.assertPlaces(star_rows(self.export()), [(name, *best[:2]), (name, *worst[:2])])
        self.open_viewer(name)
        self.mode("good")
        self.page.click(*self.point(*worst[:2]))
        self.assertPlaces(star_rows(self.export()), [(name, *best[:2])])

    def test_corrections_outlive_the_page_and_can_be_forgotten(self):
        name = self.run_folder.single
        self.open_viewer(name)
        self.page.click(*self.point(100, 400))
        self.assertEqual(self.text("#viewer-count"), "2 picks, 1 good")
        self.open(self.run_folder.output / "report.html", keep=True)
        self.assertEqual(self.text(self.card(name) + " .count"), "2 picksreviewed")
        self.page.click_on("#forget")
        self.page.frames()
        self.assertEqual(self.text(self.card(name) + " .count"), "1 pick")
        self.open(self.run_folder.output / "report.html", keep=True)
        self.assertEqual(self.text(self.card(name) + " .count"), "1 pick")

    def test_keys(self):
        name = self.run_folder.single
        x, y = self.run_folder.single_at
        self.open_viewer(name)
        # The cross starts in the middle and goes by half a radius, with shift by a pixel.
        steps = [round((x - WIDTH / 2) / (RADIUS / 2)), round((HEIGHT / 2 - y) / (RADIUS / 2))]
        for _ in range(steps[0]):
            self.page.key("ArrowRight")
        for _ in range(steps[1]):
            self.page.key("ArrowUp")
        self.page.key("Enter")  # within the particle: chooses it
        self.assertIn("717.3", self.text("#viewer-hint"))
        self.page.key("b")
        self.assertEqual(self.text("#viewer-count"), "0 picks, 1 bad")
        self.page.key("g")
        self.assertEqual(self.text("#viewer-count"), "1 pick, 1 good")
        self.page.key("u")
        self.page.key("u")
        self.assertEqual(self.text("#viewer-count"), "1 pick")
        self.page.key("ArrowLeft", modifiers=8)  # shift: one pixel
        for _ in range(4):
            self.page.key("ArrowDown")
        self.page.key("Enter")  # beyond it: a new one
        self.assertEqual(self.text("#viewer-count"), "2 picks, 1 good")
        self.page.key("2")
        self.page.key("Enter")
        self.assertEqual(self.text("#viewer-count"), "1 pick")
        self.page.key("PageDown")
        self.assertEqual(self.text("#viewer-name"), self.run_folder.names[1])
        self.page.key("PageUp")
        self.page.key("Escape")
        self.assertFalse(self.page.run("document.querySelector('#viewer').open"))
        self.assertEqual(self.page.run("document.activeElement.querySelector('.name').textContent"), name)

    def test_zoom_keeps_the_place_below_the_pointer(self):
        name = self.run_folder.single
        self.open_viewer(name)
        x, y = self.point(*self.run_folder.single_at)
        for _ in range(3):
            self.page.send("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-300)
        self.page.frames(6)
        self.mode("bad")
        self.page.click(x, y)
        self.assertEqual(self.text("#viewer-count"), "0 picks, 1 bad")
        # A drag moves the micrograph and marks nothing.
        self.page.send("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
        self.page.send("Input.dispatchMouseEvent", type="mouseMoved", x=x + 60, y=y + 40, button="left", buttons=1)
        self.page.send("Input.dispatchMouseEvent", type="mouseReleased", x=x + 60, y=y + 40, button="left", clickCount=1)
        self.page.frames()
        self.assertEqual(self.text("#viewer-count"), "0 picks, 1 bad")
        self.page.click(x + 60, y + 40)  # taken back, where it lies now
        self.assertEqual(self.text("#viewer-count"), "1 pick")

    def test_a_missing_picture_still_has_its_picks(self):
        self.open_viewer(self.run_folder.gone)
        self.mode("bad")
        self.page.click(*self.point(50.5, 440.25))
        self.assertEqual(self.text("#viewer-count"), "0 picks, 1 bad")


class Phone(Case):
    def setUp(self):
        super().setUp()
        self.page.resize(390, 844, 2, True)
        self.open(self.run_folder.output / "report.html")

    def test_fits_and_can_be_touched(self):
        self.assertLessEqual(self.page.run("document.documentElement.scrollWidth"), 390)
        name = self.run_folder.names[1]
        self.page.tap(*self.page.centre(self.card(name)))
        self.page.wait("document.querySelector('#viewer').open")
        self.page.frames(6)
        sizes = self.page.run("""[...document.querySelectorAll('#viewer button, #viewer .modes span, #viewer .check')]
            .filter(e => e.offsetWidth > 0).map(e => {
            const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom, b.height]; })""")
        self.assertGreaterEqual(len(sizes), 13)
        for left, top, right, bottom, height in sizes:
            self.assertGreaterEqual(min(left, top), 0)
            self.assertLessEqual(right, 390)
            self.assertLessEqual(bottom, 844)
            self.assertGreaterEqual(height, 36)
        picks = self.run_folder.at(0.5)[name]
        self.page.tap(*self.point(871.0, 17.0))
        self.assertEqual(self.text("#viewer-count"), f"{len(picks) + 1} picks, 1 good")
        self.page.tap(*self.page.centre(".modes label:nth-child(2) span"))
        self.page.tap(*self.point(*picks[0][:2]))
        self.assertEqual(self.text("#viewer-count"), f"{len(picks)} picks, 1 good")
        rows = star_rows(self.export())
        self.assertFalse([r for r in rows if abs(float(r["rlnCoordinateX"]) - picks[0][0]) < 1])
        added = [r for r in rows if r["pickerVerdict"] == "1"]
        # A pixel of the screen is 2.3 of the micrograph.
        self.assertAlmostEqual(float(added[0]["rlnCoordinateX"]), 871.0, delta=3)
        self.assertAlmostEqual(float(added[0]["rlnCoordinateY"]), 17.0, delta=3)


class Trains(Case):
    def test_picker_train_reads_what_is_exported(self):
        names = [self.run_folder.names[1], "Micrographs/" + EVIL]
        bad = {}
        for name in names:
            self.open_viewer(name)
            self.mode("bad")
            bad[name] = max(self.run_folder.at(0.5)[name], key=lambda p: p[2])
            self.page.click(*self.point(*bad[name][:2]))
            self.page.click_on("#viewer-close")
        good = sum(len(self.run_folder.at(0.5)[name]) - 1 for name in names)
        (FOLDER / "bad.star").write_text(self.export(what="bad"))
        for form in ("star", "csv"):
            path = FOLDER / ("exported." + form)
            path.write_text(self.export(what=form))
            # Independent of training: matched by name, coordinates as they are in the micrographs.
            truth = FOLDER / "truth.csv"
            truth.write_text("micrograph,x,y\n" + "".join(
                '"{}",{},{}\n'.format(name.replace('"', '""'), *p[:2]) for name in names
                for p in self.run_folder.at(0.5)[name] if p != bad[name]))
            done = picker("evaluate", "--picks", path, "--truth", truth, "--micrographs", *[FOLDER / n for n in names],
                          "--diameter", DIAMETER, "--radius", PIXEL, "--json")
            self.assertIn(f'"matched": {good}', done.stdout)
            done = picker("train", "--architecture", "deeppicker", "--micrographs", *[FOLDER / n for n in names],
                          "--picks", path, "--negatives", FOLDER / "bad.star", "--diameter", DIAMETER, "--epochs", 1,
                          "--batch", 8, "--json", "--output", FOLDER / f"{form}.safetensors", code=None)
            if "PICKER_BACKEND" in done.stdout:
                self.skipTest("picker cannot load LibTorch")
            self.assertEqual(done.returncode, 0, done.stderr)
            trained = json.loads(done.stdout)
            self.assertEqual(trained["positives"], good, trained)


if __name__ == "__main__":
    main()
