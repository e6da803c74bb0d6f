"""The package as a whole: importing, both orders with torch, names, types, documentation, the example of its README."""
import ast
import pathlib
import re
import shutil
import unittest

import libpicker

from support import ROOT, Case, need_torch

STUB = ROOT / "bindings" / "libpicker" / "__init__.pyi"


def imports_torch(case):
    try:
        case.python("import torch")
    except AssertionError:
        raise unittest.SkipTest("torch is not installed in this Python") from None


WORK = """
scene = libpicker.simulate(size=(448, 384), pixel_size=4, diameter=120, particles=5, seed=5)
scores = libpicker.Model.create('deeppicker', seed=1).score(scene.micrograph, diameter=120)
print('SUM', float(scores.array.sum()))
"""


class Importing(Case):
    def test_torch_stays_out(self):
        out = self.python("import sys, libpicker\n"
                          "maps = open('/proc/self/maps').read()\n"
                          "print('torch' in sys.modules, 'libtorch' in maps, 'pandas' in sys.modules, 'tqdm' in sys.modules)")
        self.assertEqual(out.split(), ["False"] * 4)

    def test_both_orders(self):
        need_torch()
        alone = self.python("import libpicker" + WORK)
        imports_torch(self)
        after = self.python("import libpicker, torch" + WORK + "print('T', torch.ones(3).sum().item())")
        before = self.python("import torch, libpicker" + WORK + "print('T', torch.ones(3).sum().item())")
        late = self.python("import libpicker" + WORK + "import torch\nprint('T', (torch.ones(3, 3) @ torch.ones(3)).sum().item())")
        self.assertEqual(after, alone + "T 3.0\n")
        self.assertEqual(before, alone + "T 3.0\n")
        self.assertEqual(late, alone + "T 9.0\n")

    def test_torch_in_another_folder(self):
        """As with a package of the user over a torch of the system: found as Python finds it, and not imported."""
        package = pathlib.Path(libpicker.__file__).parent
        if not (package / "libpicker_torch.so").exists():
            self.skipTest("only a wheel has the libraries in the package (tests/python/wheel.sh)")
        need_torch()
        alone = self.python("import libpicker" + WORK)
        imports_torch(self)
        shutil.copytree(package, self.folder / "user" / "libpicker")
        out = self.python("import sys; sys.path.insert(0, 'user'); import libpicker" + WORK +
                          "print('user' in libpicker.__file__, 'torch' in sys.modules)")
        self.assertEqual(out, alone + "True False\n")

    def test_one_libtorch(self):
        need_torch()
        imports_torch(self)
        out = self.python("import libpicker" + WORK + "import torch\n"
                          "print('FILES', len({l.split()[-1] for l in open('/proc/self/maps') if 'libtorch_cpu' in l}))")
        self.assertIn("FILES 1\n", out)


class Names(Case):
    def test_version(self):
        self.assertEqual(libpicker.version, (ROOT / "VERSION").read_text().strip())
        self.assertEqual(libpicker.__version__, libpicker.version)

    def test_registries(self):
        self.assertIn("deeppicker", [a.name for a in libpicker.architectures()])
        self.assertTrue(all(a.parameters > 0 and a.summary for a in libpicker.architectures()))
        self.assertIn(("star", ".star"), [(f.name, f.extension) for f in libpicker.formats()])

    def test_everything_is_documented(self):
        for name in libpicker.__all__:
            thing = getattr(libpicker, name)
            self.assertTrue(getattr(thing, "__doc__", "") or name == "version", name)
            if isinstance(thing, type):
                for member, value in vars(thing).items():
                    if not member.startswith("_") and member != "status":
                        self.assertTrue(value.__doc__, f"{name}.{member}")


def stub_members(tree):
    """{class or '': {member: keywords of a function, or None}} of the stub."""
    options = {"TypedDict": set()}  # sets of keywords that several functions take

    def keywords(function):
        named = {a.arg for a in function.args.args + function.args.kwonlyargs} - {"self"}
        return named | (options[function.args.kwarg.annotation.slice.id] if function.args.kwarg else set())

    found = {"": {}}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(base.id in options for base in node.bases):
            options[node.name] = options[node.bases[0].id] | {part.target.id for part in node.body}
        elif isinstance(node, ast.ClassDef):
            found[node.name] = {}
            for part in node.body:
                if isinstance(part, ast.FunctionDef):
                    found[node.name][part.name] = keywords(part)
                elif isinstance(part, ast.AnnAssign):
                    found[node.name][part.target.id] = None
        elif isinstance(node, ast.FunctionDef):
            found[""][node.name] = keywords(node)
    return found


class Stub(Case):
    def setUp(self):
        super().setUp()
        self.stub = stub_members(ast.parse(STUB.read_text()))

    def test_every_name_is_there(self):
        for name in libpicker.__all__:
            thing = getattr(libpicker, name)
            if isinstance(thing, type):
                members = {m for m in vars(thing) if not m.startswith("_") and m not in ("status", "as_dict")}
                self.assertEqual(members, {m for m in self.stub[name] if not m.startswith("_") and m != "status"}, name)
            elif callable(thing):
                self.assertIn(name, self.stub[""])

    def test_the_same_keywords(self):
        """Against the signatures and tables of options in the docstrings, which the options themselves make."""
        checked = 0
        for owner in ("", "Model", "Picks", "Dataset", "Micrograph", "Evaluation", "ScoreMap"):
            for name, keywords in self.stub[owner].items():
                if keywords is None or name.startswith("_") or name in ("show", "explore"):  # written in Python
                    continue
                thing = getattr(getattr(libpicker, owner) if owner else libpicker, name)
                if not callable(thing):
                    continue
                signature, _, rest = thing.__doc__.partition("\n")
                inside = signature[signature.index("(") + 1:signature.rindex(")")]
                known = set(re.findall(r"(?:^|, )(\w+):", inside)) - {"self"}
                if "**kwargs" in inside:
                    known |= set(re.findall(r"^    (\w+): ", rest, re.MULTILINE))
                    if name == "pick_files":
                        known.discard("mask")
                known -= {"arg0"}
                self.assertEqual(keywords, known, f"{owner}.{name}")
                checked += 1
        self.assertGreater(checked, 25)


class Readme(Case):
    def test_the_example_runs(self):
        need_torch()
        text = (ROOT / "bindings" / "README.md").read_text()
        program = re.search(r"<!-- EXAMPLE.*?```python\n(.*?)```", text, re.DOTALL).group(1)
        out = self.python(program)
        precision, recall = map(float, re.search(r"precision ([\d.]+), recall ([\d.]+)", out).groups())
        self.assertGreaterEqual(min(precision, recall), 0.8)
        for name in ("ribosome.safetensors", "unseen.star", "unseen.png"):
            self.assertTrue((self.folder / name).stat().st_size > 0, name)


if __name__ == "__main__":
    unittest.main()
