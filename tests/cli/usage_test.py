"""Help, flags, exit codes, standard output and standard error: what scripts depend on in every command."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

from support import PICKER, ROOT, Case

def waits(pid):
    """The process catches SIGINT and sleeps."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    caught = int(re.search(r"SigCgt:\s*(\w+)", status).group(1), 16)
    return bool(caught & (1 << (signal.SIGINT - 1))) and "State:\tS" in status


COMMANDS = ["models", "inspect", "simulate", "train", "review", "pick", "score", "evaluate", "check", "convert"]
COMMON = ["--help", "--version", "--quiet", "--json", "--threads", "--device", "--seed", "--pixel-size"]


class Help(Case):
    def test_every_command_is_listed_and_explained(self):
        overview = self.picker("--help").out
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", overview)
            text = self.picker(command, "--help").out
            self.assertTrue(text.startswith(f"picker {command}"))
            self.assertEqual(self.picker("help", command).out, text)
            for flag in COMMON:
                self.assertIn(f"\n  {flag}", text)
        self.assertEqual(self.picker("help").out, overview)
        self.assertEqual(self.picker("-h").out, overview)

    def test_help_fits_a_terminal(self):
        for words in [["--help"]] + [[command, "--help"] for command in COMMANDS]:
            for line in self.picker(*words).out.splitlines():
                self.assertLessEqual(len(line), 100, line)
                self.assertEqual(line, line.rstrip())

    def test_version(self):
        expected = "picker " + (ROOT / "VERSION").read_text().strip() + "\n"
        self.assertEqual(self.picker("--version").out, expected)
        self.assertEqual(self.picker("pick", "--version").out, expected)


class WrongUsage(Case):
    def test_no_command_shows_the_overview(self):
        self.assertMessage(self.picker(code=2), "picker COMMAND", "evaluate")

    def test_unknown_words_name_the_nearest(self):
        self.assertMessage(self.picker("evalute", code=2), "'evalute'", "evaluate?")
        self.assertMessage(self.picker("pick", "--treshold", "0.5", code=2), "--treshold", "--threshold?")
        self.assertMessage(self.picker("train", "--micrograph", "a", code=2), "--micrographs?")
        self.assertMessage(self.picker("zzzzzzzz", code=2), "'zzzzzzzz'; see picker --help")

    def test_values(self):
        for words, parts in [
                (["pick", "--threshold"], ["--threshold", "needs a value"]),
                (["pick", "--micrographs"], ["--micrographs", "at least one value"]),
                (["pick", "word"], ["'word'"]),
                (["pick", "--overwrite=yes"], ["--overwrite takes no value"]),
                (["models", "--threads", "0"], ["--threads", "from 1", "'0'"]),
                (["models", "--threads", "many"], ["--threads", "whole number", "'many'"]),
                (["models", "--device", "gpu"], ["'gpu'", "auto, cpu, cuda, or cuda:N"]),
                (["models", "--device", "cuda:x"], ["'cuda:x'", "cpu"]),
                (["models", "--seed", "-1"], ["--seed", "'-1'"]),
                (["inspect", "--pixel-size", "0", "a.mrc"], ["--pixel-size", "0.05"]),
                (["inspect", "--pixel-size", "4A", "a.mrc"], ["--pixel-size", "'4A'"]),
                (["inspect"], ["name the micrographs"]),
                (["convert", "a.star"], ["IN and OUT"])]:
            self.assertMessage(self.picker(*words, code=2), f"picker {words[0]}", *parts)

    def test_values_of_pick_and_train(self):
        pick = ["pick", "--model", "m.safetensors", "--micrographs", "a.mrc", "--output", "out"]
        train = ["train", "--micrographs", "a.mrc", "--picks", "a.star", "--output", "m.safetensors"]
        for words, parts in [
                (pick + ["--threshold", "1.5"], ["--threshold", "0 to 1", "'1.5'"]),
                (pick + ["--keep", "-0.1"], ["--keep", "'-0.1'"]),
                (pick + ["--diameter", "0"], ["--diameter", "above 0"]),
                (pick + ["--edge", "-1"], ["--edge", "0 or more"]),
                (pick + ["--top", "0"], ["--top", "from 1"]),
                (pick + ["--top-per-micrograph", "2.5"], ["--top-per-micrograph", "whole number"]),
                (pick + ["--candidates", "a", "--score-maps", "b"], ["--score-maps or --candidates"]),
                (pick + ["--clean", "yes"], ["--clean", "off, paper or lua", "'yes'"]),
                (pick + ["--carbon", "edge"], ["--carbon", "off or on", "'edge'"]),
                (pick + ["--overlaps", "both"], ["--overlaps", "keep or drop"]),
                (pick + ["--overlap-distance", "90"], ["--overlap-distance", "--overlaps drop"]),
                (pick + ["--deviation", "0.8"], ["--deviation", "LOW,HIGH", "'0.8'"]),
                (pick + ["--deviation", "1.3,0.8"], ["--deviation", "LOW < HIGH"]),
                (pick + ["--deviation", "a,2"], ["--deviation", "'a'"]),
                (["pick", "--model", "m.safetensors", "--micrographs", "a.mrc"], ["--output is missing"]),
                (train + ["--diameter", "-5"], ["--diameter", "'-5'"]),
                (train + ["--epochs", "0"], ["--epochs", "from 1"]),
                (train + ["--datasets", "t.csv"], ["--datasets or --micrographs"]),
                (train + ["--from", "m", "--architecture", "deeppicker"], ["--from or --architecture"]),
                (train + ["--validation-picks", "b.star"], ["--validation-micrographs is missing"])]:
            self.assertMessage(self.picker(*words, code=2), *parts)
        self.assertEqual(list(self.folder.iterdir()), [])


