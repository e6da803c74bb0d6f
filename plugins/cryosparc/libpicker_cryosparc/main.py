"""The program libpicker-cryosparc: its command line, and exit codes like those of `picker`."""
import argparse
import sys

import libpicker

from . import pick, train
from .host import Stopped, UsageError, connect

DONE, FAILED, USAGE, PARTLY, CANCELLED = 0, 1, 2, 3, 130


def output(text):
    """JOB:OUTPUT, an output of another job."""
    job, _, name = text.partition(":")
    if not job.startswith("J") or not job[1:].isdigit() or not name:
        raise argparse.ArgumentTypeError(f"'{text}' names no output of a job; write JOB:OUTPUT, such as J4:exposures")
    return job, name


def add_common(parser):
    job = parser.add_argument_group("the job")
    job.add_argument("--project", required=True, metavar="P3")
    job.add_argument("--workspace", metavar="W1", help="where the External job is made (or --job)")
    job.add_argument("--job", metavar="J9", help="an External job that is there already, and is built")
    job.add_argument("--title", help="of a new job")
    job.add_argument("--project-dir", metavar="DIR",
                     help="where this machine sees the project's folder [where cryoSPARC says]; files that are not there "
                          "are downloaded")
    job.add_argument("--threads", type=int, default=0, metavar="N", help="worker threads [one per core]")
    server = parser.add_argument_group("the server", "Defaults are the variables that cryosparc-tools knows: CRYOSPARC_EMAIL, "
                                       "CRYOSPARC_PASSWORD, CRYOSPARC_LICENSE_ID, CRYOSPARC_MASTER_HOSTNAME, "
                                       "CRYOSPARC_BASE_PORT, and from 5.0 on CRYOSPARC_BASE_URL or `python -m cryosparc.tools login`. "
                                       "Passwords belong there and not on a command line.")
    server.add_argument("--host", help="of the cryoSPARC master")
    server.add_argument("--port", type=int, help="base port, with --host")
    server.add_argument("--email")


def parser():
    top = argparse.ArgumentParser(
        prog="libpicker-cryosparc", description="Picks particles, and trains the picker for it, as External jobs of cryoSPARC.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some micrographs failed, 130 stopped.")
    top.add_argument("--version", action="version", version=f"libpicker-cryosparc with libpicker {libpicker.version}")
    commands = top.add_subparsers(dest="command", required=True, metavar="pick|train")
    for module in (pick, train):
        command = commands.add_parser(module.NAME, help=module.SUMMARY, description=module.SUMMARY)
        add_common(command)
        module.add_arguments(command, output)
        command.set_defaults(run=module.run)
    return top


def main(words=None):
    arguments = parser().parse_args(words)
    try:
        return PARTLY if arguments.run(arguments, connect(arguments)) else DONE
    except UsageError as error:
        print(f"libpicker-cryosparc: {error}", file=sys.stderr)
        return USAGE
    except (KeyboardInterrupt, Stopped) as error:
        print(f"libpicker-cryosparc: {error or 'cancelled'}", file=sys.stderr)
        return CANCELLED
    except Exception as error:  # the job has the traceback
        print(f"libpicker-cryosparc: {error}", file=sys.stderr)
        return FAILED
