# Types of the package for editors and checkers; help() has units, shapes and defaults. A test holds the two together.
import os
from typing import Any, Callable, Iterator, Literal, Optional, Sequence, Tuple, TypedDict, Union

import numpy as np
import numpy.typing as npt
from typing_extensions import Unpack  # known to every checker; nothing to install

_Path = Union[str, bytes, "os.PathLike[Any]"]
_Paths = Union[_Path, Sequence[_Path]]
_Image = Union["Micrograph", npt.ArrayLike, _Path]
_PicksLike = Union["Picks", _Path]
_Three = Tuple[int, int, int]
_Rule = Literal["off", "paper", "lua"]
_Progress = Union[bool, None, Callable[["Progress"], Optional[bool]]]

version: str
__version__: str

class Error(Exception):
    status: str
class InvalidArgument(Error, ValueError): ...
class NotFound(Error, FileNotFoundError, LookupError): ...
class IoError(Error, OSError): ...
class BadFile(Error): ...
class Unsupported(Error): ...
class Mismatch(Error): ...
class Cancelled(Error): ...
class OutOfMemory(Error, MemoryError): ...
class BackendError(Error, RuntimeError): ...
class InternalError(Error): ...

class _Record:
    _fields: Tuple[str, ...]
    def as_dict(self) -> dict[str, Any]: ...

class Progress(_Record):
    stage: str
    item: str
    done: int
    total: int
    rate: float
    seconds_left: float
    value: float

class Architecture(_Record):
    name: str
    summary: str
    source: str
    parameters: int

class ShippedModel(_Record):
    name: str
    summary: str

class Format(_Record):
    name: str
    extension: str
    description: str

def architectures() -> list[Architecture]: ...
def shipped_models() -> list[ShippedModel]: ...
def formats() -> list[Format]: ...
def devices() -> list[str]: ...
def has_feature(name: str) -> bool: ...

class MicrographInfo(_Record):
    width: int
    height: int
    pixel_size: float
    format: str
    sample_type: str
    big_endian: bool
    has_statistics: bool
    mean: float
    deviation: float
    minimum: float
    maximum: float
    nonfinite: int
    file_size: int

class Micrograph:
    def __init__(self, array: npt.ArrayLike, pixel_size: float = 0.0, name: str = "") -> None: ...
    @staticmethod
    def read(path: _Path) -> Micrograph: ...
    @staticmethod
    def inspect(path: _Path, deep: bool = False) -> MicrographInfo: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    @property
    def array(self) -> npt.NDArray[np.float32]: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def shape(self) -> Tuple[int, int]: ...
    @property
    def pixel_size(self) -> float: ...
    @property
    def name(self) -> str: ...
    @property
    def info(self) -> MicrographInfo: ...
    def write(self, path: _Path) -> None: ...

class Picks:
    def __init__(self) -> None: ...
    @staticmethod
    def read(path: _Path, format: Optional[str] = None) -> Picks: ...
    @staticmethod
    def from_arrays(x: npt.ArrayLike, y: npt.ArrayLike, score: Optional[npt.ArrayLike] = None) -> Picks: ...
    @staticmethod
    def from_pandas(table: Any) -> Picks: ...
    def to_pandas(self) -> Any: ...
    def __len__(self) -> int: ...
    def __getitem__(self, column: str) -> npt.NDArray[Any]: ...
    def __contains__(self, column: str) -> bool: ...
    def __iter__(self) -> Iterator[Tuple[float, float, float]]: ...
    @property
    def columns(self) -> list[str]: ...
    @property
    def x(self) -> npt.NDArray[np.float64]: ...
    @property
    def y(self) -> npt.NDArray[np.float64]: ...
    @property
    def score(self) -> npt.NDArray[np.float64]: ...
    def select(
        self, *, size: Optional[Tuple[int, int]] = None, micrograph: Optional[_Image] = None,
        threshold: Optional[float] = None, top: Optional[int] = None, min_distance: Optional[float] = None,
        edge: Optional[float] = None, mask: Optional[_Image] = None, overlap_distance: Optional[float] = None,
    ) -> Picks: ...
    def at_least(self, column: str, least: float) -> Picks: ...
    def map(self, picked: _Size, target: _Size, binning: Literal["fourier", "blocks"] = "fourier") -> Picks: ...
    def write(
        self, path: _Path, format: Optional[str] = None, *, micrograph: Union[Micrograph, _Path, None] = None,
        size: Optional[Tuple[int, int]] = None, pixel_size: float = 0.0, box_size: float = 0.0,
        micrograph_uid: int = 0, exposure_group: int = 0, flip_y: bool = False,
    ) -> None: ...

