"""The programs that ours is measured beside, run as their users run them: RELION's LoG picker and Topaz. Standard library only."""
import shutil
import subprocess
import sys

# Topaz imports torchvision for training augmentation only; without it, empty modules take its place.
TOPAZ = ("import sys, types\n"
         "try:\n import torchvision\nexcept Exception:\n"
         " for n in ('torchvision', 'torchvision.transforms', 'torchvision.transforms.functional'):\n"
         "  sys.modules[n] = types.ModuleType(n)\n"
         " sys.modules['torchvision.transforms.functional'].rotate = None\n"
         "from topaz.main import main\nsys.argv = ['topaz'] + sys.argv[1:]\nmain()")


def topaz(words, python=sys.executable):
    """Runs Topaz in a process of its own."""
    result = subprocess.run([str(python), "-c", TOPAZ, *map(str, words)], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit("topaz failed: " + " ".join(map(str, words)) + "\n" + result.stdout[-2000:] + result.stderr[-4000:])


def has_relion():
    return shutil.which("relion_autopick") is not None


def relion_project(folder, micrographs, pixel_size):
    """Links to the micrographs in a folder, and micrographs.star that lists them."""
    (folder / "mics").mkdir(parents=True, exist_ok=True)
    rows = []
    for path in micrographs:
        link = folder / "mics" / path.name
        if not link.exists():
            link.symlink_to(path.resolve())
        rows.append(f"mics/{path.name} 1\n")
    (folder / "micrographs.star").write_text(
        "\n# version 30001\n\ndata_optics\n\nloop_\n_rlnOpticsGroupName #1\n_rlnOpticsGroup #2\n_rlnMicrographPixelSize #3\n"
        "_rlnMicrographOriginalPixelSize #4\n_rlnVoltage #5\n_rlnSphericalAberration #6\n_rlnAmplitudeContrast #7\n"
        f"opticsGroup1 1 {pixel_size} {pixel_size} 300 2.7 0.1\n\n\n# version 30001\n\ndata_micrographs\n\n"
        "loop_\n_rlnMicrographName #1\n_rlnOpticsGroup #2\n" + "".join(rows) + "\n")


def relion_log_command(diameter, output, threshold):
    """RELION's LoG picker on such a project; `threshold` in deviations, 0 is its default, -3 keeps every candidate."""
    return ["relion_autopick", "--i", "micrographs.star", "--LoG", "--LoG_diam_min", str(0.75 * diameter), "--LoG_diam_max", str(diameter),
            "--shrink", "0", "--lowpass", "20", "--odir", output, "--pickname", "autopick", "--LoG_adjust_threshold", str(threshold)]
