"""The External job under the real RELION 3.1 (Debian's package `relion`): Import, our job, Extract and Class2D through
relion_pipeliner, without a window. Extracted boxes are held against the micrograph that they were cut from."""
import array
import math
import shutil
import struct
import subprocess
import sys
import time
import unittest

from relion_support import PROGRAM, RelionCase, link_or_copy
from support import distance, mrc_size, picks_of, star_table

BOX = 32
STATUS = {"running": "0", "success": "2", "failure": "3", "aborted": "4"}


def read_mrc(path):
    """(width, height, images) of float32 rows, little endian."""
    content = path.read_bytes()
    width, height, depth, mode = struct.unpack("<4i", content[:16])
    if mode != 2:
        raise AssertionError(f"{path} has mode {mode}")
    values = array.array("f", content[1024 + struct.unpack("<i", content[92:96])[0]:])
    if sys.byteorder == "big":
        values.byteswap()
    size = width * height
    return width, height, [values[i * size:(i + 1) * size] for i in range(depth)]


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    above = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    return above / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def profile(box):
    """Means over rings around the middle of a box: what is left of it by a turn."""
    rings = [[] for _ in range(BOX // 2 - 2)]
    for r in range(BOX):
        for c in range(BOX):
            ring = round(math.hypot(r - BOX // 2, c - BOX // 2))
            if ring < len(rings):
                rings[ring].append(box[r * BOX + c])
    return [sum(ring) / len(ring) for ring in rings]


def write_tiff(path, source):
    """32-bit float, one strip, as motion correction writes it: the last row of the picture first."""
    width, height, (pixels,) = read_mrc(source)
    data = b"".join(struct.pack(f"<{width}f", *pixels[r * width:(r + 1) * width]) for r in reversed(range(height)))
    entries = [(256, 4, width), (257, 4, height), (258, 3, 32), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
               (278, 4, height), (279, 4, len(data)), (339, 3, 3)]
    folder = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + folder + b"\0\0\0\0")


class Project:
    """RELION's side: jobs from job.star files, run one at a time."""

    def __init__(self, case, folder):
        self.case, self.folder = case, folder
        (folder / "default_pipeline.star").write_text(
            "\n# version 30001\n\ndata_pipeline_general\n\n_rlnPipeLineJobCounter                       1\n \n")

    def pipeliner(self, *words):
        done = subprocess.run(["relion_pipeliner", *words], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=200, check=False)
        self.case.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def add(self, kind, **options):
        text = f"\n# version 30001\n\ndata_job\n\n_rlnJobType {kind}\n_rlnJobIsContinue 0\n \n\n# version 30001\n\n" \
               "data_joboptions_values\n\nloop_\n_rlnJobOptionVariable #1\n_rlnJobOptionValue #2\n"
        text += "".join(f'{key} "{value}"\n' for key, value in {**options, "do_queue": "No"}.items())
        (self.folder / "next_job.star").write_text(text + " \n")
        self.pipeliner("--addJobFromStar", "next_job.star")

    def run(self, job, status="success"):
        self.pipeliner("--RunJobs", job, "--sec_wait_after", "1")
        return self.ended(job, status)

    def ended(self, job, status):
        """What the job printed; the pipeline shows `status`."""
        rows = star_table(self.folder / "default_pipeline.star", "pipeline_processes")
        (found,) = [row["rlnPipeLineProcessStatus"] for row in rows if row["rlnPipeLineProcessName"] == job]
        output = "".join((self.folder / job / name).read_text() for name in ("run.out", "run.err"))
        self.case.assertEqual(found, STATUS[status], output)
        return output

    def nodes(self):
        return {row["rlnPipeLineNodeName"]: row["rlnPipeLineNodeType"]
                for row in star_table(self.folder / "default_pipeline.star", "pipeline_nodes")}


@unittest.skipUnless(shutil.which("relion_pipeliner") and shutil.which("relion_preprocess"),
                     "RELION 3.1 is not on this machine (apt-get install relion)")
class Chain(RelionCase):
    def setUp(self):
        super().setUp()
        shutil.rmtree(self.folder / "External")
        self.project = Project(self, self.folder)

    def add_import(self, *names, write=lambda path, source: link_or_copy(source, path)):
        """Micrographs that the model has not seen and has, in this order."""
        self.sources = {name: self.world.micrographs[i] for i, name in zip((2, 0, 1), names)}
        for name, source in self.sources.items():
            write(self.folder / name, source)
        self.project.add(0, fn_in_raw="Micrographs/*/*", is_multiframe="No", do_raw="Yes", do_other="No", angpix="4", kV="300",
                         Cs="2.7", Q0="0.1", optics_group_name="opticsGroup1")
        self.project.run("Import/job001/")

    def extract(self):
        self.project.add(5, star_mics="Import/job001/micrographs.star", coords_suffix="External/job002/coords_suffix_autopick.star",
                         extract_size=str(BOX), do_invert="No", do_norm="No", bg_diameter="-1", do_rescale="No")
        self.project.run("Extract/job003/")
        self.boxes_are_the_micrographs()
        self.boxes_sit_on_the_truth()

    def add_external(self, model, **more):
        self.project.add(99, fn_exe=PROGRAM, in_mic="Import/job001/micrographs.star", param1_label="model", param1_value=model,
                         param2_label="--diameter", param2_value="120", nr_threads="2", **more)

    def test_import_external_extract_class2d(self):
        self.add_import("Micrographs/a/m1.mrc", "Micrographs/b/m1.mrc", "Micrographs/b/m2.mrc")  # two of one name
        self.add_external(self.world.model)
        self.project.run("External/job002/")
        nodes = self.project.nodes()
        self.assertEqual(nodes["External/job002/coords_suffix_autopick.star"], "2")
        self.assertEqual(nodes["External/job002/logfile.pdf"], "13")
        self.assertIn("(3 done before)", self.project.run("External/job002/"))  # Continue is the same line again
        self.extract()
        if shutil.which("relion_refine"):
            self.class2d()

    def test_tiff_whose_rows_relion_reads_from_below(self):
        self.add_import("Micrographs/a/m1.tif", write=write_tiff)
        self.add_external(self.world.model)
        self.project.run("External/job002/")
        self.extract()

    def particles(self):
        rows = star_table(self.folder / "Extract" / "job003" / "particles.star", "particles")
        picked = sum(len(picks_of(self.folder / "External/job002" / (name[:-4] + "_autopick.star")))
                     for name in self.sources)
        self.assertEqual(len(rows), picked)
        self.assertGreater(picked, 20 * len(self.sources))
        return rows

    def boxes_are_the_micrographs(self):
        """Each box equals the pixels around the pick, rows counted as stored; mirrored and swapped places do not fit."""
        images = {name: read_mrc(source) for name, source in self.sources.items()}
        self.assertTrue(all(width != height for width, height, _ in images.values()))
        stacks, inside, fits = {}, 0, {"as written": [], "mirrored": [], "swapped": []}
        for row in self.particles():
            number, stack = row["rlnImageName"].split("@")
            stacks.setdefault(stack, read_mrc(self.folder / stack)[2])
            box = stacks[stack][int(number) - 1]
            width, height, (pixels,) = images[row["rlnMicrographName"]]
            x, y = int(float(row["rlnCoordinateX"])), int(float(row["rlnCoordinateY"]))
            for way, (cx, cy) in (("as written", (x, y)), ("mirrored", (x, height - 1 - y)), ("swapped", (y, x))):
                left, top = cx - BOX // 2, cy - BOX // 2
                if left < 0 or top < 0 or left + BOX > width or top + BOX > height:
                    continue  # RELION pads those
                cut = [v for r in range(top, top + BOX) for v in pixels[r * width + left:r * width + left + BOX]]
                fits[way].append(correlation(box, cut))
                inside += way == "as written"
        self.assertGreater(inside, 13 * len(images))
        self.assertGreater(min(fits["as written"]), 0.9999)
        for way in ("mirrored", "swapped"):
            self.assertLess(sum(fits[way]) / len(fits[way]), 0.5, way)

    def boxes_sit_on_the_truth(self):
        for name, source in self.sources.items():
            truth = picks_of(source.with_suffix(".star"))
            ours = [(float(row["rlnCoordinateX"]), float(row["rlnCoordinateY"])) for row in self.particles()
                    if row["rlnMicrographName"] == name]
            width, height = mrc_size(source)
            near = [min(distance(t, p) for t in truth) for p in ours]
            self.assertGreaterEqual(sum(d < 7.5 for d in near), 0.8 * len(near), name)  # a quarter of the diameter, pixels
            self.assertGreaterEqual(sum(any(distance(t, p) < 7.5 for p in ours) for t in truth), 0.8 * len(truth), name)
            self.assertTrue(all(0 <= x < width and 0 <= y < height for x, y in ours))

    def class2d(self):
        (self.folder / "Class2D" / "job004").mkdir(parents=True)
        done = subprocess.run(["relion_refine", "--i", "Extract/job003/particles.star", "--o", "Class2D/job004/run", "--iter", "3",
                               "--K", "1", "--particle_diameter", "120", "--tau2_fudge", "2", "--oversampling", "1", "--psi_step", "24",
                               "--offset_range", "3", "--offset_step", "2", "--norm", "--scale", "--zero_mask", "--flatten_solvent",
                               "--dont_combine_weights_via_disc", "--pool", "3", "--pad", "2", "--j", "2",
                               "--dont_check_norm"], cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])
        *_, (average,) = read_mrc(self.folder / "Class2D/job004/run_it003_classes.mrcs")
        self.assertGreater(correlation(profile(average), profile(self.mean_at_truth())), 0.9)

    def mean_at_truth(self):
        """The mean box around the particles that the simulation put there."""
        total, half = [0.0] * (BOX * BOX), BOX // 2
        for source in self.sources.values():
            width, height, (pixels,) = read_mrc(source)
            for x, y, _ in picks_of(source.with_suffix(".star")):
                left, top = int(x) - half, int(y) - half
                if 0 <= left <= width - BOX and 0 <= top <= height - BOX:
                    cut = [v for r in range(top, top + BOX) for v in pixels[r * width + left:r * width + left + BOX]]
                    total = [a + b for a, b in zip(total, cut)]
        return total

    def test_abort_and_continue(self):
        for i in range(23):
            link_or_copy(self.world.micrographs[2], self.folder / f"Micrographs/a/n{i:02}.mrc")
        self.add_import("Micrographs/a/m1.mrc")
        self.add_external(self.world.model)
        self.job = self.folder / "External" / "job002"
        with subprocess.Popen(["relion_pipeliner", "--RunJobs", "External/job002/", "--sec_wait_after", "1"], cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as pipeliner:
            self.addCleanup(pipeliner.kill)
            end = time.monotonic() + 120
            while self.journal() < 2 and time.monotonic() < end:
                time.sleep(0.005)
            (self.job / "RELION_JOB_ABORT_NOW").touch()  # what "Abort running" in the window does
            pipeliner.wait(timeout=120)
        self.project.ended("External/job002/", "aborted")
        done = self.journal()
        self.assertLess(done, 24)
        self.assertIn(f"24 micrographs ({done} done before)", self.project.run("External/job002/"))

    def test_a_job_that_fails_is_shown_as_failed(self):
        self.add_import("Micrographs/a/m1.mrc")
        self.add_external("none.safetensors")
        self.assertIn("none.safetensors", self.project.run("External/job002/", "failure"))
        self.assertNotIn("External/job002/logfile.pdf", self.project.nodes())


if __name__ == "__main__":
    unittest.main()