def draw(
    path: _Path, micrograph: _Image, picks: _PicksLike, diameter: float, *, reference: Optional[_PicksLike] = None,
    long_side: int = 0,
) -> None: ...

class Picture:
    def __init__(self, png: bytes) -> None: ...
    def save(self, path: _Path) -> None: ...

def show(
    micrograph: _Image, picks: Optional[_PicksLike] = None, diameter: float = 1.0, *,
    reference: Optional[_PicksLike] = None, long_side: int = 0,
) -> Picture: ...

class Explorer:
    def __init__(
        self, picture: bytes, size: Tuple[int, int], picks: "Picks", diameter: float, threshold: Optional[float],
    ) -> None: ...
    def save(self, path: _Path) -> None: ...

def explore(
    micrograph: _Image, picks: _PicksLike, diameter: float, *, threshold: Optional[float] = None, long_side: int = 0,
) -> Explorer: ...

def merge(
    sets: Sequence[_PicksLike], distance: float, rule: Literal["union", "intersection", "subtract", "consensus"] = "union", *,
    consensus: int = 0, names: Optional[Sequence[str]] = None,
) -> Picks: ...
def mass_valley(masses: npt.ArrayLike) -> Optional[float]: ...

class FrameCheck(_Record):
    verdict: Literal["nothing", "fits", "ambiguous"]
    as_given: bool
    name: str
    others: str
    transpose: bool
    flip_x: bool
    flip_y: bool
    scale: float
    dx: float
    dy: float
    shift: Literal["none", "half-box", "other"]
    certainty: float
    matched: int
    expected: float
    radius: float

_Size = Union[Micrograph, _Path, Tuple[int, int]]

def check_frame(
    picks: Union[_PicksLike, list[_PicksLike]], reference: Union[_PicksLike, list[_PicksLike]],
    size: Union[_Size, list[_Size]], picked_on: Union[_Size, list[_Size], None] = None, *,
    radius: Optional[float] = None, box_size: Optional[float] = None,
) -> FrameCheck: ...

class ScoreMap:
    @staticmethod
    def read(path: _Path) -> ScoreMap: ...
    def write(self, path: _Path) -> None: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    @property
    def array(self) -> npt.NDArray[np.float32]: ...
    @property
    def shape(self) -> Tuple[int, int]: ...
    @property
    def origin(self) -> Tuple[float, float]: ...
    @property
    def step(self) -> Tuple[float, float]: ...
    @property
    def diameter(self) -> float: ...
    @property
    def pixel_size(self) -> float: ...
    @property
    def micrograph_size(self) -> Tuple[int, int]: ...

class DatasetEntry(_Record):
    path: str
    molecule: str
    mask: str
    source: str
    pixel_size: float
    diameter: float
    positives: int
    negatives: int

class RecentreReport(_Record):
    picks: int
    moved: int
    at_limit: int
    at_border: int
    mean: float
    median: float
    percentile_95: float
    mean_x: float
    mean_y: float

class Dataset:
    def __init__(self) -> None: ...
    def add(
        self, micrograph: _Image, picks: _PicksLike, *, pixel_size: Optional[float] = None,
        diameter: Optional[float] = None, molecule: Optional[str] = None, negatives: Optional[_PicksLike] = None,
        mask: Optional[_Image] = None, avoid: Optional[_PicksLike] = None,
    ) -> None: ...
    def add_table(self, path: _Path, split: str) -> int: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> DatasetEntry: ...
    @property
    def positives(self) -> int: ...
    def picks(self, index: int, negatives: bool = False) -> Picks: ...
    def recentre(
        self, *, progress: _Progress = None, threads: int = 0, diameter: Optional[float] = None,
        limit: Optional[float] = None, iterations: Optional[int] = None,
    ) -> RecentreReport: ...
    def write_positives(self, folder: _Path) -> None: ...
    def add_review(self, folder: _Path, proposer: Optional["Model"] = None) -> ReviewReport: ...

class _RulesOfAll(TypedDict, total=False):  # how micrographs are picked
    diameter: Optional[Union[float, Literal["auto"]]]
    pixel_size: Optional[float]
    threshold: Optional[Union[float, Literal["auto"]]]
    fdr: Optional[float]
    expect: Optional[float]
    invert: Optional[bool]
    keep: Optional[float]
    min_distance: Optional[float]
    edge: Optional[float]
    clean: Optional[_Rule]
    extreme_pixels: Optional[_Rule]
    carbon: Optional[bool]
    overlaps: Optional[Literal["keep", "drop"]]
    overlap_distance: Optional[float]
    deviation: Optional[Union[Tuple[float, float], Literal[False]]]
    step: Optional[int]
    aperture: Optional[float]
    head: Optional[str]