class Output(Case):
    def test_models(self):
        result = self.picker("models", "--json")
        self.assertEqual(result.err, "")
        parameters = {entry["name"]: entry["parameters"] for entry in result.json["architectures"]}
        self.assertEqual(parameters["deeppicker"], 33346)
        self.assertEqual(parameters["deeppicker-tf"], 49922)
        self.assertEqual([entry["name"] for entry in result.json["weights"]], ["general"])
        text = self.picker("models").out
        for name in parameters:
            self.assertIn(f"\n  {name} ", text)

    def test_a_folder_with_the_name_of_an_installed_model_is_not_in_its_way(self):
        (self.folder / "general").mkdir()
        self.assertIn("compact", self.picker("models", "general").out)

    def test_failure_with_json_is_an_object_on_standard_output(self):
        result = self.picker("models", "none.safetensors", "--json", code=1)
        self.assertEqual(result.json["error"]["status"], "PICKER_NOT_FOUND")
        self.assertIn("none.safetensors", result.json["error"]["message"])
        self.assertIn("none.safetensors", result.err)
        result = self.picker("models", "--jsn", "--json", code=2)
        self.assertEqual(result.json["error"]["status"], "USAGE")

    def test_failure_without_json_leaves_standard_output_empty(self):
        self.assertMessage(self.picker("models", "none.safetensors", code=1), "none.safetensors")
        self.assertMessage(self.picker("inspect", "-", code=1), "no micrographs")

    def test_a_damaged_model_is_refused(self):
        (self.folder / "m.safetensors").write_bytes(b"\xff" * 64)
        self.assertMessage(self.picker("models", "m.safetensors", code=1), "m.safetensors")
        self.write("m.safetensors", "not a model")
        self.assertMessage(self.picker("models", "m.safetensors", code=1), "m.safetensors")

    @unittest.skipUnless(os.path.exists("/dev/full"), "this system has no /dev/full")
    def test_full_disk_behind_standard_output(self):
        for words in (["models"], ["models", "--json"], ["--help"], ["pick", "--help"], ["--version"]):
            with open("/dev/full", "w", encoding="ascii") as full:
                self.assertIn("standard output", self.picker(*words, code=1, stdout=full).err)

    def test_nothing_on_standard_input(self):
        done = subprocess.run([PICKER, "inspect", "-"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 1)

    def test_ctrl_c_while_waiting_for_names(self):
        process = subprocess.Popen([PICKER, "inspect", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        # Asleep in a read: only then is the signal's handler known to be there.
        end = time.monotonic() + 60
        while time.monotonic() < end and not waits(process.pid):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertIn("cancelled", process.stderr.read())
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()

    @unittest.skipUnless(shutil.which("ldd"), "this system has no ldd")
    def test_the_program_links_no_torch(self):
        linked = subprocess.run(["ldd", PICKER], capture_output=True, text=True, check=True).stdout
        linked = " ".join(line.split()[0] for line in linked.splitlines())  # paths and addresses can hold the letters
        self.assertIn("libpicker.so", linked)
        for name in ("torch", "c10", "cuda"):
            self.assertNotIn(name, linked)

    def test_the_locale_does_not_matter(self):
        self.mrc("a.mrc", pixel_size=4.5)
        for locale in ("C", "de_DE.UTF-8"):
            done = subprocess.run([PICKER, "inspect", "--json", str(self.folder / "a.mrc")], capture_output=True,
                                  text=True, check=True, env={**os.environ, "LC_ALL": locale})
            self.assertAlmostEqual(json.loads(done.stdout)["micrographs"][0]["pixel_size"], 4.5)


if __name__ == "__main__":
    unittest.main()
