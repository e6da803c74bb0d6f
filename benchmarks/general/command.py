"""The picker command, run for its JSON."""
import json
import shutil
import subprocess


class Command:
    def __init__(self, program):
        self.program = program.resolve()

    def run(self, *words):
        done = subprocess.run([str(self.program), *map(str, words), "--json", "--quiet"], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit("failed: picker " + " ".join(map(str, words)) + "\n" + done.stderr)
        return json.loads(done.stdout)

    def diameter(self, structure, pixel, folder):
        """What the simulator says is the longest axis, in angstrom; a throw-away image in `folder` tells."""
        made = self.run("simulate", "--output", folder, "--count", 1, "--size", "128,128", "--pixel-size", pixel, "--particles", 1, "--structure", structure)
        shutil.rmtree(folder)
        return made["diameter"]
