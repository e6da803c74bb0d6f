"""picker report from outside: files, numbers, messages, exit codes. No browser, no LibTorch."""
import re
import unittest

from folder import THRESHOLD, Run, record, write_run
from support import Case, interrupt_when, start, write_mrc


class Command(Case):
    def setUp(self):
        super().setUp()
        self.run_folder = Run(self.folder)
        self.page = self.folder / "picks" / "report.html"

    def test_page_and_numbers(self):
        result = self.picker("report", "picks", "--json")
        numbers = result.json
        self.assertEqual(numbers["output"], "picks/report.html")
        self.assertEqual(numbers["micrographs"], 7)
        self.assertEqual(numbers["failed"], 1)
        self.assertEqual((numbers["pictures"], numbers["without_picture"]), (5, 1))
        self.assertEqual(numbers["picks"], self.run_folder.count(THRESHOLD))
        self.assertEqual(numbers["rows"], self.run_folder.count(0))
        self.assertEqual(numbers["bytes"], self.page.stat().st_size)
        self.assertEqual(len(re.findall(r'id="picture-\d+"', self.page.read_text())), 5)
        self.assertIn("warning:", result.err)
        self.assertIn("gone.mrc", result.err)
        self.assertEqual(self.leftovers(), [])

    def test_same_bytes_for_any_number_of_threads(self):
        self.picker("report", "picks", "--threads", 1)
        first = self.page.read_bytes()
        self.picker("report", "picks", "--threads", 5)
        self.assertEqual(self.page.read_bytes(), first)

    def test_title_place_and_size(self):
        result = self.picker("report", "picks", "--output", "pages/p.html", "--title", "Tom & <Jerry>", "--picture-size", 90)
        self.assertIn("report pages/p.html (", result.out)
        page = (self.folder / "pages" / "p.html").read_text()
        self.assertIn("<title>Tom &amp; &lt;Jerry&gt;</title>", page)
        self.assertIn('"picture":{"height":50,"large":true,"width":90}', page)
        self.assertFalse(self.page.exists())
        self.assertLess(len(page), len(self.picker("report", "picks").out) + 200000)

    def test_plots(self):
        result = self.picker("report", "picks", "--output", "plots/r.html", "--pdf", "--png", code=None)
        if result.code == 1 and "libstb-dev" in result.err:
            self.skipTest("built without stb_truetype")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(sorted(path.name for path in (self.folder / "plots").iterdir()),
                         ["r-counts.png", "r-gallery.png", "r-run.png", "r-scores.png", "r.html", "r.pdf"])

    def test_wrong_use(self):
        self.assertMessage(self.picker("report", code=2), "give one folder")
        self.assertMessage(self.picker("report", "picks", "more", code=2), "give one folder")
        self.assertMessage(self.picker("report", "picks", "--picture-size", 3, code=2), "--picture-size")
        self.assertMessage(self.picker("report", "nowhere", code=1), "nowhere", "run.json", "picker pick")
        self.assertMessage(self.picker("report", "Micrographs", code=1), "Micrographs", "no run")
        self.assertMessage(self.picker("report", "picks", "--output", "picks", code=1), "picks", "folder")
        self.write("picks/run.json", "{")
        self.assertMessage(self.picker("report", "picks", code=1), "run.json", "damaged")
        self.assertFalse(self.page.exists())

    def test_a_run_folder_in_another_place_finds_its_micrographs(self):
        """As RELION's projects do: names are told from the project's folder."""
        records = [record(self.run_folder.single, self.run_folder.picks[self.run_folder.single])]
        write_run(self.folder / "External" / "job001", records, self.run_folder.picks)
        inside = self.folder / "elsewhere"
        inside.mkdir()
        result = self.picker("report", self.folder / "External" / "job001", "--json")
        self.assertEqual(result.json["pictures"], 1)

    def test_many_missing_micrographs_are_counted(self):
        names = [f"Micrographs/no{i}.mrc" for i in range(40)]
        write_run(self.folder / "many", [record(name, [(5, 6, 0.9)]) for name in names], {n: [(5, 6, 0.9)] for n in names})
        result = self.picker("report", "many")
        self.assertIn("40 picks on 40 micrographs", result.out)
        self.assertEqual(result.err.count("warning:"), 6)
        self.assertIn("and 35 more", result.err)

    def test_interrupted(self):
        names = [f"Micrographs/big{i}.mrc" for i in range(60)]
        write_mrc(self.folder / names[0], 1500, 1000, 3.0)
        for name in names[1:]:
            (self.folder / name).hardlink_to(self.folder / names[0])
        write_run(self.folder / "long", [{**record(n, []), "width": 1500, "height": 1000} for n in names], {n: [] for n in names})
        process = start("report", "long", "--threads", "1", cwd=self.folder)
        code, _, _ = interrupt_when(process, lambda: any((self.folder / "long").glob(".report.html*")))
        self.assertEqual(code, 130)
        self.assertFalse((self.folder / "long" / "report.html").exists())
        self.assertEqual(self.leftovers(), [])


if __name__ == "__main__":
    unittest.main()
