"""Our .cs files under the real cryosparc-tools, and its files under our reader: fields, types and values."""
import csv
import datetime
import json
import re
import subprocess
import unittest
import warnings

import numpy as np
from cryosparc_support import CS_DUMP
from support import Case, coordinates_star, picks_of, world

from cryosparc.dataset import CSDAT_FORMAT, NUMPY_FORMAT, Dataset

UID = 8578565574161745010
MIC = f"J4/motioncorrected/{UID:021d}_14sep05c_a.mrc"
PICKS = [(300.25, 50.5, 0.875), (11.0, 250.75, 0.25), (0.0, 0.0, 0.5)]
# What a server asks of a picked particle.
REQUIRED = {"location/micrograph_uid": "<u8", "location/exp_group_id": "<u4", "location/micrograph_path": "|O",
            "location/micrograph_shape": ("<u4", (2,)), "location/center_x_frac": "<f4", "location/center_y_frac": "<f4",
            "location/micrograph_psize_A": "<f4", "pick_stats/ncc_score": "<f4", "pick_stats/power": "<f4",
            "pick_stats/template_idx": "<u4", "pick_stats/angle_rad": "<f4", "uid": "<u8"}


def fields_of(dataset):
    return {name: (dtype, rest[0]) if rest else dtype for name, dtype, *rest in dataset.descr()}


