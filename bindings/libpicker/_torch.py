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
    """Called before a call that scores or trains; does nothing when nothing needs doing."""
    global _done
    if _done or "torch" in sys.modules:  # then its libraries are loaded
        return
    here = pathlib.Path(__file__).resolve().parent
    if not (here / "libpicker_torch.so").exists() or (here.parent / "torch" / "lib" / "libtorch_cpu.so").exists():
        _done = True
        return
    spec = importlib.util.find_spec("torch")
    for place in (spec.submodule_search_locations or []) if spec else []:
        library = pathlib.Path(place) / "lib" / "libtorch.so"
        if library.exists():
            try:
                ctypes.CDLL(str(library))
                _done = True
            except OSError:
                pass  # the engine's own attempt has the better message
            return
    # Not remembered: torch may be installed while this program runs. The library says what is missing.
