"""The train mode of the External job on fake job folders: RELION's coordinates and particles of every version, the model as
an output node, logfile.pdf, parameters, Continue and abort."""
import json
import math
import re
import signal
import time
import unittest

from contract_test import read_pdf
from relion_support import EXITS, GOLDEN, JOB_STAR, RelionCase, link_or_copy
from support import coordinates_star, distance, picks_of, star_table

NAMES = ["MotionCorr/job002/A/m1.mrc", "MotionCorr/job002/B/m1.mrc", "Raw/m2.mrc"]
QUICK = ("--architecture", "deeppicker", "--diameter", 120, "--epochs", 2, "--batch", 32, "--seed", 1)


def curves(content):
    """Of each line with more than a key's two points: its grey and heights above the bottom of its chart, in points."""
    out = []
    for body in read_pdf(content).values():
        for grey, path in re.findall(rb"^(\S+) G \S+ w (.*) S$", body, re.MULTILINE):
            numbers = [float(word) for word in path.split() if word not in (b"m", b"l")]
            out.append((float(grey), numbers[1::2]))
    return out


class TrainCase(RelionCase):
    def setUp(self):
        super().setUp()
        self.sources = dict(zip(NAMES, self.world.micrographs))
        self.truth = dict(zip(NAMES, map(picks_of, self.world.truth)))
        self.list_micrographs(NAMES)

    def list_micrographs(self, names, pixel_size=4.0):
        text = "\n# version 30001\n\ndata_optics\n\nloop_ \n_rlnOpticsGroup #1 \n_rlnMicrographPixelSize #2 \n" \
               f"1 {pixel_size} \n \n\ndata_micrographs\n\nloop_ \n_rlnMicrographName #1 \n_rlnOpticsGroup #2 \n"
        for name in names:
            if name in self.sources:
                link_or_copy(self.sources[name], self.folder / name)
            text += f"{name} 1 \n"
        self.write("Import/job001/micrographs.star", text + " \n")

    def coordinates(self, folder="AutoPick/job002", suffix="_autopick.star", names=tuple(NAMES)):
        for name in names:
            place = re.sub(r"^\w+/job\d+/", "", name).replace(".mrc", suffix)
            self.write(f"{folder}/{place}", coordinates_star(self.truth[name]))
        return str(self.write(f"{folder}/coords_suffix{suffix}", "Import/job001/micrographs.star\n").relative_to(self.folder))

    def train(self, *parameters, code=0, quick=QUICK, mics=True, threads=2):
        words = ["train", "--o", "External/job003/"] + (["--in_mics", "Import/job001/micrographs.star"] if mics else [])
        result = self.program(*words, *parameters, *quick, "--j", threads)
        self.assertEqual(result.code, code, result.out + result.err)
        self.assertEqual(self.exits(), [EXITS[code]])
        self.assertEqual(self.leftovers(), [])
        return result

    def weights(self):
        return (self.job / "model.safetensors").read_bytes()

    def metadata(self):
        return self.picker("models", self.job / "model.safetensors", "--json").json["models"][0]


