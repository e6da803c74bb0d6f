#!/usr/bin/env python3
"""The loop of DeepPicker (2016, section 2.2.2) and PARSED (2020, table S7) inside RELION 3.1, on EMPIAR-10028 and without a label: a
model that has seen simulations of other molecules picks, RELION extracts and classifies, good classes are chosen by their size and
resolution, `picker_relion train` learns from their particles, and the new model picks again. Coordinates are used for scoring and for
the last row of the picture alone: the same classification of the known particles.

    nice python3 benchmarks/studies/relion_loop.py --picker build/release/bin/picker --data ../shared/data --output build/studies

RELION's jobs run one after another through relion_pipeliner, with two threads.
"""
import json
import os
import pathlib
import shutil
import subprocess
import time

import numpy as np

from common import SETTINGS, Study, figure, micrographs_of, read_star, truths
from parsed import molecules_table

FOLDERS = {0: "Import", 5: "Extract", 8: "Class2D", 99: "External"}  # by RELION 3.1's number of the job type
SUCCESS = "2"
HEAD = "\n# version 30001\n\n"


def table(path, block):
    """One loop of a STAR file, as a list of dictionaries."""
    rows, labels, inside = [], [], False
    for line in pathlib.Path(path).read_text().splitlines():
        words = line.split()
        if words and words[0].startswith("data_"):
            if inside:
                break
            inside = words[0] == "data_" + block
        elif inside and words and words[0].startswith("_"):
            labels.append(words[0][1:])
        elif inside and labels and len(words) == len(labels):
            rows.append(dict(zip(labels, words)))
    return rows


