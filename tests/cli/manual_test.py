"""Manual pages and completions: all commands and flags are in them, man and the shells take them without a complaint, and
what the build wrote for the installation is what the program prints. PICKER_MANUAL: the folder where the build wrote it."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from support import PICKER, Case

MANUAL = os.environ.get("PICKER_MANUAL")


def commands(case):
    return re.findall(r"^  (\w+) ", case.picker("--help").out, re.MULTILINE)


def flags(case, command):
    return re.findall(r"^  (--[\w-]+)", case.picker(command, "--help").out, re.MULTILINE)


def without_roff(page):
    """The words of a page, as a reader sees them."""
    text = re.sub(r"\\f[BIR]", "", page).replace("\\-", "-").replace("\\(aq", "'").replace("\\(ti", "~").replace("\\&", "")
    return " ".join(text.replace("\\(ga", "`").replace("\\(ha", "^").replace("\\e", "\\").split())


class ManPages(Case):
    def test_all_that_help_says_is_in_the_page(self):
        overview = without_roff(self.picker("--man-page").out)
        for command in commands(self):
            self.assertIn(f"picker-{command}(1)", overview)
            page = self.picker("--man-page", command).out
            self.assertTrue(page.startswith(f'.TH "PICKER\\-{command.upper()}" 1 '), command)
            self.assertEqual(flags(self, command), re.findall(r"^\.TP\n(--[\w-]+)", re.sub(
                r"\\fB(.*?)\\fR", lambda m: m.group(1).replace("\\-", "-"), page), re.MULTILINE), command)
            words = without_roff(page)
            for sentence in re.split(r"\n(?:  --\S+(?: \S+)*?  +|  --[^\n]*\n)?", self.picker(command, "--help").out)[1:]:
                if len(sentence.split()) > 3 and not sentence.lstrip().startswith("--"):
                    self.assertIn(" ".join(sentence.split()), words, command)

    def test_man_shows_them_without_a_warning(self):
        for words in [[]] + [[command] for command in commands(self)]:
            page = self.write("page.1", self.picker("--man-page", *words).out)
            done = self.render(page)
            self.assertEqual(done.stderr, "", words)
            self.assertIn("EXIT STATUS", re.sub(r".\x08|\x1b\[\d*m", "", done.stdout))

    def render(self, page):
        """By groff: man itself hides that it is missing."""
        if not shutil.which("groff"):
            self.skipTest("groff is not on this machine")
        return subprocess.run(["groff", "-man", "-Tascii", "-ww", "-rCHECKSTYLE=3", page], capture_output=True, text=True,
                              check=True)

    def test_render_notices_a_bad_page(self):
        page = self.write("page.1", '.TH "X" 1 "" "" ""\n.SH NAME\nx \\- y\n.NOSUCH z\n')
        self.assertIn("NOSUCH", self.render(page).stderr)

    def test_unknown_command(self):
        self.assertMessage(self.picker("--man-page", "pikc", code=2), "'pikc'", "pick?")

    @unittest.skipUnless(MANUAL, "PICKER_MANUAL names no folder")
    def test_the_build_wrote_what_the_program_prints(self):
        folder = pathlib.Path(MANUAL)
        expected = {"man1/picker.1": ["--man-page"], "bash/picker": ["--completion", "bash"],
                    "zsh/_picker": ["--completion", "zsh"], "fish/picker.fish": ["--completion", "fish"]}
        for command in commands(self):
            expected[f"man1/picker-{command}.1"] = ["--man-page", command]
        found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        self.assertEqual(found, set(expected))
        for name, words in expected.items():
            self.assertEqual((folder / name).read_text(), self.picker(*words).out, name)


class Completion(Case):
    def complete(self, *words):
        """What bash offers for the last word."""
        self.write("picker.bash", self.picker("--completion", "bash").out)
        script = 'source picker.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _picker; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-uc", script, "bash", "picker", *words], cwd=self.folder, capture_output=True, text=True,
                              check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split("\n")[:-1]

    def test_commands_and_flags(self):
        self.assertEqual(set(self.complete("")), {*commands(self), "--help", "--version"})
        self.assertEqual(set(self.complete("m")), {"models", "merge"})
        self.assertEqual(set(self.complete("help", "in")), {"inspect"})
        for command in commands(self):
            self.assertEqual(self.complete(command, "--"), flags(self, command), command)
        self.assertEqual(self.complete("pick", "--min"), ["--min-distance"])

    def test_values(self):
        self.file("a folder/x")
        self.write("a.mrc", "")
        self.assertEqual(sorted(self.complete("pick", "--micrographs", "a")), ["a folder", "a.mrc"])
        self.assertEqual(self.complete("pick", "--micrographs", "b.mrc", "a."), ["a.mrc"])
        self.assertEqual(self.complete("pick", "--output", "a"), ["a folder"])
        self.assertEqual(self.complete("pick", "--threshold", "a"), [""])  # a number
        self.write("gene.safetensors", "")
        self.assertEqual(sorted(self.complete("pick", "--model", "gene")), ["gene.safetensors", "general"])

    def test_zsh_and_fish_take_theirs(self):
        for shell in ("zsh", "fish"):
            text = self.picker("--completion", shell).out
            for command in commands(self):
                for flag in flags(self, command):
                    self.assertIn(f"-l {flag[2:]} " if shell == "fish" else f"'*{flag}[", text)
            if shutil.which(shell):
                subprocess.run([shell, "-n", self.write("script", text)], check=True)

    def test_fish_offers(self):
        if not shutil.which("fish"):
            self.skipTest("fish is not on this machine")
        self.write("picker.fish", self.picker("--completion", "fish").out)
        done = subprocess.run(["fish", "--no-config", "-c", "source picker.fish; complete -C 'picker pick --min'"], cwd=self.folder,
                              env={**os.environ, "HOME": str(self.folder)}, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, "--min-distance\tbetween picks; the better of two stays [the model's]\n")

    def test_other_shells_are_refused(self):
        self.assertMessage(self.picker("--completion", "tcsh", code=2), "bash, zsh or fish", "tcsh")
        self.assertMessage(self.picker("--completion", code=2), "bash, zsh or fish")


if __name__ == "__main__":
    unittest.main()
