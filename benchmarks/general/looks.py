"""What people do to a micrograph before they pick from it: filters, contrast stretching, eight bits, denoising."""
import numpy as np
from scipy import ndimage


def eight_bits(image, random):
    low, high = np.quantile(image, [random.uniform(0, .02), random.uniform(.98, 1)])
    return np.round(np.clip((image - low) / max(1e-12, high - low), 0, 1) * 255)


def standard(image):
    return (image - image.mean()) / max(1e-12, image.std())


def low_pass(image, random, particle):
    return ndimage.gaussian_filter(image, particle * random.uniform(0.02, 0.07), mode="reflect")


def high_pass(image, random, particle):
    return image - ndimage.gaussian_filter(image, particle * random.uniform(0.8, 3), mode="reflect")


def clahe(image, random, particle):
    from skimage import exposure
    unit = eight_bits(image, random) / 255
    return exposure.equalize_adapthist(unit, kernel_size=int(particle * random.uniform(1.5, 5)), clip_limit=random.uniform(.005, .03))


def wiener(image, random, particle):
    from scipy.signal import wiener as filtered
    size = 2 * int(particle * random.uniform(0.03, 0.1)) + 3
    return filtered(standard(image) + 10, size)


def non_local_means(image, random, particle):
    from skimage.restoration import denoise_nl_means
    smooth = standard(ndimage.gaussian_filter(image, particle * random.uniform(0.01, 0.03)))
    return denoise_nl_means(smooth, patch_size=5, patch_distance=6, h=random.uniform(.3, .9), fast_mode=True)


def median(image, random, particle):
    return ndimage.median_filter(standard(low_pass(image, random, particle)), 3 if particle < 40 else 5)


# Some are used one after the other, as those who publish denoised sets do.
LOOKS = {
    "raw": ([], .40), "eight bits": ([eight_bits], .08), "low-pass": ([low_pass], .12), "high-pass": ([high_pass], .05),
    "CLAHE": ([low_pass, clahe], .10), "denoised": ([low_pass, wiener], .07), "means": ([non_local_means], .06),
    "median": ([median], .04), "everything": ([low_pass, non_local_means, wiener, clahe], .08),
}


# In the others a droplet and a particle cannot be told apart.
SHARP = ["raw", "eight bits", "high-pass"]


def look(image, random, particle, sharp=False):
    """The image in one look; `particle` is the diameter in pixels. sharp: one that keeps edges and grain."""
    names = SHARP if sharp else list(LOOKS)
    weights = np.array([LOOKS[n][1] for n in names])
    name = str(random.choice(names, p=weights / weights.sum()))
    image = image.astype(np.float64)
    for step in LOOKS[name][0]:
        image = step(image, random) if step is eight_bits else step(image, random, particle)
    return standard(image).astype(np.float32)
