#!/usr/bin/env python3
"""Every function of picker.h is documented and called by a test.

A comment documents the declarations that follow it up to the next blank line.
"""
import re

import lint

HEADER = "libpicker/include/picker/picker.h"
WRAPPER = "libpicker/include/picker/picker.hpp"
DECLARATION = re.compile(r"^PICKER_API\b[^;{]*?\b(picker_\w+)\s*\(", re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def functions(text):
    """Pairs of (name, documented) in the header's order."""
    found = []
    documented = False
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        start = position
        position += len(line)
        if not stripped:
            documented = False
        elif stripped.startswith(("/*", "*", "//")):
            # A section's rule ("/* ---- name */") says nothing about a function.
            documented = documented or not re.match(r"/\* -{5,}", stripped)
        else:
            match = DECLARATION.match(text[start:])
            if match:
                found.append((match.group(1), documented))
    return found


def check(tree):
    if HEADER not in tree.names:
        return [f"{HEADER} is missing"]
    declared = functions(tree.text(HEADER))
    complaints = [f"{HEADER}: {name} has no comment" for name, documented in declared if not documented]
    sources = {name: COMMENT.sub(" ", tree.text(name)) for name in tree.files(".c", ".cpp", ".h", ".hpp", under="tests/")
               if "/frozen/" not in name}  # a frozen header declares, it does not call
    tests = STRING.sub('""', "\n".join(text for name, text in sources.items()))
    if any(WRAPPER.split("include/")[1] in text for text in sources.values()) and WRAPPER in tree.names:
        # Destructors of picker.hpp call these in every test that uses it.
        tests += "\n".join(re.findall(r"\bpicker_\w+_free>", COMMENT.sub(" ", tree.text(WRAPPER))))
    # A name handed on as a function pointer counts: tests with tables of functions call it so.
    called = set(re.findall(r"\b(picker_\w+)\s*[(,;})>]", tests))
    for ending in set(re.findall(r"##(_\w+)", tests)):  # made by a macro: CHECK(picker_x) with x##_init in it
        called |= {name + ending for name in re.findall(r"[A-Z]\(\s*(picker_\w+)\s*[,)]", tests)}
    complaints += [f"{HEADER}: {name} is called by no test" for name, _ in declared if name not in called]
    if not declared:
        complaints.append(f"{HEADER}: no function found")
    return complaints


GOOD = "/* Adds.\n * Two. */\nPICKER_API int\npicker_a(int b);\nPICKER_API int picker_b(void);\n"
CALLS = "int main() { return picker_a(1) + picker_b(); }\n"
SAMPLES = [
    ({HEADER: GOOD, "tests/capi/t.c": CALLS}, None),
    ({HEADER: GOOD, "tests/capi/t.c": "/* picker_a( */ int main() { return picker_b(); }\n"}, "picker_a is called by no"),
    ({HEADER: GOOD, "tests/t.c": 'int (*f)(int) = picker_a; table({picker_b, "picker_c("});'}, None),
    ({HEADER: GOOD, "tests/t.c": 'puts("picker_a("); picker_b();'}, "picker_a is called by no"),
    ({HEADER: GOOD + "\nPICKER_API int picker_c(void);\n", "tests/t.c": CALLS + "int c = picker_c();"}, "picker_c has no"),
    ({HEADER: "/* ------ part */\nPICKER_API int picker_d(void);\n", "tests/t.c": "picker_d();"}, "picker_d has no"),
    ({HEADER: GOOD, "tests/abi/frozen/old.h": GOOD, "tests/t.c": "picker_b();"}, "picker_a is called by no"),
    ({HEADER: "/* Init. */\nPICKER_API int picker_s_init(void);\n", "tests/t.c": "#define I(t) t##_init()\nI(picker_s);"}, None),
    ({HEADER: "/* Free. */\nPICKER_API int picker_h_free(void);\n", WRAPPER: "Owner<H, picker_h_free> owner_;",
      "tests/t.c": '#include "picker/picker.hpp"'}, None),
    ({"tests/t.c": CALLS}, "is missing"),
]
if __name__ == "__main__":
    lint.main(check, SAMPLES)
