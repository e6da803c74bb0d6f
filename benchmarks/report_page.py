#!/usr/bin/env python3
"""How a report of many micrographs opens and follows its slider, in a headless Chromium.

    PICKER=build/release/bin/picker python3 benchmarks/report_page.py [--micrographs 1000] [--picks 300]

Simulates two micrographs, gives them as many names as asked for, and random picks; prints the page's size, the time until
it is ready, and for steps of the slider the time until the next picture and the one after it were drawn.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "report"))

import browser
from folder import record, write_run

WIDTH, HEIGHT, PIXEL = 2048, 1536, 4.0
STEPS = """(async () => {
    document.querySelector("#gallery").scrollIntoView({ behavior: "instant" });
    await new Promise(r => setTimeout(r, 1000));
    const slider = document.querySelector("#threshold"), out = [];
    for (let place = 100; place < 900; place += 20) {
        slider.value = place;
        const begin = performance.now();
        slider.dispatchEvent(new Event("input"));
        await new Promise(r => requestAnimationFrame(r));
        const script = performance.now() - begin;
        await new Promise(r => requestAnimationFrame(r));
        out.push([script, performance.now() - begin]);
    }
    return out; })()"""


def make_run(folder, picker, micrographs, picks):
    subprocess.run([picker, "simulate", "--output", folder / "simulated", "--count", "2", "--size", f"{WIDTH},{HEIGHT}",
                    "--pixel-size", str(PIXEL), "--particles", "200", "--preset", "realistic", "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    sources = sorted((folder / "simulated").glob("*.mrc"))
    (folder / "Micrographs").mkdir()
    draw, rows, records = random.Random(1), {}, []
    for i in range(micrographs):
        name = f"Micrographs/m{i:05d}.mrc"
        os.link(sources[i % len(sources)], folder / name)
        rows[name] = [(draw.uniform(0, WIDTH), draw.uniform(0, HEIGHT), round(draw.betavariate(2, 1.2), 6))
                      for _ in range(max(0, int(draw.gauss(picks, picks / 6))))]
        records.append({**record(name, rows[name]), "width": WIDTH, "height": HEIGHT, "pixel_size": PIXEL})
    write_run(folder / "picks", records, rows, keep=0.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--micrographs", type=int, default=1000)
    parser.add_argument("--picks", type=int, default=300, help="of each micrograph")
    given = parser.parse_args()
    picker = str(pathlib.Path(os.environ.get("PICKER", "picker")).resolve())
    if browser.find() is None:
        sys.exit("no Chromium here; install one, or name it in PICKER_CHROMIUM")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_run(folder, picker, given.micrographs, given.picks)
        begin = time.monotonic()
        done = subprocess.run([picker, "report", "picks", "--json", "--quiet"], cwd=folder, check=True, capture_output=True, text=True)
        made = json.loads(done.stdout)
        print(f"{made['micrographs']} micrographs, {made['rows']} rows: {made['bytes'] / 1e6:.1f} MB, made in "
              f"{time.monotonic() - begin:.1f} s")
        page = browser.Browser(browser.find())
        try:
            begin = time.monotonic()
            page.open(folder / "picks" / "report.html")
            print(f"ready after {time.monotonic() - begin:.1f} s")
            steps = page.run(STEPS)
            print("a step of the slider, median and worst of", len(steps))
            for what, column in (("first picture", 0), ("second picture", 1)):
                times = [step[column] for step in steps]
                print(f"  {what}: {statistics.median(times):.0f} ms, {max(times):.0f} ms")
        finally:
            page.close()


if __name__ == "__main__":
    main()
