"""Bad inputs of the whole product: what is wrong, the files that are made for it, and the command that meets them."""
import json
import struct

from files import (LAYERS, LIST, NO_NUMBER, STAR, TENSORS, Folder, csdat, model, mrc, numpy, png, safetensors, score_map,
                   stack, tiff)

PICK = ["pick", "--model", "deepem.safetensors", "--output", "out", "--micrographs"]
MAPS = ["pick", "--model", "deepem.safetensors", "--output", "out", "--pixel-size", "4", "--diameter", "80", "--score-maps", "maps",
        "--micrographs"]


class Case:
    """`names`: what the message must name beside the way out."""

    def __init__(self, what, words, names, make=None, program="picker", stdin=""):
        self.what, self.words, self.make, self.program, self.stdin = what, words, make, program, stdin
        self.names = names if isinstance(names, tuple) else (names,)


ONE = LIST.replace("/absolute/m2.mrc 1 16000\n", "")


def put(**files):
    """Writes files: a name's last underscore before a known ending is its dot ("a_mrc" is a.mrc)."""
    def make(folder):
        for name, content in files.items():
            folder.put(name.replace("__", "/")[::-1].replace("_", ".", 1)[::-1], content)
    return make


def image(**changes):
    return put(a_mrc=mrc(**changes))


def with_map(**changes):
    def make(folder):
        folder.put("a.mrc", mrc(64, 56))
        folder.put("maps/a.mrc", score_map(**changes))
    return make


WORDS = [
    Case("no command", [], "picker COMMAND"),
    Case("a command that there is not", ["evalute"], "evaluate?"),
    Case("a flag that there is not", ["pick", "--treshold", "0.5"], "--threshold?"),
    Case("a flag without its value", [*PICK, "a.mrc", "--threshold"], "--threshold"),
    Case("a word in the place of a number", [*PICK, "a.mrc", "--diameter", "big"], ("--diameter", "big")),
    Case("a number that is none", [*PICK, "a.mrc", "--diameter", "nan"], ("--diameter", "nan")),
    Case("a score above 1", [*PICK, "a.mrc", "--threshold", "1.5"], ("--threshold", "0 to 1")),
    Case("flags that exclude each other", [*PICK, "a.mrc", "--score-maps", "a", "--candidates", "b"],
         ("--score-maps", "--candidates")),
    Case("what must be given is not", ["pick", "--model", "m", "--micrographs", "a.mrc"], "--output"),
    Case("a range upside down", [*PICK, "a.mrc", "--deviation", "2,1"], "--deviation"),
    Case("a shard outside of its count", [*PICK, "a.mrc", "--shard", "5/3"], ("--shard", "5/3")),
    Case("a folder watched for ever", ["pick", "--model", "m", "--watch", ".", "--output", "out"], "--watch"),
    Case("a device that there is not", [*PICK, "a.mrc", "--device", "tpu"], ("tpu", "cuda:N")),
    Case("no threads", [*PICK, "a.mrc", "--threads", "0"], "--threads"),
    Case("a pixel size of a kilo-angstrom", [*PICK, "a.mrc", "--pixel-size", "1000"], "--pixel-size"),
    Case("a completion for another shell", ["--completion", "tcsh"], "tcsh"),
    Case("a size in one number", ["simulate", "--output", "out", "--size", "100"], "--size"),
    Case("a view of one angle", ["simulate", "--output", "out", "--preferred-view", "90"], "--preferred-view"),
    Case("no rule to select by", ["select", "run"], "no rule"),
]

