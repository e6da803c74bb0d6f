"""The manual page that the build wrote (PICKER_RELION_PAGE) shows what `picker_relion --help` prints."""
import os
import shutil
import subprocess
import unittest

PROGRAM = os.environ["PICKER_RELION"]
PAGE = os.environ.get("PICKER_RELION_PAGE")


def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


class ManPage(unittest.TestCase):
    @unittest.skipUnless(PAGE and shutil.which("groff"), "no page in this build, or no groff on this machine")
    def test_it_is_the_help(self):
        shown = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou", "-rLL=130n", "-ww", "-rCHECKSTYLE=3", PAGE], capture_output=True,
                               text=True, check=True)
        self.assertEqual(shown.stderr, "")
        text = lines(shown.stdout)
        version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        self.assertTrue(text[-1].startswith(version))
        wanted = lines(subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout)
        begin = text.index("SYNOPSIS") + 1
        self.assertEqual(text[begin:begin + len(wanted)], wanted)


if __name__ == "__main__":
    unittest.main()
