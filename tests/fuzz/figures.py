"""What the logs of tests/fuzz/run.sh say: executions, coverage of the reader's own files, findings.

figures.py FOLDER TARGET... prints a table and ends with 1 where a target was broken.
"""
import pathlib
import re
import sys

# The files of libpicker that a target is about.
SOURCES = {
    "mrc": ("io/mrc_header", "io/mrc_read"), "tiff": ("io/tiff_file",), "png": ("io/png_file",),
    "map": ("picking/score_map_file",), "star": ("starfile/src/parse", "starfile/src/block", "io/star_picks"),
    "box": ("io/box_picks",), "cbox": ("io/cbox_picks",), "numpy": ("io/numpy_cs", "io/cs_table", "io/cs_picks"),
    "csdat": ("io/csdat", "io/cs_table", "io/cs_picks"), "csv": ("io/csv", "io/csv_picks"), "eman": ("io/eman_picks",),
    "micrographs": ("io/star_micrographs",), "table": ("training/dataset_file",), "particles": ("io/class2d",),
    "exposures": ("io/cs_exposures",), "pairs": ("io/pair_inputs",),
    "checkpoint": ("models/safetensors", "models/checkpoint", "models/spec_json", "models/spec_check", "engine/network_spec"),
    "state": ("training/state_file", "models/safetensors"), "journal": ("picking/run_journal",), "run": ("report/run_folder",),
    "pdb": ("io/atoms",), "cif": ("io/atoms",), "calls": ("capi/",),
}
FUNCTION = re.compile(r"COVERED_FUNC: hits: \d+ edges: (\d+)/(\d+) .* (\S+?):\d+")


def coverage(log, parts):
    """Edges reached and edges in all of the functions in these files."""
    reached = total = 0
    for match in FUNCTION.finditer(log):
        path = match[3]
        if path.endswith(".cpp") and any(part in path for part in (f"libpicker/src/{p}" if "starfile" not in p else f"libpicker/{p}" for p in parts)):
            reached, total = reached + int(match[1]), total + int(match[2])
    return reached, total


def number(log, name):
    match = re.search(rf"stat::{name}:\s+(\d+)", log)
    return int(match[1]) if match else 0


def main():
    folder, targets = pathlib.Path(sys.argv[1]), sys.argv[2:]
    print(f"{'target':12} {'executions':>10} {'per s':>7} {'edges':>6} {'of the reader':>16} {'peak MiB':>8}  broken")
    total = broken = 0
    for target in targets:
        log = (folder / target).read_text(errors="replace")
        executions, rate = number(log, "number_of_executed_units"), number(log, "average_exec_per_sec")
        edges = [int(match) for match in re.findall(r"\bcov: (\d+)", log)]
        reached, of = coverage(log, SOURCES[target])
        share = f"{reached}/{of} {100 * reached // of}%" if of else "-"
        finding = re.search(r"^(broken: .*|SUMMARY: .*|.*terminate called.*|==\d+== ?ERROR: .*)$", log, re.M)
        bad = finding is not None or "Done " not in log and executions == 0
        print(f"{target:12} {executions:>10} {rate:>7} {edges[-1] if edges else 0:>6} {share:>16} {number(log, 'peak_rss_mb'):>8}  "
              f"{finding[1][:120] if finding else 'no log' if bad else '-'}")
        total, broken = total + executions, broken + bad
    print(f"{total} executions, {broken} of {len(targets)} targets broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
