"""The list of what a build is made of (cmake/PickerSbom.cmake) is SPDX, and names what the libraries really load and what the
sources really include.

    sbom.py BUILD_FOLDER LIBRARY...
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of the system and the compiler.
SYSTEM = r"lib(stdc\+\+|m|gcc_s|c|dl|pthread|rt|gomp|asan|ubsan|tsan)\.so|ld-linux|linux-vdso"
NAMES = {"libtorch_cpu": "libtorch", "libc10": "libtorch", "liblz4": "lz4", "libfftw3f": "fftw3f", "libpng16": "libpng"}
HEADERS = {"nlohmann/": "nlohmann-json", "gemmi/": "gemmi", "stb/": "stb_truetype", "fftw3.h": "fftw3f", "tiffio.h": "libtiff",
           "png.h": "libpng", "jpeglib.h": "libjpeg", "lz4.h": "lz4"}
# Licences that libpicker's binaries may be made of (README.md, Licence); another one is a decision to take.
KNOWN = {"BSD-3-Clause", "BSD-2-Clause", "GPL-2.0-or-later", "libtiff", "libpng-2.0", "IJG AND BSD-3-Clause", "MIT", "MPL-2.0",
         "MIT OR Unlicense", "Bitstream-Vera"}


def main():
    folder = pathlib.Path(sys.argv[1])
    document = json.loads((folder / "libpicker.spdx.json").read_text())
    assert document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["creationInfo"]["created"])
    packages = {package["name"]: package for package in document["packages"]}
    ids = {package["SPDXID"] for package in document["packages"]} | {"SPDXRef-DOCUMENT"}
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", one) for one in ids), ids
    for relation in document["relationships"]:
        assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= ids, relation
    assert len(document["relationships"]) == len(packages)
    listed = (folder / "third-party.txt").read_text()
    for name, package in packages.items():
        assert package["licenseDeclared"] in KNOWN, package
        assert re.match(r"\d", package["versionInfo"]), f"{name}: no version was found"
        assert f"{name} {package['versionInfo']}" in listed, name
    assert packages["libpicker"]["versionInfo"] == (ROOT / "VERSION").read_text().strip()

    used = set()
    for library in sys.argv[2:]:
        dynamic = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
        for needed in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
            if not re.match(SYSTEM, needed):
                name = needed.split(".so")[0]
                used.add(NAMES.get(name, name))
    for source in (ROOT / "libpicker" / "src").rglob("*.[ch]pp"):
        for header in re.findall(r"#include [<\"]([^>\"]+)", source.read_text()):
            used |= {name for begin, name in HEADERS.items() if header.startswith(begin)}
    optional = {"gemmi", "stb_truetype"}  # included only where they were found
    missing = used - set(packages) - optional
    assert not missing, f"used, but not listed: {missing}"
    extra = set(packages) - used - {"libpicker", "dejavu-sans", "pegtl"}
    assert not extra, f"listed, but not used: {extra}"
    print(f"{len(packages)} packages, {len(used)} found in libraries and sources")


main()
