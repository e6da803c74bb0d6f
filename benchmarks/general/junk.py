"""What lies in micrographs and is no particle, beyond what the simulator draws: droplets, crystalline ice, blotches, streaks, torn
edges. Each is added to an image of deviation 1; lengths are in particle diameters."""
import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree


def field(random, shape, length, ratio=1.0, angle=0.0):
    """A Gaussian random field of deviation 1 whose correlation reaches over `length` pixels, `ratio` times that along `angle`."""
    fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
    along, across = fx * np.cos(angle) + fy * np.sin(angle), -fx * np.sin(angle) + fy * np.cos(angle)
    power = np.exp(-0.5 * (2 * np.pi) ** 2 * ((along * length * ratio) ** 2 + (across * length) ** 2))
    out = np.fft.irfft2(np.fft.rfft2(random.normal(size=shape)) * power, shape)
    return (out - out.mean()) / max(1e-9, out.std())


def grid(shape):
    return np.mgrid[:shape[0], :shape[1]].astype(float)


def droplets(image, random, d, particles):
    """Balls and discs of ice or ethane: sharp edges with a bright fringe, sizes of all kinds, alone or in clumps."""
    yy, xx = grid(image.shape)
    size = float(np.exp(random.uniform(np.log(.12), np.log(1.2)))) * d
    for _ in range(random.integers(3, 40)):
        cx, cy = random.uniform(0, image.shape[1]), random.uniform(0, image.shape[0])
        for _ in range(1 if random.random() < .7 else random.integers(2, 5)):
            r = size * random.uniform(.5, 1.8)
            if len(particles) and np.hypot(particles[:, 0] - cx, particles[:, 1] - cy).min() < r + 0.6 * d:
                continue
            angle, flat = random.uniform(0, np.pi), random.uniform(.6, 1)
            reach = int(1.6 * r + .3 * d + 3)
            y0, y1, x0, x1 = max(0, int(cy) - reach), int(cy) + reach, max(0, int(cx) - reach), int(cx) + reach
            y, x = yy[y0:y1, x0:x1] - cy, xx[y0:y1, x0:x1] - cx
            u, v = x * np.cos(angle) + y * np.sin(angle), (-x * np.sin(angle) + y * np.cos(angle)) / flat
            rho = np.hypot(u, v)
            width = max(.7, d * random.uniform(.02, .07))
            depth = random.uniform(.4, 4)
            inside = 1 / (1 + np.exp(np.clip((rho - r) / (.5 * width), -50, 50)))
            thick = np.sqrt(np.clip(1 - (rho / r) ** 2, 0, 1)) if random.random() < .5 else 1.0
            image[y0:y1, x0:x1] += -depth * inside * (.3 + .7 * thick) + random.uniform(0, 1) * depth * np.exp(-((rho - r - 1.5 * width) / width) ** 2)
            cx, cy = cx + random.normal() * 1.3 * r, cy + random.normal() * 1.3 * r
    return image


def crystals(image, random, d, particles):
    """Cells with dark borders, and blotches of both signs with long tails."""
    yy, xx = grid(image.shape)
    spacing = random.uniform(.15, 1.2) * d
    count = max(8, int(image.size / spacing ** 2))
    tree = cKDTree(random.uniform(0, 1, (count, 2)) * image.shape)
    near, _ = tree.query(np.stack([yy.ravel(), xx.ravel()], 1), 2)
    border = np.exp(-((near[:, 1] - near[:, 0]) / max(1.0, .08 * d)) ** 2).reshape(image.shape)
    return blotches(image - random.uniform(0, 1.2) * border, random, d, particles)


def blotches(image, random, d, particles):
    """Not of a particle's size: filtered particles look like that."""
    some = field(random, image.shape, (random.uniform(.03, .1) if random.random() < .5 else random.uniform(.6, 1.5)) * d)
    tails = random.choice([1.0, 2.0, 3.0])
    some = np.sign(some) * np.abs(some) ** tails
    return image + random.uniform(.3, 2.5) * some / some.std()


def streaks(image, random, d, particles):
    return image + random.uniform(.2, 1.5) * field(random, image.shape, random.uniform(.05, .5) * d, random.uniform(4, 15), random.uniform(0, np.pi))


def torn(image, random, d, particles):
    """Another region, darker or brighter, with a texture of its own and a wavy edge."""
    yy, xx = grid(image.shape)
    angle = random.uniform(0, 2 * np.pi)
    side = (xx - random.uniform(.2, .8) * image.shape[1]) * np.cos(angle) + (yy - random.uniform(.2, .8) * image.shape[0]) * np.sin(angle)
    side += random.uniform(.2, 1.5) * d * field(random, image.shape, random.uniform(.5, 2) * d)
    width = max(.7, random.uniform(.03, .2) * d)
    inside = 1 / (1 + np.exp(np.clip(side / (.5 * width), -50, 50)))
    texture = random.uniform(.2, 2) * field(random, image.shape, (random.uniform(.03, .1) if random.random() < .5 else random.uniform(.6, 1.5)) * d)
    image = image * (1 - inside * random.uniform(0, .8)) + inside * (random.choice([-1, 1], p=[.7, .3]) * random.uniform(1, 5) + texture)
    return image + random.uniform(0, 2) * np.exp(-((side - 1.5 * width) / width) ** 2)


WITHOUT_PARTICLES = [droplets, crystals, blotches, streaks, torn]


def add_junk(image, random, d, particles, empty):
    """`particles` are rows of x, y; where there are many, only what does not hide them is added."""
    image = (image - image.mean()) / max(1e-9, image.std())
    if not empty:
        chosen = [f for f, p in ((droplets, .2), (streaks, .07)) if random.random() < p]
    elif random.random() < .15:
        chosen = []
    else:
        chosen = list(random.choice(WITHOUT_PARTICLES, random.integers(1, 3), p=[.35, .25, .15, .1, .15], replace=False))
    for f in chosen:
        image = f(image, random, d, particles)
    return image, droplets in chosen
