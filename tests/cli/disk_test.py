"""A disk without room (a limit on file sizes stands for it): an error that names the file, and nothing half-written."""
import resource
import signal
import subprocess
import unittest

from support import PICKER, Case, coordinates_star, world


def no_room(size):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write then fails, as on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


class NoRoom(Case):
    def fails(self, size, *words, parts=(), code=1):
        done = subprocess.run([PICKER, *map(str, words)], cwd=self.folder, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, preexec_fn=no_room(size))
        self.assertEqual(done.returncode, code, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)
        return {str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file()}

    def test_convert(self):
        self.write("a.star", coordinates_star([(float(i), 2.0, 0.5) for i in range(200)]))
        self.write("b.csv", "as it was")
        self.assertEqual(self.fails(1000, "convert", "a.star", "b.csv", parts=["b.csv"]), {"a.star", "b.csv"})
        self.assertEqual((self.folder / "b.csv").read_text(), "as it was")

    def test_simulate(self):
        self.assertEqual(self.fails(8192, "simulate", "--output", "o", "--size", "128,96", "--diameter", 60,
                                    parts=["sim_0001.mrc"]), set())

    def test_evaluate(self):
        self.write("a.star", coordinates_star([(20.0 * i, 2.0, 0.5) for i in range(100)]))
        left = self.fails(500, "evaluate", "--picks", "a.star", "--truth", "a.star", "--diameter", 20, "--pixel-size", 2,
                          "--json", "e.json", parts=["e.json"])
        self.assertEqual(left, {"a.star"})

    def test_train(self):
        there = world()
        self.assertEqual(self.fails(50000, "train", "--micrographs", there.micrographs[0], "--picks", there.truth[0],
                                    "--diameter", 120, "--epochs", 1, "--output", "m.safetensors",
                                    parts=["m.safetensors"]), set())

    def test_train_with_samples_on_disk(self):
        there = world()
        self.assertEqual(self.fails(500000, "train", "--micrographs", there.micrographs[0], "--picks", there.truth[0],
                                    "--diameter", 120, "--epochs", 1, "--memory", 0.1, "--output", "m.safetensors",
                                    parts=["cannot reserve", "MiB for samples in", "File too large"]), set())

    def test_pick(self):
        there = world()
        words = ["pick", "--model", there.model, "--micrographs", *there.micrographs[1:], "--output", "out", "--keep", 0]
        left = self.fails(2500, *words, parts=["sim_0002.star"])
        self.assertFalse({"out/sim_0002.star", "out/sim_0003.star"} & left)
        self.assertFalse([name for name in left if name.endswith(".tmp")])
        result = self.picker(*words, "--json").json  # with room again, it goes on
        self.assertEqual((result["done"], result["failed"]), (2, 0))


if __name__ == "__main__":
    unittest.main()