class Inputs(TrainCase):
    def test_every_way_of_giving_coordinates_trains_the_same_model(self):
        self.train("--in_coords", self.coordinates())
        expected = self.weights()
        rows = [(name, name.replace("MotionCorr/job002/", "ManualPick/job004/").replace("Raw/", "ManualPick/job004/Raw/")
                 .replace(".mrc", "_manualpick.star")) for name in NAMES]
        self.coordinates("ManualPick/job004", "_manualpick.star")
        self.write("ManualPick/job004/manualpick.star", "\n# version 50001\n\ndata_coordinate_files\n\nloop_ \n"
                   "_rlnMicrographName #1 \n_rlnMicrographCoordinates #2 \n" + "".join(f"{a} {b} \n" for a, b in rows) + " \n")
        ways = ["ManualPick/job004/manualpick.star", "ManualPick/job004/coords_suffix_manualpick.star"]
        imported = self.coordinates("Import/job005", "_pick.star")
        (self.folder / imported).write_text("Micrographs/*.mrc\n")  # what Import of coordinates writes
        for way in [*ways, imported]:
            with self.subTest(way):
                result = self.train("--in_coords", way, "--overwrite")
                self.assertNotIn("left out", result.err)
                self.assertEqual(self.weights(), expected)

    def test_imported_boxes(self):
        for name in NAMES:
            place = self.file("Import/job006/" + re.sub(r"^\w+/job\d+/", "", name).replace(".mrc", ".box"))
            place.write_text("".join(f"{round(x) - 15}\t{round(y) - 15}\t30\t30\n" for x, y, _ in self.truth[name]))
        self.write("Import/job006/coords_suffix.box", "Raw/*.mrc\n")
        self.train("--in_coords", "Import/job006/coords_suffix.box")
        boxes = self.weights()
        self.truth = {name: [(float(round(x)), float(round(y)), merit) for x, y, merit in picks]
                      for name, picks in self.truth.items()}
        self.train("--in_coords", self.coordinates(), "--overwrite")
        self.assertEqual(self.weights(), boxes)

    def particles(self, name, shift, old=False):
        """A particles STAR whose coordinates are off by `shift` pixels, which its origins take back."""
        columns = ["rlnMicrographName", "rlnCoordinateX", "rlnCoordinateY", "rlnClassNumber"]
        columns += ["rlnOriginX", "rlnOriginY", "rlnMagnification", "rlnDetectorPixelSize"] if old else \
            ["rlnOpticsGroup", "rlnOriginXAngst", "rlnOriginYAngst"]
        text = "" if old else "\n# version 30001\n\ndata_optics\n\nloop_ \n_rlnOpticsGroup #1 \n_rlnImagePixelSize #2 \n" \
            "_rlnMicrographPixelSize #3 \n1 8.0 4.0 \n \n\n# version 30001\n"
        text += "\ndata_particles\n\nloop_ \n" + "".join(f"_{column} #{i + 1} \n" for i, column in enumerate(columns))
        dx, dy = shift
        for micrograph, picks in self.truth.items():
            for i, (x, y, _) in enumerate(picks):
                x, y = round(x), round(y)
                if old:  # pixels of 8 A
                    end = f"{dx / 2:.6f} {dy / 2:.6f} 10000.0 8.0"
                else:  # 0.4 pixels more and less, which are rounded away
                    end = f"1 {4 * dx + (1.6 if i % 2 else -1.6):.6f} {4 * dy + (-1.6 if i % 2 else 1.6):.6f}"
                text += f"{micrograph} {x + dx:.6f} {y + dy:.6f} {1 + i % 3} {end} \n"
        return self.write(name, text + " \n").relative_to(self.folder)

    def test_particles_of_every_version_are_where_their_origins_say(self):
        self.train("--in_parts", self.particles("Extract/job007/particles.star", (0, 0)))
        expected = self.weights()
        self.train("--in_parts", self.particles("Select/job008/particles.star", (6, -4)), "--overwrite")
        self.assertEqual(self.weights(), expected)
        self.train("--in_parts", self.particles("Select/job009/particles.star", (6, -4), old=True), "--overwrite")
        self.assertEqual(self.weights(), expected)
        self.train("--in_parts", "Select/job008/particles.star", "--overwrite", mics=False)  # the STAR names them too
        self.assertEqual(self.weights(), expected)
        # Where the origins are ignored the model is another one: the check above can fail.
        moved = (self.folder / "Select/job008/particles.star").read_text().replace("_rlnOriginXAngst", "_rlnOldOriginX") \
            .replace("_rlnOriginYAngst", "_rlnOldOriginY")
        self.write("Select/job010/particles.star", moved)
        self.train("--in_parts", "Select/job010/particles.star", "--overwrite")
        self.assertNotEqual(self.weights(), expected)

    def test_a_selection_is_a_subset_of_the_rows(self):
        whole = self.particles("Class2D/job008/run_it003_data.star", (6, -4))
        text = (self.folder / whole).read_text().splitlines(keepends=True)
        kept = [line for line in text if len(line.split()) != 7 or line.split()[3] != "2"]
        self.write("Select/job009/particles.star", "".join(kept))
        first = self.train("--in_parts", "Select/job009/particles.star")
        all_of = sum(map(len, self.truth.values()))
        count = int(re.search(r"(\d+) particles", first.out).group(1))
        self.assertLess(count, 0.8 * all_of)
        self.train("--in_parts", whole, "--classes", "1,3", "--overwrite")
        left_out = self.train("--in_parts", whole, "--classes", 9, "--overwrite", code=1)
        self.assertIn("class 9", left_out.err)

    def test_micrographs_that_are_left_out_are_named(self):
        self.list_micrographs([*NAMES, "Raw/m3.mrc", "Raw/m4.mrc"])
        where = self.coordinates()
        self.write("AutoPick/job002/Raw/m3_autopick.star", coordinates_star([(50.0, 60.0)]))
        result = self.train("--in_coords", where)
        self.assertIn("missing: Raw/m3.mrc", result.err)
        self.assertIn("does not speak of them: Raw/m4.mrc", result.err)
        self.assertIn("of 2 micrographs", result.out)  # and one was held out
        self.assertIn("chosen on 1 held-out micrograph ", result.out)

    def test_coordinates_of_another_binning(self):
        self.truth = {name: [(4 * x, 4 * y, merit) for x, y, merit in picks] for name, picks in self.truth.items()}
        result = self.train("--in_coords", self.coordinates(), code=1)
        self.assertIn("another binning", result.err)
        self.assertFalse((self.job / "model.safetensors").exists())

    def test_what_is_missing_or_too_much(self):
        def refused(*parameters, parts, **options):
            result = self.train(*parameters, code=1, **options)
            for part in parts:
                self.assertIn(part, result.err)
            self.assertTrue(result.err.splitlines()[-1].startswith("ERROR: picker_relion: "), result.err)
        where = self.coordinates()
        refused(parts=("Input coordinates", "Input particles"))
        refused("--in_coords", where, "--in_parts", "x.star", parts=("two sets",))
        refused("--in_coords", where, mics=False, parts=("--in_mics is missing",))
        refused("--in_coords", where, "--classes", 1, parts=("'classes'", "--in_parts"))
        refused("--in_coords", where, quick=("--epochs", 1), parts=("'diameter'",))
        refused("--in_coords", where, "--model", "x", parts=("'from'",))
        refused("--in_coords", where, "--threshold", 0.4, parts=("'threshold'", "belongs to 'picker_relion pick'"))
        refused("--in_coords", where, "--epoch", 4, parts=("'epoch'", "'epochs'?"))
        refused("--in_coords", where, "--freeze", parts=("'freeze'", "'head'"))
        refused("--in_coords", where, "--from", "gone.safetensors", quick=(), parts=("gone.safetensors",))
        refused("--in_coords", "AutoPick/job002/coords_suffix_other.star", parts=("coords_suffix_other.star",))
        self.write("ManualPick/job009/coords_suffix_manualpick.star", "Import/job001/micrographs.star\n")
        refused("--in_coords", "ManualPick/job009/coords_suffix_manualpick.star",
                parts=("ManualPick/job009/A/m1_manualpick.star",))
        refused("--in_coords", where, "--in_3dref", "x.mrc", parts=("Input 3D reference",))
        result = self.program("trian", "--o", "External/job003/", "--j", 1)
        self.assertEqual((result.code, self.exits()), (1, [EXITS[1]]))
        self.assertIn("'trian' is no mode", result.err)
        result = self.run_job("--epochs", 3, code=1)
        self.assertIn("belongs to 'picker_relion train'", result.err)