MICROGRAPHS = [
    Case("no such file", [*PICK, "none.mrc"], "none.mrc"),
    Case("a glob that matches nothing", [*PICK, "none/*.mrc"], "none/*.mrc"),
    Case("a folder without images", [*PICK, "folder"], "folder", lambda f: f.put("folder/notes.txt", "x")),
    Case("no names on standard input", ["inspect", "-"], "no micrographs"),
    Case("an empty file", [*PICK, "a.mrc"], "a.mrc", put(a_mrc=b"")),
    Case("a truncated MRC", [*PICK, "a.mrc"], ("a.mrc", "truncated"), put(a_mrc=mrc()[:1100])),
    Case("two files bad, one sound", [*PICK, "a.mrc", "b.mrc", "c.mrc"], ("a.mrc", "b.mrc", "--skip-bad"),
         put(a_mrc=b"", b_mrc=mrc()[:1100], c_mrc=mrc())),
    Case("text by the name of an MRC", [*PICK, "a.mrc"], "a.mrc", put(a_mrc="no image\n" * 200)),
    Case("an MRC of 4-bit samples", [*PICK, "a.mrc"], ("a.mrc", "101"), image(mode=101)),
    Case("an MRC of complex samples", [*PICK, "a.mrc"], ("a.mrc", "complex"), image(mode=4)),
    Case("a stack of images", [*PICK, "a.mrc"], ("a.mrc", "3"), image(nz=3)),
    Case("a header with a negative size", [*PICK, "a.mrc"], "a.mrc", put(a_mrc=struct.pack("<i", -5) + mrc()[4:])),
    Case("a header that claims 65000 x 65000 pixels", [*PICK, "a.mrc"], "a.mrc",
         put(a_mrc=struct.pack("<2i", 65000, 65000) + mrc()[8:])),
    Case("no pixel size", [*PICK, "a.mrc"], ("a.mrc", "--pixel-size"), image(cell=0.0)),
    Case("a pixel size of 500 angstrom", [*PICK, "a.mrc"], ("a.mrc", "500"), image(cell=500.0)),
    Case("two micrographs of one name", [*PICK, "x/a.mrc", "y/a.mrc"], ("x/a.mrc", "y/a.mrc"), put(x__a_mrc=mrc(), y__a_mrc=mrc())),
    Case("pixels that are no numbers", ["inspect", "a.mrc", "--deep"], "a.mrc",
         put(a_mrc=mrc()[:1024] + struct.pack("<f", NO_NUMBER) * 30)),
    Case("one value in all pixels", ["inspect", "a.mrc", "--deep"], "a.mrc", put(a_mrc=mrc()[:1024] + struct.pack("<f", 7) * 30)),
    Case("a TIFF cut short", [*PICK, "a.tif"], "a.tif", put(a_tif=tiff()[:150])),
    Case("a TIFF of two pages", [*PICK, "a.tif"], "a.tif", put(a_tif=tiff(pages=2))),
    Case("a TIFF in colour", [*PICK, "a.tif"], "a.tif", put(a_tif=tiff(samples=3))),
    Case("a TIFF of 446 bytes that claims 10^9 pixels", [*PICK, "a.tif"], "a.tif",
         put(a_tif=tiff(width=65000, height=16000, compression=50000, claims=True))),
    Case("a PNG cut short", [*PICK, "a.png"], "a.png", put(a_png=png()[:60])),
    Case("a PNG that claims 65000 x 65000 pixels", [*PICK, "a.png"], "a.png", put(a_png=png(claims=(65000, 65000)))),
    Case("an image format that is not read", [*PICK, "a.hdf"], "a.hdf", put(a_hdf=b"\x89HDF\r\n\x1a\n" + bytes(2000))),
    Case("a packed MRC", [*PICK, "a.mrc"], "a.mrc", put(a_mrc=b"\x1f\x8b\x08" + bytes(2000))),
    Case("a list without micrographs", [*PICK, "list.star"], "list.star",
         put(list_star="data_micrographs\n\nloop_\n_rlnMicrographName #1\n")),
    Case("a list without their names", [*PICK, "list.star"], "list.star",
         put(list_star="data_micrographs\n\nloop_\n_rlnDefocusU #1\n15000\n")),
    Case("a list none of whose micrographs exists", [*PICK, "list.star"], ("list.star", "mic/m1.mrc"), put(list_star=LIST)),
    Case("a list with one that does not", [*PICK, "list.star"], ("m2.mrc", "--skip-bad"), put(list_star=LIST, mic__m1_mrc=mrc())),
    Case("an optics group that is not in the table", ["inspect", "list.star"], ("list.star", "7"),
         put(list_star=ONE.replace("m1.mrc 1", "m1.mrc 7"), mic__m1_mrc=mrc())),
    Case("a list of other pixel sizes than the headers", ["inspect", "list.star"], ("m1.mrc", "1.250", "4.000"),
         put(list_star=ONE, mic__m1_mrc=mrc())),
    Case("a path that leads out of the project", ["inspect", "list.star"], ("list.star", "project"),
         put(list_star=ONE.replace("mic/m1.mrc", "../a/m1.mrc"), **{"..__a__m1_mrc": mrc()})),
    Case("a row of the list with a value too many", [*PICK, "list.star"], "list.star", put(list_star=LIST + "x.mrc 1 2 3\n")),
    Case("a mask that is no image", [*PICK, "a.mrc", "--mask", "mask.mrc"], "mask.mrc", put(a_mrc=mrc(), mask_mrc="x" * 2000)),
    Case("two masks of one micrograph", [*PICK, "a.mrc", "--mask", "m/a.mrc", "m/a_mask.mrc"], ("m/a.mrc", "m/a_mask.mrc"),
         put(a_mrc=mrc(), m__a_mrc=mrc(), m__a_mask_mrc=mrc())),
]

