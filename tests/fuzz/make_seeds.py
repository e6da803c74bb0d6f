"""Seeds for the fuzz targets: small sound files of every kind, made by hand from the formats' descriptions.

make_seeds.py FOLDER writes FOLDER/TARGET/NAME. Python's standard library only; LZ4 is written as literals.
"""
import json
import pathlib
import random
import struct
import sys
import zlib


def mrc(nx=6, ny=5, nz=1, mode=2, big=False, extended=b"", cell=4.0, kind=b"    "):
    order = ">" if big else "<"
    header = bytearray(1024)
    struct.pack_into(order + "10i", header, 0, nx, ny, nz, mode, 0, 0, 0, nx, ny, nz)
    struct.pack_into(order + "6f", header, 40, nx * cell, ny * cell, nz * cell, 90, 90, 90)
    struct.pack_into(order + "3i", header, 64, 1, 2, 3)
    struct.pack_into(order + "i", header, 92, len(extended))
    header[104:108] = kind
    header[208:216] = b"MAP " + (b"\x11\x11\0\0" if big else b"\x44\x44\0\0")
    size = {0: 1, 1: 2, 2: 4, 6: 2, 12: 2}.get(mode, 4)
    if mode == 2:
        pixels = b"".join(struct.pack(order + "f", (i * 37 % 101) / 100.0) for i in range(nx * ny * nz))
    else:
        pixels = bytes(i * 37 % 61 for i in range(nx * ny * nz * size))
    return bytes(header) + extended + pixels


def score_map(offsets=False, nx=12, ny=10):
    meaning = {"picker_score_map": 1, "origin_x": 8.0, "origin_y": 9.0, "step_x": 4.0, "step_y": 4.0, "diameter": 20.0,
               "micrograph_width": 64, "micrograph_height": 56, "pixel_size": 4.0}
    if offsets:
        meaning["offsets"] = True
    text = json.dumps(meaning).encode() + b"\n"
    text += b" " * (-len(text) % 16)
    if offsets:
        text += struct.pack("<%df" % (2 * nx * ny), *([0.25] * (2 * nx * ny)))
    return mrc(nx, ny, extended=text, kind=b"PIKR")


