"""What the lints share: the source tree's files, and a run that either checks the tree or checks the lint itself.

A lint is a function check(tree) that returns complaints, and a list of samples it must catch: pairs of
({path: text}, part of the complaint). A sample whose part is None must pass.
"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # what ctest takes for "not run"


class Tree:
    """The files of a source tree: those that git tracks or would track, else all but build folders."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        listed = subprocess.run(["git", "-C", str(self.root), "ls-files", "-co", "--exclude-standard", "-z"],
                                capture_output=True) if (self.root / ".git").exists() else None
        if listed is not None and listed.returncode == 0 and listed.stdout:
            names = [name for name in listed.stdout.decode().split("\0") if name]
        else:
            names = [path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()]
            names = [name for name in names if not name.startswith(("build", ".venv/", ".git/"))]
        self.names = sorted(name for name in set(names) if (self.root / name).is_file())

    def files(self, *endings, under=""):
        return [name for name in self.names if name.startswith(under) and name.endswith(endings)]

    def text(self, name):
        return (self.root / name).read_bytes().decode("utf-8", errors="replace")


def self_test(check, samples):
    failures = []
    for number, (files, expected) in enumerate(samples, 1):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            complaints = check(Tree(folder))
        if expected is None and complaints:
            failures.append(f"sample {number} is fine, but: {complaints}")
        elif expected is not None and not any(expected in complaint for complaint in complaints):
            failures.append(f"sample {number}: no complaint with '{expected}', only {complaints}")
    return failures


def main(check, samples):
    testing = "--self-test" in sys.argv[1:]
    complaints = self_test(check, samples) if testing else check(Tree(ROOT))
    for complaint in complaints:
        print(complaint)
    what = f"{len(samples)} samples" if testing else "tree"
    print(f"{pathlib.Path(sys.argv[0]).stem}: {what}, {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)
