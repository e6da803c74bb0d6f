"""Training under the real RELION 3.1: from the picks of its own Auto-picking, and from the particles of good 2D classes, which
is the loop that DeepPicker's and PARSED's papers describe. Micrographs are not square; what is picked is held against them."""
import json
import shutil
import subprocess
import unittest

from real_support import RealCase, correlation, profile, read_mrc
from support import distance, picks_of, star_table

NAMES = ("Micrographs/a/m1.mrc", "Micrographs/b/m1.mrc", "Micrographs/b/m2.mrc")  # two of one name
SEED = 1  # of RELION's classification, which takes the time of day otherwise
QUICK = {"diameter": 120, "epochs": 12, "batch": 32, "seed": 1}


class Training(RealCase):
    def test_log_picks_train_a_model_that_picks(self):
        self.add_import(*NAMES)
        log = self.project.do(4, fn_input_autopick="Import/job001/micrographs.star", do_log="Yes", log_diam_min="100", log_diam_max="140",
                              log_maxres="20", log_adjust_thr="0", angpix="-1", use_gpu="No", nr_mpi="1")
        coordinates = {"in_coords": f"{log}coords_suffix_autopick.star"}
        trained = self.external("train", inputs=coordinates, **QUICK)
        nodes = self.project.nodes()
        self.assertEqual(nodes[f"{trained}model.safetensors"], "99")
        self.assertEqual(nodes[f"{trained}logfile.pdf"], "13")
        self.assertTrue((self.folder / ".Nodes/99" / trained / "model.safetensors").exists())  # RELION knows it
        record = json.loads((self.folder / trained / "picker_run/training.json").read_text())
        self.assertEqual(record["held_out"], [NAMES[1]])
        before = (self.folder / trained / "model.safetensors").read_bytes()
        self.assertIn("complete", self.project.run(trained))  # Continue
        self.assertEqual((self.folder / trained / "model.safetensors").read_bytes(), before)
        self.assertEqual(len(self.project.nodes()), len(nodes))
        picked = self.external("pick", model=f"{trained}model.safetensors")
        self.extract(picked)

    @unittest.skipUnless(shutil.which("relion_refine") and shutil.which("relion_star_handler"), "relion_refine is not on this machine")
    def test_good_classes_train_the_next_model(self):
        self.add_import(*NAMES)
        picked = self.external("pick", model=self.world.model, threshold=0)  # background, too
        extracted = self.extract(picked, on_truth=False, normalise=True)
        self.assertLess(self.share_on_truth(star_table(self.folder / extracted / "particles.star", "particles")), 0.75)
        iterations = 8
        classes = self.project.do(8, fn_img=f"{extracted}particles.star", do_ctf_correction="No", nr_classes="4", nr_iter=str(iterations),
                                  particle_diameter="120", nr_pool="10", use_gpu="No", nr_mpi="1", nr_threads="2", psi_sampling="12",
                                  offset_range="4", offset_step="2", other_args=f"--random_seed {SEED}")
        run = f"{classes}run_it{iterations:03}"
        good = self.good_classes(f"{run}_model.star")
        selected = self.select(f"{run}_data.star", good)
        rows = star_table(self.folder / selected, "particles")
        self.assertGreater(self.share_on_truth(rows), 0.9)
        averages = read_mrc(self.folder / f"{run}_classes.mrcs")[2]
        best = max(good, key=lambda number: sum(row["rlnClassNumber"] == str(number) for row in rows))
        self.assertGreater(correlation(profile(averages[best - 1]), profile(self.mean_at_truth())), 0.9)
        trained = self.external("train", inputs={"in_part": selected}, **QUICK)
        self.assertNotIn("WARNING", (self.folder / trained / "run.err").read_text())
        again = self.external("pick", model=f"{trained}model.safetensors")
        self.on_the_truth(self.picks_in(again))
        self.extract(again)

    def share_on_truth(self, rows):
        truth = {name: picks_of(source.with_suffix(".star")) for name, source in self.sources.items()}
        near = [min(distance((float(row["rlnCoordinateX"]), float(row["rlnCoordinateY"])), t) for t in truth[row["rlnMicrographName"]])
                for row in rows]
        return sum(d < 7.5 for d in near) / len(near)

    def good_classes(self, model):
        """Classes with a twentieth of the particles whose resolution is within a third of the best."""
        rows = star_table(self.folder / model, "model_classes")
        resolution = {number: float(row["rlnEstimatedResolution"]) for number, row in enumerate(rows, 1)
                      if float(row["rlnClassDistribution"]) > 0.05}
        return [number for number, value in resolution.items() if value < 4 / 3 * min(resolution.values())]

    def select(self, data, classes):
        """What a Select job leaves, by RELION's own tool: the particles of these classes; its path."""
        (self.folder / "Select/job005").mkdir(parents=True)
        parts = []
        for number in classes:
            parts.append(f"Select/job005/class{number}.star")
            self.star_handler("--i", data, "--o", parts[-1], "--select", "rlnClassNumber", "--minval", number, "--maxval", number)
        self.star_handler("--combine", "--i", " ".join(parts), "--o", "Select/job005/particles.star")
        return "Select/job005/particles.star"

    def star_handler(self, *words):
        done = subprocess.run(["relion_star_handler", *map(str, words)], cwd=self.folder, capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
