"""Arrays across the border: shared memory, orientation, types, and tables of picks."""
import gc
import pathlib
import unittest

import libpicker
import numpy as np

from support import Case, scene

WIDTH, HEIGHT = 70, 40


def spot(x, y):
    """One bright pixel off the centre of an image that is not square."""
    image = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
    image[y, x] = 7
    return image


class Micrographs(Case):
    def test_x_is_the_column_and_y_the_row(self):
        micrograph = libpicker.Micrograph(spot(61, 12), pixel_size=3.5, name="spot")
        self.assertEqual((micrograph.width, micrograph.height), (WIDTH, HEIGHT))
        self.assertEqual(micrograph.shape, (HEIGHT, WIDTH))
        self.assertEqual(np.argwhere(np.asarray(micrograph) == 7).tolist(), [[12, 61]])
        path = self.folder / "spot.mrc"
        micrograph.write(path)
        # By hand: 1024 bytes of header, x fastest.
        stored = np.frombuffer(path.read_bytes(), dtype="<f4", offset=1024)
        self.assertEqual(int(np.argmax(stored)), 12 * WIDTH + 61)
        self.assertEqual(tuple(np.frombuffer(path.read_bytes(), dtype="<i4", count=2)), (WIDTH, HEIGHT))
        again = libpicker.Micrograph.read(path)
        self.assertAlmostEqual(again.pixel_size, 3.5, places=5)
        np.testing.assert_array_equal(again.array, micrograph.array)
        self.assertEqual(libpicker.Micrograph.inspect(str(path)).width, WIDTH)

    def test_views_share_memory_and_outlive_their_names(self):
        micrograph = libpicker.Micrograph(spot(61, 12))
        first, second, third = np.asarray(micrograph), micrograph.array, memoryview(micrograph)
        self.assertTrue(np.shares_memory(first, second))
        self.assertTrue(np.shares_memory(first, np.asarray(third)))
        self.assertEqual(first.dtype, np.float32)
        for view in (first, second):
            self.assertFalse(view.flags.writeable)
            with self.assertRaises(ValueError):
                view[0, 0] = 1
        del micrograph, third
        gc.collect()
        self.assertEqual(first[12, 61], 7)
        self.assertEqual(second.sum(), 7)

    def test_any_real_array_is_copied(self):
        image = spot(61, 12)
        micrograph = libpicker.Micrograph(image)
        image[12, 61] = 0
        self.assertEqual(micrograph.array[12, 61], 7)
        for given in (spot(61, 12).astype(np.uint16), spot(61, 12)[::-1, ::-1][::-1, ::-1], np.asfortranarray(spot(61, 12)),
                      spot(61, 12).tolist()):
            np.testing.assert_array_equal(libpicker.Micrograph(given).array, spot(61, 12))
        for wrong in (np.zeros((3, 4, 5)), np.zeros(3), np.zeros((0, 4))):
            with self.assertRaises(libpicker.InvalidArgument):
                libpicker.Micrograph(wrong)
        for wrong in (spot(1, 2) * 1j, b"pixels", None, [["a", "b"]]):
            with self.assertRaises(TypeError):
                libpicker.Micrograph(wrong)

    def test_repr_says_what_it_is(self):
        text = repr(libpicker.Micrograph(spot(1, 2), pixel_size=1.25, name="spot"))
        for part in ("'spot'", f"{WIDTH} x {HEIGHT}", "1.25 A"):
            self.assertIn(part, text)
        self.assertIn("pixel size unknown", repr(libpicker.Micrograph(spot(1, 2))))


