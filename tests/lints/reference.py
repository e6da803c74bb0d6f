#!/usr/bin/env python3
"""Doxygen makes the API reference (docs/reference) without a warning, with every function in it; the fragments of C in docs/ compile.

    reference.py CC [--self-test]        exits 77 without Doxygen
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import lint

PARTS = ["docs/reference", "libpicker/include/picker", "examples/c", "examples/cpp"]


def reference(root):
    """What is wrong with the reference of a source tree."""
    with tempfile.TemporaryDirectory() as folder:
        settings = (root / "docs/reference/Doxyfile").read_text() + f"\nOUTPUT_DIRECTORY = {folder}\n"
        run = subprocess.run(["doxygen", "-"], cwd=root, input=settings, capture_output=True, text=True)
        if run.returncode or run.stderr.strip():
            return [run.stderr + run.stdout]
        page = (pathlib.Path(folder) / "html/picker_8h.html").read_text()
        declared = re.findall(r"^PICKER_API\b[^;{]*?\b(picker_\w+)\s*\(", (root / "libpicker/include/picker/picker.h").read_text(),
                              re.MULTILINE)
        return [f"{name} is not in the reference" for name in declared if f">{name}</a>" not in page]


def fragments(cc, name, text):
    """Pieces of C between the generated blocks of a page: each compiles in a function."""
    complaints = []
    plain = re.sub(r"<!-- GENERATED: .*?<!-- END -->", "", text, flags=re.DOTALL)
    for piece in re.findall(r"^```c\n(.*?)^```$", plain, re.DOTALL | re.MULTILINE):
        source = f"#include <picker/picker.h>\nint piece(void);\nint piece(void) {{\n{piece}return 0;\n}}\n"
        run = subprocess.run([cc, "-xc", "-std=c99", "-Wall", "-Wextra", "-Wno-unused-but-set-variable", "-Werror", "-fsyntax-only", "-I",
                              lint.ROOT / "libpicker/include", "-"], input=source, capture_output=True, text=True)
        if run.returncode:
            complaints.append(f"{name}: {piece}\n{run.stderr}")
    return complaints


def self_test(cc):
    failures = []
    if not fragments(cc, "page", "```c\npicker_nothing options;\n```\n"):
        failures.append("a fragment that cannot compile is not noticed")
    for old, new in (("/* The library's version", "/* @param nobody is none. The library's version"),
                     ("/* The library's version", "/* See @ref nowhere. The library's version")):
        with tempfile.TemporaryDirectory() as folder:
            for part in PARTS:
                shutil.copytree(lint.ROOT / part, pathlib.Path(folder, part))
            header = pathlib.Path(folder, "libpicker/include/picker/picker.h")
            text = header.read_text()
            if old not in text:
                failures.append(f"picker.h has no '{old}'")
            header.write_text(text.replace(old, new, 1))
            if not reference(pathlib.Path(folder)):
                failures.append(f"'{new}' is not noticed")
    return failures


def main():
    if not shutil.which("doxygen"):
        print("doxygen is not on this machine")
        return lint.SKIPPED
    cc = next(word for word in sys.argv[1:] if not word.startswith("--"))
    if "--self-test" in sys.argv:
        complaints = self_test(cc)
    else:
        complaints = reference(lint.ROOT)
        for page in sorted((lint.ROOT / "docs").glob("*.md")):
            complaints += fragments(cc, page.name, page.read_text())
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
