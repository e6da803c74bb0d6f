"""What the tests of cryoSPARC share, and their runner: `python cryosparc_support.py ENVIRONMENT TOPIC_test` runs the topic
in the environment that holds cryosparc-tools, and exits 77 where it is missing."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "cli"))
SKIPPED = 77  # what ctest takes for "not run"
CS_DUMP = os.environ.get("CS_DUMP", "cs_dump")


def main():
    environment, topic = sys.argv[1:]
    python = pathlib.Path(environment) / "bin" / "python"
    try:
        found = subprocess.run([python, "-c", "import cryosparc.dataset"], capture_output=True, text=True, check=False)
        problem = found.stderr.strip().splitlines()[-1] if found.returncode else ""
    except OSError as error:
        problem = str(error)
    if problem:
        print(f"skipped: no cryosparc-tools in {environment} ({problem}); "
              ". cmake/bootstrap.sh && picker_setup oracles")
        return SKIPPED
    done = subprocess.run([python, "-m", "unittest", "-v", topic], stderr=subprocess.PIPE, text=True, check=False)
    print(done.stderr, file=sys.stderr)
    all_skipped = done.returncode == 0 and "OK (skipped=" in done.stderr and "... ok" not in done.stderr
    return SKIPPED if all_skipped else done.returncode


if __name__ == "__main__":
    sys.exit(main())
