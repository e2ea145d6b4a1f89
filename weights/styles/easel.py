# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pictures of make.py are painted with: noise, colour, brushes, paper and light.

Conventions: an image is float64 [h, w, 3], R'G'B' in 0..1; a plane is [h, w]; x grows to the right
and y downwards, in pixels; an angle is in radians, 0 to the right. All chance comes from the
numpy Generator that is handed in, so a seed is a picture.
"""
import numpy as np

TO_LMS = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                   [0.2119034982, 0.6806995451, 0.1073969566],
                   [0.0883024619, 0.2817188376, 0.6299787005]])
TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                   [1.9779984951, -2.4285922050, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.8086757660]])


# Colour. Mixing happens in OKLab (Ottosson 2020), where half way looks half way.

def colour(text):
    """"e8b04a" -> [3] in 0..1."""
    return np.array([int(text[i:i + 2], 16) for i in (0, 2, 4)]) / 255


def lab(rgb):
    """[..., 3] R'G'B' -> OKLab."""
    rgb = np.clip(rgb, 0, 1)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ TO_LMS.T) @ TO_LAB.T


def rgb(oklab):
    """[..., 3] OKLab -> R'G'B', clipped."""
    linear = (oklab @ np.linalg.inv(TO_LAB).T) ** 3 @ np.linalg.inv(TO_LMS).T
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def ramp(palette, t):
    """The colour at t in 0..1, or beyond at an end, of a palette "aabbcc ddeeff ...":
    [...] -> [..., 3]."""
    stops = lab(np.array([colour(word) for word in palette.split()]))
    places = np.linspace(0, 1, len(stops))
    return rgb(np.stack([np.interp(t, places, stops[:, k]) for k in range(3)], -1))


def pick(palette, index):
    """Colour number index (modulo their count) of a palette: [...] of integers -> [..., 3]."""
    colours = np.array([colour(word) for word in palette.split()])
    return colours[np.asarray(index) % len(colours)]


def mix(a, b, t):
    """a where t is 0, b where it is 1: planes, images or colours; t [h, w] or a number."""
    t = np.asarray(t, float)
    return a + (b - a) * (t[..., None] if t.ndim and np.ndim(a) != 2 else t)


def vary(image, rng, light=0.0, hue=0.0):
    """Colours [n, 3] with lightness and hue-and-chroma spread by normal deviates in OKLab."""
    spread = rng.normal(size=image.shape) * np.array([light, hue, hue])
    return rgb(lab(image) + spread)


# Planes.

def grid(shape):
    """x, y of every pixel."""
    y, x = np.mgrid[:shape[0], :shape[1]].astype(float)
    return x, y


