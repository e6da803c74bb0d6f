"""The External job program against a server that refuses what a server refuses: picking, training, failing, being killed."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import numpy as np
import stand_in
from cryosparc_support import ROOT
from support import Case, star_table, world

import cryosparc
from cryosparc.dataset import Dataset

try:
    import libpicker
except ImportError as missing:
    print(f"skipped: the Python package libpicker is not built for this Python: {missing}")
    sys.exit(77)  # what ctest takes for "not run"

if cryosparc.__version__.startswith("4."):
    import stand_in_rpc as protocol
else:
    import stand_in_rest as protocol

INSTALLED = os.environ.get("LIBPICKER_CRYOSPARC_INSTALLED") == "1"  # the program of this environment, not that of the sources
UIDS = [8578565574161745010, 77, 2**64 - 5]


def csdat(dataset):
    return b"".join(bytes(part) for part in dataset.stream(compression="lz4"))


class Jobs(Case):
    def setUp(self):
        super().setUp()
        self.world = world()
        self.project = stand_in.Project(self.folder / "project")
        self.names = []
        for uid, source in zip(UIDS, self.world.micrographs):
            name = f"J4/motioncorrected/{uid:021d}_{source.name}"
            target = self.file("project/" + name)
            shutil.copy(source, target)
            self.names.append(name)
        self.exposures = Dataset({
            "uid": np.array(UIDS, "u8"), "micrograph_blob/path": self.names, "micrograph_blob/idx": np.zeros(3, "u4"),
            "micrograph_blob/shape": np.tile(np.array([384, 448], "u4"), (3, 1)), "micrograph_blob/psize_A": np.full(3, 4, "f4"),
            "micrograph_blob/format": ["MRC/1"] * 3, "micrograph_blob/is_background_subtracted": np.ones(3, "u4"),
            "mscope_params/accel_kv": np.full(3, 300, "f4"), "mscope_params/cs_mm": np.full(3, 2.7, "f4"),
            "mscope_params/total_dose_e_per_A2": np.full(3, 50, "f4"), "mscope_params/exp_group_id": np.array([1, 2, 2], "u4")})
        self.project.add_finished("J4", "exposures", "exposure", csdat(self.exposures))
        servers, self.variables = protocol.start(self.project)
        for server in servers:
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)

    def program(self, *words, code=0, **more):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CRYOSPARC_")}
        environment.update(self.variables, **more)
        if not INSTALLED:
            plugin = str(ROOT / "plugins" / "cryosparc")
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, [plugin, environment.get("PYTHONPATH")]))
        environment["HOME"] = str(self.folder)  # no login of this machine's user
        done = subprocess.run([sys.executable, "-m", "libpicker_cryosparc", *map(str, words)], cwd=self.folder, env=environment,
                              text=True, capture_output=True, timeout=300, check=False)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}\n{self.logs()}")
        return done

    def logs(self):
        return [line for job in self.project.jobs.values() for line in job.log]

    def pick(self, *words, **more):
        return self.program("pick", "--project", "P3", "--workspace", "W1", "--micrographs", "J4:exposures", "--model",
                            self.world.model, *words, **more)

    def made(self):
        """The External job that was made."""
        return next(job for job in self.project.jobs.values() if job.kind == "snowflake")

    def output(self, name):
        path = self.file("output.cs")
        path.write_bytes(self.made().outputs[name]["stream"])
        return Dataset.load(str(path))

    def test_pick(self):
        done = self.pick("--threshold", 0.3)
        job = self.made()
        self.assertEqual(job.status, "completed")
        got = self.output("picked_particles")
        self.assertIn(f"P3 {job.uid}: {len(got)} picks on 3 of 3 micrographs", done.stdout)
        # The picks that the terminal makes of the same files, in every field.
        self.picker("pick", "--model", self.world.model, "--micrographs", *(self.folder / "project" / n for n in self.names),
                    "--output", "run", "--threshold", 0.3)
        for uid, name, group in zip(UIDS, self.names, [1, 2, 2]):
            rows = star_table(self.folder / "run" / (pathlib.Path(name).stem.split("_", 1)[1] + ".star"))
            own = got.mask(np.asarray(got["location/micrograph_uid"]) == np.uint64(uid))
            self.assertEqual(len(own), len(rows))
            np.testing.assert_allclose(own["location/center_x_frac"] * 448, [float(r["rlnCoordinateX"]) for r in rows], atol=1e-3)
            np.testing.assert_allclose(own["location/center_y_frac"] * 384, [float(r["rlnCoordinateY"]) for r in rows], atol=1e-3)
            np.testing.assert_allclose(own["pick_stats/ncc_score"], [float(r["rlnAutopickFigureOfMerit"]) for r in rows], atol=1e-6)
            self.assertEqual(set(own["location/micrograph_path"]), {name})
            self.assertEqual(set(own["location/exp_group_id"]), {group})
            self.assertEqual(set(map(tuple, own["location/micrograph_shape"])), {(384, 448)})
        passed = self.output("micrographs")
        self.assertEqual(list(passed["uid"]), UIDS)
        self.assertEqual(list(passed["micrograph_blob/path"]), self.names)
        self.assertEqual(job.outputs["micrographs"]["passthrough"], "micrographs")
        self.assertIn(f"{len(got)} picks on 3 of 3", job.log[-1][1])

    def test_no_picks_are_a_result(self):
        self.pick("--edge", 3000)  # beyond the middle
        self.assertEqual(self.made().status, "completed")
        self.assertEqual(len(self.output("picked_particles")), 0)

    def test_no_micrographs_are_an_error(self):
        self.project.add_finished("J5", "exposures", "exposure", csdat(self.exposures.mask(np.zeros(3, bool))))
        done = self.program("pick", "--project", "P3", "--workspace", "W1", "--micrographs", "J5:exposures", "--model", self.world.model,
                            code=1)
        self.assertEqual(self.made().status, "failed")
        self.assertIn("J5:exposures has no micrographs", done.stderr)

    def test_a_version_never_seen(self):
        """A warning, and the newest rules that are known. Those that are known say nothing."""
        self.assertNotIn("never tried", self.pick().stderr)
        self.project.jobs.pop(self.made().uid)
        self.write("sitecustomize.py", "import cryosparc\ncryosparc.__version__ = '9.1.0'\n")
        done = self.pick(PYTHONPATH=os.pathsep.join([str(self.folder), os.environ.get("PYTHONPATH", "")]))
        self.assertIn("cryosparc-tools 9.1.0 was never tried", done.stderr)
        self.assertEqual(self.made().status, "completed")

    def test_a_project_that_this_machine_does_not_see(self):
        self.pick("--project-dir", self.folder / "nowhere", "--top-per-micrograph", 5)
        self.assertEqual(self.made().status, "completed")
        self.assertEqual(len(self.output("picked_particles")), 15)

    def test_a_damaged_micrograph_is_told_and_left_out(self):
        (self.folder / "project" / self.names[1]).write_bytes(b"no image")
        self.pick(code=3)
        job = self.made()
        self.assertEqual(job.status, "completed")
        self.assertEqual(set(self.output("picked_particles")["location/micrograph_uid"]), {UIDS[0], UIDS[2]})
        self.assertTrue(any(self.names[1] in text and level != "text" for level, text in job.log), job.log)
        for name in self.names:
            (self.folder / "project" / name).write_bytes(b"no image")
        self.project.jobs.pop(job.uid)
        done = self.pick(code=1)
        self.assertEqual(self.made().status, "failed")
        self.assertIn("all 3 micrographs failed", done.stderr)

    def test_what_cannot_be_done_fails_the_job(self):
        self.program("pick", "--project", "P3", "--workspace", "W1", "--micrographs", "J4:exposures", "--model", "none.safetensors",
                     code=1)
        job = self.made()
        self.assertEqual(job.status, "failed")
        self.assertTrue(any(level == "error" and "none.safetensors" in text for level, text in job.log), job.log)
        self.project.jobs.pop(job.uid)
        done = self.program("pick", "--project", "P3", "--workspace", "W1", "--micrographs", "J4:particles", "--model", "m", code=1)
        self.assertIn("particles", done.stderr)
        done = self.program("pick", "--project", "P3", "--workspace", "W1", "--micrographs", "exposures", "--model", "m", code=2)
        self.assertIn("JOB:OUTPUT", done.stderr)
        done = self.program("pick", "--project", "P3", "--micrographs", "J4:exposures", "--model", "m", code=2)
        self.assertIn("--workspace", done.stderr)

    @unittest.skipIf(INSTALLED, "it is installed")
    def test_the_package_installs_and_has_its_program(self):
        try:
            import setuptools  # noqa: F401 (what pip builds the package with; nothing is downloaded here)
            import wheel  # noqa: F401
        except ImportError as missing:
            self.skipTest(f"nothing to build the package with: {missing}")
        copy = self.folder / "source"  # a build leaves files beside the sources
        shutil.copytree(ROOT / "plugins" / "cryosparc", copy)
        target = self.folder / "installed"
        done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
                               "--disable-pip-version-check", "--target", target, copy], text=True, capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(target), os.environ.get("PYTHONPATH", "")])}
        done = subprocess.run([target / "bin" / "libpicker-cryosparc", "pick", "--help"], env=environment, text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        readme = (ROOT / "plugins" / "cryosparc" / "README.md").read_text()
        for flag in ("--micrographs", "--threshold", "--project-dir"):
            self.assertIn(flag, done.stdout)
            self.assertIn(flag, readme)

    def test_a_killed_job_stops(self):
        self.project.kill_after = 1
        done = self.pick(code=130, LIBPICKER_CRYOSPARC_POLL="0")
        self.assertEqual(self.made().status, "killed")
        self.assertIn("killed", done.stderr)
        self.assertIsNone(self.made().outputs["picked_particles"]["stream"])

    def test_train_and_pick_with_the_model(self):
        self.picker("convert", "--micrographs", *(self.folder / "project" / n for n in self.names[:2]), "--",
                    self.truth(), "truth.cs")
        truth = Dataset.load(str(self.folder / "truth.cs"))
        self.project.add_finished("J6", "particles", "particle", csdat(truth))
        self.program("train", "--project", "P3", "--workspace", "W1", "--micrographs", "J4:exposures", "--particles",
                     "J6:particles", "--diameter", 120, "--epochs", 2, "--batch", 32, "--seed", 1)
        job = self.made()
        self.assertEqual(job.status, "completed")
        self.assertTrue(any(f"{len(truth)} particles on 2 of 3 micrographs" in text for _, text in job.log), job.log)
        model = libpicker.Model.load(self.folder / "project" / job.uid / "model.safetensors")
        self.assertEqual(model.info.diameter, 120)
        name = f"{job.uid}/model.safetensors"
        self.project.jobs["J99"] = self.project.jobs.pop(job.uid)
        self.project.jobs["J99"].kind = "done"
        self.program("pick", "--project", "P3", "--workspace", "W1", "--micrographs", "J4:exposures", "--model", name, "--top-per-micrograph", 3,
                     "--threshold", 0)
        self.assertEqual(self.made().status, "completed")
        self.assertEqual(len(self.output("picked_particles")), 9)

    def truth(self):
        """The known particles of the first two micrographs, one file that names these."""
        lines = ["micrograph,x,y"]
        for name, star in zip(self.names[:2], self.world.truth):
            lines += [f"{name},{row['rlnCoordinateX']},{row['rlnCoordinateY']}" for row in star_table(star)]
        return self.write("truth.csv", "\n".join(lines) + "\n")


if __name__ == "__main__":
    unittest.main()
