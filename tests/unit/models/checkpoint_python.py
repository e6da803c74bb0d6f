"""Checkpoints and the Python package `safetensors` read each other. Exit code 77 (skipped) without the package."""
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from safetensors import safe_open
    from safetensors.numpy import save_file
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)


def read(path):
    with safe_open(str(path), framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def main(tool):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        ours, theirs, back = folder / "ours.safetensors", folder / "theirs.safetensors", folder / "back.safetensors"
        subprocess.run([tool, "write", ours], check=True)
        tensors, metadata = read(ours)
        assert sum(t.size for t in tensors.values()) == 33346
        assert tensors["conv1.weight"].shape == (8, 1, 9, 9) and tensors["dense1.weight"].shape == (64, 256)
        assert all(t.dtype == np.float32 for t in tensors.values())
        assert metadata["trained-on"] == 'three "micrographs", naïve β'
        assert metadata["picker.diameter_angstrom"] == "150.25"

        # Written by Python: other order, other key in the metadata, one tensor in half precision.
        changed = {name: tensors[name] for name in sorted(tensors, reverse=True)}
        changed["conv2.weight"] = changed["conv2.weight"].astype(np.float16)
        changed["dense2.bias"] = np.array([0.125, -3.0], dtype=np.float32)
        save_file(changed, str(theirs), metadata={**metadata, "someone else's": "note"})
        subprocess.run([tool, "copy", theirs, back], check=True)
        again, kept = read(back)
        assert kept["someone else's"] == "note" and kept["picker.spec"] == metadata["picker.spec"]
        for name, tensor in changed.items():
            assert again[name].dtype == np.float32
            assert np.array_equal(again[name], tensor.astype(np.float32)), name

        # What Python would write for a foreign network is refused with a reason.
        save_file({"weight": np.zeros((2, 3), np.float32)}, str(theirs))
        foreign = subprocess.run([tool, "copy", theirs, back], capture_output=True, text=True)
        assert foreign.returncode == 1 and "not a picker model" in foreign.stderr, foreign.stderr


if __name__ == "__main__":
    main(sys.argv[1])