OUTPUT = [
    Case("an output folder that is a file", [*PICK[:3], "--output", "file", "--micrographs", "a.mrc"], "file",
         put(a_mrc=mrc(), file_="x")),
    Case("an output folder below a file", [*PICK[:3], "--output", "file/out", "--micrographs", "a.mrc"], "file/out",
         put(a_mrc=mrc(), file_="x")),
    Case("pictures into a file", [*PICK, "a.mrc", "--draw", "file"], "file", put(a_mrc=mrc(), file_="x")),
    Case("a full disk", ["convert", "a.star", "/dev/full", "--to-format", "csv"], "/dev/full", put(a_star=STAR)),
    Case("a folder that is not there", ["convert", "a.star", "none/b.csv"], "none/b.csv", put(a_star=STAR)),
    Case("a model into a folder", ["train", "--micrographs", "a.mrc", "--picks", "a.star", "--diameter", "20", "--output", "."],
         ".",
         put(a_mrc=mrc(64, 56), a_star=STAR)),
]

COORDINATES = [
    Case("a STAR without coordinates", ["convert", "a.star", "b.csv"], "a.star",
         put(a_star="data_\n\nloop_\n_rlnDefocusU #1\n1\n")),
    Case("a word in the place of a coordinate", ["convert", "a.star", "b.csv"], ("a.star", "left"),
         put(a_star=STAR.replace("10.500000", "left"))),
    Case("a coordinate that is no number", ["convert", "a.star", "b.csv"], "a.star", put(a_star=STAR.replace("10.500000", "nan"))),
    Case("a row cut short", ["convert", "a.star", "b.csv"], "a.star", put(a_star=STAR.rstrip()[:-45])),
    Case("an empty file", ["convert", "a.star", "b.csv"], "0 picks", put(a_star="")),
    Case("no such file", ["convert", "none.star", "b.csv"], "none.star"),
    Case("two columns in a .box", ["convert", "a.box", "b.csv"], "a.box", put(a_box="4 5\n")),
    Case("a CSV without x and y", ["convert", "a.csv", "b.star"], "a.csv", put(a_csv="width,height\n1,2\n")),
    Case("a CSV with a row too short", ["convert", "a.csv", "b.star"], "a.csv", put(a_csv="x,y,score\n1,2,0.5\n1\n")),
    Case("a .cbox without its table", ["convert", "a.cbox", "b.star"], "a.cbox",
         put(a_cbox="data_global\n\n_cbox_format_version 1.0\n")),
    Case("EMAN's JSON cut short", ["convert", "a_info.json", "b.star"], "a_info.json",
         lambda f: f.put("a_info.json", '{"boxes": [[1, 2')),
    Case("EMAN's JSON of tomograms", ["convert", "a_info.json", "b.star"], "a_info.json",
         lambda f: f.put("a_info.json", '{"boxes_3d": [[1, 2, 3, "manual"]]}')),
    Case("a .cs that is neither of its forms", ["convert", "a.cs", "b.star"], "a.cs", put(a_cs="x" * 300)),
    Case("a .cs nested 100,000 deep", ["convert", "a.cs", "b.star"], "a.cs",
         lambda f: f.put("a.cs", (lambda h: b"\x95CSDAT" + struct.pack("<I", len(h)) + h)(b'{"length": 1, "dtype": ' + b"[" * 100000 + b"}"))),
    Case("a .cs with fewer rows than it promises", ["convert", "a.cs", "b.star"], "a.cs",
         put(a_cs=numpy([("uid", "<u8")], 1000, bytes(80)))),
    Case("a .cs cut short", ["convert", "a.cs", "b.star"], "a.cs", put(a_cs=csdat()[:-20])),
    Case("an ending that says no format", ["convert", "a.star", "b.txt"], ("b.txt", "--to-format"), put(a_star=STAR)),
    Case("a format that there is not", ["convert", "a.star", "b.csv", "--from-format", "cbox2"], "cbox2", put(a_star=STAR)),
    Case("boxes of no size", ["convert", "a.csv", "a.box"], "--box-size", put(a_csv="x,y\n1,2\n")),
    Case("many micrographs into a file of one", ["convert", "a.star", "a.box", "--box-size", "8"], "a.star", put(a_star=STAR)),
    Case("a format that is only read", ["convert", "a.csv", "info/a_info.json"], "eman", put(a_csv="x,y\n1,2\n")),
    Case("picks of other micrographs", ["evaluate", "--picks", "a.star", "--truth", "b.star", "--diameter", "20", "--pixel-size", "4"], "b",
         put(a_star=STAR.replace("mic/m1.mrc", "u.mrc"), b_star="data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n1 2\n")),
    Case("a .star that names no micrograph, for a list", ["merge", "a.star", "--output", "out.csv", "--union", "--distance", "9", "--pixel-size", "4"],
         "", put(a_star="data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n1 2\n")),
    Case("picks outside of their micrograph", ["convert", "--micrographs", "a.mrc", "--", "a.csv", "a.star"], "a.mrc",
         put(a_mrc=mrc(), a_csv="x,y\n1,2\n900,2\n")),
]

