"""docs/: generated blocks are what the program says, examples run, flags and functions are all there.

    PICKER=.../picker python3 docs_test.py --write      brings the generated blocks up to date
"""
import array
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from reapply_test import write_png
from support import PICKER, ROOT, Case, world, write_mrc

BLOCK = re.compile(r"<!-- GENERATED: (.*?) -->\n(.*?)<!-- END -->", re.DOTALL)
PAGES = ["cli.md", "c-api.md"]
COMMON = ["--pixel-size", "--seed", "--quiet", "--json", "--threads", "--help", "--version", "--device"]
HEADER = ROOT / "libpicker" / "include" / "picker" / "picker.h"


def generated(source):
    """The content of a block: what a command prints, or a file of the project."""
    if source.startswith("picker "):
        done = subprocess.run([PICKER, *source.split()[1:]], capture_output=True, text=True, check=True)
        return f"```\n{done.stdout}```\n"
    language = {".c": "c", ".cpp": "cpp"}[pathlib.Path(source).suffix]
    return f"```{language}\n{(ROOT / source).read_text()}```\n"


def page(name):
    return (ROOT / "docs" / name).read_text()


def examples(name):
    """The shell examples of a page, one script."""
    text = BLOCK.sub("", page(name))
    return "".join(re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


class Generated(unittest.TestCase):
    maxDiff = None

    def test_blocks_are_current(self):
        for name in PAGES:
            blocks = BLOCK.findall(page(name))
            self.assertTrue(blocks, name)
            for source, content in blocks:
                self.assertEqual(content, generated(source), f"docs/{name}: python3 tests/cli/docs_test.py --write")

    def test_every_command_has_its_help(self):
        commands = re.findall(r"^  (\w+) ", generated("picker --help"), re.MULTILINE)
        self.assertIn("pick", commands)
        for command in commands:
            self.assertIn(f"<!-- GENERATED: picker {command} --help -->", page("cli.md"))

    def test_every_flag_has_an_example(self):
        lines = re.sub(r"\\\n", " ", examples("cli.md")).splitlines()
        for source, content in BLOCK.findall(page("cli.md")):
            words = source.split()
            if len(words) < 3:
                continue
            used = " ".join(line + " " for line in lines if f"picker {words[1]} " in line + " ")
            for flag in re.findall(r"^  (--[\w-]+)", content, re.MULTILINE):
                if flag not in COMMON:
                    self.assertIn(f" {flag} ", used, f"{flag} of {source} is in no example")
        for flag in COMMON:
            self.assertTrue(any(flag in line for line in lines), flag)


class CApi(unittest.TestCase):
    def test_every_function_is_in_its_page(self):
        declared = set(re.findall(r"^PICKER_API\b[^;{]*?\b(picker_\w+)\s*\(", HEADER.read_text(), re.MULTILINE))
        named = set(re.findall(r"`(picker_\w+)`", BLOCK.sub("", page("c-api.md"))))
        inits = {name for name in declared if name.endswith("_init")}
        self.assertEqual(sorted(declared - inits - named), [], "functions that docs/c-api.md does not name")
        types = set(re.findall(r"\b(picker_\w+)\b", HEADER.read_text()))
        self.assertEqual(sorted(named - types), [], "names in docs/c-api.md that picker.h does not have")

    def test_links(self):
        for name in PAGES + ["datasets.md", "training.md", "schemes.md", "devices.md"]:
            for link in re.findall(r"\]\(([^)#:]+)\)", page(name)):
                self.assertTrue((ROOT / "docs" / link).exists(), f"docs/{name}: {link}")


class Examples(Case):
    def run_page(self, name):
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        os.symlink(shutil.which(PICKER) or PICKER, bin_folder / "picker")
        work = self.folder / "work"
        work.mkdir()
        # What the page takes for granted: a density map and a mask.
        size = 24
        write_mrc(work / "map.mrc", size, size, 5.0, array.array("f", [
            max(0.0, 6.0 - ((i - 12) ** 2 + (j - 12) ** 2 / 2 + (k - 12) ** 2) ** 0.5)
            for k in range(size) for j in range(size) for i in range(size)]), depth=size)
        write_png(work / "mask.png", 28, 24, [[255 if i < 6 else 0 for i in range(28)] for _ in range(24)])
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", examples(name)], cwd=work, capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        return work

    def test_cli_page(self):
        world()  # or skip
        work = self.run_page("cli.md")
        for name in ("picks/autopick.star", "pictures/sim_0006.png", "boxes/picks.csv", "boxes/sim_0001.box", "boxes/sim_0001.cbox",
                     "sim_0001.star", "curve.csv", "report.html", "all/report.html", "evaluation.json", "converted/sim_0001.star", "again.star", "maps/sim_0006.mrc"):
            self.assertTrue((work / name).exists(), name)

    def test_schemes_page(self):
        world()
        work = self.run_page("schemes.md")
        for name in ("adapted.safetensors", "unseen-picks/autopick.star", "small-centred/sim_0001.star",
                     "round2/round.json", "round2.safetensors", "mined-complete.safetensors"):
            self.assertTrue((work / name).exists(), name)

    def test_datasets_page(self):
        world()
        self.run_page("datasets.md")


def write_pages():
    for name in PAGES:
        path = ROOT / "docs" / name
        path.write_text(BLOCK.sub(lambda m: f"<!-- GENERATED: {m.group(1)} -->\n{generated(m.group(1))}<!-- END -->",
                                  path.read_text()))


if __name__ == "__main__":
    if "--write" in sys.argv:
        write_pages()
    else:
        unittest.main()
