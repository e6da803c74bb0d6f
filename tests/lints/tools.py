#!/usr/bin/env python3
"""clang-format over the C and C++ files, or shellcheck over the scripts; skipped where the tool is missing.

    tools.py format|shell [--self-test]
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import lint


def files(tree, what):
    if what == "format":
        return [name for name in tree.files(".c", ".cpp", ".cu", ".h", ".hpp") if "frozen" not in name]
    return [name for name in tree.names
            if name.endswith(".sh") or (tree.root / name).open("rb").readline(64).startswith(b"#!/usr/bin/env bash")]


def command(what):
    if what == "shell":
        return ["shellcheck", "-x"] if shutil.which("shellcheck") else None
    if not shutil.which("clang-format"):
        return None
    # Releases differ in small things, so only the one that .clang-format names is believed.
    wanted = re.search(r"clang-format (\d+)", (lint.ROOT / ".clang-format").read_text()).group(1)
    found = re.search(r"version (\d+)", subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout)
    return ["clang-format", "--dry-run", "--Werror"] if found and found.group(1) == wanted else None


def check(tree, what):
    listed = files(tree, what)
    run = subprocess.run([*command(what), *listed], cwd=tree.root, capture_output=True, text=True)
    print(run.stdout + run.stderr)
    return run.returncode == 0 and bool(listed)


def self_test(what):
    good, bad = {"format": ("int f();\n", "int   f( ) ;\n"),
                 "shell": ('#!/usr/bin/env bash\necho "$1"\n', "#!/usr/bin/env bash\nrm -rf $1/*\n")}[what]
    for text, expected in ((good, True), (bad, False)):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(lint.ROOT / ".clang-format", folder)
            pathlib.Path(folder, "sample.cpp" if what == "format" else "sample.sh").write_text(text)
            if check(lint.Tree(folder), what) != expected:
                return False
    return True


def main():
    what = sys.argv[1]
    if command(what) is None:
        print(f"{what}: the tool, or its right version, is not on this machine")
        return lint.SKIPPED
    passed = self_test(what) if "--self-test" in sys.argv else check(lint.Tree(lint.ROOT), what)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
