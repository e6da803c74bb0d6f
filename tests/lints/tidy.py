#!/usr/bin/env python3
"""clang-tidy over the library's and the command's sources that a build compiles (no tests, no LibTorch).

    tidy.py BUILD_FOLDER [JOBS] [PART_OF_PATH ...]

A file that passed is not looked at again until it, a header, .clang-tidy or its command changes (BUILD/.tidy).
"""
import concurrent.futures
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

import lint

WHERE = ("libpicker/src/", "libpicker/starfile/src/", "plugins/")


def main():
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
        # GCC's own options mean nothing to clang; the sanitizers only slow it down; gemmi's headers are beyond clang 14 in C++20.
        command = ["clang-tidy", "-quiet", "-p", str(build), "--extra-arg=-Wno-unknown-warning-option",
                   "--extra-arg=-fno-sanitize=all", "--extra-arg=-UPICKER_WITH_GEMMI", str(lint.ROOT / name)]
        return name, subprocess.run(command, capture_output=True, text=True)

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for name, result in pool.map(run, work):
            if result.returncode:
                bad += 1
                print(f"{name}:\n{result.stdout}{result.stderr}", flush=True)
            else:
                (passed / work[name]).touch()
    print(f"clang-tidy: {len(work)} files looked at, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
