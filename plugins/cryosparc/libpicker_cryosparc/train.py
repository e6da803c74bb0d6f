"""An External job that trains: micrographs and particles in, a model in the job's folder out."""
import libpicker
import numpy as np

from .host import Job, UsageError
from .pick import IN_SLOTS, MICROGRAPHS, load_model

NAME = "train"
SUMMARY = "Train a model on the particles of a job; J12/model.safetensors is what it leaves."
PARTICLES = "particles"
FILE = "model.safetensors"


def add_arguments(parser, output):
    parser.add_argument("--micrographs", required=True, type=output, metavar="JOB:OUTPUT")
    parser.add_argument("--particles", required=True, type=output, metavar="JOB:OUTPUT",
                        help="trusted particles with a location, such as J9:particles_selected")
    parser.add_argument("--diameter", type=float, metavar="A",
                        help="the particle's longest axis, angstrom; needed without --from")
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--architecture", default="deeppicker", help="a new network [deeppicker]; `picker models` lists them")
    start.add_argument("--from", dest="start", metavar="MODEL", help="go on from a model, here or in the project")
    parser.add_argument("--epochs", type=int, metavar="N")
    parser.add_argument("--batch", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", metavar="FILE", help="keep a copy of the model here too")


def picks_of(job, particles, uid):
    """The library reads coordinates; cryoSPARC's table is handed to it as the file that it is."""
    own = particles.mask(np.asarray(particles["location/micrograph_uid"]) == uid)
    file = job.scratch / "particles.cs"
    own.save(str(file))
    return libpicker.Picks.read(file)


def collect(job, exposures, particles):
    data = libpicker.Dataset()
    wanted = set(particles["location/micrograph_uid"])
    copies = []
    for row in exposures.rows():
        if row["uid"] in wanted:
            job.check_killed()
            path, is_copy = job.file(row["micrograph_blob/path"])
            if is_copy:
                copies.append(path)  # read when it is needed; goes with the scratch folder
            data.add(path, picks_of(job, particles, row["uid"]), pixel_size=float(row["micrograph_blob/psize_A"]))
    if len(data) == 0:
        raise UsageError("no particle lies on one of these micrographs; connect the exposures that the particles were picked on")
    return data


def run(arguments, cs):
    if arguments.diameter is None and not arguments.start:
        raise UsageError("--diameter is missing: the particle's longest axis in angstrom; only a model to go on from has one")
    job = Job(cs, arguments, "libpicker: train")
    job.connect(MICROGRAPHS, arguments.micrographs, IN_SLOTS)
    job.connect(PARTICLES, arguments.particles, ["location"])
    with job:
        exposures = job.load(MICROGRAPHS, IN_SLOTS)
        particles = job.load(PARTICLES, ["location"])
        data = collect(job, exposures, particles)
        model = load_model(job, arguments.start) if arguments.start else libpicker.Model.create(
            arguments.architecture, seed=arguments.seed)
        job.log(f"libpicker {libpicker.__version__}: {data.positives} particles on {len(data)} of {len(exposures)} "
                f"micrographs, {model!r}")
        options = {name: getattr(arguments, name) for name in ("epochs", "batch") if getattr(arguments, name) is not None}
        report = model.train(data, diameter=arguments.diameter, seed=arguments.seed, threads=arguments.threads,
                             progress=Epochs(job), **options)
        file = job.scratch / FILE
        model.save(file)
        job.keep(file, FILE)
        if arguments.output:
            model.save(arguments.output)
        job.log(f"best of {report.epochs} epochs: {report.best_epoch}, validation accuracy "
                f"{report.best_validation_accuracy:.3f}; the model is {job.uid}/{FILE}")
    print(f"{arguments.project} {job.uid}: model {job.uid}/{FILE}")
    return 0


class Epochs:
    """A log line at every new epoch's message, and an end when the job is killed."""

    def __init__(self, job):
        self.job, self.last = job, None

    def __call__(self, progress):
        self.job.check_killed()
        text = f"{progress.stage} {progress.item}: {progress.done} of {progress.total}"
        if progress.total and progress.done * 10 // progress.total != self.last:
            self.last = progress.done * 10 // progress.total
            self.job.log(text)
        return False
