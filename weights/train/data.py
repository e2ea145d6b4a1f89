# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of pictures as crops that depend on nothing but (seed, stream, step, index).

A batch is therefore the same after a resume, and however many processes share it.
"""
import json
import os

import numpy as np
import torch
from PIL import Image

SUFFIXES = (".jpg", ".jpeg", ".png")
# A crop whose channels all deviate by less than this, of 255, counts as one colour.
FLAT_LEVELS = 1.0
TRIES = 20


def list_pictures(folder):
    names = os.listdir(folder) if os.path.isdir(folder) else []
    names = sorted(n for n in names if n.lower().endswith(SUFFIXES))
    if not names:
        raise SystemExit("%s: no .jpg or .png picture here" % folder)
    return [os.path.join(folder, n) for n in names]


def read_picture(path, short=None):
    """A uint8 array [h, w, 3], its shorter side resized to `short` pixels if given."""
    im = Image.open(path).convert("RGB")
    if short and min(im.size) != short:
        ratio = short / min(im.size)
        im = im.resize([max(short, round(side * ratio)) for side in im.size], Image.LANCZOS)
    return np.asarray(im)


def to_tensor(arrays):
    """uint8 arrays [h, w, 3] of one size -> [n, 3, h, w], 0..1, channels_last."""
    x = torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)
    return x.float().div(255).contiguous(memory_format=torch.channels_last)


def recoloured(picture, rng):
    """A painting of colours and contrasts that nobody painted. Half of all stay as they are; the
    others, uint8 [h, w, 3], get their channels in any order and their contrast up to doubled or
    halved, and every fourth of these is a negative."""
    if rng.random() < 0.5:
        return picture
    picture = picture[..., rng.permutation(3)].astype(np.float32)
    if rng.random() < 0.25:
        picture = 255 - picture
    level = picture.mean((0, 1))
    picture = (picture - level) * 2 ** rng.uniform(-1, 1) + level
    return picture.clip(0, 255).astype(np.uint8)


class Pictures:
    """All pictures of a folder, decoded once into one memory-mapped file.

    folder: the pictures; cache: where the pack is kept; short: pixels of the shorter side;
    limit: use the first so many only (None for all).
    """

    def __init__(self, folder, cache, short=256, limit=None):
        paths = list_pictures(folder)[:limit]
        key = {"names": [os.path.basename(p) for p in paths], "short": short}
        if not self._open(cache, key):
            self._pack(paths, cache, key, short)
            self._open(cache, key)

    def _open(self, cache, key):
        if not os.path.exists(cache + ".json"):
            return False
        with open(cache + ".json") as f:
            index = json.load(f)
        if index["key"] != key:
            return False
        self.key, self._places = key, index["places"]
        self._pixels = np.load(cache + ".npy", mmap_mode="r")
        return True

    @staticmethod
    def _pack(paths, cache, key, short):
        places, chunks, offset = [], [], 0
        for path in paths:
            picture = read_picture(path, short)
            places.append([offset, *picture.shape[:2]])
            chunks.append(picture.reshape(-1))
            offset += picture.size
        # Unique names: several processes may pack at once, and any complete pack will do.
        part = "%s.%d" % (cache, os.getpid())
        np.save(part + ".npy", np.concatenate(chunks))
        os.replace(part + ".npy", cache + ".npy")
        with open(part + ".json", "w") as f:
            json.dump({"key": key, "places": places}, f)
        os.replace(part + ".json", cache + ".json")

    def __len__(self):
        return len(self._places)

    def whole(self, index):
        """Picture number `index`, uint8 [h, w, 3]."""
        offset, h, w = self._places[index]
        return self._pixels[offset:offset + h * w * 3].reshape(h, w, 3)

    def crop(self, index, size, rng):
        """A square window of random place, scale and handedness, resized to size x size.

        The window's side lies between `size` and the picture's shorter side, so pictures
        are only ever reduced.
        """
        picture = self.whole(index)
        h, w = picture.shape[:2]
        side = int(rng.integers(size, max(size, min(h, w)) + 1))
        top, left = (int(rng.integers(0, n - side + 1)) for n in (h, w))
        window = picture[top:top + side, left:left + side]
        if rng.random() < 0.5:
            window = window[:, ::-1]
        if side != size:
            im = Image.fromarray(np.ascontiguousarray(window))
            window = np.asarray(im.resize((size, size), Image.LANCZOS, reducing_gap=2.0))
        return window

    def any_crop(self, size, rng):
        """A crop of any picture, but none of a single colour: nothing can be learnt from
        those, and a normalisation's gradient is without bounds there."""
        for _ in range(TRIES):
            crop = self.crop(int(rng.integers(len(self))), size, rng)
            if crop.std((0, 1)).max() >= FLAT_LEVELS:
                break
        return crop


class Draw:
    """The random choices of one step, for the slice of the batch this process owns."""

    def __init__(self, seed, step, batch, rank=0, world=1):
        if batch % world:
            raise SystemExit("A batch of %d cannot be split over %d processes" % (batch, world))
        self.step = step
        self._seed = seed
        self._batch = batch
        self._first = rank * (batch // world)
        self._count = batch // world

    def _generators(self, stream):
        return [np.random.default_rng((self._seed, stream, self.step, self._first + i))
                for i in range(self._count)]

    def indices(self, pictures, stream):
        """A picture's number for each crop of this process."""
        return [int(rng.integers(len(pictures))) for rng in self._generators(stream)]

    def crops(self, pictures, stream, size):
        """Crops [n, 3, size, size]; another stream number draws others."""
        return to_tensor([pictures.any_crop(size, rng) for rng in self._generators(stream)])

    def recoloured_crops(self, pictures, stream, size):
        """Crops [n, 3, size, size], recoloured()."""
        return to_tensor([recoloured(pictures.any_crop(size, rng), rng)
                          for rng in self._generators(stream)])
