#!/usr/bin/env python3
"""Every .cpp and .cu is in a CMakeLists.txt, every file of code opens with a comment that says what it is, and none grows too long."""
import re

import lint

LONGEST = 400  # lines
CODE = (".c", ".cpp", ".cu", ".h", ".hpp", ".py", ".sh", ".cmake", ".in", "CMakeLists.txt")
OPENING = re.compile(r"\s*(//|/\*|#(?!include|pragma|if|define)|\"\"\"|prefix=)")
MAY_BE_LONG = ("libpicker/include/picker/",  # the public header is one file by design
               "tests/abi/frozen")           # and so are its frozen copies


def check(tree):
    complaints = []
    for name in tree.files(*CODE):
        text = tree.text(name)
        lines = text.count("\n")
        if lines > LONGEST and not name.startswith(MAY_BE_LONG):
            complaints.append(f"{name}: {lines} lines, more than {LONGEST}: split it by topic")
        if not OPENING.match(text) and not name.endswith("CMakeLists.txt"):
            complaints.append(f"{name}:1: does not open with a comment that says what the file is")
    lists = {name: tree.text(name) for name in tree.names if name.endswith(("CMakeLists.txt", ".cmake"))}
    for name in tree.files(".cpp", ".c", ".cu"):
        folder, _, file = name.rpartition("/")
        above = [text for place, text in lists.items()
                 if folder == place.rpartition("/")[0] or (folder + "/").startswith(place.rpartition("/")[0] + "/")
                 or not place.rpartition("/")[0]]
        stem = file.rpartition(".")[0]  # enough where the list itself adds the ending
        words = [(text, file) for text in above] + [(text, stem) for text in above if "${name}.c" in text]
        if not any(re.search(r"(?<![\w.-])" + re.escape(word) + r"(?![\w.-])", text) for text, word in words):
            complaints.append(f"{name}: is in no CMakeLists.txt of its folder or the folders above")
    return complaints


SAMPLES = [
    ({"libpicker/src/io/CMakeLists.txt": "# io\npicker_layer(io a.cpp)\n", "libpicker/src/io/a.cpp": "// a\n",
      "libpicker/src/io/b.cpp": "// b\n"}, "b.cpp: is in no CMakeLists.txt"),
    ({"benchmarks/CMakeLists.txt": "# b\nadd_executable(x ${name}.cpp)\nbench(speed)\n", "benchmarks/speed.cpp": "// s\n"}, None),
    ({"libpicker/src/io/CMakeLists.txt": "# io\npicker_layer(io aa.cpp)\n", "libpicker/src/io/a.cpp": "// a\n"}, "a.cpp: is in"),
    ({"a/b.hpp": "#pragma once\n"}, "does not open with a comment"),
    ({"a/b.hpp": "// b\n" * 401}, "401 lines"),
    ({"libpicker/CMakeLists.txt": "# l\nadd_library(l src/a.cpp)\n", "libpicker/src/a.cpp": "// a\n",
      "x.py": "#!/usr/bin/env python3\n", "y.py": '"""y"""\n'}, None),
]
if __name__ == "__main__":
    lint.main(check, SAMPLES)