MODELS = [
    Case("no such file", ["models", "none.safetensors"], "none.safetensors"),
    Case("a name of no model", [*PICK[:1], "--model", "generel", *PICK[3:], "a.mrc"], ("generel", "general"), image()),
    Case("text by the name of a model", ["models", "m.safetensors"], "m.safetensors",
         put(m_safetensors="not a model, but a line of text\n")),
    Case("a model cut short", ["models", "m.safetensors"], "m.safetensors", put(m_safetensors=model(LAYERS, TENSORS)[:-9])),
    Case("a model of another program", ["models", "m.safetensors"], "m.safetensors",
         put(m_safetensors=safetensors([("w", [2], [1.0, 2.0])], {}))),
    Case("a pickled model of PyTorch", ["models", "m.pth"], "m.pth", put(m_pth=b"PK\x03\x04" + bytes(300))),
    Case("a model of a later format", ["models", "m.safetensors"], "m.safetensors",
         put(m_safetensors=model(LAYERS, TENSORS, metadata={"picker.format": "99"}))),
    Case("weights that do not fit the layers", ["models", "m.safetensors"], "m.safetensors",
         put(m_safetensors=model(LAYERS, [("conv1.weight", [2, 1, 3, 2], 12), *TENSORS[1:]]))),
    Case("a layer that there is not", ["models", "m.safetensors"], "m.safetensors",
         put(m_safetensors=model([{**LAYERS[0], "kind": "magic"}, *LAYERS[1:]], TENSORS))),
    Case("a header of 60,000 keys", ["models", "m.safetensors"], "m.safetensors",
         lambda f: f.put("m.safetensors", (lambda h: struct.pack("<Q", len(h)) + h)(("{" + ",".join(f'"{i}": 0' for i in range(60000)) + "}").encode()))),
    Case("a head that the model has not", ["pick", "--head", "mine", *MAPS[1:], "a.mrc"], "heads", with_map()),
    Case("an architecture that there is not", ["train", "--architecture", "deppicker", "--micrographs", "a.mrc", "--picks", "a.star",
                                               "--diameter", "20", "--output", "m.safetensors"], ("deppicker", "deeppicker"),
         put(a_mrc=mrc(64, 56), a_star=STAR)),
]


def run_json(**changes):
    record = {"program": "libpicker", "version": "0.1.0", "settings": {"diameter": 20.0, "threshold": 0.5}, "micrographs": []}
    return json.dumps({**record, **changes})


def earlier(settings):
    """Candidates of an earlier run with these settings."""
    def make(folder):
        folder.put("a.mrc", mrc(64, 56))
        folder.put("first/a.star", STAR)
        folder.put("first/run.json", run_json(settings={"diameter": 20.0, "threshold": 0.5, "keep": 0.5, "min_distance": 0, **settings}))
    return make


