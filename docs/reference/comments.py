"""Doxygen's filter: the comments of picker.h and picker.hpp, which are plain C and C++, as it wants them. FILE to standard output."""
import re
import sys


def c_comment(line):
    line = re.sub(r"^/\* (\w+\.h) - ", r"/** @file\n * ", line)
    line = re.sub(r"^(\s*)/\* ", r"\1/** ", line)
    return re.sub(r"(\S\s+)/\* ", r"\1/**< ", line)


def cpp_comment(line, depth):
    # Comments in bodies are nobody's documentation.
    line = re.sub(r"^(\s*)// (\w+\.hpp - )?", lambda m: m.group(1) + ("/// @file\n/// " if m.group(2) else "/// "), line) if depth else line
    return re.sub(r"([;,{})]\s+)// ", r"\1///< ", line) if depth else line


def main():
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        if re.match(r"/\* -{10,}.*\*/$", line):  # a heading
            line = ""
        elif path.endswith(".hpp"):
            line = cpp_comment(line, re.match(r" {0,4}\S", line))
        else:
            line = c_comment(line)
        if re.match(r"\s*(/\*\*| \*|///)", line):
            parts = line.split("`")
            parts[::2] = [re.sub(r"<([\w.]+)>", r"\\<\1\\>", part) for part in parts[::2]]  # not within code
            line = "`".join(parts)
        print(line)


main()
