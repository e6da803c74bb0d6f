"""What the tests of the Python package share, and their runner: `python support.py TOPIC_test` exits 77 where numpy is
missing. PICKER names the terminal's program, where it is to be compared with."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # what ctest takes for "not run"


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="picker-python-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def python(self, program, code=0):
        """Runs a program in a Python of its own; the package is found as here."""
        done = subprocess.run([sys.executable, "-c", program], cwd=self.folder, text=True, capture_output=True,
                              timeout=300, check=False)
        self.assertEqual(done.returncode, code, f"{program}\n{done.stdout}\n{done.stderr}")
        return done.stdout


def scene(index=0, **settings):
    """A micrograph that is not square, with its particles."""
    import libpicker
    return libpicker.simulate(index, **{"size": (448, 384), "pixel_size": 4, "diameter": 120, "particles": 40, "snr": 0.8,
                                        "seed": 5, **settings})


def need_torch():
    import libpicker
    if not libpicker.has_feature("torch"):
        try:
            small = libpicker.Model.create("deeppicker")
            small.score(scene().micrograph, diameter=120)
        except libpicker.BackendError as error:
            raise unittest.SkipTest(f"LibTorch cannot be loaded: {error}") from None


_model = None


def trained():
    """A model trained on two micrographs, once for a process."""
    global _model
    import libpicker
    need_torch()
    if _model is None:
        data = libpicker.Dataset()
        for index in (0, 1):
            made = scene(index)
            data.add(made.micrograph, made.truth)
        _model = libpicker.Model.create("deeppicker", seed=1)
        _model.train(data, diameter=120, epochs=20, batch=32, seed=1)
    return _model


def terminal():
    program = os.environ.get("PICKER")
    if not program or not os.path.exists(program):
        raise unittest.SkipTest("PICKER does not name the picker program")
    return program


if __name__ == "__main__":
    try:
        import numpy  # noqa: F401
    except ImportError:
        print("skipped: numpy is not installed in", sys.executable, "(pip install numpy)")
        sys.exit(SKIPPED)
    unittest.main(module=None, argv=["support.py", "-v", *sys.argv[1:]])
