"""What picking and training share: the connection, the External job from start to stop, and files of the project."""
import inspect
import os
import pathlib
import sys
import tempfile
import time
import traceback

import cryosparc
from cryosparc.tools import CryoSPARC

TRIED = ("4.7", "5.0")  # versions of cryosparc-tools

POLL = float(os.environ.get("LIBPICKER_CRYOSPARC_POLL", 10))


class UsageError(Exception):
    """A command line that cannot work; nothing was done."""


class Stopped(Exception):
    """The job was killed in cryoSPARC."""


def connect(arguments):
    """The client of cryosparc-tools 4 or 5; what is not given is left to the variables that it reads."""
    version = cryosparc.__version__
    if ".".join(version.split(".")[:2]) not in TRIED:
        print(f"libpicker-cryosparc: warning: cryosparc-tools {version} was never tried with this program; going on as with "
              f"{TRIED[-1]}", file=sys.stderr)
    given = {"host": arguments.host, "base_port": arguments.port, "email": arguments.email}
    given = {name: value for name, value in given.items() if value}
    known = inspect.signature(CryoSPARC).parameters
    if ("host" in given or "base_port" in given) and "base_url" in known:
        given["base_url"] = None  # one or the other; CRYOSPARC_BASE_URL would be both
    return CryoSPARC(**given)


class Job:
    """An External job: `with Job(...) as job`. Whatever goes wrong inside marks it as failed, with the reason in its log."""

    def __init__(self, cs, arguments, title):
        self.cs, self.project_uid = cs, arguments.project
        if bool(arguments.workspace) == bool(arguments.job):
            raise UsageError("give --workspace for a new External job, or --job for one that is there")
        if arguments.job:
            self.job = cs.find_external_job(arguments.project, arguments.job)
        else:
            self.job = cs.create_external_job(arguments.project, arguments.workspace, title=arguments.title or title)
        self.given_dir = arguments.project_dir
        self._folder = None
        self._looked = time.monotonic()
        self._scratch = tempfile.TemporaryDirectory(prefix="libpicker-cryosparc-")
        self.scratch = pathlib.Path(self._scratch.name)

    @property
    def uid(self):
        return self.job.uid

    def __enter__(self):
        self.job.start("running")
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.job.stop()
            elif issubclass(kind, Stopped):
                self.log("stopped: the job was killed", "warning")
            else:
                text = "cancelled" if issubclass(kind, KeyboardInterrupt) else str(error)
                self.log("".join(traceback.format_exception(kind, error, trace)), "error")
                # 4.7 takes a truth value, 5.0 the message.
                self.job.stop(error=text or kind.__name__)
        finally:
            self._scratch.cleanup()
        return False

    def log(self, text, level="text"):
        self.job.log(text, level=level)

    def check_killed(self):
        """Raises Stopped when somebody killed the job; asks the server at most once in POLL seconds."""
        if time.monotonic() - self._looked >= POLL:
            self._looked = time.monotonic()
            self.job.refresh()
            if self.job.status == "killed":
                raise Stopped("the job was killed")

    def connect(self, name, source, slots):
        """Connects JOB:OUTPUT as the input `name` and returns its dataset."""
        self.job.connect(name, source[0], source[1], slots=slots)

    def load(self, name, slots):
        return self.job.load_input(name, slots=slots)

    def project_folder(self):
        if self._folder is None:
            if self.given_dir:
                self._folder = pathlib.Path(self.given_dir)
            else:
                project = self.cs.find_project(self.project_uid)
                folder = project.dir  # a method in 4.7, a path from 5.0 on
                self._folder = pathlib.Path(str(folder if isinstance(folder, pathlib.PurePath) else folder()))
        return self._folder

    def file(self, path):
        """A file of the project on this machine, downloaded where this machine does not see the project's folder.
        Returns (path, whether it is a copy)."""
        path = str(path).lstrip(">")  # exported groups mark paths so
        local = self.project_folder() / path
        if local.exists():
            return local, False
        copy = self.scratch / os.path.basename(path)
        self.cs.download_file(self.project_uid, path, str(copy))
        return copy, True

    def keep(self, path, name):
        """Puts a file into the job's folder."""
        self.job.upload(name, str(path), overwrite=True)


class Progress:
    """Log lines for the job: one for every tenth, and none sooner than `seconds` after the last."""

    def __init__(self, job, total, seconds=5.0):
        self.job, self.total, self.seconds = job, total, seconds
        self.told, self.at = 0, time.monotonic()

    def step(self, done, text):
        enough = 10 * (done - self.told) >= self.total and time.monotonic() - self.at >= self.seconds
        if enough and done < self.total:
            self.told, self.at = done, time.monotonic()
            self.job.log(text)
