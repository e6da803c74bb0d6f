"""The notebook of examples/, from top to bottom in a kernel of its own: what it prints, shows and writes."""
import re
import shutil
import sys
import unittest

import libpicker

from support import ROOT, Case, need_torch

NOTEBOOK = ROOT / "examples" / "picking.ipynb"


class Notebook(Case):
    def setUp(self):
        super().setUp()
        need_torch()
        try:
            import nbclient
            import nbformat
        except ImportError as error:
            self.skipTest(f"{error.name} is not installed in {sys.executable} (pip install nbclient ipykernel)")
        self.notebook = nbformat.read(NOTEBOOK, as_version=4)
        nbclient.NotebookClient(self.notebook, timeout=900, kernel_name="python3",
                                resources={"metadata": {"path": str(self.folder)}}).execute()

    def outputs(self, kind):
        return [output for cell in self.notebook.cells if cell.cell_type == "code" for output in cell.outputs
                if output.output_type == kind]

    def test_from_top_to_bottom(self):
        text = "".join(output.text for output in self.outputs("stream") if output.name == "stdout")
        best = float(re.search(r"best F1 ([\d.]+)", text).group(1))
        precision, recall = map(float, re.search(r"unseen micrographs: precision ([\d.]+), recall ([\d.]+)", text).groups())
        self.assertGreaterEqual(min(best, precision, recall), 0.8, text)
        shown = [data for output in self.outputs("execute_result") for data in output.data]
        self.assertEqual(shown.count("image/png"), 2)
        self.assertEqual(shown.count("text/html"), 1)
        out = self.folder / "notebook-output"
        for stem in ("m6", "m7"):
            self.assertGreater(len(libpicker.Picks.read(out / "picks" / f"{stem}.star")), 30)
        self.assertIn("m7.mrc", (out / "picks/autopick.star").read_text())
        both = libpicker.Picks.read(out / "picks/picks.cs")
        self.assertEqual(len(both), sum(len(libpicker.Picks.read(out / f"picks/{stem}.star")) for stem in ("m6", "m7")))
        self.assertTrue((out / "picks/picks.csg").exists())

    def test_no_outputs_are_committed(self):
        committed = shutil.copy(NOTEBOOK, self.folder / "copy.ipynb").read_text()
        self.assertNotIn('"output_type"', committed)


if __name__ == "__main__":
    unittest.main()
