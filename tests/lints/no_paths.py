#!/usr/bin/env python3
"""No file holds a path of somebody's machine or a mark of unfinished work."""
import re

import lint

PATHS = re.compile(r"(?<![\w.$}\])*/-])/((work|root)(?=[/\s\"'`),:;]|$)|(home|Users|opt|tmp|scratch)/[\w.-]+)")
MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|TB" r"D|HA" r"CK)\b")
BINARY = (".mrc", ".tif", ".tiff", ".png", ".safetensors", ".npy", ".gz", ".star", ".box", ".cs")


def check(tree):
    complaints = []
    for name in tree.names:
        if name.endswith(BINARY) or name == "tests/lints/no_paths.py":
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            match = PATHS.search(line)
            if match:
                complaints.append(f"{name}:{number}: {match.group(0)} is a path of one machine")
            match = MARKS.search(line)
            if match:
                complaints.append(f"{name}:{number}: unfinished: {match.group(0)}")
    return complaints


SAMPLES = [
    # In pieces, so that this file holds no such path itself.
    ({"a.cpp": 'const char* p = "/ho' 'me/me/data";\n'}, "/ho" "me/me is a path"),
    ({"a.md": "see /ro" "ot/x\n"}, "/ro" "ot is a path"),
    ({"a.sh": "cd /t" "mp/build-x\n"}, "is a path"),
    ({"a.hpp": "// TO" "DO later\n"}, "unfinished"),
    ({"a.cpp": '// ../wo' 'rk/main, docs/home/x, "$HOME/wo' 'rk/x"\nopen("/dev/full"); // TODOS\n'}, None),
]
if __name__ == "__main__":
    lint.main(check, SAMPLES)
