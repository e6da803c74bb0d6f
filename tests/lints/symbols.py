#!/usr/bin/env python3
"""A shared library exports picker_* and nothing else, and libpicker exactly what picker.h declares.

    symbols.py LIBRARY [--header picker.h]      or --self-test
"""
import pathlib
import subprocess
import sys

from documented import functions


def exported(nm_output):
    """Names that `nm -D --defined-only` shows; type A is the version script's own node."""
    names = set()
    for line in nm_output.splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1] != "A":
            names.add(parts[2].split("@")[0])
    return names


def complaints(names, declared):
    found = [f"{name} must not leave the library" for name in sorted(names) if not name.startswith("picker_")]
    if declared is not None:
        found += [f"{name} is declared but not exported" for name in sorted(declared - names)]
        found += [f"{name} is exported but in no public header" for name in sorted(names - declared)
                  if name.startswith("picker_")]
    return found


def self_test():
    names = exported("0001 T picker_a\n0002 W _ZNSt6vectorD1Ev\n0000 A LIBPICKER_0\n0003 T picker_b@@V1\n  U malloc\n")
    assert names == {"picker_a", "_ZNSt6vectorD1Ev", "picker_b"}, names
    assert complaints(names, {"picker_a", "picker_c"}) == [
        "_ZNSt6vectorD1Ev must not leave the library", "picker_c is declared but not exported",
        "picker_b is exported but in no public header"]
    assert complaints({"picker_a"}, {"picker_a"}) == []


def main():
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        self_test()
        return 0
    library = arguments[0]
    declared = None
    if "--header" in arguments:
        text = pathlib.Path(arguments[arguments.index("--header") + 1]).read_text(encoding="utf-8")
        declared = {name for name, _ in functions(text)}
    output = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    names = exported(output)
    found = complaints(names, declared)
    for line in found:
        print(f"{library}: {line}")
    print(f"symbols: {len(names)} exported, {len(found)} complaints")
    return 1 if found or not names else 0


if __name__ == "__main__":
    sys.exit(main())