class Results(TrainCase):
    def test_nodes_of_each_version(self):
        where = self.coordinates()
        for version in JOB_STAR:
            self.write_job_star(version)
            self.train("--in_coords", where, "--overwrite")
            self.assertEqual((self.job / "RELION_OUTPUT_NODES.star").read_text(),
                             (GOLDEN / f"train_nodes_{version}.star").read_text())
            for row in star_table(self.job / "RELION_OUTPUT_NODES.star", "output_nodes"):
                self.assertTrue((self.folder / row["rlnPipeLineNodeName"]).exists())
        end = (self.job / EXITS[0]).stat().st_mtime_ns
        self.assertTrue(all(path.stat().st_mtime_ns <= end for path in self.job.rglob("*") if path.is_file()))

    def test_the_same_model_as_the_terminals(self):
        result = self.train("--in_coords", self.coordinates(), "--validation", 0.34, "--negatives_per_positive", 2)
        held_out = self.read_record()["held_out"]
        self.assertEqual(held_out, [NAMES[1]])  # the one in the middle
        names = [name for name in NAMES if name not in held_out]
        def words(flag, names_of):
            return [f"--{flag}micrographs", *names_of, f"--{flag}picks",
                    *("AutoPick/job002/" + re.sub(r"^\w+/job\d+/", "", name).replace(".mrc", "_autopick.star") for name in names_of)]
        self.picker("train", *words("", names), *words("validation-", held_out), *QUICK, "--negatives-per-positive", 2,
                    "--output", "ours.safetensors")
        ours = self.picker("models", "ours.safetensors", "--json").json["models"][0]
        theirs = self.metadata()
        for key in ("hash", "threshold"):
            self.assertEqual(theirs[key], ours[key])
        self.assertIn("negatives", result.out)

    def read_record(self):
        return json.loads((self.job / "picker_run/training.json").read_text())

    def test_logfile_shows_the_curves_and_the_threshold(self):
        self.train("--in_coords", self.coordinates(), quick=(*QUICK, "--epochs", 5))
        content = (self.job / "logfile.pdf").read_bytes()
        record = self.read_record()
        self.assertIn(f"{record['threshold']:.4g} or more".encode(), content)
        self.assertIn(NAMES[1].encode(), content)  # held out
        curve = json.loads(self.metadata()["metadata"]["provenance"]["curve"])
        self.assertEqual(len(curve["loss"]), 5)
        lines = [points for _, points in curves(content) if len(points) == 5]
        self.assertEqual(len(lines), 3)
        bottom_of = [842 - 60 - 330, 842 - 60 - 330, 842 - 60 - 610]
        highest = [max(curve["loss"] + curve["validation-loss"])] * 2 + [1]
        for points, bottom, top, key in zip(lines, bottom_of, highest, ("loss", "validation-loss", "validation-accuracy")):
            for point, value in zip(points, curve[key]):
                self.assertAlmostEqual((point - bottom) / 210, value / top, delta=0.001)

    def test_a_trained_model_picks_the_truth(self):
        self.train("--in_coords", self.coordinates(names=NAMES[:2]), quick=("--diameter", 120, "--epochs", 12, "--batch", 32,
                                                                           "--seed", 1))
        self.micrographs("Raw/unseen.mrc")
        (self.job / EXITS[0]).unlink()
        self.job = self.file("External/job004/job.star").parent
        self.write_job_star("3.1")
        result = self.program("pick", "--o", "External/job004/", "--in_mics", "Import/job001/micrographs.star", "--model",
                              "External/job003/model.safetensors", "--threshold", 0.5, "--j", 2)
        self.assertEqual(result.code, 0, result.err)
        picks = picks_of(self.job / "Raw/unseen_autopick.star")
        truth = self.truth[NAMES[2]]
        self.assertGreater(sum(any(distance(t, p) < 7.5 for p in picks) for t in truth), 0.7 * len(truth))

    def test_going_on_from_a_model(self):
        self.train("--in_coords", self.coordinates(), "--from", self.world.model, quick=("--epochs", 1, "--batch", 32))
        info = self.metadata()
        self.assertEqual(info["architecture"], "deeppicker")
        self.assertAlmostEqual(info["diameter"], 120)  # as trained

    def test_negatives_and_masks_are_read(self):
        where = self.coordinates()
        self.train("--in_coords", where)
        plain = self.weights()
        rows = [(20.0, 30.0), (400.0, 25.0)]
        self.write("bad/m2_autopick.star", coordinates_star([r for r in rows if all(distance(r, t) > 30 for t in self.truth[NAMES[2]])]
                                                            or [(-9.0, -9.0)]))
        self.mrc("masks/m2_mask.mrc", 448, 384, pixels=[1.0 if i % 448 < 224 else 0.0 for i in range(448 * 384)])
        masked = self.train("--in_coords", where, "--mask", "masks", "--overwrite")
        self.assertIn("in masked places", masked.out)
        self.assertNotEqual(self.weights(), plain)


