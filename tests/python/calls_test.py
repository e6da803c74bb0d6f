"""Long calls: other threads go on, callbacks are called and cancel, Ctrl-C stops, handles are used one at a time."""
import os
import signal
import statistics
import threading
import time
import unittest

import libpicker

from support import Case, need_torch, scene


def data_set():
    data = libpicker.Dataset()
    made = scene()
    data.add(made.micrograph, made.truth)
    return data


LONG = {"diameter": 120, "epochs": 10000, "patience": 0, "batch": 32}


class Calls(Case):
    def setUp(self):
        need_torch()
        super().setUp()
        self.model, self.data = libpicker.Model.create("deeppicker", seed=1), data_set()

    def test_the_gil_is_free(self):
        """Another thread counts while this one trains. With the GIL held it would come to its turn once for a callback."""
        counted, seen = [0], []
        stop = threading.Event()

        def count():
            while not stop.wait(0.0001):
                counted[0] += 1

        def progress(state):
            if state.stage != "train":
                return False
            seen.append(counted[0])
            return len(seen) > 40

        thread = threading.Thread(target=count)
        thread.start()
        try:
            report = self.model.train(self.data, progress=progress, **LONG)
        finally:
            stop.set()
            thread.join()
        self.assertTrue(report.cancelled)
        # The median: a callback that waits for a processor lets the other thread count on now and then.
        self.assertGreaterEqual(statistics.median(later - earlier for earlier, later in zip(seen, seen[1:])), 10)

    def test_progress_tells_and_cancels(self):
        states = []

        def progress(state):
            states.append(state)
            return state.stage == "train" and state.done >= 2

        report = self.model.train(self.data, progress=progress, **LONG)
        self.assertTrue(report.cancelled)
        self.assertGreaterEqual(report.epochs, 2)
        self.assertLess(report.epochs, 10000)
        self.assertEqual(states[-1].stage, "train")
        self.assertEqual({state.total for state in states if state.stage == "train"}, {10000})
        self.assertIn("stage='train'", repr(states[-1]))
        self.assertEqual(states[-1].as_dict()["done"], states[-1].done)
        with self.assertRaises(libpicker.Cancelled):
            self.model.pick(scene(1).micrograph, progress=lambda state: True)
        # What is true but not True goes on.
        self.assertGreaterEqual(len(self.model.pick(scene(1).micrograph, threshold=0, progress=lambda state: 1)), 1)

    def test_exceptions_of_a_callback_come_back(self):
        def progress(state):
            raise KeyError("from the callback")

        with self.assertRaises(KeyError) as caught:
            self.model.pick(scene().micrograph, diameter=120, progress=progress)
        self.assertEqual(caught.exception.args, ("from the callback",))

    def test_ctrl_c(self):
        # Python leaves SIGINT ignored where it was started so, as in a shell's background.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        begun = threading.Event()

        def interrupt():
            begun.wait(60)
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        start = time.monotonic()
        try:
            with self.assertRaises(KeyboardInterrupt):
                self.model.train(self.data, progress=lambda state: begun.set(), **LONG)
        finally:
            begun.set()
            thread.join()
        self.assertLess(time.monotonic() - start, 120)  # 10000 epochs take hours
        # The model is whole, and nothing is left over from the signal.
        self.assertGreater(len(self.model.pick(scene(1).micrograph, diameter=120, threshold=0)), 0)

    def test_a_callback_may_not_use_the_model_at_work(self):
        with self.assertRaises(libpicker.InvalidArgument) as caught:
            self.model.pick(scene().micrograph, diameter=120, progress=lambda state: self.model.info and None)
        self.assertIn("at work", str(caught.exception))
        self.assertEqual(self.model.info.architecture, "deeppicker")

    def test_threads_take_turns(self):
        image, results = scene(1).micrograph, []
        alone = self.model.score(image, diameter=120).array.copy()
        threads = [threading.Thread(target=lambda: results.append(self.model.score(
            image, diameter=120, progress=lambda state: None).array)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(results), 3)
        for result in results:
            self.assertTrue((result == alone).all())


class Bars(Case):
    def test_true_shows_where_it_is(self):
        out = self.python("import sys; sys.modules['tqdm'] = None; sys.modules['tqdm.auto'] = None\n"
                          "import io, contextlib, libpicker\n"
                          "said = io.StringIO()\n"
                          "with contextlib.redirect_stderr(said): libpicker.simulate(size=(200, 150), particles=3, progress=True)\n"
                          "print(repr(said.getvalue()))")
        self.assertIn(" of ", out)
        self.assertTrue(out.rstrip().endswith("\\n'"), out)


if __name__ == "__main__":
    unittest.main()