def smooth(low, high, x):
    """0 up to low, 1 from high on, and a soft step between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def noise(shape, rng, size, rough=1.0, stretch=1.0, angle=0.0):
    """Gaussian noise of mean 0 and deviation 1, with features up to size pixels.

    rough: how much of the finer there is, about 0.3 (cloudy) to 2 (gritty). stretch makes the
    features longer along angle.
    """
    fy = np.fft.fftfreq(shape[0])[:, None]
    fx = np.fft.rfftfreq(shape[1])[None]
    along = (fx * np.cos(angle) + fy * np.sin(angle)) * stretch
    across = fy * np.cos(angle) - fx * np.sin(angle)
    f = np.sqrt(along ** 2 + across ** 2) * size
    spectrum = np.fft.rfft2(rng.normal(size=shape)) / (1 + f ** 2) ** (1 / (0.5 + rough) + 0.25)
    spectrum[0, 0] = 0
    plane = np.fft.irfft2(spectrum, shape)
    return plane / plane.std()


def blur(image, sigma):
    """A Gaussian blur over mirrored borders, of a plane or an image."""
    if image.ndim == 3:
        return np.stack([blur(image[..., k], sigma) for k in range(image.shape[2])], -1)
    n = int(3 * sigma) + 1
    padded = np.pad(image, n, "reflect")
    f2 = np.fft.fftfreq(padded.shape[0])[:, None] ** 2 + np.fft.rfftfreq(padded.shape[1]) ** 2
    soft = np.fft.irfft2(np.fft.rfft2(padded) * np.exp(-2 * np.pi ** 2 * sigma ** 2 * f2),
                         padded.shape)
    return soft[n:-n, n:-n]


def sample(image, x, y):
    """The pixels at x, y; outside, those at the border."""
    h, w = image.shape[:2]
    rows, columns = np.clip(np.rint(y), 0, h - 1), np.clip(np.rint(x), 0, w - 1)
    return image[rows.astype(int), columns.astype(int)]


def flow(potential, turn=0.0):
    """The angles of the curl of a potential: lines of equal potential, turned by turn."""
    gy, gx = np.gradient(potential)
    return np.arctan2(-gx, gy) + turn


def drag(plane, angle, steps, step):
    """The mean of a plane along a path of angles from every pixel, of deviation 1: noise turns
    into strands (line integral convolution, Cabral and Leedom 1993)."""
    x, y = grid(plane.shape)
    total = 0 * x
    for _ in range(steps):
        total += sample(plane, x, y)
        a = sample(angle, x, y)
        x, y = x + step * np.cos(a), y + step * np.sin(a)
    return (total - total.mean()) / total.std()


def cells(x, y, size, rng, jitter=0.45):
    """Voronoi cells of a jittered grid at the (warped) coordinates x, y.

    -> number of the cell, distance to its border, and x, y from its centre, all [h, w].
    """
    x = x - x.min() + 2 * size
    y = y - y.min() + 2 * size
    columns, rows = np.floor(x / size).astype(int), np.floor(y / size).astype(int)
    n = columns.max() + 5
    offsets = rng.uniform(0.5 - jitter, 0.5 + jitter, size=(rows.max() + 5, n, 2))
    candidates = []
    for i in range(-2, 3):
        for j in range(-2, 3):
            r, c = rows + i, columns + j
            at = offsets[r, c]
            candidates.append(((c + at[..., 0]) * size, (r + at[..., 1]) * size, r * n + c))
    d2 = np.stack([(x - px) ** 2 + (y - py) ** 2 for px, py, _ in candidates])
    best = d2.argmin(0)
    take = lambda k: np.take_along_axis(np.stack([c[k] for c in candidates]), best[None], 0)[0]
    cx, cy, number = take(0), take(1), take(2)
    border = np.full(x.shape, np.inf)
    for px, py, other in candidates:
        length = np.hypot(px - cx, py - cy)
        away = ((px + cx) / 2 - x) * (px - cx) + ((py + cy) / 2 - y) * (py - cy)
        border = np.where(other != number, np.minimum(border, away / np.maximum(length, 1e-9)),
                          border)
    return number, border, x - cx, y - cy


def relief(image, height, depth=1.0, shine=0.0, light=(-0.6, -0.8)):
    """An image lit from the upper left over a surface of some height."""
    gy, gx = np.gradient(height * depth)
    slope = -(gx * light[0] + gy * light[1])
    glint = np.clip(slope - 0.25, 0, None) ** 1.5
    lit = image * (1 + 0.55 * np.tanh(slope))[..., None] + shine * glint[..., None]
    return np.clip(lit, 0, 1)


def paper(shape, rng, size=3.0):
    """The tooth of paper, about 0..1: grain, and a few fibres."""
    grain = noise(shape, rng, size, 0.8) + 0.5 * noise(shape, rng, 4 * size, 0.6)
    fibres = noise(shape, rng, 2, 0.6, 12, 0.4) + noise(shape, rng, 2, 0.6, 12, -0.7)
    return np.clip(0.5 + 0.17 * grain + 0.08 * fibres, 0, 1)


# Brushes.

class Canvas:
    """Paint in layers: the colours seen, and how thick it lies."""

    def __init__(self, ground, rng):
        self.image = ground.copy()
        self.height = np.zeros(ground.shape[:2])
        self.rng = rng
        self.bristles = noise((128, 512), rng, 5, 1.0, 14)
        self.tooth = None   # a plane 0..1: dry media catch on what is high

    def trace(self, x, y, angle, length, turn=0.0, steps=6):
        """A path [n, 2] through x, y along a plane of angles, each turned by turn."""
        path = [(x, y)]
        for way in (1, -1):
            px, py = x, y
            for _ in range(steps // 2):
                a = sample(angle, px, py) + turn
                px += way * np.cos(a) * length / steps
                py += way * np.sin(a) * length / steps
                path.insert(len(path) if way == 1 else 0, (px, py))
        return np.array(path)

    def stroke(self, path, width, paint, opacity=1.0, dry=0.3, thick=1.0, hue=0.02):
        """One stroke of a flat brush along path [n, 2].

        dry: how much the bristles part. thick: how high the paint lies.
        """
        rng = self.rng
        h, w = self.height.shape
        x0, y0 = np.maximum(np.floor(path.min(0) - width), 0).astype(int)
        x1, y1 = np.minimum(np.ceil(path.max(0) + width) + 1, (w, h)).astype(int)
        if x0 >= x1 or y0 >= y1:
            return
        y, x = np.mgrid[y0:y1, x0:x1].astype(float)
        u, v, total = self._along(path, x, y)

        end = np.minimum(u, total - u)
        tip = np.sqrt(np.clip((end + 0.5 * width) / (0.5 * width), 0, 1))
        edge = np.abs(v) / (0.5 * width * np.maximum(tip, 0.05))
        rows = (v / width + 0.5) * 40 + rng.integers(128)
        columns = u * 0.7 + rng.integers(512)
        bristle = self.bristles[np.rint(rows).astype(int) % 128, np.rint(columns).astype(int) % 512]
        soft = max(1.2 / width, 0.06)
        cover = 1 - smooth(1 - soft + 0.12 * bristle, 1 + soft + 0.12 * bristle, edge)
        cover *= (end > -0.5 * width) & np.isfinite(edge)
        parting = dry * (0.55 + 0.75 * np.clip(u / max(total, 1), 0, 1))
        if self.tooth is None:
            cover *= 1 - smooth(0.9, 1.6, parting * (bristle + 1.3))
        else:
            cover *= smooth(-0.10, 0.10, self.tooth[y0:y1, x0:x1] - parting + 0.05 * bristle)
        cover *= opacity

        tint = rgb(lab(paint) + hue * np.array([1.3, 0.5, 0.5]) * bristle[..., None])
        here = self.image[y0:y1, x0:x1]
        here += (tint - here) * cover[..., None]
        ridge = thick * (0.6 + 0.28 * bristle + 0.5 * smooth(0.55, 0.95, edge))
        there = self.height[y0:y1, x0:x1]
        there += (0.45 * there + ridge - there) * cover

    @staticmethod
    def _along(path, x, y):
        """Where pixels lie to a path: u along it, v across it, and its length."""
        starts, ends = path[:-1], path[1:]
        lengths = np.maximum(np.hypot(*(ends - starts).T), 1e-6)
        before = np.concatenate([[0], np.cumsum(lengths)])
        best = np.full(x.shape, np.inf)
        u, v = np.zeros(x.shape), np.zeros(x.shape)
        for k, (start, end) in enumerate(zip(starts, ends)):
            tx, ty = (end - start) / lengths[k]
            dx, dy = x - start[0], y - start[1]
            s = dx * tx + dy * ty
            low = -np.inf if k == 0 else 0
            high = np.inf if k == len(starts) - 1 else lengths[k]
            held = np.clip(s, low, high)
            d2 = (dx - held * tx) ** 2 + (dy - held * ty) ** 2
            nearer = d2 < best
            best = np.where(nearer, d2, best)
            u = np.where(nearer, before[k] + held, u)
            v = np.where(nearer, dy * tx - dx * ty, v)
        return u, v, before[-1]

    def cover(self, target, angle, width, length, amount=1.0, where=None, light=0.03, hue=0.02,
              wander=0.15, **brush):
        """Strokes all over, in the colours of target, along angle.

        amount: strokes per area of a stroke; where: a plane, the chance of one.
        """
        h, w = self.height.shape
        n = int(amount * h * w / (width * length) * 1.6)
        x, y = self.rng.uniform(0, w, n), self.rng.uniform(0, h, n)
        if where is not None:
            keep = self.rng.uniform(size=n) < sample(where, x, y)
            x, y = x[keep], y[keep]
        paints = vary(sample(target, x, y), self.rng, light, hue)
        for px, py, paint in zip(x, y, paints):
            size = self.rng.uniform(0.7, 1.25)
            path = self.trace(px, py, angle, length * size, self.rng.normal() * wander)
            self.stroke(path, width * size, paint, **brush)


def ridge(shape, rng, base, swing, size, rough=0.6):
    """A line of hills: y for every x, [w]."""
    return base + swing * noise((1, 4 * shape[1]), rng, size, rough)[0, :shape[1]]
