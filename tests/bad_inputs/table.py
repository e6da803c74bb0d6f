"""The table of bad inputs: each is made in a folder of its own and met by the command, and what is said is put down.

    PICKER=.../picker PICKER_RELION=.../picker_relion python3 table.py            prints the table
                                                      python3 table.py --write    brings docs/bad-inputs.md up to date
                                                      python3 table.py --check    1 where that page says something else

Each message must name what is wrong and the way out, and no command may crash, hang, or leave a temporary file behind.
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from cases import GROUPS, Folder  # noqa: E402
from files import ROOT  # noqa: E402

PAGE = ROOT / "docs" / "bad-inputs.md"
BLOCK = re.compile(r"(<!-- GENERATED: tests/bad_inputs/table.py -->\n).*?(<!-- END -->)", re.DOTALL)
# Exit codes of docs/cli.md: done, failed, wrong usage, partly done. A signal is negative here.
CODES = {"picker": (0, 1, 2, 3), "picker_relion": (1,)}
# What a reader can do: an imperative after the fault, a word in place of a misspelt one, or the flag that goes on.
WAY_OUT = re.compile(r"\b(?:give|check|choose|use|see|try|run|copy|make|rename|convert|export|pick|train|write|save|unpack|average|start|"
                     r"select|put|read|mend|correct|remove|empty|score|update|add|clear|leave|make room|free some space|the path of|"
                     r"needs?|known are|the columns are|there is|it is one of|it has|knows|it must be|it is in|tells|goes on|go there) [^ ]|"
                     r"did you mean|name files|not both|belongs to --", re.MULTILINE)


def tidy(text, folder):
    """Without what differs between machines and versions."""
    for path in {str(folder), os.path.realpath(folder)}:
        text = text.replace(path, "/folder")
    text = re.sub(r"\b\d+\.\d+\.\d+\b", "VERSION", text)
    text = re.sub(r"\[json\.exception[^]]*\] .*?(?=[;)] ?|$)", "the parser's reason", text)
    return re.sub(r"in \d+\.\d s\b", "in 0.1 s", text).strip()


def run(case, base, number):
    """(exit code, message, faults) of a case."""
    folder = Folder(base / f"case{number}")
    if case.make:
        case.make(folder)
    before = {path for path in folder.path.rglob("*")}
    program = os.environ.get({"picker": "PICKER", "picker_relion": "PICKER_RELION"}[case.program], case.program)
    try:
        done = subprocess.run([program, *case.words], cwd=folder.path, input=case.stdin, text=True, capture_output=True, timeout=60,
                              check=False, env={**os.environ, "LC_ALL": "C", "OMP_NUM_THREADS": "1"})
    except subprocess.TimeoutExpired:
        return None, "", [f"{case.what}: no end after 60 s"]
    text = tidy(done.stderr.strip() or done.stdout, folder.path)
    faults = []
    if done.returncode not in CODES[case.program]:
        faults.append(f"exit code {done.returncode}")
    faults += [f"'{name}' is not named" for name in case.names if name not in text]
    if done.returncode != 0 and not WAY_OUT.search(text.partition(": ")[2]):
        faults.append("no way out")
    new = {path for path in folder.path.rglob("*")} - before
    faults += [f"{path.name} is left behind" for path in new if path.suffix in (".tmp", ".part")]
    faults += [f"{path.name} is empty" for path in new if path.is_file() and path.stat().st_size == 0 and
               not path.name.startswith((".picker.lock", "RELION_JOB_EXIT"))]
    return done.returncode, text, [f"{case.what}: {fault}: {text}" for fault in faults]


def command_of(case):
    return " ".join([case.program] + ["''" if word == "" else f"'{word}'" if re.search(r"[ *>]", word) else word for word in case.words])


def cell(text):
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("\n", "<br>")


def first_lines(text, most=8):
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(lines if len(lines) <= most else [*lines[:2], "..."])


def tables(page):
    """The page's blocks of all groups, how many cases there are, and what is wrong with the product. Rows of what a build has not,
    as those without LibTorch or gemmi, stay what they are in `page`."""
    out, faults, count = [], [], 0
    with tempfile.TemporaryDirectory(prefix="picker-bad-") as base:
        for title, cases in GROUPS:
            out.append(f"\n### {title}\n\n| input | command | message | exit |\n|---|---|---|---|\n")
            for case in cases:
                count += 1
                code, text, wrong = run(case, pathlib.Path(base), count)
                begin = f"| {cell(case.what)} | `{command_of(case)}` | "
                row = f"{begin}{cell(first_lines(text))} | {code} |\n"
                if "the LibTorch engine" in text or "without gemmi" in text:
                    row = next((line for line in page.splitlines(True) if line.startswith(begin)), row)
                else:
                    faults += wrong
                out.append(row)
    return f"\n{count} inputs.\n" + "".join(out) + "\n", faults


def main():
    page = PAGE.read_text() if PAGE.exists() else ""
    text, faults = tables(page)
    for fault in faults:
        print(fault, file=sys.stderr)
    new = BLOCK.sub(lambda found: found.group(1) + text + found.group(2), page)
    if "--write" in sys.argv:
        PAGE.write_text(new)
    elif "--check" in sys.argv:
        difference = "".join(difflib.unified_diff(page.splitlines(True), new.splitlines(True), "docs/bad-inputs.md", "now", n=0))
        if difference or not BLOCK.search(page):
            print(f"{difference}docs/bad-inputs.md: python3 tests/bad_inputs/table.py --write", file=sys.stderr)
            return 1
    else:
        print(text)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
