"""What the tests of the External job share: a project with a job folder as RELION leaves it before the launch, the
command line that RELION composes, and readers of what the job wrote. PICKER_RELION names the program."""
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "cli"))
from support import Case, Result, world  # noqa: E402 (the folder is known only now)

PROGRAM = os.environ.get("PICKER_RELION", "picker_relion")
EXITS = ["RELION_JOB_EXIT_SUCCESS", "RELION_JOB_EXIT_FAILURE", "RELION_JOB_EXIT_ABORTED"]
GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
# What RELION writes into job.star before it launches an External job, as far as the version shows in it.
JOB_STAR = {
    "3.1": "\n# version 30001\n\ndata_job\n\n_rlnJobType                            99\n_rlnJobIsContinue                       0\n \n",
    "4.0": "\n# version 30001\n\ndata_job\n\n_rlnJobTypeLabel             relion.external\n_rlnJobIsContinue                       0\n \n",
    "5.0": "\n# version 50001\n\ndata_job\n\n_rlnJobTypeLabel             relion.external\n_rlnJobIsContinue                       0\n \n",
}


def link_or_copy(source, target):
    """Not a symbolic link: two of those would count as one file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


class RelionCase(Case):
    """A project folder, where RELION runs its jobs, and one job in it."""
    version = "3.1"

    def setUp(self):
        self.world = world()
        super().setUp()
        self.job = self.file("External/job003/job.star").parent
        self.write_job_star(self.version)

    def write_job_star(self, version):
        (self.job / "job.star").write_text(JOB_STAR[version])

    def micrographs(self, *names, optics=(("1", 4.0),), groups=None):
        """The unseen micrograph under these names, and the list that RELION's Import writes of them."""
        for name in names:
            link_or_copy(self.world.micrographs[2], self.folder / name)
        text = "\n# version 30001\n\ndata_optics\n\nloop_ \n_rlnOpticsGroupName #1 \n_rlnOpticsGroup #2 \n" \
               "_rlnMicrographPixelSize #3 \n_rlnMicrographOriginalPixelSize #4 \n_rlnVoltage #5 \n" \
               "_rlnSphericalAberration #6 \n_rlnAmplitudeContrast #7 \n"
        text += "".join(f"optics{group} {group} {size:.6f} {size / 2:.6f} 300.0 2.7 0.1 \n" for group, size in optics)
        text += " \n\n# version 30001\n\ndata_micrographs\n\nloop_ \n_rlnMicrographName #1 \n_rlnOpticsGroup #2 \n"
        text += "".join(f"{name} {group} \n" for name, group in zip(names, groups or ["1"] * len(names)))
        return self.write("Import/job001/micrographs.star", text + " \n")

    def words(self, *parameters, threads=2, model=None):
        """As RELION composes them: inputs, then parameters, then --j."""
        return ["--o", "External/job003/", "--in_mics", "Import/job001/micrographs.star", "--model",
                str(model or self.world.model), *map(str, parameters), "--j", str(threads)]

    def unprivileged(self):
        """Options of program() for a user who may not write everywhere: this one, or nobody in place of root."""
        if os.geteuid() != 0:
            return {}
        if not all(os.stat(p).st_mode & 0o001 for p in pathlib.Path(ROOT / "build").parents):
            self.skipTest("this user may write everywhere, and another may not start the program")
        self.folder.chmod(0o755)
        return {"user": 65534, "group": 65534}

    def program(self, *words, **options):
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=300, check=False, **options)
        return Result(done)

    def start(self, *words, **options):
        return subprocess.Popen([PROGRAM, *map(str, words)], cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def run_job(self, *parameters, code=0, **options):
        """The job ended with `code` and the exit file that belongs to it, alone and last."""
        result = self.program(*self.words(*parameters, **options))
        self.assertEqual(result.code, code, result.out + result.err)
        self.assertEqual(self.exits(), [EXITS[code]])
        end = (self.job / EXITS[code]).stat().st_mtime_ns
        for path in self.job.rglob("*"):
            if path.is_file():
                self.assertLessEqual(path.stat().st_mtime_ns, end, path)
        self.assertEqual(self.leftovers(), [])
        return result

    def exits(self):
        return [name for name in EXITS if (self.job / name).exists()]

    def journal(self):
        path = self.job / "picker_run" / "1" / "journal.jsonl"
        return len(path.read_text().splitlines()) - 1 if path.exists() else 0  # the first line holds the settings

    def autopicks(self):
        """Coordinate files by their place in the job's folder."""
        return sorted(str(path.relative_to(self.job)) for path in self.job.rglob("*_autopick.star")
                      if path.name != "coords_suffix_autopick.star")

