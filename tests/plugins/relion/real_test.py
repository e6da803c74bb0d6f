"""Picking under the real RELION 3.1: Import, our External job, Extract and Class2D; TIFF; abort, Continue and failure."""
import shutil
import struct
import subprocess
import time
import unittest

from real_support import RealCase, correlation, profile, read_mrc
from relion_support import link_or_copy


def write_tiff(path, source):
    """32-bit float, one strip, as motion correction writes it: the last row of the picture first."""
    width, height, (pixels,) = read_mrc(source)
    data = b"".join(struct.pack(f"<{width}f", *pixels[r * width:(r + 1) * width]) for r in reversed(range(height)))
    entries = [(256, 4, width), (257, 4, height), (258, 3, 32), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
               (278, 4, height), (279, 4, len(data)), (339, 3, 3)]
    folder = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + folder + b"\0\0\0\0")


class Chain(RealCase):
    def test_import_external_extract_class2d(self):
        self.add_import("Micrographs/a/m1.mrc", "Micrographs/b/m1.mrc", "Micrographs/b/m2.mrc")  # two of one name
        picked = self.external(model=self.world.model, diameter=120)
        nodes = self.project.nodes()
        self.assertEqual(nodes[picked + "coords_suffix_autopick.star"], "2")
        self.assertEqual(nodes[picked + "logfile.pdf"], "13")
        self.assertIn("(3 done before)", self.project.run(picked))  # Continue is the same line again
        self.extract(picked)
        if shutil.which("relion_refine"):
            self.class2d()

    def test_tiff_whose_rows_relion_reads_from_below(self):
        self.add_import("Micrographs/a/m1.tif", write=write_tiff)
        self.extract(self.external(model=self.world.model, diameter=120))

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

    def test_abort_and_continue(self):
        for i in range(23):
            link_or_copy(self.world.micrographs[2], self.folder / f"Micrographs/a/n{i:02}.mrc")
        self.add_import("Micrographs/a/m1.mrc")
        self.external(do=False, model=self.world.model, diameter=120)
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
        self.external(do=False, model="none.safetensors")
        self.assertIn("none.safetensors", self.project.run("External/job002/", "failure"))
        self.assertNotIn("External/job002/logfile.pdf", self.project.nodes())


if __name__ == "__main__":
    unittest.main()
