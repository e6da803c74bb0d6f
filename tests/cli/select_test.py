"""picker select: rules on a run's numbers, lists of RELION's and cryoSPARC's kept as they are, reasons."""
import csv
import json
import unittest

from support import Case, micrographs_star, star_table


def record(stem, picks, status="done", **more):
    return {"micrograph": f"Micrographs/{stem}.mrc", "stem": stem, "status": status,
            "error": "it is broken" if status == "failed" else "", "width": 600, "height": 200, "pixel_size": 2.5,
            "candidates": 40, "picks": picks, "removed": dict.fromkeys(("edge", "mask", "threshold", "distance", "top"), 0),
            "seconds": dict.fromkeys(("read", "transform", "score", "peaks", "write"), 0), **more}


class Select(Case):
    def setUp(self):
        super().setUp()
        records = [record("a", 30, quality={"defocus": 12000.5, "thon_limit": 4.5}, promised_false_share=0.1),
                   record("b", 5, quality={"defocus": 31000, "thon_limit": 12}, promised_false_share=0.4),
                   record("c", 25, promised_false_share=0.05), record("d", 0, status="failed")]
        for stem in "abc":
            self.write(f"run/{stem}.star", "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n")
        self.write("run/run.json", json.dumps({"settings": {"model": "m", "diameter": 150, "threshold": 0.5}, "picks": 60,
                                               "micrographs": records}))

    def reasons(self, folder="run"):
        with open(self.folder / folder / "selection.csv", newline="", encoding="utf-8") as file:
            return {row["micrograph"]: (row["selected"], row["reason"]) for row in csv.DictReader(file)}

    def names(self, file):
        return [row["rlnMicrographName"] for row in star_table(self.folder / file, "micrographs")]

    def test_rules_and_reasons(self):
        done = self.picker("select", "run", "--min-picks", "10", "--max-false-share", 0.3, "--json").json
        self.assertEqual((done["micrographs"], done["selected"]), (4, 2))
        self.assertEqual([rule["failing"] for rule in done["rules"]], [1, 1])
        self.assertEqual([row["rlnMicrographName"] for row in star_table(self.folder / "run/micrographs_selected.star")],
                         ["Micrographs/a.mrc", "Micrographs/c.mrc"])
        self.assertEqual(self.reasons(), {
            "Micrographs/a.mrc": ("1", ""), "Micrographs/b.mrc": ("0", "picks 5, not >= 10; false_share 0.4, not <= 0.3"),
            "Micrographs/c.mrc": ("1", ""), "Micrographs/d.mrc": ("0", "failed: it is broken")})

    def test_what_is_not_known_meets_no_rule(self):
        for words in (["--max-defocus", "20000"], ["--rule", "defocus < 20000"], ["--rule", "defocus<=2e4", "thon_limit > 1"]):
            self.assertEqual(self.picker("select", "run", *words, "--json").json["selected"], 1)
        self.assertIn("defocus unknown", self.reasons()["Micrographs/c.mrc"][1])
        self.picker("select", "run", "--max-resolution", 6, "--min-defocus", 100, "--output", "strict")
        self.assertEqual(self.reasons("strict")["Micrographs/b.mrc"], ("0", "thon_limit 12, not <= 6"))
        self.assertEqual(self.picker("select", "run", "--max-foreign", "0.5", "--json").json["selected"], 0)

    def test_rows_of_a_star_list(self):
        """Every column and the optics stay; the order is the list's; what the run lacks is left out."""
        rows = [("Micrographs/c.mrc", 2, "x y"), ("Micrographs/new.mrc", 1, "z"), ("Micrographs/a.mrc", 1, "w")]
        text = micrographs_star([(name, group, f"'{word}'") for name, group, word in rows], (("1", 1.5), ("2", 4.0)), ["rlnNote"])
        self.write("list.star", text)
        for stem in "abc":
            self.write(f"Micrographs/{stem}.mrc", "")
        done = self.picker("select", "run", "--min-picks", 10, "--micrographs", "list.star", "--output", "out", "--json").json
        self.assertEqual((done["micrographs"], done["selected"]), (3, 2))
        self.assertEqual(self.names("out/micrographs_selected.star"), ["Micrographs/c.mrc", "Micrographs/a.mrc"])
        self.assertEqual(star_table(self.folder / "out/micrographs_selected.star", "optics"),
                         star_table(self.folder / "list.star", "optics"))
        written = (self.folder / "out/micrographs_selected.star").read_text()
        self.assertIn('x y', written)
        self.assertIn("# version 30001", written)
        self.assertEqual(self.reasons("out")["Micrographs/new.mrc"], ("0", "not in the run"))

    def test_refusals(self):
        self.assertMessage(self.picker("select", "run", code=2), "no rule")
        self.assertMessage(self.picker("select", "--min-picks", 3, code=2), "one folder")
        self.assertMessage(self.picker("select", "run", "--rule", "picks = 3", code=1), "picks = 3", ">=")
        self.assertMessage(self.picker("select", "run", "--rule", "picks >= many", code=1), "number")
        self.assertMessage(self.picker("select", "run", "--rule", "beauty > 3", code=1), "beauty", "defocus")
        self.assertMessage(self.picker("select", "nowhere", "--min-picks", 3, code=1), "nowhere", "run.json")
        self.write("other.star", micrographs_star([("Micrographs/x.mrc", 1)]))
        self.write("Micrographs/x.mrc", "")
        self.assertMessage(self.picker("select", "run", "--min-picks", 3, "--micrographs", "other.star", code=1), "other.star",
                           "the list that the run was made from")
        self.write("out/micrographs_selected.star", micrographs_star([("Micrographs/a.mrc", 1)]))
        self.assertMessage(self.picker("select", "run", "--min-picks", 3, "--micrographs", "out/micrographs_selected.star",
                                       "--output", "out", code=1), "another output")


if __name__ == "__main__":
    unittest.main()
