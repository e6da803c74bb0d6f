#!/usr/bin/env python3
"""clang-tidy over the library's and the command's sources that a build compiles (no tests, no LibTorch).

    tidy.py BUILD_FOLDER [JOBS] [PART_OF_PATH ...]      PICKER_TIDY_SECONDS: start no further file after so long

The files that changed last come first. A file that passed is not looked at again until it, a header, .clang-tidy or its
command changes (BUILD/.tidy).
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import lint

WHERE = ("libpicker/src/", "libpicker/starfile/src/", "plugins/")


def latest_first(names):
    """By their last commit; what is changed or new since then comes first."""
    def git(*words):
        return subprocess.run(["git", "-C", str(lint.ROOT), *words], capture_output=True, text=True).stdout.splitlines()

    place = dict.fromkeys(git("diff", "--name-only", "HEAD"), 0)
    for line in git("log", "--name-only", "--format="):
        place.setdefault(line, len(place) + 1)
    return sorted(names, key=lambda name: (place.get(name, 0), name))


def main():
    end = time.monotonic() + float(os.environ.get("PICKER_TIDY_SECONDS", "inf"))
    if shutil.which("clang-tidy") is None:
        print("clang-tidy is not on this machine")
        return lint.SKIPPED
    build = pathlib.Path(sys.argv[1]).resolve()
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    tree = lint.Tree(lint.ROOT)
    headers = hashlib.sha256()
    for name in [".clang-tidy", *tree.files(".h", ".hpp", under="libpicker/"), *tree.files(".hpp", under="plugins/")]:
        headers.update(name.encode() + tree.text(name).encode())
    passed = build / ".tidy"
    passed.mkdir(exist_ok=True)
    work = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        name = path.relative_to(lint.ROOT).as_posix() if path.is_relative_to(lint.ROOT) else ""
        if name.startswith(WHERE) and "/torch/" not in name and any(part in name for part in sys.argv[3:] or [""]):
            key = hashlib.sha256(headers.digest() + path.read_bytes() + entry.get("command", "").encode()).hexdigest()
            if not (passed / key).exists():
                work[name] = key

    def run(name):
        if time.monotonic() > end:
            return name, None
        # GCC's own options mean nothing to clang; the sanitizers only slow it down; gemmi's headers are beyond clang 14 in C++20.
        command = ["clang-tidy", "-quiet", "-p", str(build), "--extra-arg=-Wno-unknown-warning-option",
                   "--extra-arg=-fno-sanitize=all", "--extra-arg=-UPICKER_WITH_GEMMI", str(lint.ROOT / name)]
        return name, subprocess.run(command, capture_output=True, text=True)

    bad = left = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for name, result in pool.map(run, latest_first(work)):
            if result is None:
                left += 1
            elif result.returncode:
                bad += 1
                print(f"{name}:\n{result.stdout}{result.stderr}", flush=True)
            else:
                (passed / work[name]).touch()
    print(f"clang-tidy: {len(work) - left} files looked at, {bad} with findings" +
          (f"; {left} that changed longer ago left out, for lack of time" if left else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
