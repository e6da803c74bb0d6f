"""Finds the LibTorch of the user's `import torch` without importing it.

libpicker_torch.so looks for LibTorch in ../torch/lib, beside this package. Where torch is installed elsewhere (a user's
folder, a parent environment) its libraries are loaded here first: the engine then finds them by name.
"""
import ctypes
import importlib.util
import pathlib
import sys

_done = False


def prepare():
    """Called before the first call that scores or trains; does nothing when nothing needs doing."""
    global _done
    if _done:
        return
    _done = True
    here = pathlib.Path(__file__).resolve().parent
    if not (here / "libpicker_torch.so").exists() or (here.parent / "torch" / "lib" / "libtorch_cpu.so").exists():
        return
    if "torch" in sys.modules:
        return  # loaded already
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return  # the library says what is missing
    for place in spec.submodule_search_locations:
        library = pathlib.Path(place) / "lib" / "libtorch.so"
        if library.exists():
            try:
                ctypes.CDLL(str(library))
            except OSError:
                pass  # the engine's own attempt has the better message
            return