class Pictures(Case):
    def test_notebooks_show_micrographs_and_picks(self):
        made = scene(particles=3)
        plain = made.micrograph._repr_png_()
        self.assertEqual(plain[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual((int.from_bytes(plain[16:20], "big"), int.from_bytes(plain[20:24], "big")), (448, 384))
        picture = libpicker.show(made.micrograph, made.truth, 30)
        self.assertNotEqual(picture._repr_png_(), plain)
        picture.save(self.folder / "p.png")
        self.assertEqual((self.folder / "p.png").read_bytes(), picture._repr_png_())


class Tables(Case):
    def setUp(self):
        super().setUp()
        self.x, self.y, self.score = np.array([61.0, 5.25, 33.0]), np.array([12.0, 30.5, 2.0]), np.array([0.5, 0.9, 0.7])
        self.picks = libpicker.Picks.from_arrays(self.x, self.y, self.score)

    def test_columns(self):
        self.assertEqual(len(self.picks), 3)
        self.assertEqual(self.picks.columns, ["x", "y", "score"])
        np.testing.assert_array_equal(self.picks.x, self.x)
        np.testing.assert_array_equal(self.picks["y"], self.y)
        self.assertTrue(np.shares_memory(self.picks.x, self.picks["x"]))
        self.assertFalse(self.picks.x.flags.writeable)
        self.assertIn("score", self.picks)
        self.assertNotIn("psi", self.picks)
        self.assertEqual(list(self.picks)[1], (5.25, 30.5, 0.9))
        with self.assertRaises(libpicker.NotFound):
            self.picks["psi"]
        column = self.picks.x
        del self.picks
        gc.collect()
        np.testing.assert_array_equal(column, self.x)

    def test_without_scores(self):
        self.assertTrue(np.isnan(libpicker.Picks.from_arrays([1, 2], [3, 4]).score).all())
        self.assertEqual(len(libpicker.Picks()), 0)
        self.assertEqual(libpicker.Picks().x.shape, (0,))
        for wrong in (([1, 2], [3]), ([[1], [2]], [3, 4]), ([1, 2], [3, 4], [1])):
            with self.assertRaises(libpicker.InvalidArgument):
                libpicker.Picks.from_arrays(*wrong)

    def test_files(self):
        for name, places in (("p.star", 6), ("p.csv", 12)):
            path = self.folder / name
            self.picks.write(path)
            again = libpicker.Picks.read(str(path))
            np.testing.assert_allclose(again.x, self.x, atol=10.0**-places)
            np.testing.assert_allclose(again.y, self.y, atol=10.0**-places)
            np.testing.assert_allclose(again.score, self.score, atol=1e-6)
        self.picks.write(self.folder / "p.box", box_size=10)
        rows = [line.split()[:2] for line in (self.folder / "p.box").read_text().splitlines()]
        self.assertEqual(rows[0], ["56", "7"])  # corner: the centre less half a box
        self.picks.write(pathlib.Path(self.folder, "other.txt"), format="star", micrograph="m.mrc")
        self.assertIn("rlnCoordinateX", (self.folder / "other.txt").read_text())

    def test_select(self):
        chosen = self.picks.select(size=(WIDTH, HEIGHT), threshold=0.6)
        self.assertEqual(chosen.score.tolist(), [0.9, 0.7])
        # 61 is 9 from the right border of 70; were x and y swapped it would be outside of 40 rows.
        chosen = self.picks.select(micrograph=libpicker.Micrograph(spot(1, 1)), edge=5)
        self.assertEqual(sorted(chosen.x.tolist()), [5.25, 61.0])
        self.assertEqual(self.picks.select(size=(WIDTH, HEIGHT), top=1).x.tolist(), [5.25])
        mask = np.zeros((HEIGHT, WIDTH))
        mask[:20, 50:] = 1
        self.assertEqual(self.picks.select(size=(WIDTH, HEIGHT), mask=mask).x.tolist(), [5.25, 33.0])
        self.assertEqual(self.picks.at_least("score", 0.7).x.tolist(), [5.25, 33.0])
        with self.assertRaises(libpicker.InvalidArgument):
            self.picks.select(threshold=0.5)

    def test_pandas(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not installed")
        table = self.picks.to_pandas()
        self.assertEqual(list(table.columns), ["x", "y", "score"])
        again = libpicker.Picks.from_pandas(table[table.score > 0.6])
        self.assertEqual(again.y.tolist(), [30.5, 2.0])
        with self.assertRaises(libpicker.NotFound):
            libpicker.Picks.from_pandas(pandas.DataFrame({"x": [1.0]}))

    def test_simulated_particles_have_further_columns(self):
        made = scene(contamination=2)
        self.assertEqual(made.micrograph.shape, (384, 448))
        for column in ("rot", "tilt", "psi", "contrast"):
            self.assertEqual(made.truth[column].shape, (len(made.truth),))
        self.assertEqual(made.others["kind"].tolist(), [2.0, 2.0])
        self.assertGreater(made.truth.x.max(), 384)  # only x has places beyond the height


if __name__ == "__main__":
    unittest.main()