class _Rules(_RulesOfAll, total=False):  # how one micrograph is picked
    top: Optional[int]
    mask: Optional[_Image]

class _Training(TypedDict, total=False):  # a training
    diameter: Optional[float]
    epochs: Optional[int]
    batch: Optional[int]
    learning_rate: Optional[float]
    negatives_per_positive: Optional[float]
    validation_fraction: Optional[float]
    patience: Optional[int]
    flips: Optional[bool]
    rotations: Optional[bool]
    max_positives: Optional[int]
    seed: Optional[int]
    loss: Optional[Literal["default", "nnpu"]]
    prior: Optional[float]
    resume: Optional[Literal["refuse", "continue", "overwrite"]]
    state_file: Optional[_Path]
    memory: Optional[float]
    overlaps: Optional[Literal["keep", "drop"]]
    overlap_distance: Optional[float]
    beta: Optional[float]
    heads: Optional[Literal["general", "each", "one"]]
    head: Optional[str]
    freeze: Optional[bool]
    bias_weight: Optional[float]
    crop: Optional[int]

class ModelInfo(_Record):
    architecture: str
    parameters: int
    trained: bool
    window: int
    step: int
    window_diameters: float
    diameter: float
    pixel_size: float
    threshold: float
    hash: str
    calibrated: bool
    automatic_threshold: bool

class HeadInfo(_Record):
    name: str
    threshold: float
    diameter: float

class TrainReport(_Record):
    epochs: int
    best_epoch: int
    stopped_early: bool
    cancelled: bool
    positives: int
    negatives: int
    validation_samples: int
    outside: int
    masked: int
    overlapping: int
    best_validation_loss: float
    best_validation_accuracy: float
    threshold: float
    validation_f1: float
    prior: float
    resumed_after: int
    seconds: float

class Round(_Record):
    micrographs: int
    picks: int
    confirmed: int
    positives: int
    negatives: int
    avoided: int
    trained: bool
    threshold: float
    lowest_score: float
    accuracy: float

class RoundsReport(_Record):
    rounds: list[Round]
    trainings: list[TrainReport]
    reached: bool
    cancelled: bool
    seconds: float

class ReviewReport(_Record):
    micrographs: int
    positives: int
    negatives: int
    confirmed: int
    rejected: int
    negatives_confirmed: int
    missed: int
    undecided: int
    threshold: float
    diameter: float
    accuracy: float

class Model:
    @staticmethod
    def create(
        architecture: str, seed: int = 0, *, activation: Optional[Literal["sigmoid", "relu"]] = None,
        window: Optional[int] = None, kernels: Optional[_Three] = None, pools: Optional[_Three] = None,
        maps: Optional[_Three] = None, step: Optional[int] = None,
    ) -> Model: ...
    @staticmethod
    def load(path: _Path) -> Model: ...
    def save(self, path: _Path) -> None: ...
    @property
    def info(self) -> ModelInfo: ...
    @property
    def metadata(self) -> dict[str, Any]: ...
    threshold: float
    @property
    def heads(self) -> list[HeadInfo]: ...
    def add_head(self, name: str) -> None: ...
    def remove_head(self, name: str) -> None: ...
    def export_head(self, name: str) -> Model: ...
    def import_head(self, name: str, source: Model, head: str) -> None: ...
    def pick(
        self, micrograph: _Image, *, progress: _Progress = None, threads: int = 0, device: str = "auto",
        **options: Unpack[_Rules],
    ) -> Picks: ...
    def score(
        self, micrograph: _Image, *, progress: _Progress = None, threads: int = 0, device: str = "auto",
        **options: Unpack[_Rules],
    ) -> ScoreMap: ...
    def pick_from_scores(self, scores: ScoreMap, **options: Unpack[_Rules]) -> Picks: ...
    def preprocess(self, micrograph: _Image, **options: Unpack[_Rules]) -> Micrograph: ...
    def train(
        self, data: Dataset, validation: Optional[Dataset] = None, *, progress: _Progress = None, threads: int = 0,
        device: str = "auto", **options: Unpack[_Training],
    ) -> TrainReport: ...
    def tune(
        self, data: Dataset, candidates: int, *, progress: _Progress = None, threads: int = 0, device: str = "auto",
        **options: Unpack[_Training],
    ) -> None: ...
    def iterate(
        self, data: Dataset, validation: Optional[Dataset] = None, *, pick: Optional[dict[str, Any]] = None,
        progress: _Progress = None, threads: int = 0, device: str = "auto", iterations: Optional[int] = None,
        fraction: Optional[float] = None, top: Optional[int] = None, avoid: Optional[float] = None,
        **options: Unpack[_Training],
    ) -> RoundsReport: ...
    def train_rounds(
        self, data: Dataset, validation: Optional[Dataset] = None, *, progress: _Progress = None, threads: int = 0,
        device: str = "auto", rounds: Optional[int] = None, labels: Optional[Literal["incomplete", "complete"]] = None,
        threshold: Optional[float] = None, lowest: Optional[float] = None, until: Optional[float] = None,
        **options: Unpack[_Training],
    ) -> RoundsReport: ...
    def propose_review(
        self, micrographs: _Paths, output: _Path, *, progress: _Progress = None, threads: int = 0,
        device: str = "auto", earlier: Optional[_Paths] = None, negatives: Optional[float] = None,
        **options: Unpack[_Rules],
    ) -> ReviewReport: ...

