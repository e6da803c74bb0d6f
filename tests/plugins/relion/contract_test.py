"""What a finished job leaves for RELION, version by version: nodes, lists, coordinates, logfile.pdf, exit file."""
import re
import unittest

from relion_support import GOLDEN, JOB_STAR, RelionCase
from support import distance, mrc_size, picks_of, star_table

COLUMNS = ["rlnCoordinateX", "rlnCoordinateY", "rlnAutopickFigureOfMerit", "rlnClassNumber", "rlnAnglePsi"]
NAMES = ["MotionCorr/job002/Micrographs/m1.mrc", "Raw/m2.mrc"]


def read_pdf(content):
    """Objects by number, after a check that the table of offsets leads to each: a viewer goes by it."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", content).group(1))
    table = content[start:].split(b"\n")
    assert table[0] == b"xref"
    count = int(table[1].split()[1])
    objects = {}
    for number in range(1, count):
        line = table[2 + number]
        assert len(line) == 19, line  # 20 with the end of the line, as the format demands
        offset = int(line.split()[0])
        body = content[offset:]
        assert body.startswith(b"%d 0 obj\n" % number), body[:30]
        objects[number] = body[:body.index(b"\nendobj")]
        stream = re.search(rb"/Length (\d+) >>\nstream\n", objects[number])
        if stream:
            assert objects[number][stream.end():].index(b"endstream") == int(stream.group(1))
    return objects


def bars_and_words(content):
    """Heights of the grey bars, and the words, of each page."""
    pages = []
    for body in read_pdf(content).values():
        if b"\nstream\n" in body:
            text = body.decode("ascii")
            bars = [float(h) for g, h in re.findall(r"^(\S+) g \S+ \S+ \S+ (\S+) re f$", text, re.MULTILINE) if g == "0.45"]
            pages.append((bars, re.findall(r"Td \((.*)\) Tj", text)))
    return pages


class Files(RelionCase):
    def test_nodes_and_lists_of_each_version(self):
        self.micrographs(*NAMES)
        for version in JOB_STAR:
            self.write_job_star(version)
            result = self.run_job()
            self.assertIn(f"RELION {version}", result.out)
            self.assertEqual(result.err, "")
            self.assertEqual((self.job / "RELION_OUTPUT_NODES.star").read_text(),
                             (GOLDEN / f"nodes_{version}.star").read_text())
            self.assertEqual((self.job / "autopick.star").read_text(), (GOLDEN / "autopick.star").read_text())
            self.assertEqual((self.job / "coords_suffix_autopick.star").read_text(), "Import/job001/micrographs.star\n")
            for row in star_table(self.job / "RELION_OUTPUT_NODES.star", "output_nodes"):
                self.assertTrue((self.folder / row["rlnPipeLineNodeName"]).exists())

    def test_version_by_the_project_and_versions_never_seen(self):
        self.micrographs("m1.mrc")
        nodes = self.job / "RELION_OUTPUT_NODES.star"
        (self.job / "job.star").unlink()
        self.assertIn("5.0", self.run_job().err)
        self.assertEqual(nodes.read_text(), (GOLDEN / "nodes_5.0.star").read_text())
        self.write("default_pipeline.star", "\n# version 30001\n\ndata_pipeline_processes\n\nloop_\n"
                   "_rlnPipeLineProcessName #1\n_rlnPipeLineProcessTypeLabel #2\nImport/job001/ relion.import\n")
        self.assertEqual(self.run_job().err, "")
        self.assertEqual(nodes.read_text(), (GOLDEN / "nodes_4.0.star").read_text())
        (self.job / "job.star").write_text(JOB_STAR["5.0"].replace("50001", "60001"))
        self.assertIn("newer", self.run_job().err)
        self.assertEqual(nodes.read_text(), (GOLDEN / "nodes_5.0.star").read_text())

    def test_coordinates_are_relions_and_on_the_truth(self):
        self.micrographs(*NAMES)
        self.run_job()
        truth = picks_of(self.world.truth[2])
        width, height = mrc_size(self.world.micrographs[2])
        self.assertNotEqual(width, height)
        for place in self.autopicks():
            text = (self.job / place).read_text()
            self.assertEqual(re.findall(r"^_(\w+) #", text, re.MULTILINE), COLUMNS)
            picks = picks_of(self.job / place)
            radius = 120 / 4 / 4  # a quarter of the diameter, pixels
            found = sum(any(distance(t, p) < radius for p in picks) for t in truth)
            swapped = sum(any(distance((t[1], t[0]), p) < radius for p in picks) for t in truth)
            self.assertGreaterEqual(found, 0.8 * len(truth))
            self.assertLess(swapped, 0.5 * len(truth))
            for x, y, merit in picks:
                self.assertTrue(0 <= x < width and 0 <= y < height and 0.5 <= merit <= 1, (x, y, merit))
        self.assertEqual(self.autopicks(), ["Micrographs/m1_autopick.star", "Raw/m2_autopick.star"])

    def test_report(self):
        self.micrographs(*NAMES)
        self.run_job()
        self.assertFalse((self.job / "report.html").exists())
        done = self.run_job("--report")
        self.assertIn("report.html", done.out)
        page = (self.job / "report.html").read_text()
        self.assertIn("Micrographs/m1.mrc", page)
        self.assertEqual(len(re.findall(r'id="picture-\d+"', page)), len(NAMES))

    def test_the_same_picks_as_the_terminal_in_one_run(self):
        self.micrographs(*NAMES)
        self.run_job("--diameter", 110, "--min_distance", 60, "--top_per_micrograph", 17)
        self.picker("pick", "--model", self.world.model, "--micrographs", "Import/job001/micrographs.star", "--output", "out",
                    "--diameter", 110, "--min-distance", 60, "--top-per-micrograph", 17)
        for place, stem in zip(self.autopicks(), ("m1", "m2")):
            ours = picks_of(self.job / place)
            self.assertEqual(ours, picks_of(self.folder / "out" / f"{stem}.star"))
            self.assertEqual(len(ours), 17)
        self.assertEqual([path.name for path in (self.job / "picker_run").iterdir()], ["1"])


class Logfile(RelionCase):
    def test_bars_are_the_counts(self):
        self.micrographs(*NAMES)
        self.run_job()
        path = self.job / "Raw" / "m2_autopick.star"
        kept = path.read_text().splitlines(keepends=True)
        rows = [i for i, line in enumerate(kept) if line[:1] == " " and len(line.split()) == 5]
        removed = len(rows) // 2
        path.write_text("".join(line for i, line in enumerate(kept) if i not in rows[:removed]))  # by hand, in the window
        self.run_job()
        self.assertEqual(len(picks_of(path)), len(rows) - removed)  # what a person changed stays
        ((bars, words),) = bars_and_words((self.job / "logfile.pdf").read_bytes())
        self.assertEqual(len(bars), 2 + 40)
        self.assertAlmostEqual(bars[1] / bars[0], (len(rows) - removed) / len(rows), delta=0.01)
        self.assertIn("picker: External/job003/", words)
        self.assertIn(str(len(rows)), words)  # the top of the axis
        self.assertIn(f"{2 * len(rows) - removed} picks on 2 micrographs", " ".join(words))

    def test_histogram(self):
        self.micrographs(*NAMES)
        self.run_job("--threshold", 0, "--min_distance", 40)
        merits = [merit for place in self.autopicks() for *_, merit in picks_of(self.job / place)]
        low, high = min(merits), max(merits)
        self.assertLess(low, 0.5)
        counts = [0] * 40
        for merit in merits:
            counts[min(int((merit - low) / (high - low) * 40), 39)] += 1
        ((bars, words),) = bars_and_words((self.job / "logfile.pdf").read_bytes())
        scale = max(bars[2:]) / max(counts)
        self.assertEqual([round(bar / scale) for bar in bars[2:]], counts)
        self.assertIn(f"{low:.4g}", words)
        self.assertIn(f"{high:.4g}", words)

    def test_failures_have_a_page(self):
        self.micrographs("m1.mrc", "a/gone(1).mrc")
        (self.folder / "a" / "gone(1).mrc").unlink()
        self.run_job()
        pages = bars_and_words((self.job / "logfile.pdf").read_bytes())
        self.assertEqual(len(pages), 2)
        self.assertIn("1 micrograph failed: see the last page", pages[0][1])
        self.assertTrue(any(r"a/gone\(1\).mrc" in line for line in pages[1][1]), pages[1])


if __name__ == "__main__":
    unittest.main()