def tiff(width=6, height=5, bits=8, kind=1, compression=1, big=False, tile=False, pages=1, samples=1, wide=False, claims=False):
    order = ">" if big else "<"
    row = width * bits // 8
    data = bytes(i * 37 % 251 for i in range(200 if claims else row * height))
    if tile:
        data = bytes(i * 37 % 251 for i in range(16 * 16 * bits // 8))
    packed = zlib.compress(data) if compression == 8 else data
    if compression == 32773:  # PackBits: runs of literals
        packed = b"".join(bytes([len(part) - 1]) + part for part in (data[i:i + 100] for i in range(0, len(data), 100)))
    out = (b"MM" if big else b"II") + (struct.pack(order + "HHHQ", 43, 8, 0, 16) if wide else struct.pack(order + "HI", 42, 8))
    tags = {256: width, 257: height, 258: bits, 259: compression, 262: 1, 277: samples, 284: 1, 339: kind}
    entry, count = (20, "Q") if wide else (12, "H")
    number = len(tags) + (4 if tile else 3)
    directory = (8 + 8 * number + entry * number - 8 * number + 8) if wide else 2 + entry * number + 4
    at = len(out) + directory
    if tile:
        tags.update({322: 16, 323: 16, 324: at, 325: len(packed)})
    else:
        tags.update({273: at, 278: height, 279: len(packed)})
    for page in range(pages):
        out += struct.pack(order + count, len(tags))
        for tag in sorted(tags):
            if wide:
                out += struct.pack(order + "HHQQ", tag, 16, 1, tags[tag])
            else:
                out += struct.pack(order + "HHII", tag, 4, 1, tags[tag])
        follows = at + len(packed) if page + 1 < pages else 0
        out += struct.pack(order + ("Q" if wide else "I"), follows)
        if page == 0:
            out += packed
    return out


def png(width=7, height=5, depth=8, colour=0, interlace=0, extra=b"", claims=None):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = (width * channels * depth + 7) // 8
    data = b"".join(bytes([y % 5]) + bytes((x * 31 + y) % 4 for x in range(row)) for y in range(height))
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *(claims or (width, height)), depth, colour, 0, 0, interlace))
    if colour == 3:
        out += chunk(b"PLTE", bytes(range(12)))
    return out + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def numpy(descr, rows, data, version=1):
    text = "{'descr': %s, 'fortran_order': False, 'shape': (%d,), }" % (descr, rows)
    text += " " * (-(10 + len(text) + 1) % 64) + "\n"
    size = struct.pack("<H", len(text)) if version == 1 else struct.pack("<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode() + data


LOCATION = [("uid", "<u8"), ("location/micrograph_uid", "<u8"), ("location/micrograph_path", "|S8"),
            ("location/micrograph_shape", "<u4", (2,)), ("location/center_x_frac", "<f4"),
            ("location/center_y_frac", "<f4"), ("pick_stats/ncc_score", "<f4")]
EXPOSURE = [("uid", "<u8"), ("micrograph_blob/path", "|S8"), ("micrograph_blob/psize_A", "<f4"),
            ("micrograph_blob/shape", "<u4", (2,)), ("mscope_params/exp_group_id", "<u4")]


def location_row(i):
    return struct.pack("<QQ8sIIfff", 100 + i, 7, b"m%d.mrc" % (i % 2), 48, 64, 0.25 + i / 100, 0.5, 0.75)


def exposure_row(i):
    return struct.pack("<Q8sfIII", 200 + i, b"m%d.mrc" % i, 1.25, 48, 64, 3)


def literal_lz4(data):
    if len(data) < 15:
        return bytes([len(data) << 4]) + data
    rest, out = len(data) - 15, bytearray([0xf0])
    while rest >= 255:
        out.append(255)
        rest -= 255
    return bytes(out) + bytes([rest]) + data


def csdat(rows=3, compressed=True):
    paths = [b"m0.mrc", b"m1.mrc"]
    heap = b"".join(path + b"\0" for path in paths)
    columns = {
        "uid": ("<u8", None, b"".join(struct.pack("<Q", 100 + i) for i in range(rows))),
        "location/micrograph_path": ("|O", None, b"".join(struct.pack("<Q", 7 * (i % 2)) for i in range(rows))),
        "location/micrograph_shape": ("<u4", [2], struct.pack("<II", 48, 64) * rows),
        "location/center_x_frac": ("<f4", None, struct.pack("<f", 0.25) * rows),
        "location/center_y_frac": ("<f4", None, struct.pack("<f", 0.5) * rows),
        "pick_stats/ncc_score": ("<f4", None, struct.pack("<f", 0.75) * rows),
    }
    header = {"length": rows, "dtype": [[n, t] + ([s] if s else []) for n, (t, s, _) in columns.items()],
              "compression": "lz4" if compressed else None, "compressed_fields": ["uid", "location/center_x_frac"] if compressed else []}
    text = json.dumps(header).encode()
    out = b"\x95CSDAT" + struct.pack("<I", len(text)) + text
    for name, (_, _, data) in columns.items():
        stored = literal_lz4(data) if name in header["compressed_fields"] else data
        out += struct.pack("<I", len(stored)) + stored
    return out + heap


def safetensors(tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, shape, values in tensors:
        packed = struct.pack("<%df" % len(values), *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def model(layers, tensors, **changes):
    training = {"learning_rate": 0.01, "momentum": 0.9, "weight_decay_dense": 0.0, "decay_factor": 1.0, "decay_every": 0,
                "plateau_factor": 1.0, "plateau_patience": 0, "batch": 8, "epochs": 2, "patience": 0,
                "validation_fraction": 0.1, "negatives_per_positive": 1.0, "negative_distance": 0.5, "flips": True,
                "rotations": True, "loss": "cross-entropy", "initialisation": "he"}
    training.update(changes.pop("training", {}))
    spec = {"architecture": "tiny", "network": {"input_size": 8, "layers": layers},
            "recipe": {"diameter_pixels": 6.0, "steps": [{"name": "resample", "value": 0.0, "second": 0.0},
                                                         {"name": "standardise-global", "value": 0.0, "second": 0.0}]},
            "patch_rule": "dense", "window_diameters": 1.2, "step": 2, "peak_window": 0.5, "min_distance": 0.4,
            "default_threshold": 0.5, "training": training}
    metadata = changes.pop("metadata", {})
    spec.update(changes)
    generator = random.Random(3)
    return safetensors([(name, shape, [generator.gauss(0, 0.1) for _ in range(count)]) for name, shape, count in tensors],
                       {"picker.format": "1", "picker.spec": json.dumps(spec), "picker.trained": "true",
                        "picker.diameter_angstrom": "120", "picker.pixel_size_angstrom": "4", "seed": "1", **metadata})


def layer(kind, kernel=0, channels=0, activation="none", rate=0.0, **more):
    return {"kind": kind, "kernel": kernel, "channels": channels, "activation": activation, "rate": rate, **more}


LAYERS = [layer("convolution", 3, 2, "relu"), layer("max-pool", 2), layer("dropout", rate=0.5),
          layer("dense", channels=2, activation="softmax")]
TENSORS = [("conv1.weight", [2, 1, 3, 3], 18), ("conv1.bias", [2], 2), ("dense1.weight", [2, 18], 36), ("dense1.bias", [2], 2)]


def state():
    progress = {"best_epoch": 1, "best_loss": 0.5, "best_accuracy": None, "rate": 0.01, "waiting": 0, "waiting_at_rate": 0,
                "finished": False, "stopped_early": False, "epochs": [[0.5, 0.25, None, 0.01, 1.5]]}
    identity = {"settings": {"batch": 32}, "data": {"particles": "1"}}
    return safetensors([(name, [4], [1.0, 2.0, 3.0, 4.0]) for name in ("parameters", "velocity", "best")],
                       {"picker.training-state": "1", "picker.version": "0.1.0", "picker.identity": json.dumps(identity),
                        "picker.progress": json.dumps(progress)})


RECORD = {"micrograph": "m1.mrc", "stem": "m1", "status": "done", "error": "", "width": 64, "height": 48, "pixel_size": 4.0,
          "candidates": 5, "picks": 3, "threshold": 0.5, "inputs": [{"path": "m1.mrc", "size": 1, "modified": 2}],
          "removed": {"edge": 0, "mask": 0, "threshold": 2, "distance": 0, "top": 0},
          "seconds": {"read": 0.1, "transform": 0.1, "score": 0.1, "peaks": 0.1, "write": 0.1}}

STAR = """
# version 30001

data_particles

loop_
_rlnCoordinateX #1
_rlnCoordinateY #2
_rlnAutopickFigureOfMerit #3
_rlnClassNumber #4
_rlnAnglePsi #5
_rlnMicrographName #6
 10.500000  7.250000  0.500000  1  0.0 mic/m1.mrc
 20.000000 11.000000  0.750000  2  -999.0 'mic/m 2.mrc' # a comment

"""
CLASS2D = """data_optics

loop_
_rlnOpticsGroup #1
_rlnImagePixelSize #2
_rlnMicrographPixelSize #3
1 4.0 2.0

data_particles

loop_
_rlnCoordinateX #1
_rlnCoordinateY #2
_rlnOriginXAngst #3
_rlnOriginYAngst #4
_rlnClassNumber #5
_rlnOpticsGroup #6
_rlnMicrographName #7
100.5 200.25 1.5 -2.5 1 1 mic/m1.mrc
110 210 0 0 2 1 mic/m2.mrc
"""
CBOX = """data_global

_cbox_format_version 1.0

data_cryolo

loop_
_CoordinateX #1
_CoordinateY #2
_CoordinateZ #3
_Width #4
_Height #5
_Depth #6
_EstWidth #7
_EstHeight #8
_Confidence #9
_NumBoxes #10
_Angle #11
4.5 5 <NA> 12 12 1 11.5 12.5 0.75 1 <NA>
40 30.25 <NA> 11 11 1 <NA> <NA> 0.5 <NA> <NA>

data_cryolo_include

loop_
_slice_index #1
"""
LIST = """data_optics

loop_
_rlnOpticsGroupName #1
_rlnOpticsGroup #2
_rlnMicrographPixelSize #3
opticsGroup1 1 1.25

data_micrographs

loop_
_rlnMicrographName #1
_rlnOpticsGroup #2
_rlnDefocusU #3
mic/m1.mrc 1 15000.5
/absolute/m2.mrc 1 16000
"""
LIST30 = "data_\n\nloop_\n_rlnMicrographName #1\n_rlnMagnification #2\n_rlnDetectorPixelSize #3\nmic/m1.mrc 40000 5.0\n"
COORDINATE_LIST = "data_coordinate_files\n\nloop_\n_rlnMicrographName #1\n_rlnMicrographCoordinates #2\nmic/m1.mrc job/m1_autopick.star\n"
TABLE = "name,micrographs,picks,diameter,split,negatives,mask,pixel_size\na,one.mrc;two.mrc,one.star,160,train,n.star,m.mrc,2.5\nb,x,y,9,test,,,\n"
PDB = """HEADER    TEST
CRYST1   50.000   50.000   50.000  90.00  90.00  90.00 P 1           1
ATOM      1  N   ALA A   1      11.104   6.134  -6.504  1.00  0.00           N
ATOM      2  CA  ALA A   1      11.639   6.071  -5.147  1.00  0.00           C
HETATM    3  O   HOH A 101       1.000   2.000   3.000  1.00  0.00           O
TER
MODEL        2
ENDMDL
END
"""
CIF = """data_TEST
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.occupancy
_atom_site.B_iso_or_equiv
_atom_site.auth_seq_id
_atom_site.auth_asym_id
_atom_site.pdbx_PDB_model_num
ATOM 1 N N ALA A 1 11.104 6.134 -6.504 1.00 0.00 1 A 1
ATOM 2 C CA ALA A 1 11.639 6.071 -5.147 0.50 0.00 1 A 1
#
"""


def seeds():
    """{target: {name: bytes}}"""
    out = {
        "mrc": {f"mode{mode}": mrc(mode=mode) for mode in (0, 1, 2, 6, 12)},
        "tiff": {"gray8": tiff(), "int16": tiff(bits=16, kind=2), "float": tiff(bits=32, kind=3), "big": tiff(big=True),
                 "deflate": tiff(compression=8), "packbits": tiff(compression=32773), "tiles": tiff(tile=True),
                 "pages": tiff(pages=2), "colour": tiff(samples=3), "bigtiff": tiff(wide=True)},
        "png": {"gray8": png(), "gray1": png(depth=1), "gray16": png(depth=16), "palette": png(colour=3, depth=2),
                "rgb": png(colour=2), "rgba": png(colour=6), "interlaced": png(interlace=1)},
        "map": {"map": score_map(), "offsets": score_map(True)},
        "star": {"picks": STAR, "empty": "\ndata_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n",
                 "list": "data_\n_rlnCoordinateX 1\n_rlnCoordinateY 2\n", "particles": CLASS2D, "windows": STAR.replace("\n", "\r\n")},
        "box": {"box": "4\t5\t12\t12\n10\t9\t11\t11\t-3\n# note\n", "spaces": " 4.5 5e0 12 12 0.5\r\n"},
        "cbox": {"cbox": CBOX},
        "numpy": {"v1": numpy(LOCATION, 3, b"".join(map(location_row, range(3)))),
                  "v2": numpy(LOCATION, 2, b"".join(map(location_row, range(2))), 2),
                  "kinds": numpy([("a", "|b1"), ("b", "<i2"), ("c", "<f2"), ("d", "<c8"), ("e", "<U2"), ("f", "|V3"), ("g", "|S0")],
                                 2, bytes(range(48)))},
        "csdat": {"lz4": csdat(), "plain": csdat(compressed=False), "empty": csdat(rows=0)},
        "csv": {"picks": "micrograph,x,y,score,psi,note\nm1.mrc,10.5,7,0.5,3,\"a, \"\"b\"\"\"\nm2.mrc,20,11,,4,\n",
                "plain": "x,y\n1,2\n3.25,-4e1\n", "bom": "\xef\xbb\xbfX,Y,FOM\r\n1,2,3\r\n"},
        "eman": {"boxes": json.dumps({"boxes": [[10, 20, "manual"], [30.5, 40, "auto", 0.75]], "global": {"x": [1, {"y": None}]}}),
                 "volume": json.dumps({"boxes_3d": []})},
        "micrographs": {"list": LIST, "old": LIST30, "coordinates": COORDINATE_LIST},
        "table": {"csv": "0" + TABLE, "star": "1data_\n\nloop_\n_name\n_micrographs\n_picks\n_diameter\n_split\na one.mrc one.star 160 train\n"},
        "particles": {"class2d": CLASS2D, "old": CLASS2D.replace("OriginXAngst", "OriginX").replace("OriginYAngst", "OriginY")},
        "exposures": {"exposures": numpy(EXPOSURE, 2, b"".join(map(exposure_row, range(2))))},
        "pairs": {"pairs": "picked,target\nm1.mrc,d1.mrc\nm2,d2\n"},
        "checkpoint": {"tiny": model(LAYERS, TENSORS),
                       "calibrated": model(LAYERS, TENSORS, calibration={"scores": [0.1, 0.9], "probabilities": [0.0, 1.0]})},
        "state": {"state": state()},
        "journal": {"journal": json.dumps({"settings": {"threshold": 0.5, "model": "m"}}) + "\n" + json.dumps(RECORD) + "\n{\"stem\": \"m3\", \"st",
                    "other": json.dumps({"settings": {"threshold": 0.25}}) + "\n"},
        "run": {"run": json.dumps({"program": "libpicker", "version": "0.1.0", "complete": True, "picks": 3, "failed": 0,
                                   "settings": {"diameter": 120.0, "threshold": 0.5, "keep": 0.25}, "micrographs": [RECORD]})},
        "pdb": {"pdb": PDB},
        "cif": {"cif": CIF},
        "calls": {str(seed): random.Random(seed).randbytes(200) for seed in range(8)},
    }
    # What was found once: each of these brought a reader down, or made it take gigabytes or minutes.
    deep = "[" * 100000 + "]" * 100000
    wide = ",".join(f"('location/{i}', '|S0')" for i in range(1500))
    keys = ",".join(f'"{i:06d}": 0' for i in range(60000))
    header = f'{{"length": 1, "dtype": [], "compression": {deep}}}'.encode()
    out["csdat"]["case-deep"] = b"\x95CSDAT" + struct.pack("<I", len(header)) + header
    out["eman"]["case-deep"] = '{"boxes": [[1, 2, ' + deep + "]]}"
    out["run"]["case-deep"] = '{"settings": {"diameter": 1}, "micrographs": ' + deep + "}"
    out["journal"]["case-deep"] = '{"settings": ' + deep + "}\n"
    out["journal"]["case-record"] = json.dumps({"settings": {"threshold": 0.5, "model": "m"}}) + '\n{"stem": "m1"}\n'
    out["run"]["case-record"] = json.dumps({"settings": {"diameter": 1.0, "threshold": 0.5}, "micrographs": [{"stem": "m1"}]})
    out["run"]["case-number"] = json.dumps({"settings": {"diameter": 1.0, "threshold": 0.5}, "micrographs": [{**RECORD, "width": 1e300}]})
    out["numpy"]["case-no-bytes"] = numpy("[" + wide + ", ('u', '|u1')]", 40000, bytes(40000), 2)
    header = ('{"__metadata__": {}, ' + keys + "}").encode()
    out["checkpoint"]["case-keys"] = struct.pack("<Q", len(header)) + header
    for name, compression in (("zstd", 50000), ("lzma", 34925), ("jpeg", 7)):
        out["tiff"]["case-" + name] = tiff(width=65000, height=16000, compression=compression, claims=True)
    out["png"]["case-large"] = png(claims=(65000, 65000))
    out["table"]["case-star"] = "1data_\nloop x\n"
    out["pairs"]["case-both"] = "picked,target\nm1,d2\nm2,d2\n"
    out["mrc"]["case-range"] = mrc()[:1024] + struct.pack("<30f", *[-3e38, 3e38, 0.0] * 10)
    out["mrc"].update({"big": mrc(big=True), "volume": mrc(nz=3), "extended": mrc(extended=bytes(64))})
    return out


def main():
    folder = pathlib.Path(sys.argv[1])
    for target, files in seeds().items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode("latin-1" if content.startswith("\xef") else "utf-8")
            (folder / target / name).write_bytes(data)


if __name__ == "__main__":
    main()
