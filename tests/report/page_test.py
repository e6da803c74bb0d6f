"""What the report's page shows, that nothing is fetched, the threshold, light and dark."""
import http.server
import math
import re
import threading

from folder import EVIL, HEIGHT, WIDTH, record, write_run
from page_case import FOLDER, Case, main, picker, set_up, star_rows, tear_down

setUpModule, tearDownModule = set_up, tear_down


class Shows(Case):
    def test_numbers_and_failures_and_no_markup_from_names(self):
        self.assertEqual(self.page.problems, [])
        self.assertEqual(self.text("h1"), "A <b>title</b>")
        tiles = dict(self.page.run("""[...document.querySelectorAll('.tiles div')].map(
            d => [...d.children].map(e => e.textContent))"""))
        self.assertEqual(tiles["Picks"], str(self.run_folder.count(0.5)))
        self.assertEqual(tiles["Micrographs picked"], "6 of 7")
        self.assertEqual(tiles["Without picks"], "1")
        self.assertEqual(tiles["Failed"], "1")
        notices = self.text("#notices")
        self.assertIn("damaged <script>window.hacked=2</script> header", notices)
        self.assertIn("gone.mrc", notices)
        self.assertIn("plain ground", notices)
        names = self.page.run("[...document.querySelectorAll('.card .name')].map(n => n.textContent)")
        self.assertEqual(names, self.run_folder.names)
        self.assertIn("Micrographs/" + EVIL, names)
        self.assertEqual(self.page.run("typeof window.hacked + document.querySelectorAll('[onerror], b').length"),
                         "undefined0")
        counts = self.page.run("[...document.querySelectorAll('.card .count')].map(n => n.textContent)")
        left = self.run_folder.at(0.5)
        self.assertEqual(counts[1], f"{len(left[self.run_folder.names[1]])} picks")
        self.assertEqual(counts[4], "0 picks")
        self.assertEqual(counts[6], "failed")

    def test_settings_and_table(self):
        self.page.click_on("#settings-details summary")
        settings = self.text("#settings")
        self.assertIn("<b>bold</b>", settings)
        self.assertIn("min distance", settings)
        self.page.click_on("#table-details summary")
        self.page.frames()
        heads = self.page.run("[...document.querySelectorAll('#table thead th')].map(h => h.textContent)")
        self.assertEqual(heads[:4], ["Micrograph", "Status", "Picks", "Candidates"])
        self.assertIn("Ice", heads)  # a number that only some records have
        self.page.run("[...document.querySelectorAll('#table thead button')].find(b => b.textContent === 'Ice').click()")
        first = self.page.run("document.querySelector('#table tbody td').textContent")
        self.assertEqual(first, self.run_folder.names[3])  # the most

    def test_nothing_is_fetched(self):
        asked = []

        class Server(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.page.run("[...document.querySelectorAll('details')].forEach(d => { d.open = true; })")
        self.page.run("document.querySelector('footer').scrollIntoView()")
        self.page.frames(10)
        page = (self.run_folder.output / "report.html").resolve().as_uri()
        self.assertEqual([url for url in self.page.requests if not url.startswith(("data:", "blob:"))], [page])
        # Also what a hole in the page would ask for is refused.
        address = f"http://127.0.0.1:{server.server_port}"
        violations = self.page.run(f"""(async () => {{
            const seen = []; addEventListener('securitypolicyviolation', e => seen.push(e.effectiveDirective));
            const image = new Image(); image.src = '{address}/a.png';
            try {{ await fetch('{address}/b'); }} catch {{}}
            const script = document.createElement('script'); script.textContent = 'window.hacked = 3';
            document.body.append(script);
            await new Promise(r => setTimeout(r, 300)); return seen; }})()""")
        self.assertEqual(asked, [])
        self.assertEqual(sorted(set(violations)), ["connect-src", "img-src", "script-src-elem"])
        self.assertEqual(self.page.run("typeof window.hacked"), "undefined")

    def test_the_circle_is_on_the_particle(self):
        self.page.run(f"document.querySelector('{self.card(self.run_folder.single)}').scrollIntoView()")
        self.page.wait(f"document.querySelector('{self.card(self.run_folder.single)} img')?.complete")
        self.page.frames()
        circle, dark, size = self.page.run(f"""(async () => {{
            const card = document.querySelector('{self.card(self.run_folder.single)}');
            const canvas = card.querySelector('canvas'), image = card.querySelector('img');
            const centre = (context, weight) => {{
                const {{ width, height }} = context.canvas, data = context.getImageData(0, 0, width, height).data;
                let sum = 0, x = 0, y = 0;
                for (let i = 0; i < data.length; i += 4) {{
                    const w = weight(data, i), at = i / 4;
                    sum += w; x += w * (at % width + 0.5); y += w * (Math.floor(at / width) + 0.5); }}
                return [x / sum / width, y / sum / height]; }};
            await image.decode();
            const flat = document.createElement('canvas');
            flat.width = image.naturalWidth / 5; flat.height = image.naturalHeight / 5;
            const context = flat.getContext('2d'); context.imageSmoothingQuality = 'high'; // means of 5 x 5: without the noise
            context.drawImage(image, 0, 0, flat.width, flat.height);
            return [centre(canvas.getContext('2d'), (d, i) => d[i + 3]),
                    centre(context, (d, i) => Math.max(0, 20 - d[i])), [image.naturalWidth, image.naturalHeight]]; }})()""")
        self.assertEqual(size, [WIDTH, HEIGHT])
        x, y = self.run_folder.single_at
        for (at_x, at_y), tolerance in ((circle, 0.6), (dark, 1.0)):
            self.assertAlmostEqual(at_x * WIDTH, x + 0.5, delta=tolerance)
            self.assertAlmostEqual(at_y * HEIGHT, y + 0.5, delta=tolerance)

    def test_a_run_without_picks_and_one_with_all_failed(self):
        for status, error, said in (("done", "", "No picks"), ("failed", "no such file", "1 micrograph failed")):
            folder = FOLDER / f"none-{status}"
            write_run(folder, [record("Micrographs/b.mrc", [], status, error)], {"Micrographs/b.mrc": []})
            picker("report", folder)
            self.open(folder / "report.html")
            self.assertEqual(self.page.problems, [])
            self.assertIn(said, self.text("#notices"))
            self.assertIn("0 picks", self.text("#live"))
            self.assertTrue(self.page.run("""document.querySelector('#threshold').disabled
                && document.querySelector('#export-star').disabled"""))


class Threshold(Case):
    def test_the_slider_changes_counts_and_circles(self):
        b = self.run_folder.names[1]
        self.page.run(f"document.querySelector('{self.card(b)}').scrollIntoView()")
        self.page.frames(6)
        ink = f"""(() => {{ const c = document.querySelector('{self.card(b)} canvas');
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }})()"""
        before = self.page.run(ink)
        low, high = [f(p[2] for rows in self.run_folder.picks.values() for p in rows) for f in (min, max)]
        for share in (0.8, 0.2):
            left, top, width, height = self.settled_place("#threshold")
            self.page.click(left + share * width, top + height / 2)
            self.page.frames()
            value = float(self.page.run("document.querySelector('#threshold').value")) / 1000
            self.assertAlmostEqual(value, share, delta=0.03)
            level = low + value * (high - low)
            self.assertEqual(self.text("#live"), f"{self.run_folder.count(level)} picks on 6 micrographs")
            left_on_b = len(self.run_folder.at(level)[b])
            self.assertEqual(self.text(self.card(b) + " .count"), f"{left_on_b} picks")
            # Circles do not overlap, so that their ink grows with their number.
            each = before / len(self.run_folder.at(0.5)[b])
            self.assertAlmostEqual(self.page.run(ink) / each, left_on_b, delta=0.06 * left_on_b + 0.2)
        self.page.click_on("#threshold-reset")
        self.assertIn(f"{self.run_folder.count(0.5)} picks", self.text("#live"))

    def test_a_score_equal_to_the_threshold_stays(self):
        for level in (0.7, 0.875, 0.12):
            self.set_threshold(level)
            self.assertIn(f"{self.run_folder.count(level)} picks", self.text("#live"))
        self.set_threshold(0.7)
        rows = star_rows(self.export("all"))
        self.assertEqual(len(rows), self.run_folder.count(0.7))
        self.assertEqual(sum(abs(float(r["rlnAutopickFigureOfMerit"]) - 0.7) < 1e-9 for r in rows), 3)

    def test_order_find_and_show(self):
        def names():
            return self.page.run("[...document.querySelectorAll('.card .name')].map(n => n.textContent)")

        self.choose("#gallery-order", "picks|down")
        counts = {name: len(rows) for name, rows in self.run_folder.at(0.5).items()}
        self.assertEqual([counts.get(name, 0) for name in names()], sorted([*counts.values(), 0], reverse=True))
        self.choose("#gallery-order", "quality.ice|up")
        self.assertEqual(names()[:4], self.run_folder.names[:4])
        self.choose("#gallery-show", "empty")
        self.assertEqual(names(), [self.run_folder.empty])
        self.choose("#gallery-show", "failed")
        self.assertEqual(names(), [self.run_folder.failed])
        self.choose("#gallery-show", "all")
        self.choose("#gallery-find", "SINGLE", "input")
        self.assertEqual(names(), [self.run_folder.single])


class Colours(Case):
    def contrast(self, front, back):
        def light(colour):
            parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
            linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        a, b = sorted((light(front), light(back)))
        return (b + 0.05) / (a + 0.05), light(back)

    def test_light_and_dark_can_be_read(self):
        for dark in (False, True):
            self.page.dark(dark)
            self.page.frames()
            for selector, ground in (("h1", "body"), ("#subtitle", "body"), (".tiles dt", ".tiles div"),
                                     ("#export-star", "#export-star"), ("#threshold-number", "#threshold-number"),
                                     (".notice", ".notice"), (".card .count", ".card")):
                front = self.page.run(f"getComputedStyle(document.querySelector('{selector}')).color")
                back = self.page.run(f"getComputedStyle(document.querySelector('{ground}')).backgroundColor")
                ratio, brightness = self.contrast(front, back)
                self.assertGreaterEqual(ratio, 4.5, (dark, selector, front, back))  # WCAG AA
                if ground == "body":
                    self.assertEqual(brightness < 0.2, dark)


if __name__ == "__main__":
    main()
