#!/usr/bin/env python3
"""Compares this library with the Python package starfile, in both directions; 77 (skipped) where it is not installed.

    oracle_python.py STARFILE_DUMP
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import pandas
    import starfile
except ImportError as missing:
    print(f"skipped: {missing}; python -m pip install starfile")
    sys.exit(77)

RELION = """
# version 30001

data_optics

loop_ 
_rlnOpticsGroupName #1 
_rlnOpticsGroup #2 
_rlnVoltage #3 
opticsGroup1            1   300.000000 
opticsGroup2            2   200.000000 
 

# version 30001

data_job

_rlnJobTypeLabel             relion.external
_rlnJobIsContinue                       0
 

# version 30001

data_particles

loop_ 
_rlnMicrographName #1 
_rlnCoordinateX #2 
_rlnCoordinateY #3 
_myNote #4 
Micrographs/a.mrc    61.890110   101.274725 plain 
Micrographs/\u00e4.mrc -3.25 1e-3 "two words" 
c.mrc 7 8 "" 
 
"""


def dump(program, path):
    run = subprocess.run([program, path], capture_output=True, check=True)
    return json.loads(run.stdout.decode())


def compare(ours, theirs, what):
    """`ours` is the dump; `theirs` maps names to a table or to a dict, as starfile.read gives them."""
    assert [b["name"] for b in ours] == list(theirs), (what, [b["name"] for b in ours], list(theirs))
    cells = 0
    for block in ours:
        other = theirs[block["name"]]
        if isinstance(other, dict):
            assert not block["loop"], what
            other = pandas.DataFrame([other])
        else:
            assert block["loop"], what
        assert block["labels"] == [str(label) for label in other.columns], (what, block["labels"], list(other.columns))
        assert len(block["rows"]) == len(other), (what, len(block["rows"]), len(other))
        for row, values in enumerate(block["rows"]):
            for column, mine in enumerate(values):
                value = other.iloc[row, column]
                if isinstance(value, str):
                    same = mine == value
                elif pandas.isna(value):  # that package has no empty strings in loops
                    same = mine in ("", "nan", "<NA>")
                else:
                    same = abs(float(mine) - float(value)) <= 1e-12 * abs(float(value))  # pandas' fast parser rounds
                assert same, (what, block["name"], row, column, mine, value)
                cells += 1
    return cells


def main():
    program = sys.argv[1]
    cells = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # What RELION writes, read by both; and our copy of it, read by both.
        original, copy = folder / "relion.star", folder / "copy.star"
        original.write_text(RELION, encoding="utf-8")
        cells += compare(dump(program, original), starfile.read(original, always_dict=True), "RELION's file")
        subprocess.run([program, original, copy], check=True)
        cells += compare(dump(program, original), starfile.read(copy, always_dict=True), "our copy")
        assert dump(program, original) == dump(program, copy)
        # It takes any line that begins with data_ for a block, so such rows need the quotes that we write.
        original.write_text(RELION.replace("c.mrc", "data_2024/c.mrc"), encoding="utf-8")
        subprocess.run([program, original, copy], check=True)
        cells += compare(dump(program, original), starfile.read(copy, always_dict=True), "rows that begin with data_")
        # What that package writes, read by us.
        table = pandas.DataFrame({"rlnMicrographName": [f"m{i % 7}.mrc" for i in range(500)],
                                  "rlnCoordinateX": [i * 1.25 - 9 for i in range(500)],
                                  "rlnNote": ["a b" if i % 3 else "c" for i in range(500)],
                                  "rlnClassNumber": list(range(500))})
        blocks = {"general": {"rlnName": "x", "rlnCount": 5}, "particles": table, "other": table.iloc[:1]}
        written = folder / "written.star"
        starfile.write(blocks, written, overwrite=True)
        ours = dump(program, written)
        cells += compare(ours[:2], {k: blocks[k] for k in ("general", "particles")}, "its file")
        subprocess.run([program, written, copy], check=True)
        assert dump(program, copy) == ours
        cells += compare(ours[:2], {k: v for k, v in starfile.read(copy, always_dict=True).items() if k != "other"}, "copy of it")
    print(f"{cells} values the same as those of the Python package starfile")


if __name__ == "__main__":
    main()