CANDIDATES = [*MAPS[:9], "--candidates", "first", "--threshold", "0.6", "--min-distance", "0", "--micrographs", "a.mrc"]
RUNS = [
    Case("score maps that are not there", [*MAPS, "a.mrc"], "maps/a.mrc", image(nx=64, ny=56)),
    Case("an image in the place of a score map", [*MAPS, "a.mrc"], "maps/a.mrc", put(a_mrc=mrc(64, 56), maps__a_mrc=mrc(12, 10))),
    Case("a score map cut short", [*MAPS, "a.mrc"], "maps/a.mrc", put(a_mrc=mrc(64, 56), maps__a_mrc=score_map()[:-40])),
    Case("a score map of another diameter", [*MAPS[:8], "160", *MAPS[9:], "a.mrc"], ("maps/a.mrc", "80 angstrom"), with_map()),
    Case("a diameter of 2 pixels", [*CANDIDATES[:8], "8", *CANDIDATES[9:]], ("--diameter", "8 A"), earlier({})),
    Case("a diameter longer than the micrograph", [*CANDIDATES[:8], "800", *CANDIDATES[9:]], ("a.mrc", "800 A"), earlier({})),
    Case("other settings in the folder of a run", [*MAPS, "a.mrc", "--threshold", "0.7"], ("threshold", "--overwrite"), stack(
        with_map(), lambda f: f.put("out/journal.jsonl", json.dumps({"settings": {"threshold": 0.25}}) + "\n"))),
    Case("candidates of a run with a higher threshold", [*CANDIDATES, "--threshold", "0.2"], "first", earlier({})),
    Case("candidates of a run with a mask", CANDIDATES, "mask", earlier({"masks": ["m.mrc"]})),
    Case("candidates that the output would overwrite", [*CANDIDATES[:4], "first", *CANDIDATES[5:]], "first", earlier({})),
    Case("a report of no run", ["report", "nowhere"], ("nowhere", "picker pick")),
    Case("a damaged run.json", ["report", "run"], "run/run.json", lambda f: f.put("run/run.json", '{"settings"')),
    Case("a run repeated from an old run.json", ["pick", "--rerun", "run", "--output", "out"], "run/run.json",
         lambda f: f.put("run/run.json", run_json())),
    Case("a run repeated whose files changed", ["pick", "--rerun", "run", "--output", "out"],
         ("a.mrc", "gone", "none.safetensors"), lambda f: f.put("run/run.json", run_json(
        micrographs=[{"micrograph": "a.mrc", "status": "done", "inputs": [{"path": "a.mrc", "size": 9, "modified": 1}]}],
        origin={"folder": "/elsewhere", "model": "none.safetensors", "model_hash": "0123456789abcdef", "head": "", "lists": []}))),
    Case("a run repeated into its own folder", ["pick", "--rerun", "run", "--output", "run"], ("run", "--overwrite"),
         lambda f: f.put("run/run.json", run_json())),
    Case("a rule on what is not measured", ["select", "run", "--rule", "beauty > 3"], ("beauty", "defocus"),
         lambda f: f.put("run/run.json", run_json())),
    Case("a rule that is no comparison", ["select", "run", "--rule", "picks = 3"], "picks = 3",
         lambda f: f.put("run/run.json", run_json())),
]


def table(text):
    return put(table_csv=text, one_mrc=mrc(64, 56), one_star=STAR.replace("mic/m1.mrc", "one.mrc"))