class Project:
    """A RELION project; jobs are added and run one at a time."""

    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder, self.jobs = folder, 0
        (folder / "default_pipeline.star").write_text(
            HEAD + "data_pipeline_general\n\n_rlnPipeLineJobCounter                       1\n \n")

    def call(self, *words):
        done = subprocess.run([*map(str, words)], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise SystemExit("failed: " + " ".join(map(str, words)) + "\n" + done.stdout + done.stderr)

    def job(self, kind, **options):
        text = HEAD + f"data_job\n\n_rlnJobType {kind}\n_rlnJobIsContinue 0\n \n" + HEAD + \
            "data_joboptions_values\n\nloop_\n_rlnJobOptionVariable #1\n_rlnJobOptionValue #2\n"
        text += "".join(f'{key} "{value}"\n' for key, value in {**options, "do_queue": "No"}.items())
        (self.folder / "next_job.star").write_text(text + " \n")
        self.jobs += 1
        name = f"{FOLDERS[kind]}/job{self.jobs:03}/"
        began = time.monotonic()
        self.call("relion_pipeliner", "--addJobFromStar", "next_job.star")
        self.call("relion_pipeliner", "--RunJobs", name, "--sec_wait_after", 1)
        status = {row["rlnPipeLineProcessName"]: row["rlnPipeLineProcessStatus"]
                  for row in table(self.folder / "default_pipeline.star", "pipeline_processes")}
        if status.get(name) != SUCCESS:
            raise SystemExit(f"{name} failed:\n" + (self.folder / name / "run.err").read_text())
        print(f"{name} {time.monotonic() - began:.0f} s", flush=True)
        return name


class Loop:
    def __init__(self):
        self.study = Study("relion_loop", __doc__)
        self.settings = SETTINGS["relion_loop"]
        self.program = self.study.picker.parent / "picker_relion"
        self.micrographs = micrographs_of(self.study.data / "micrographs" / self.settings["set"])
        self.truth = truths(self.micrographs)
        self.project = Project(self.study.folder / "project")
        (self.project.folder / "Micrographs").mkdir()
        for path in self.micrographs:
            os.symlink(path.resolve(), self.project.folder / "Micrographs" / path.name)
        self.list = self.project.job(0, fn_in_raw="Micrographs/*.mrc", is_multiframe="No", do_raw="Yes", do_other="No",
                                     angpix=self.settings["angpix"], kV="300", Cs="2", Q0="0.1", optics_group_name="opticsGroup1") \
            + "micrographs.star"

    def external(self, mode, inputs=None, **parameters):
        options = {"fn_exe": f"{self.program} {mode}", "in_mic": self.list, "nr_threads": "2"}
        for number, (label, value) in enumerate(parameters.items(), 1):
            options.update({f"param{number}_label": label, f"param{number}_value": value})
        return self.project.job(99, **options, **(inputs or {}))

    def classify(self, coordinates):
        """Extract and Class2D: the particles, the classes' table, their averages, and the particles' classes."""
        extracted = self.project.job(5, star_mics=self.list, coords_suffix=coordinates, do_invert="Yes", do_norm="Yes", bg_diameter="-1",
                                     **self.settings["extract"])
        job = self.project.job(8, fn_img=extracted + "particles.star", do_ctf_correction="No", tau_fudge="2", nr_pool="30",
                               particle_diameter=str(round(1.1 * self.settings["diameter"])), use_gpu="No", nr_mpi="1", nr_threads="2",
                               **self.settings["class2d"])
        run = f"{job}run_it{int(self.settings['class2d']['nr_iter']):03}"
        classes = table(self.project.folder / f"{run}_model.star", "model_classes")
        return run, classes, read_stack(self.project.folder / f"{run}_classes.mrcs")

    def good(self, classes):
        rule = self.settings["good_class"]
        large = {n: float(row["rlnEstimatedResolution"]) for n, row in enumerate(classes, 1)
                 if float(row["rlnClassDistribution"]) >= rule["least_share"]}
        return [n for n, resolution in large.items() if resolution <= rule["resolution_of_best"] * min(large.values())]

    def select(self, run, classes):
        """The STAR file of a Select job, by RELION's own tool."""
        folder = "Select/classes/"
        (self.project.folder / folder).mkdir(parents=True)
        parts = [f"{folder}class{n}.star" for n in classes]
        for n, part in zip(classes, parts):
            self.project.call("relion_star_handler", "--i", f"{run}_data.star", "--o", part, "--select", "rlnClassNumber", "--minval", n,
                              "--maxval", n)
        self.project.call("relion_star_handler", "--combine", "--i", " ".join(parts), "--o", folder + "particles.star")
        return folder + "particles.star"

    def known_particles(self):
        """A job's folder with the reference coordinates, as RELION keeps picks."""
        folder = self.project.folder / "Known/job900"
        (folder / "Micrographs").mkdir(parents=True)
        for path in self.truth:
            shutil.copy(path, folder / "Micrographs" / f"{path.stem}_autopick.star")
        (folder / "coords_suffix_autopick.star").write_text(self.list + "\n")
        return "Known/job900/coords_suffix_autopick.star"

    def on_truth(self, star):
        """How many of the particles lie within half a diameter of a known one."""
        radius = self.settings["diameter"] / self.settings["angpix"] / 2
        known = {path.stem: read_star(path) for path in self.truth}
        rows = table(self.project.folder / star, "particles")
        near = 0
        for row in rows:
            at = known[pathlib.Path(row["rlnMicrographName"]).stem]
            near += np.hypot(at["rlnCoordinateX"] - float(row["rlnCoordinateX"]),
                             at["rlnCoordinateY"] - float(row["rlnCoordinateY"])).min() <= radius
        return len(rows), int(near)

    def score(self, name, model):
        """F1 at the model's threshold, and what the candidates at all thresholds come to."""
        about = json.loads(self.study.run("models", model, "--json"))["models"][0]
        threshold = about["threshold"]
        picks = self.study.pick(self.study.folder / f"candidates-{name}-{about['hash']}", model, self.micrographs, "--pixel-size",
                                self.settings["angpix"], "--diameter", self.settings["diameter"])
        keys = ("precision", "recall", "f_beta", "best_f", "best_threshold", "average_precision")
        result = self.study.evaluate(picks, self.truth, self.micrographs, self.settings["diameter"], "--pixel-size",
                                     self.settings["angpix"], "--threshold", threshold)
        return {"threshold": threshold, **{key: result[key] for key in keys}}


def read_stack(path):
    content = path.read_bytes()
    width, height, depth, mode = np.frombuffer(content, "<i4", 4)
    assert mode == 2
    return np.frombuffer(content, "<f4", width * height * depth, 1024).reshape(depth, height, width)


def draw(study, rows, picture):
    columns = max(len(averages) for _, _, _, averages in rows)
    canvas, axes = figure(columns, len(rows), 1.5, 1.75)
    for line, (name, classes, good, averages) in zip(axes, rows):
        order = sorted(range(len(averages)), key=lambda n: -float(classes[n]["rlnClassDistribution"]))
        for axis, n in zip(line, order):
            axis.imshow(averages[n], cmap="gray", origin="lower")
            share, resolution = float(classes[n]["rlnClassDistribution"]), float(classes[n]["rlnEstimatedResolution"])
            axis.set_title(f"{100 * share:.0f} %, {resolution:.0f} Å", fontsize=8, color="tab:green" if n + 1 in good else "0.4")
        for axis in line:
            axis.set_xticks([])
            axis.set_yticks([])
        line[0].set_ylabel(name, fontsize=8)
    canvas.tight_layout()
    picture.parent.mkdir(parents=True, exist_ok=True)
    canvas.savefig(picture, dpi=90)
    print(f"picture {picture}")


def main():
    loop = Loop()
    study, settings, project = loop.study, loop.settings, loop.project
    first_model = study.folder / "simulations.safetensors"
    study.train(first_model, "--architecture", "deeppicker", "--datasets", molecules_table(study, settings), "--epochs",
                settings["epochs"])
    shutil.copy(first_model, project.folder / "first.safetensors")
    results, rows = {}, []

    first = loop.external("pick", model="first.safetensors", diameter=settings["diameter"])
    run, classes, averages = loop.classify(first + "coords_suffix_autopick.star")
    good = loop.good(classes)
    rows.append(("first picks", classes, good, averages))
    selected = loop.select(run, good)
    results["first"] = dict(score=loop.score("first", first_model), picks=loop.on_truth(f"{run}_data.star"), good=good,
                            selected=loop.on_truth(selected))
    trained = loop.external("train", {"in_part": selected}, diameter=settings["diameter"], epochs=settings["loop_epochs"])
    second = loop.external("pick", model=trained + "model.safetensors")
    run, classes, averages = loop.classify(second + "coords_suffix_autopick.star")
    rows.append(("picks after\nthe loop", classes, loop.good(classes), averages))
    results["second"] = dict(score=loop.score("second", project.folder / trained / "model.safetensors"),
                             picks=loop.on_truth(f"{run}_data.star"), good=loop.good(classes))
    run, classes, averages = loop.classify(loop.known_particles())
    rows.append(("known\nparticles", classes, loop.good(classes), averages))
    results["known"] = dict(picks=loop.on_truth(f"{run}_data.star"))
    study.save(results)
    print(json.dumps(results, indent=1))
    draw(study, rows, study.pictures / "relion-loop.png")


if __name__ == "__main__":
    main()
