"""An External job that picks: micrographs in; particles with location and pick_stats out, and the micrographs passed on."""
import os

import libpicker
import numpy as np
from cryosparc.dataset import Dataset

from .host import Job, Progress

NAME = "pick"
SUMMARY = "Pick particles on the micrographs of a job."
MICROGRAPHS, PARTICLES = "micrographs", "picked_particles"
IN_SLOTS = ["micrograph_blob", "mscope_params"]
SLOTS = ["location", "pick_stats"]


def add_arguments(parser, output):
    parser.add_argument("--micrographs", required=True, type=output, metavar="JOB:OUTPUT",
                        help="exposures after motion correction, such as J4:exposures")
    parser.add_argument("--model", required=True, help="MODEL.safetensors, here or in the project (J12/model.safetensors), or the "
                        "installed model 'general' (with --diameter)")
    options = parser.add_argument_group("picking", "Lengths are in angstrom; defaults are the model's.")
    options.add_argument("--diameter", type=float, metavar="A", help="the particle's longest axis")
    options.add_argument("--threshold", type=float, metavar="T", help="least score, 0 to 1")
    options.add_argument("--min-distance", type=float, metavar="A", help="between picks")
    options.add_argument("--edge", type=float, metavar="A", help="no pick nearer to the border")
    options.add_argument("--top-per-micrograph", dest="top", type=int, metavar="N", help="the best N of each micrograph")
    options.add_argument("--head", metavar="NAME", help="of a model with heads, the one that picks")


def pick_options(arguments):
    names = ("diameter", "threshold", "min_distance", "edge", "top", "head")
    return {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}


def load_model(job, name):
    shipped = [model.name for model in libpicker.shipped_models()]
    return libpicker.Model.load(name if os.path.exists(name) or name in shipped else job.file(name)[0])


def pick_one(job, model, row, arguments):
    """The picks of one micrograph as a dataset, made by the library's own writer of .cs files."""
    path, is_copy = job.file(row["micrograph_blob/path"])
    try:
        micrograph = libpicker.Micrograph.read(path)
        pixel_size = float(row["micrograph_blob/psize_A"])
        picks = model.pick(micrograph, pixel_size=pixel_size, threads=arguments.threads, **pick_options(arguments))
        file = job.scratch / "picks.cs"
        height, width = micrograph.shape
        picks.write(file, micrograph=row["micrograph_blob/path"], size=(width, height), pixel_size=pixel_size,
                    micrograph_uid=int(row["uid"]), exposure_group=int(row["mscope_params/exp_group_id"]))
        return Dataset.load(str(file))
    finally:
        if is_copy:
            path.unlink()


def as_output(job, name, rows):
    """`rows` in the fields that the server expects of the output."""
    out = job.job.alloc_output(name, rows)
    for field in out.fields(exclude_uid=True):
        if field in rows:
            out[field] = rows[field]
    return out


def run(arguments, cs):
    """Returns how many micrographs failed."""
    job = Job(cs, arguments, "libpicker: pick")
    job.connect(MICROGRAPHS, arguments.micrographs, IN_SLOTS)
    job.job.add_output("particle", PARTICLES, slots=SLOTS, title="Picked particles")
    job.job.add_output("exposure", MICROGRAPHS, slots=["micrograph_blob"], passthrough=MICROGRAPHS, title="Micrographs")
    with job:
        model = load_model(job, arguments.model)
        exposures = job.load(MICROGRAPHS, IN_SLOTS)
        if len(exposures) == 0:
            raise RuntimeError(f"{':'.join(arguments.micrographs)} has no micrographs; connect an output that has some")
        job.log(f"libpicker {libpicker.__version__}: {len(exposures)} micrographs, {model!r}")
        progress = Progress(job, len(exposures))
        found, failures, count = [], [], 0
        for done, row in enumerate(exposures.rows(), 1):
            job.check_killed()
            try:
                picks = pick_one(job, model, row, arguments)
            except (libpicker.Error, OSError) as error:
                if isinstance(error, libpicker.Cancelled):
                    raise
                failures.append(row["micrograph_blob/path"])
                job.log(f"{row['micrograph_blob/path']} failed: {error}", "warning")
                continue
            count += len(picks)
            if len(picks) > 0:
                found.append(picks)
            progress.step(done, f"{done} of {len(exposures)} micrographs, {count} picks")
        if len(failures) == len(exposures):
            raise RuntimeError(f"all {len(exposures)} micrographs failed; the log of {job.uid} has the reasons")
        particles = Dataset.append_many(*found) if found else Dataset.allocate(0)
        job.job.save_output(PARTICLES, as_output(job, PARTICLES, particles))
        job.job.save_output(MICROGRAPHS, as_output(job, MICROGRAPHS, exposures))
        job.log(f"{count} picks on {len(exposures) - len(failures)} of {len(exposures)} micrographs"
                + (f"; {len(failures)} failed" if failures else "") + score_line(particles))
    print(f"{arguments.project} {job.uid}: {count} picks on {len(exposures) - len(failures)} of {len(exposures)} micrographs")
    return len(failures)


def score_line(particles):
    if len(particles) == 0:
        return ""
    low, middle, high = np.quantile(np.asarray(particles["pick_stats/ncc_score"]), [0, 0.5, 1])
    return f"; scores {low:.3f} to {high:.3f}, median {middle:.3f}"