TRAIN = ["train", "--micrographs", "a.mrc", "--picks", "a.star", "--output", "m.safetensors"]
TABLE = ["train", "--datasets", "table.csv", "--output", "m.safetensors"]
HEAD = "name,micrographs,picks,diameter,split\n"
TRAINING = [
    Case("no diameter", TRAIN, "--diameter", put(a_mrc=mrc(64, 56), a_star=STAR)),
    Case("a diameter of 3 pixels", [*TRAIN, "--diameter", "12"], ("a.mrc", "12 A"),
         put(a_mrc=mrc(64, 56), a_star=STAR.replace("mic/m1", "a").replace("'mic/m 2.mrc'", "a.mrc"))),
    Case("coordinates of other micrographs", [*TRAIN, "--diameter", "20"], "by name", put(a_mrc=mrc(64, 56), a_star=STAR)),
    Case("coordinates that are not there", [*TRAIN, "--diameter", "20"], "a.star", put(a_mrc=mrc(64, 56))),
    Case("particles outside of the micrograph", [*TRAIN, "--diameter", "20"], "outside",
         put(a_mrc=mrc(64, 56), a_star="data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n9000 2\n")),
    Case("a model to go on from that is none", [*TRAIN, "--diameter", "20", "--from", "a.star"], "a.star",
         put(a_mrc=mrc(64, 56), a_star=STAR)),
    Case("three sizes that are two", [*TRAIN, "--diameter", "20", "--kernels", "15,6"], ("--kernels", "15,6"),
         put(a_mrc=mrc(64, 56), a_star=STAR)),
    Case("a prior without its loss", [*TRAIN, "--diameter", "20", "--prior", "0.1"], "--loss nnpu",
         put(a_mrc=mrc(64, 56), a_star=STAR)),
    Case("a table without a column that it needs", TABLE, ("table.csv", "picks"),
         table("name,micrographs,diameter,split\na,one.mrc,20,train\n")),
    Case("a split that there is not", TABLE, ("table.csv:2", "trian"), table(HEAD + "a,one.mrc,one.star,20,trian\n")),
    Case("a word in the place of a diameter", TABLE, ("table.csv:2", "wide"), table(HEAD + "a,one.mrc,one.star,wide,train\n")),
    Case("a row with a value too many", TABLE, "table.csv:2", table(HEAD + "a,one.mrc,one.star,20,train,more\n")),
    Case("a table without training rows", TABLE, "train", table(HEAD + "a,one.mrc,one.star,20,test\n")),
    Case("a training of no state to go on from other settings", [*TRAIN, "--diameter", "20", "--resume", "--overwrite"],
         "--overwrite", put(a_mrc=mrc(64, 56), a_star=STAR)),
    Case("a round of verdicts that is not there", [*TRAIN[:1],
         "--from", "deepem.safetensors", "--review", "round7", "--output", "m.safetensors"], ("round7", "round.json")),
]

SIMULATIONS = [
    Case("a structure that is not there", ["simulate", "--output", "out", "--structure", "none.mrc"], "none.mrc"),
    Case("a structure without atoms", ["simulate", "--output", "out", "--structure", "a.pdb"], "a.pdb",
         put(a_pdb="HEADER    NOTHING\nEND\n")),
    Case("a preset that there is not", ["simulate", "--output", "out", "--preset", "unreal"], ("unreal", "realistic")),
    Case("more carbon than micrograph", ["simulate", "--output", "out", "--carbon", "3"], ("carbon", "0.95")),
]

JOB = ["--o", "External/job003/", "--in_mics", "list.star", "--model", "deepem.safetensors", "--j", "1"]
RELION = [
    Case("a label that there is not", [*JOB[:6], "--treshold", "0.5", "--j", "1"], "threshold",
         put(list_star=LIST, mic__m1_mrc=mrc()), "picker_relion"),
    Case("a value outside of its range", [*JOB[:6], "--threshold", "1.5", "--j", "1"], ("threshold", "1.5"),
         put(list_star=LIST, mic__m1_mrc=mrc()), "picker_relion"),
    Case("no model", [*JOB[:4], "--j", "1"], "model", put(list_star=LIST, mic__m1_mrc=mrc()), "picker_relion"),
    Case("movies in the place of micrographs", [*JOB[:2],
         "--in_movies", "movies.star", *JOB[4:]], "Input movies", None, "picker_relion"),
    Case("a list that is not there", JOB, "list.star", None, "picker_relion"),
    Case("an empty list", JOB, "list.star", put(list_star="data_micrographs\n\nloop_\n_rlnMicrographName #1\n"), "picker_relion"),
    Case("a list none of whose micrographs exists", JOB, "mic/m1.mrc", put(list_star=LIST), "picker_relion"),
    Case("a job folder that cannot be made", [JOB[0], "file/job003/", *JOB[2:]], "file/job003/",
         put(file_="x", list_star=LIST), "picker_relion"),
]

GROUPS = [("Words", WORDS), ("Micrographs and lists of them", MICROGRAPHS), ("Outputs", OUTPUT), ("Coordinates", COORDINATES),
          ("Models", MODELS), ("Runs, maps and candidates", RUNS), ("Training", TRAINING), ("Simulation", SIMULATIONS),
          ("RELION's External job", RELION)]
__all__ = ["GROUPS", "Case", "Folder"]