class Again(TrainCase):
    LONG = ("--architecture", "deeppicker", "--diameter", 120, "--epochs", 4, "--batch", 16, "--seed", 1)

    def test_a_job_that_is_done_says_so_and_gives_its_files_back(self):
        where = self.coordinates()
        self.train("--in_coords", where)
        before = self.weights()
        (self.job / "model.safetensors").rename(self.job / "model.safetensors.old")  # what RELION does on Continue
        (self.job / "logfile.pdf").rename(self.job / "logfile.pdf.old")
        result = self.train("--in_coords", where, threads=1)
        self.assertIn("complete", result.out)
        self.assertEqual(self.weights(), before)
        self.assertEqual((self.job / "logfile.pdf").read_bytes(), (self.job / "logfile.pdf.old").read_bytes())
        result = self.train("--in_coords", where, "--beta", 2, code=1)
        for part in ("beta not given (now 2)", "new job", "'overwrite'"):
            self.assertIn(part, result.err)
        self.assertEqual(self.weights(), before)
        self.train("--in_coords", where, "--learning_rate", 0.5, "--overwrite")
        self.assertNotEqual(self.weights(), before)

    def stopped_after_an_epoch(self, stop):
        """A job that stop(process) ends once its first epoch is done; its exit code."""
        process = self.start("train", "--o", "External/job003/", "--in_mics", "Import/job001/micrographs.star", "--in_coords",
                             self.where, *self.LONG, "--epochs", 400, "--patience", 0, "--j", 1,
                             preexec_fn=lambda: [signal.signal(n, signal.SIG_DFL) for n in (signal.SIGTERM, signal.SIGINT)])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        state = self.job / "picker_run/training.state"
        before = state.stat().st_mtime_ns if state.exists() else 0
        end = time.monotonic() + 120
        while process.poll() is None and (not state.exists() or state.stat().st_mtime_ns == before) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertIsNone(process.poll(), "it ended before it could be stopped")
        stop(process)
        out, err = process.communicate(timeout=120)
        self.assertIn("Continue goes on from here", err, out)
        self.assertFalse((self.job / "RELION_OUTPUT_NODES.star").exists())
        return process.returncode

    def test_abort_and_continue(self):
        self.where = self.coordinates()
        code = self.stopped_after_an_epoch(lambda _: (self.job / "RELION_JOB_ABORT_NOW").touch())
        self.assertEqual((code, self.exits()), (2, [EXITS[2]]))
        (self.job / "RELION_JOB_ABORT_NOW").unlink()
        result = self.train("--in_coords", self.where, "--patience", 0, quick=(*self.LONG, "--epochs", 401), code=1)
        self.assertIn("epochs 400 (now 401)", result.err)
        self.assertIn("'overwrite'", result.err)
        code = self.stopped_after_an_epoch(lambda process: process.send_signal(signal.SIGTERM))  # goes on, is stopped again
        self.assertEqual((code, self.exits()), (1, [EXITS[1]]))

    def test_an_interrupted_training_ends_as_an_undisturbed_one(self):
        self.where = self.coordinates()
        self.train("--in_coords", self.where, quick=self.LONG)
        whole = self.weights()
        for path in (self.job / "picker_run").iterdir():
            path.unlink()
        seen = []
        process = self.start("train", "--o", "External/job003/", "--in_mics", "Import/job001/micrographs.star", "--in_coords",
                             self.where, *self.LONG, "--j", 1)
        self.addCleanup(process.kill)
        state = self.job / "picker_run/training.state"
        while process.poll() is None and not state.exists():
            time.sleep(0.002)
        process.kill()
        process.communicate(timeout=60)
        seen.append(state.exists())
        result = self.train("--in_coords", self.where, quick=self.LONG)
        self.assertEqual(self.weights(), whole)
        if seen == [True]:
            self.assertIn("went on after epoch", result.out)
        self.assertFalse(state.exists())

    def test_a_folder_that_cannot_be_written(self):
        self.job.chmod(0o555)
        self.addCleanup(self.job.chmod, 0o755)
        result = self.program("train", "--o", "External/job003/", "--in_coords", self.coordinates(), *QUICK, "--j", 1,
                              **self.unprivileged())
        self.assertEqual(result.code, 1)
        self.assertIn("cannot write in the job's folder External/job003/", result.err)
        self.assertEqual([path.name for path in self.job.iterdir()], ["job.star"])


if __name__ == "__main__":
    unittest.main()