class RunItem(_Record):
    path: str
    stem: str
    status: str
    error: str
    width: int
    height: int
    pixel_size: float
    candidates: int
    picks: int
    removed_threshold: int
    removed_distance: int
    removed_edge: int
    removed_mask: int
    removed_top: int
    removed_clean: int
    removed_carbon: int
    removed_deviation: int
    removed_extreme_pixels: int
    removed_overlaps: int
    seconds_read: float
    seconds_transform: float
    seconds_score: float
    seconds_peaks: float
    seconds_write: float
    false_share: float
    threshold: float
    score_10: float
    score_50: float
    score_90: float
    defocus: float
    thon_fit: float
    thon_limit: float
    thon_strength: float
    mean: float
    deviation: float
    unevenness: float
    foreign: float
    excluded: float

class RunReport(_Record):
    micrographs: int
    done: int
    skipped: int
    failed: int
    picks: int
    elsewhere: int
    has_lists: bool
    cancelled: bool
    threshold: float
    diameter: float
    seconds: float
    contrast_reversed: bool
    items: list[RunItem]

def pick_files(
    model: Model, inputs: _Paths, output: _Path, *, progress: _Progress = None, threads: int = 0, device: str = "auto",
    formats: Optional[_Paths] = None, masks: Optional[_Paths] = None, top: Optional[int] = None,
    top_per_micrograph: Optional[int] = None, box_size: Optional[float] = None,
    write_score_maps: Optional[bool] = None, overwrite: Optional[bool] = None,
    shard: Optional[tuple[int, int]] = None, memory: Optional[float] = None, score_maps: Optional[_Path] = None,
    candidates: Optional[_Path] = None, **options: Unpack[_RulesOfAll],
) -> RunReport: ...

class Problem(_Record):
    kind: str
    level: str
    path: str
    message: str
    index: Optional[int]
    skippable: bool

class Preflight(_Record):
    micrographs: int
    usable: int
    errors: int
    blocking: int
    bytes_least: int
    bytes_most: int
    bytes_free: int
    seconds: float
    problems: list[Problem]
    lines: list[str]

def preflight(
    inputs: _Paths, *, progress: _Progress = None, threads: int = 0, pixel_size: Optional[float] = None,
    diameter: Optional[float] = None, output: Optional[_Path] = None, write_score_maps: Optional[bool] = None,
    deep: Optional[bool] = None, allow_same_stem: Optional[bool] = None,
) -> Preflight: ...

class DiameterProposal(_Record):
    diameter: float
    low: float
    high: float
    confidence: float
    sure: bool
    doubt: str
    text: str
    curve: list[tuple[float, float]]
    micrographs: list[tuple[str, float]]

def propose_diameter(
    model: Model, inputs: _Paths, *, progress: _Progress = None, threads: int = 0, smallest: Optional[float] = None,
    largest: Optional[float] = None, pixel_size: Optional[float] = None, micrographs: Optional[int] = None,
    invert: Optional[bool] = None,
) -> DiameterProposal: ...

class ReportSummary(_Record):
    output: str
    micrographs: int
    failed: int
    pictures: int
    without_picture: int
    picks: int
    rows: int
    threshold: float
    diameter: float
    bytes: int

def report(
    folder: _Path, *, progress: _Progress = None, threads: int = 0, output: Optional[_Path] = None,
    title: Optional[str] = None, picture_side: Optional[int] = None, png: Optional[bool] = None,
    pdf: Optional[bool] = None,
) -> ReportSummary: ...

class SelectedMicrographs(_Record):
    micrographs: int
    selected: int
    failing: list[int]
    output: str
    reasons: str

def select_micrographs(
    folder: _Path, rules: Sequence[str], *, micrographs: Optional[_Path] = None, output: Optional[_Path] = None,
) -> SelectedMicrographs: ...

