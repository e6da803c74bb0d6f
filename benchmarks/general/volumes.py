"""Made-up particles: volumes of Gaussian blobs in the shapes that complexes have, so that a network does not learn a few
structures by heart. Every volume is about 40 voxels across; its voxel size is drawn too."""
import numpy as np

EDGE = 56


def write_mrc(path, array, voxel):
    array = np.ascontiguousarray(array, np.float32)
    array = array[None] if array.ndim == 2 else array
    nz, ny, nx = array.shape
    header = np.zeros(256, np.int32)
    header[:4] = nx, ny, nz, 2
    header[7:10] = nx, ny, nz
    header.view(np.float32)[10:13] = nx * voxel, ny * voxel, nz * voxel
    header.view(np.float32)[13:16] = 90
    header[16:19] = 1, 2, 3
    header.view(np.float32)[19:22] = array.min(), array.max(), array.mean()
    header[22] = 1 if nz > 1 else 0
    header[27] = 20140
    header[52] = int.from_bytes(b"MAP ", "little")
    header[53] = int.from_bytes(b"\x44\x44\x00\x00", "little")
    header.view(np.float32)[54] = array.std()
    path.write_bytes(header.tobytes() + array.tobytes())


def read_mrc(path):
    """A 2-D image of floats or bytes, and its pixel size in angstrom."""
    raw = path.read_bytes()
    nx, ny, _, mode = np.frombuffer(raw, np.int32, 4)
    cell = np.frombuffer(raw, np.float32, 1, 40)[0]
    extended = np.frombuffer(raw, np.int32, 1, 92)[0]
    dtype = {0: np.int8, 1: np.int16, 2: np.float32, 6: np.uint16, 12: np.float16}[int(mode)]
    pixels = np.frombuffer(raw, dtype, nx * ny, 1024 + extended).reshape(ny, nx).astype(np.float32)
    return pixels, float(cell / nx) if cell > 0 else 0.0


def turned(points, angle):
    c, s = np.cos(angle), np.sin(angle)
    return points @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T


def walk(random, count, step):
    """A chain of blobs that stays together."""
    points = [np.zeros(3)]
    for _ in range(count - 1):
        direction = random.normal(size=3)
        points.append(points[random.integers(len(points))] + step * direction / np.linalg.norm(direction))
    return np.array(points) - np.mean(points, axis=0)


def shape(random):
    """Centres, sigmas and weights of blobs, before they are scaled; and the name of the kind."""
    kind = random.choice(["globule", "ring", "shell", "rod", "arms", "stack"], p=[.3, .2, .15, .1, .15, .1])
    if kind == "globule":
        points = walk(random, random.integers(6, 40), 1.0)
    elif kind == "ring":
        order = random.integers(2, 9)
        unit = walk(random, random.integers(2, 10), 0.8) + [random.uniform(1.0, 3.5), 0, 0]
        points = np.concatenate([turned(unit, 2 * np.pi * i / order) for i in range(order)])
    elif kind == "shell":
        count = random.integers(60, 200)
        points = random.normal(size=(count, 3))
        points = 4.0 * points / np.linalg.norm(points, axis=1, keepdims=True) + 0.3 * random.normal(size=(count, 3))
    elif kind == "rod":
        count = random.integers(8, 24)
        points = np.outer(np.linspace(-1, 1, count), [0, 0, random.uniform(3, 7)]) + 0.7 * random.normal(size=(count, 3))
    elif kind == "arms":
        points = np.concatenate([np.outer(np.linspace(0, 1, 8), random.normal(size=3) * 3) for _ in range(random.integers(2, 5))])
        points += 0.4 * random.normal(size=points.shape)
    else:
        order, layers = random.integers(3, 9), random.integers(2, 5)
        unit = walk(random, random.integers(1, 5), 0.7) + [random.uniform(1.2, 2.5), 0, 0]
        points = np.concatenate([turned(unit, 2 * np.pi * (i + 0.5 * k) / order) + [0, 0, 1.8 * (k - layers / 2)]
                                 for i in range(order) for k in range(layers)])
    sigma = random.uniform(0.35, 0.8)
    return points, sigma * random.uniform(0.8, 1.25, len(points)), random.uniform(0.6, 1.4, len(points)), kind


def volume(random):
    points, sigmas, weights, kind = shape(random)
    points = points * random.uniform(0.8, 1.25, 3)  # no symmetry is exact
    reach = np.linalg.norm(points, axis=1).max() + 1.5 * sigmas.max()
    scale = 18.0 / reach
    axis = np.arange(EDGE) - (EDGE - 1) / 2
    out = np.zeros((EDGE,) * 3, np.float32)
    for point, sigma, weight in zip(points * scale, np.maximum(1.0, sigmas * scale), weights):
        x, y, z = (np.exp(-0.5 * ((axis - p) / sigma) ** 2) for p in point)
        out += weight * (z[:, None, None] * y[None, :, None] * x[None, None, :]).astype(np.float32)
    # Density saturates, as that of protein does.
    top = np.quantile(out[out > 0.05 * out.max()], 0.7)
    return np.minimum(out, top) / top, kind