class Files(Case):
    def dump(self, name):
        done = subprocess.run([CS_DUMP, self.folder / name], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def exposures(self, **more):
        """A project with two micrographs that are not square, in exposures.cs; one pixel of the first is bright."""
        pixels = np.zeros((300, 400), np.float32)
        pixels[50, 300] = 1000.0  # row 50, column 300
        self.mrc(MIC, 400, 300, 1.35, pixels.ravel().tolist())
        self.mrc("J4/motioncorrected/plain_b.mrc", 200, 100, 1.35)
        rows = Dataset({"uid": [UID, 77], "micrograph_blob/path": [MIC, "J4/motioncorrected/plain_b.mrc"],
                        "micrograph_blob/idx": np.zeros(2, "u4"), "micrograph_blob/psize_A": np.full(2, 1.35, "f4"),
                        "micrograph_blob/shape": np.array([[300, 400], [100, 200]], "u4"),
                        "mscope_params/exp_group_id": np.array([3, 9], "u4"), **more})
        rows.save(str(self.file("J5/exposures.cs")))
        return rows

    def table(self):
        """picks.csv of the two micrographs."""
        lines = ["micrograph,x,y,score"] + [f"{MIC},{x},{y},{s}" for x, y, s in PICKS] + ["plain_b.mrc,150,20,0.125"]
        self.write("picks.csv", "\n".join(lines) + "\n")

    def test_ours_load_there(self):
        self.exposures()
        self.table()
        result = self.picker("convert", "picks.csv", "out.cs", "--json", "--micrographs", "J5/exposures.cs")
        self.assertEqual(result.json["picks"], 4)
        got = Dataset.load(str(self.folder / "out.cs"))
        self.assertEqual(fields_of(got), REQUIRED)
        self.assertEqual(len(set(got["uid"])), 4)
        self.assertEqual(list(got["location/micrograph_uid"]), [UID] * 3 + [77])
        self.assertEqual(list(got["location/exp_group_id"]), [3, 3, 3, 9])
        self.assertEqual(list(got["location/micrograph_path"]), [MIC] * 3 + ["J4/motioncorrected/plain_b.mrc"])
        self.assertEqual(got["location/micrograph_shape"].tolist(), [[300, 400]] * 3 + [[100, 200]])
        expected = [(x / 400, y / 300) for x, y, _ in PICKS] + [(150 / 200, 20 / 100)]
        np.testing.assert_array_equal(got["location/center_x_frac"], np.float32([x for x, _ in expected]))
        np.testing.assert_array_equal(got["location/center_y_frac"], np.float32([y for _, y in expected]))
        scores = np.float32([s for _, _, s in PICKS] + [0.125])
        np.testing.assert_array_equal(got["pick_stats/ncc_score"], scores)
        np.testing.assert_array_equal(got["pick_stats/power"], scores)
        np.testing.assert_array_equal(got["location/micrograph_psize_A"], np.full(4, 1.35, np.float32))
        # NumPy agrees that it is a plain file of records, and the pixel under the first particle is the bright one.
        plain = np.load(self.folder / "out.cs", allow_pickle=False)
        self.assertEqual(plain.dtype["location/micrograph_path"].kind, "S")
        image = np.fromfile(self.folder / MIC, np.float32, offset=1024).reshape(300, 400)
        row, column = int(plain["location/center_y_frac"][0] * 300), int(plain["location/center_x_frac"][0] * 400)
        self.assertEqual(image[row, column], 1000.0)
        group = (self.folder / "out.csg").read_text()
        self.assertIn("'>out.cs'", group)
        self.assertEqual(group.count("num_items: 4"), 2)
        created = datetime.datetime.strptime(re.search(r"created: (.*)", group)[1] + " +0000", "%Y-%m-%d %H:%M:%S %z")
        self.assertLess(abs(datetime.datetime.now(datetime.timezone.utc) - created), datetime.timedelta(minutes=5))

    def test_every_type_loads_here(self):
        random = np.random.default_rng(7)
        columns = {"uid": np.array([2**64 - 1, 2**53 + 1, 3], "u8"), "t/path": ["a b.mrc", "", "J1/\u00e9\u4e2d.mrc"]}
        for name in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
            limits = np.iinfo(name)
            columns[f"n/{name}"] = np.array([limits.min, limits.max, 7], name)
        for name in ("f4", "f8"):
            columns[f"n/{name}"] = np.array([0.1, -1e-30, 3e38], name)
        columns["n/c8"] = np.array([1 + 2j, -0.5j, 3], "c8")
        columns["n/c16"] = np.array([0.1 - 2j, 0.5j, -3], "c16")
        columns["n/pair"] = random.integers(0, 2**32, (3, 2), "u4")
        columns["n/matrix"] = random.normal(size=(3, 2, 3)).astype("f4")
        ascii_only = {**columns, "t/path": ["a b.mrc", "", "J1/e.mrc"]}
        for form, data in (("numpy", ascii_only), ("csdat", columns), ("stream", columns), ("empty", None)):
            with self.subTest(form=form):
                dataset = Dataset(data or {key: value[:0] for key, value in columns.items()})
                if form == "stream":
                    self.file("a.cs").write_bytes(b"".join(bytes(part) for part in dataset.stream(compression=None)))
                else:
                    dataset.save(str(self.file("a.cs")), format=NUMPY_FORMAT if form == "numpy" else CSDAT_FORMAT)
                got = self.dump("a.cs")
                self.assertEqual(got["rows"], len(dataset))
                self.assertEqual([field["name"] for field in got["fields"]], dataset.fields())
                for field in got["fields"]:
                    column = np.asarray(dataset[field["name"]])
                    for value, text in zip(column, field["values"], strict=True):
                        with self.subTest(field=field["name"]):
                            self.assertEqual(text, value if isinstance(value, str) else self.text(value))
                    if column.dtype != object:
                        base = column.dtype.str
                        self.assertTrue(field["type"].startswith(base), f"{field} {base}")

    def text(self, value):
        """Values as we print them, read back by NumPy: the same bits."""
        values = np.atleast_1d(value).ravel()

        class Same:
            def __eq__(self, text):
                words = text.split(",")
                return len(words) == len(values) and all(
                    values.dtype.type(complex(w) if values.dtype.kind == "c" else w) == v for w, v in zip(words, values))

            def __repr__(self):
                return repr(value)
        return Same()

    def test_theirs_are_lists_and_picks(self):
        exposures = self.exposures()
        picks = Dataset({"uid": np.array([1, 2, 2**64 - 1], "u8"), "location/micrograph_uid": [UID, UID, 77],
                         "location/exp_group_id": np.array([3, 3, 9], "u4"),
                         "location/micrograph_path": [MIC, MIC, "J4/motioncorrected/plain_b.mrc"],
                         "location/micrograph_shape": np.array([[300, 400], [300, 400], [100, 200]], "u4"),
                         "location/center_x_frac": np.array([0.75, 0.1, 0.5], "f4"),
                         "location/center_y_frac": np.array([1 / 6, 0.9, 0.05], "f4"),
                         "pick_stats/ncc_score": np.array([0.5, 0.25, 1], "f4"),
                         "pick_stats/power": np.array([100, 200, 300], "f4"),
                         "pick_stats/template_idx": np.array([4, 0, 1], "u4"),
                         "pick_stats/angle_rad": np.array([0.1, 0, 3], "f4")})
        for form in (NUMPY_FORMAT, CSDAT_FORMAT):
            with self.subTest(form=form):
                picks.save(str(self.file("J6/picked.cs")), format=form)
                exposures.save(str(self.file("J5/exposures.cs")), format=form)
                self.picker("convert", "J6/picked.cs", "stars/", "--to-format", "star", "--micrographs", "J5/exposures.cs")
                (x, y, score), (x2, y2, _) = picks_of(self.folder / "stars" / "14sep05c_a.star")
                self.assertAlmostEqual(x, 300, 3)
                self.assertAlmostEqual(y, 50, 3)
                self.assertEqual(score, 0.5)
                self.assertAlmostEqual(x2, 40, 3)
                self.assertAlmostEqual(y2, 270, 3)
                # There and back again keeps every field, also without the images.
                for between in ("a.star", "a.csv", "a.cs"):
                    self.picker("convert", "J6/picked.cs", between)
                    self.picker("convert", between, "back.cs")
                    back = Dataset.load(str(self.folder / "back.cs"))
                    order = np.argsort(back["uid"])
                    for name in picks.fields():
                        with self.subTest(between=between, field=name):
                            expected, got = np.asarray(picks[name]), np.asarray(back[name])[order]
                            if name.endswith("_frac"):
                                np.testing.assert_allclose(got, expected, atol=1e-7, rtol=0)
                            else:
                                self.assertEqual(got.tolist(), expected.tolist())

    def test_passthrough(self):
        exposures = self.exposures()
        ctf = Dataset({"uid": list(reversed(exposures["uid"])), "ctf/df1_A": np.array([9e3, 8e3], "f4")})
        ctf.save(str(self.file("J7/exposures_ctf_estimated.cs")))
        exposures.save(str(self.file("J7/J7_passthrough_exposures.cs")), format=CSDAT_FORMAT)
        self.table()
        for given in (["J7/exposures_ctf_estimated.cs"], ["J7/*.cs"]):
            self.picker("convert", "picks.csv", "out.cs", "--micrographs", *given)
            self.assertEqual(sorted(Dataset.load(str(self.folder / "out.cs"))["location/exp_group_id"]), [3, 3, 3, 9])

    def test_flip_y_and_other_formats(self):
        self.exposures()
        self.write("14sep05c_a.star", coordinates_star(PICKS))
        self.picker("convert", "14sep05c_a.star", "flipped.cs", "--flip-y", "--micrographs", MIC)
        got = Dataset.load(str(self.folder / "flipped.cs"))
        np.testing.assert_allclose(got["location/center_y_frac"] * 300, [299 - y for _, y, _ in PICKS], atol=1e-4)
        self.picker("convert", "flipped.cs", "again.star", "--flip-y")
        for found, expected in zip(picks_of(self.folder / "again.star"), PICKS, strict=True):
            for a, b in zip(found, expected):
                self.assertAlmostEqual(a, b, 3)
        self.assertMessage(self.picker("convert", "14sep05c_a.star", "x.cs", code=1), "14sep05c_a", "size", "--micrographs")
        self.assertMessage(self.picker("convert", "14sep05c_a.star", "x.csv", "--flip-y", code=1), "height", "--micrographs")
        self.assertFalse((self.folder / "x.cs").exists())

    def test_a_run(self):
        made = world()
        self.picker("pick", "--model", made.model, "--micrographs", *made.micrographs, "--output", "run", "--format",
                    "cs,csv", "--threshold", 0.3)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            got = Dataset.load(str(self.folder / "run" / "picks.cs"))
        with open(self.folder / "run" / "picks.csv", encoding="ascii", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(got), len(rows))
        self.assertGreater(len(rows), 60)
        self.assertEqual(list(got["location/micrograph_path"]), [row["micrograph"] for row in rows])
        np.testing.assert_allclose(got["location/center_x_frac"] * 448, [float(r["x"]) for r in rows], atol=1e-3)
        np.testing.assert_allclose(got["location/center_y_frac"] * 384, [float(r["y"]) for r in rows], atol=1e-3)
        np.testing.assert_array_equal(got["pick_stats/ncc_score"], np.float32([r["score"] for r in rows]))
        self.assertIn(f"num_items: {len(rows)}", (self.folder / "run" / "picks.csg").read_text())
        # A part of the set gives the same uids.
        self.picker("pick", "--model", made.model, "--micrographs", made.micrographs[1], "--output", "part", "--format", "cs",
                    "--threshold", 0.3)
        part = Dataset.load(str(self.folder / "part" / "picks.cs"))
        self.assertLess(set(part["uid"]), set(got["uid"]))
        # And is evaluated like any other set of picks.
        result = self.picker("evaluate", "--picks", "run/picks.cs", "--truth", *made.truth, "--diameter", 120, "--pixel-size",
                             4, "--json").json
        self.assertGreater(json.dumps(result).count("recall"), 0)


if __name__ == "__main__":
    unittest.main()