class EvaluationResult(_Record):
    picks: int
    truth: int
    matched: int
    duplicates: int
    negatives: int
    precision: float
    recall: float
    f_beta: float
    best_f: float
    best_threshold: float
    precision_at_best: float
    recall_at_best: float
    average_precision: float
    auroc: float
    average_precision_is_lower_bound: bool
    offset_mean: float
    offset_median: float
    offset_95: float
    mean_dx: float
    mean_dy: float
    radius: float

class Evaluation:
    def result(self, group: str = "") -> EvaluationResult: ...
    @property
    def groups(self) -> list[str]: ...
    def curve(self, column: str, group: str = "") -> npt.NDArray[np.float64]: ...

def evaluate(
    picks: Union[_PicksLike, list[_PicksLike]], truth: Union[_PicksLike, list[_PicksLike]], *,
    size: Union[Tuple[int, int], _Image, list[Any], None] = None, group: Union[str, list[str], None] = None,
    diameter: Optional[float] = None,
    radius_preset: Optional[Literal["half-diameter", "deeppicker", "parsed", "hydrapicker"]] = None,
    radius: Optional[float] = None, window: Optional[float] = None, aperture: Optional[float] = None,
    beta: Optional[float] = None, threshold: Optional[float] = None, optimal: Optional[bool] = None,
) -> Evaluation: ...

class Simulated(_Record):
    micrograph: Micrograph
    truth: Picks
    others: Picks
    diameter: float
    defocus_u: float
    defocus_v: float
    defocus_angle: float
    gradient_angle: float

class Simulator:
    def __init__(
        self, *, preset: Optional[str] = None, progress: _Progress = None, threads: int = 0,
        size: Optional[Tuple[int, int]] = None, structures: Optional[_Paths] = None, particles: Optional[int] = None,
        pixel_size: Optional[float] = None, diameter: Optional[float] = None, min_distance: Optional[float] = None,
        snr: Optional[float] = None, defocus: Optional[float] = None, defocus_spread: Optional[float] = None,
        astigmatism: Optional[float] = None, astigmatism_angle: Optional[float] = None,
        voltage: Optional[float] = None, spherical_aberration: Optional[float] = None,
        amplitude_contrast: Optional[float] = None, b_factor: Optional[float] = None, seed: Optional[int] = None,
        views: Optional[int] = None, preferred_fraction: Optional[float] = None,
        preferred_rot: Optional[float] = None, preferred_tilt: Optional[float] = None,
        preferred_concentration: Optional[float] = None, contrast_spread: Optional[float] = None,
        touching: Optional[float] = None, dose: Optional[float] = None, detector_mtf: Optional[float] = None,
        ice_noise: Optional[float] = None, background_noise: Optional[float] = None,
        background_length: Optional[float] = None, readout_noise: Optional[float] = None,
        thickness_gradient: Optional[float] = None, carbon: Optional[bool] = None, gold: Optional[int] = None,
        contamination: Optional[int] = None, aggregates: Optional[int] = None,
    ) -> None: ...
    def make(self, index: int = 0, *, progress: _Progress = None, threads: int = 0) -> Simulated: ...

def simulate(
    index: int = 0, *, preset: Optional[str] = None, progress: _Progress = None, threads: int = 0,
    size: Optional[Tuple[int, int]] = None, structures: Optional[_Paths] = None, particles: Optional[int] = None,
    pixel_size: Optional[float] = None, diameter: Optional[float] = None, min_distance: Optional[float] = None,
    snr: Optional[float] = None, defocus: Optional[float] = None, defocus_spread: Optional[float] = None,
    astigmatism: Optional[float] = None, astigmatism_angle: Optional[float] = None, voltage: Optional[float] = None,
    spherical_aberration: Optional[float] = None, amplitude_contrast: Optional[float] = None,
    b_factor: Optional[float] = None, seed: Optional[int] = None, views: Optional[int] = None,
    preferred_fraction: Optional[float] = None, preferred_rot: Optional[float] = None,
    preferred_tilt: Optional[float] = None, preferred_concentration: Optional[float] = None,
    contrast_spread: Optional[float] = None, touching: Optional[float] = None, dose: Optional[float] = None,
    detector_mtf: Optional[float] = None, ice_noise: Optional[float] = None, background_noise: Optional[float] = None,
    background_length: Optional[float] = None, readout_noise: Optional[float] = None,
    thickness_gradient: Optional[float] = None, carbon: Optional[bool] = None, gold: Optional[int] = None,
    contamination: Optional[int] = None, aggregates: Optional[int] = None,
) -> Simulated: ...
