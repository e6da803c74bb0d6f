"""A stand-in for a cryoSPARC server: the project, its jobs, and the rules by which a server refuses. What it cannot be
asked for, it does not have. stand_in_rpc.py and stand_in_rest.py are the two forms in which cryosparc-tools asks."""
import json
import pathlib
import struct

EMAIL, PASSWORD, LICENSE = "someone@example.org", "a password", "01234567-89ab-cdef-0123-456789abcdef"
# The least fields of the slots that the tests use, with the types that a server insists on.
FIELDS = {
    "micrograph_blob": {"path": "|O", "idx": "<u4", "shape": "<2u4", "psize_A": "<f4", "format": "|O",
                        "is_background_subtracted": "<u4"},
    "mscope_params": {"accel_kv": "<f4", "cs_mm": "<f4", "total_dose_e_per_A2": "<f4", "exp_group_id": "<u4"},
    "location": {"micrograph_uid": "<u8", "exp_group_id": "<u4", "micrograph_path": "|O", "micrograph_shape": "<2u4",
                 "center_x_frac": "<f4", "center_y_frac": "<f4"},
    "pick_stats": {"ncc_score": "<f4", "power": "<f4", "template_idx": "<u4", "angle_rad": "<f4"},
}


class Refused(Exception):
    """What a server answers with an HTTP code and a message."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def header_of(stream):
    """The header of a CSDAT stream, and the uids in it."""
    if stream[:6] != b"\x95CSDAT":
        raise Refused(422, "not a dataset")
    size, = struct.unpack_from("<I", stream, 6)
    header = json.loads(stream[10:10 + size])
    at, uids = 10 + size, []
    for name, *_ in header["dtype"] if header["length"] else []:
        size, = struct.unpack_from("<I", stream, at)
        if name == "uid":
            uids = struct.unpack_from(f"<{header['length']}Q", stream, at + 4)
        at += 4 + size
    return header, uids


def compact(entry):
    """("location/micrograph_shape", "<u4", [2]) as the name and "<2u4"."""
    name, dtype, *shape = entry
    return name, dtype[0] + ",".join(map(str, shape[0])) + dtype[1:] if shape else dtype


class Job:
    def __init__(self, uid, kind="snowflake", title=""):
        self.uid, self.kind, self.title, self.status = uid, kind, title, "building"
        self.inputs, self.outputs, self.log, self.error = {}, {}, [], None

    def require(self, *statuses):
        if self.status not in statuses:
            raise Refused(409, f"job {self.uid} is {self.status}, and should be {' or '.join(statuses)}")


class Project:
    def __init__(self, folder):
        self.uid, self.folder = "P3", pathlib.Path(folder)
        self.jobs = {}
        self.kill_after = None  # log lines, after which somebody kills the job

    # ---- what a test prepares

    def add_finished(self, uid, output, kind, stream):
        """A job with one output, `stream`, a dataset in CSDAT form."""
        slots = {}
        for name, *_ in header_of(stream)[0]["dtype"]:
            if "/" in name:
                slots[name.split("/")[0]] = None
        job = self.jobs.setdefault(uid, Job(uid, "import"))
        job.status = "completed"
        job.outputs[output] = {"type": kind, "slots": list(slots), "passthrough": None, "stream": stream}

    # ---- what a client asks

    def job(self, uid):
        if uid not in self.jobs:
            raise Refused(404, f"there is no job {uid}")
        return self.jobs[uid]

    def create_external(self, workspace, title):
        if workspace != "W1":
            raise Refused(404, f"there is no workspace {workspace}")
        job = Job(f"J{len(self.jobs) + 20}", title=title)
        self.jobs[job.uid] = job
        return job

    def add_input(self, uid, name, kind, slots):
        self.job(uid).inputs[name] = {"type": kind, "slots": self.checked_slots(slots), "source": None}

    def connect(self, uid, name, source_uid, source_output):
        output = self.job(source_uid).outputs.get(source_output)
        if output is None:
            raise Refused(404, f"job {source_uid} has no output {source_output}")
        target = self.job(uid).inputs[name]
        missing = [slot for slot in target["slots"] if slot not in output["slots"]]
        if output["type"] != target["type"] or missing:
            raise Refused(422, f"{source_uid}.{source_output} ({output['type']}) lacks {missing} for input {name} ({target['type']})")
        target["source"] = (source_uid, source_output)

    @staticmethod
    def checked_slots(slots):
        names = [slot if isinstance(slot, str) else slot["dtype"] for slot in slots]
        unknown = [name for name in names if name not in FIELDS]
        if not names or unknown:
            raise Refused(422, f"invalid slots {unknown or names}")
        return names

    def add_output(self, uid, name, kind, slots, passthrough):
        if passthrough and passthrough not in self.job(uid).inputs:
            raise Refused(422, f"no input {passthrough} to pass through")
        self.job(uid).outputs[name] = {"type": kind, "slots": self.checked_slots(slots), "passthrough": passthrough,
                                       "stream": None}

    def fields(self, uid, output):
        slots = self.job(uid).outputs[output]["slots"]
        return [(f"{slot}/{field}", dtype) for slot in slots for field, dtype in FIELDS[slot].items()]

    def load_input(self, uid, name, slots):
        entry = self.job(uid).inputs.get(name)
        if entry is None or entry["source"] is None:
            raise Refused(404, f"input {name} of job {uid} is not connected")
        unknown = [slot for slot in slots if slot not in entry["slots"]]
        if unknown:
            raise Refused(422, f"input {name} has no slots {unknown}")
        source, output = entry["source"]
        return self.job(source).outputs[output]["stream"]

    def save_output(self, uid, name, stream):
        job = self.job(uid)
        job.require("running", "waiting")
        if name not in job.outputs:
            raise Refused(404, f"job {uid} has no output {name}")
        header, uids = header_of(stream)
        found = dict(map(compact, header["dtype"]))
        missing = {entry for entry in self.fields(uid, name) if found.get(entry[0]) != entry[1]}
        if missing or found.get("uid") != "<u8":
            raise Refused(422, f"Invalid dataset; missing the following required fields: {missing or 'uid'}")
        if len(set(uids)) != header["length"] or 0 in uids:
            raise Refused(422, "Invalid dataset; uids are not unique")
        if header["compression"] not in (None, "lz4"):
            raise Refused(422, f"Invalid compression {header['compression']}")
        job.outputs[name]["stream"] = stream

    def start(self, uid, status):
        job = self.job(uid)
        job.require("building")
        if any(entry["source"] is None for entry in job.inputs.values()):
            raise Refused(422, f"job {uid} has inputs that are not connected")
        job.status = status

    def finish(self, uid, error=None):
        job = self.job(uid)
        job.require("running", "waiting")
        job.status, job.error = ("failed", error) if error is not None else ("completed", None)

    def add_log(self, uid, text, level):
        job = self.job(uid)
        if level not in ("text", "warning", "error") or not isinstance(text, str):
            raise Refused(422, f"invalid level {level}")
        job.log.append((level, text))
        if self.kill_after is not None and len(job.log) >= self.kill_after and job.status == "running":
            job.status = "killed"

    def path(self, name):
        path = (self.folder / name).resolve()
        if self.folder.resolve() not in path.parents:
            raise Refused(422, f"{name} lies outside the project")
        return path

    def upload(self, name, content, overwrite):
        path = self.path(name)
        if path.exists() and not overwrite:
            raise Refused(409, f"{name} exists")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def download(self, name):
        path = self.path(name)
        if not path.is_file():
            raise Refused(404, f"there is no file {name}")
        return path.read_bytes()
