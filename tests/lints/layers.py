#!/usr/bin/env python3
"""Includes point down the layers, and each outside library stays in the folder that owns it."""
import re

import lint

LEVEL = {"core": 0, "starfile": 0, "io": 1, "signal": 1, "device": 1, "engine": 2, "evaluation": 2, "simulation": 2,
         "models": 3, "picking": 4, "training": 5, "report": 5, "capi": 6}
TORCH_MAY = {"core", "device", "engine", "torch"}  # the LibTorch backend hangs on the engine interface and the kernels
OWNER = [  # outside headers and the only folders that may include them
    (re.compile(r"(torch|ATen|c10d?|caffe2)/"), {"torch"}, "LibTorch"),
    (re.compile(r"cuda|cu(fft|dnn|blas)"), {"device"}, "CUDA"),
    (re.compile(r"fftw3"), {"signal"}, "FFTW"),
    (re.compile(r"tiff"), {"io"}, "libtiff"),
    (re.compile(r"png\.h"), {"io"}, "libpng"),
    (re.compile(r"jpeglib"), {"io"}, "libjpeg"),
    (re.compile(r"stb/"), {"report"}, "stb"),
    (re.compile(r"(gemmi|tao)/"), {"io"}, "gemmi"),
    (re.compile(r"lz4"), {"io"}, "LZ4"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of(name):
    parts = name.split("/")
    if parts[:2] == ["libpicker", "starfile"]:
        return "starfile"
    if parts[:2] == ["libpicker", "src"] and len(parts) > 3:
        return parts[2]
    return None


def complaint_in_library(layer, header):
    target = header.split("/")[0]
    if header == "version.hpp" or ("/" not in header):
        return None
    if target == "picker":
        return None if layer == "capi" else "only capi may include the public header"
    if target not in LEVEL and target != "torch":
        return None
    if layer == "torch":
        return None if target in TORCH_MAY else f"torch may include core, device and engine, not {target}"
    if target == "torch":
        return "nothing may include the LibTorch backend"
    if layer not in LEVEL:
        return f"{layer} is no known layer"
    if target != layer and LEVEL[target] >= LEVEL[layer]:
        return f"{layer} (layer {LEVEL[layer]}) may not include {target} (layer {LEVEL[target]})"
    return None


def check(tree):
    complaints = []
    for name in tree.files(".c", ".cpp", ".cu", ".h", ".hpp", ".hpp.in"):
        layer = layer_of(name)
        host = name.startswith(("plugins/", "bindings/", "examples/"))
        for match in INCLUDE.finditer(tree.text(name)):
            header, problem = match.group(2), None
            if layer is not None:
                problem = complaint_in_library(layer, header)
            elif host and header.split("/")[0] in LEVEL:
                problem = "a host may include only picker/picker.h and picker/picker.hpp"
            elif name.startswith("libpicker/include/") and match.group(1) == '"' and header not in (
                    "picker.h", "picker/picker.h"):
                problem = "a public header may include only the standard library and picker.h"
            for pattern, owners, library in OWNER:
                # Tests and benchmarks hold our code against these libraries; torch only where the engine is tested.
                free = name.startswith("tests/unit/engine/") or (
                    name.startswith(("tests/", "benchmarks/")) and library != "LibTorch")
                if match.group(1) == "<" and pattern.match(header) and layer not in owners and not free:
                    problem = f"only src/{'/'.join(sorted(owners))} may include {library}"
            if problem:
                line = tree.text(name).count("\n", 0, match.start(2)) + 1
                complaints.append(f"{name}:{line}: {header}: {problem}")
    return complaints


SAMPLES = [
    ({"libpicker/src/core/a.cpp": '#include "io/b.hpp"\n'}, "core (layer 0) may not include io"),
    ({"libpicker/src/io/a.cpp": '#include "signal/b.hpp"\n'}, "may not include signal"),
    ({"libpicker/src/picking/a.cpp": "#include <ATen/ATen.h>\n"}, "may include LibTorch"),
    ({"libpicker/src/torch/a.cpp": '#include "models/model.hpp"\n'}, "not models"),
    ({"libpicker/src/torch/a.cpp": "#include <cuda_runtime.h>\n"}, "only src/device may include CUDA"),
    ({"libpicker/src/device/cuda/a.cu": "#include <ATen/ATen.h>\n"}, "may include LibTorch"),
    ({"libpicker/src/device/cuda/a.cu": '#include <cuda_runtime.h>\n#include "device/a.hpp"\n'}, None),
    ({"libpicker/src/device/cuda/a.cu": '#include "engine/a.hpp"\n'}, "device (layer 1) may not include engine"),
    ({"tests/capi/a.cpp": "#include <c10/core/Device.h>\n"}, "may include LibTorch"),
    ({"tests/unit/io/a.cpp": "#include <tiffio.h>\n", "tests/unit/engine/a.cpp": "#include <ATen/ATen.h>\n"}, None),
    ({"libpicker/src/io/a.cpp": "#include <fftw3.h>\n"}, "may include FFTW"),
    ({"libpicker/src/simulation/a.cpp": "#include <gemmi/pdb.hpp>\n"}, "may include gemmi"),
    ({"libpicker/src/picking/a.cpp": "#include <lz4.h>\n"}, "may include LZ4"),
    ({"libpicker/src/report/a.cpp": "#include <jpeglib.h>\n"}, "may include libjpeg"),
    ({"libpicker/src/report/a.cpp": '#include "training/a.hpp"\n'}, "report (layer 5) may not include training"),
    ({"libpicker/src/io/a.cpp": "#include <lz4.h>\n"}, None),
    ({"libpicker/src/io/a.cpp": '#include "picker/picker.h"\n'}, "only capi"),
    ({"plugins/cli/a.cpp": '#include "core/image.hpp"\n'}, "a host may include only"),
    ({"libpicker/src/extra/a.cpp": '#include "core/image.hpp"\n'}, "no known layer"),
    ({"libpicker/src/training/a.cpp": '#include "core/a.hpp"\n#include "training/b.hpp"\n#include <vector>\n'}, None),
]
if __name__ == "__main__":
    lint.main(check, SAMPLES)
