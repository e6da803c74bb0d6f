"""Failures: a class for each status, the library's message, and TypeErrors for what Python would refuse."""
import unittest

import libpicker
import numpy as np

from support import Case, scene


class Classes(Case):
    def test_a_missing_file(self):
        path = self.folder / "nothing.mrc"
        with self.assertRaises(FileNotFoundError) as caught:
            libpicker.Micrograph.read(path)
        self.assertIsInstance(caught.exception, libpicker.NotFound)
        self.assertIsInstance(caught.exception, libpicker.Error)
        self.assertIn(str(path), str(caught.exception))
        self.assertEqual(caught.exception.status, "PICKER_NOT_FOUND")

    def test_a_damaged_file(self):
        path = self.folder / "short.mrc"
        libpicker.Micrograph(np.ones((40, 70), np.float32)).write(path)
        path.write_bytes(path.read_bytes()[:3000])
        with self.assertRaises(libpicker.BadFile) as caught:
            libpicker.Micrograph.read(path)
        self.assertIn("short.mrc", str(caught.exception))

    def test_wrong_values(self):
        with self.assertRaises(ValueError) as caught:
            libpicker.simulate(diameter=-3)
        self.assertIsInstance(caught.exception, libpicker.InvalidArgument)
        with self.assertRaises(libpicker.InvalidArgument):
            libpicker.simulate(particles=2**40)
        with self.assertRaises(libpicker.NotFound):
            libpicker.Model.create("no-such-network")
        with self.assertRaises(libpicker.NotFound):
            libpicker.simulate(preset="no such mixture")
        with self.assertRaises(libpicker.Unsupported):
            libpicker.Model.create("deeppicker").add_head("second")
        with self.assertRaises(libpicker.InvalidArgument) as caught:
            libpicker.Model.create("deeppicker").pick(scene().micrograph, overlaps="perhaps")
        self.assertIn("'keep', 'drop'", str(caught.exception))

    def test_the_device(self):
        """The CPU by name is the default; what is not there is refused with what is."""
        self.assertEqual(libpicker.devices()[0], "cpu")
        model = libpicker.Model.create("deeppicker")
        image, data = scene().micrograph, libpicker.Dataset()
        path = self.folder / "m.mrc"
        image.write(path)
        for call in (lambda **options: model.pick(image, **options), lambda **options: model.score(image, **options),
                     lambda **options: model.train(data, **options), lambda **options: model.tune(data, 2, **options),
                     lambda **options: model.iterate(data, **options),
                     lambda **options: model.train_rounds(data, **options),
                     lambda **options: model.propose_review([path], self.folder / "review", **options),
                     lambda **options: libpicker.pick_files(model, [path], self.folder / "picks", **options)):
            with self.assertRaises(libpicker.InvalidArgument) as caught:
                call(device="abacus")
            self.assertIn("no device 'abacus'", str(caught.exception))
            self.assertIn("cpu", str(caught.exception))

    def test_the_folder_is_a_file(self):
        (self.folder / "file").write_text("x")
        with self.assertRaises(OSError) as caught:
            libpicker.Micrograph(np.ones((40, 70), np.float32)).write(self.folder / "file" / "m.mrc")
        self.assertIsInstance(caught.exception, libpicker.Error)

    def test_every_class_is_an_error_with_its_status(self):
        names = [name for name in libpicker.__all__
                 if isinstance(getattr(libpicker, name), type) and issubclass(getattr(libpicker, name), Exception)]
        self.assertEqual(len(names), 11)
        self.assertEqual(len({getattr(libpicker, name).status for name in names}), 11)


class TypeErrors(Case):
    def test_unknown_keywords(self):
        model = libpicker.Model.create("deeppicker")
        image, picks, data = scene().micrograph, libpicker.Picks(), libpicker.Dataset()
        calls = [lambda: model.pick(image, treshold=0.5), lambda: model.score(image, treshold=0.5),
                 lambda: model.train(data, epoch=3), lambda: data.add(image, picks, diametre=3),
                 lambda: libpicker.simulate(snrr=1), lambda: libpicker.Simulator(snrr=1),
                 lambda: picks.select(size=(4, 5), edges=1), lambda: libpicker.evaluate(picks, picks, size=(4, 5), radios=1),
                 lambda: libpicker.pick_files(model, "a", "b", mask=image), lambda: picks.write("a.star", format="star", box=3),
                 lambda: libpicker.Model.create("deepem", seeds=1), lambda: data.recentre(limits=3)]
        for call in calls:
            with self.assertRaises(TypeError):
                call()
        with self.assertRaises(TypeError) as caught:
            model.pick(image, treshold=0.5)
        self.assertIn("treshold", str(caught.exception))
        self.assertIn("min_distance", str(caught.exception))

    def test_wrong_types(self):
        model, image = libpicker.Model.create("deeppicker"), scene().micrograph
        with self.assertRaises(libpicker.InvalidArgument):  # a word, but another one
            model.pick(image, diameter="180")
        for options in ({"top": 1.5}, {"carbon": "yes"}, {"deviation": 3}, {"head": 4},
                        {"progress": 3}, {"diameter": [1, 2]}):
            with self.assertRaises(TypeError, msg=str(options)):
                model.pick(image, **options)

    def test_numpy_scalars_are_numbers(self):
        made = scene(diameter=np.float32(120), particles=np.int64(5), seed=np.uint8(5))
        np.testing.assert_array_equal(made.micrograph.array, scene(particles=5).micrograph.array)


if __name__ == "__main__":
    unittest.main()
