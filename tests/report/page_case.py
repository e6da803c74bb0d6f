"""What the tests of the report's page share: one run, one browser, and what a person does with a page.

PICKER names the program. Without a Chromium the tests are left out with a message (exit code 77).
"""
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import browser
from folder import HEIGHT, WIDTH, Run
from support import PICKER

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="picker-report-"))
_shared = {}


def picker(*words, code=0):
    done = subprocess.run([PICKER, *map(str, words)], cwd=FOLDER, capture_output=True, text=True, check=False)
    if code is not None and done.returncode != code:
        raise AssertionError(f"picker {' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def set_up():
    _shared["run"] = Run(FOLDER)
    picker("report", "picks", "--title", "A <b>title</b>")
    _shared["browser"] = browser.Browser(browser.find())


def tear_down():
    _shared["browser"].close()
    shutil.rmtree(FOLDER, ignore_errors=True)


def star_rows(text):
    """The rows of our export, by a reader of our own: quoted names, then numbers."""
    labels = re.findall(r"^_(\w+) #\d+", text, re.MULTILINE)
    rows = []
    for line in text.splitlines():
        words = [a or b or c for a, b, c in re.findall(r"\"([^\"]*)\"(?!\S)|'(.*)'(?!\S)|(\S+)", line)]
        if len(words) == len(labels) and not line.startswith(("_", "#")):
            rows.append(dict(zip(labels, words)))
    return rows


class Case(unittest.TestCase):
    def setUp(self):
        self.run_folder, self.page = _shared["run"], _shared["browser"]
        self.page.resize(1280, 900)
        self.page.dark(False)
        self.open(self.run_folder.output / "report.html")

    def open(self, path, keep=False):
        self.page.open(path)
        if not keep:
            self.page.run("localStorage.clear()")
            self.page.open(path)

    def text(self, selector):
        return self.page.run(f"document.querySelector({selector!r}).textContent")

    def choose(self, selector, value, event="change"):
        """Sets a field as a person would leave it."""
        self.page.run(f"""(() => {{ const field = document.querySelector({selector!r}); field.value = {str(value)!r};
            field.dispatchEvent(new Event({event!r})); }})()""")
        self.page.frames()

    def settled_place(self, selector):
        """Where it is once the page has stopped moving."""
        before = None
        while (now := self.place(selector)) != before:
            before = now
            self.page.frames(6)
        return now

    def place(self, selector):
        """Left, top, width and height of an element in the window."""
        return self.page.run(f"""(() => {{ const b = document.querySelector({selector!r}).getBoundingClientRect();
            return [b.left, b.top, b.width, b.height]; }})()""")

    def card(self, name):
        """A selector of the card of a micrograph."""
        return f".card:nth-child({self.run_folder.names.index(name) + 1})"

    def open_viewer(self, name):
        self.page.click_on(self.card(name))
        self.page.wait("document.querySelector('#viewer').open")
        self.page.frames(6)

    def point(self, x, y):
        """Where a coordinate of the micrograph lies in the window while the viewer shows all of it."""
        left, top, width, height = self.place("#viewer-stage")
        scale = min(width / WIDTH, height / HEIGHT)
        return (left + (width - WIDTH * scale) / 2 + (x + 0.5) * scale,
                top + (height - HEIGHT * scale) / 2 + (y + 0.5) * scale)

    def mode(self, name):
        self.page.run(f"document.querySelector('input[name=mode][value={name}]').click()")

    def export(self, scope="reviewed", what="star", name=None):
        if self.page.run("document.querySelector('#viewer').open"):
            self.page.click_on("#viewer-close")
        self.choose("#export-scope", scope)
        ending = {"star": "picks.star", "csv": "picks.csv", "bad": "bad.star"}[what]
        return self.page.download("#export-" + what, "A_b_title_b_-" + ending)

    def set_threshold(self, value):
        self.choose("#threshold-number", value)

    def assertPlaces(self, rows, wanted, tolerance=1e-3):
        """Rows of an export and (name, x, y) are the same places."""
        self.assertEqual(len(rows), len(wanted))
        for name, x, y in wanted:
            near = [r for r in rows if r["rlnMicrographName"] == name and math.hypot(
                float(r["rlnCoordinateX"]) - x, float(r["rlnCoordinateY"]) - y) <= tolerance]
            self.assertEqual(len(near), 1, (name, x, y))


def main():
    if browser.find() is None:
        print("skipped: no Chromium (chromium, google-chrome) here; install one, or name it in PICKER_CHROMIUM")
        sys.exit(77)
    unittest.main()
