#!/usr/bin/env python3
"""The public headers compile alone, strictly: picker.h as C99 and as C++, picker.hpp as C++20.

    header_alone.py CC CXX      or --self-test CC CXX
"""
import pathlib
import subprocess
import sys
import tempfile

import lint

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]


def ways(c, cxx, folder):
    folder = pathlib.Path(folder)
    include = ["-I", str(folder)]
    yield [c, "-xc", "-std=c99", "-Wstrict-prototypes", *STRICT, *include], "picker/picker.h"
    yield [c, "-xc", "-std=c17", *STRICT, *include], "picker/picker.h"
    yield [cxx, "-xc++", "-std=c++11", *STRICT, *include], "picker/picker.h"
    if (folder / "picker/picker.hpp").exists():
        yield [cxx, "-xc++", "-std=c++20", *STRICT, *include], "picker/picker.hpp"


def check(c, cxx, folder):
    failed = []
    for command, header in ways(c, cxx, folder):
        source = f'#include <{header}>\n#include <{header}>\nint main(void);\nint main(void) {{ return 0; }}\n'
        run = subprocess.run([*command, "-"], input=source, capture_output=True, text=True)
        if run.returncode:
            failed.append(" ".join(command) + f"  <{header}>\n" + run.stderr)
    return failed


def self_test(c, cxx):
    bad = ["#include <vector>\n", "int f(bool x);\n", "int f();\n", "enum e { A, B, };\nsize_t n;\n"]
    for text in bad:
        with tempfile.TemporaryDirectory() as folder:
            header = pathlib.Path(folder, "picker/picker.h")
            header.parent.mkdir()
            header.write_text(f"#ifndef H\n#define H\n{text}#endif\n")
            if not check(c, cxx, folder):
                return [f"not caught: {text}"]
    return []


def main():
    testing = "--self-test" in sys.argv
    c, cxx = sys.argv[-2:]
    failed = self_test(c, cxx) if testing else check(c, cxx, lint.ROOT / "libpicker/include")
    for text in failed:
        print(text)
    print(f"header_alone: {len(failed)} complaints")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
