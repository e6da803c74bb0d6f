"""abidiff (Debian: abigail-tools) over the frozen headers and today's: every header becomes a small library with debug
information whose functions do nothing, and what libabigail thinks of the two is that no program has to be compiled again.
Independent of compatible_test.cpp, which compares the same headers as text.

    abidiff.py C_COMPILER [--self-test]        exits 77 without abidiff
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TODAY = ROOT / "libpicker" / "include" / "picker" / "picker.h"
FROZEN = sorted((ROOT / "tests" / "abi" / "frozen").glob("picker_abi*.h"))
# What docs/abi-policy.md allows: structs of a known size grow at the end.
ALLOWED = """
[suppress_type]
  type_kind = struct
  name_regexp = ^picker_
  has_data_member_inserted_at = end
"""


def library(compiler, header, text, folder, name):
    """A shared library with every function of a header."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    declared = re.findall(r"^PICKER_API\s+([^;{]*?\))\s*(?:PICKER_CHECK_RESULT)?\s*;", plain, re.MULTILINE | re.DOTALL)
    if len(declared) < 80 or len(declared) != len(re.findall(r"^PICKER_API\b", plain, re.MULTILINE)):
        raise SystemExit(f"{header}: {len(declared)} functions could be read")
    source = folder / f"{name}.c"
    body = "\n".join(f"{one} {{{'' if one.startswith('void ') and '*' not in one.split('(')[0] else ' return 0;'} }}" for one in declared)
    source.write_text(text + "\n" + body + "\n")
    target = folder / f"lib{name}.so"
    subprocess.run([compiler, "-std=c99", "-g", "-w", "-shared", "-fPIC", "-Wl,-soname,libpicker.so.0", source, "-o", target], check=True)
    return target


def compatible(compiler, before, after):
    """before, after: (name, text) of a header."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "allowed").write_text(ALLOWED)
        libraries = [library(compiler, header, text, folder, place) for place, (header, text) in (("a", before), ("b", after))]
        done = subprocess.run(["abidiff", "--suppressions", folder / "allowed", "--no-added-syms", *libraries],
                              capture_output=True, text=True)
        print(done.stdout + done.stderr)
        if done.returncode & 3:
            raise SystemExit("abidiff failed")
        return done.returncode == 0


def changed(text, old, new):
    if text.count(old) < 1:
        raise SystemExit(f"the sample has no {old!r}")
    return text.replace(old, new, 1)


def self_test(compiler):
    """Of changes that break programs none is missed, and growth is no break."""
    text = TODAY.read_text()
    end = "} picker_micrograph_info;"
    member = re.search(r"struct picker_micrograph_info \{\s*size_t struct_size;[^\n]*\n", text).group(0)
    samples = [
        (changed(text, end, "    double later;\n" + end), True),
        (changed(text, member, member + "    double sooner;\n"), False),
        (changed(changed(text, member, member + "    double sooner;\n"), end, "    double later;\n" + end), False),
        (changed(text, "PICKER_API int32_t picker_abi_version(void);", ""), False),
        (changed(text, "PICKER_API int32_t picker_has_feature(const char* name);",
                 "PICKER_API int32_t picker_has_feature(int32_t name);"), False),
    ]
    return all(compatible(compiler, ("today", text), ("changed", sample)) == wanted for sample, wanted in samples)


def main():
    if not shutil.which("abidiff"):
        print("abidiff is not on this machine (apt-get install abigail-tools)")
        return 77
    compiler = sys.argv[1]
    if "--self-test" in sys.argv:
        return 0 if self_test(compiler) else 1
    today = ("picker.h", TODAY.read_text())
    return 0 if FROZEN and all([compatible(compiler, (path.name, path.read_text()), today) for path in FROZEN]) else 1


if __name__ == "__main__":
    sys.exit(main())
