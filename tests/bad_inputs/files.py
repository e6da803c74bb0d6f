"""Files for bad inputs: sound ones by the makers of the fuzz seeds, to be damaged by the cases."""
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fuzz"))
from make_seeds import LAYERS, LIST, STAR, TENSORS, csdat, model, mrc, numpy, png, safetensors, score_map, tiff  # noqa: E402

NO_NUMBER = float("nan")
GOLDEN = ROOT / "tests" / "golden" / "0.1" / "models" / "deepem.safetensors"


class Folder:
    """A case's working folder, with a model that any command takes."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir()
        shutil.copy(GOLDEN, self.path / "deepem.safetensors")

    def put(self, name, content):
        path = self.path / name.rstrip(".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def stack(*makers):
    def make(folder):
        for maker in makers:
            maker(folder)
    return make


__all__ = ["GOLDEN", "LAYERS", "LIST", "NO_NUMBER", "ROOT", "STAR", "TENSORS", "Folder", "csdat", "model", "mrc", "numpy", "png",
           "safetensors", "score_map", "stack", "tiff"]
