# SPDX-License-Identifier: GPL-3.0-or-later
"""Grain: faint noise on what a network sees, of which it can make a painting's texture.

What a convolutional network paints on a flat part is the same at every period of its strides: dots
on a lattice, whatever the loss. A painting's paper, canvas and strokes are not. With grain there is
something to see everywhere (noise for texture: Ulyanov, Lebedev, Vedaldi and Lempitsky, "Texture
Networks", ICML 2016; in a generator's layers: Karras, Laine and Aila, "A Style-Based Generator
Architecture", CVPR 2019).

The noise is a function of a pixel's place alone, so that a picture has the same grain whichever
part of it is painted; engine/grain.c makes the same numbers.
"""
import numpy as np
import torch

# Cells of 1, 2, 4 and 8 pixels, for paper and for strokes.
OCTAVES = 4
# Of the noise in each, where it is widest.
GRAIN = 0.02


def mix(value):
    """A hash of 32 bits, of uint32 arrays (the last step of MurmurHash3)."""
    value = (value ^ value >> np.uint32(16)) * np.uint32(0x85ebca6b)
    value = (value ^ value >> np.uint32(13)) * np.uint32(0xc2b2ae35)
    return value ^ value >> np.uint32(16)


def noise(seed, rows, columns):
    """Independent values of mean 0 and deviation 1, even over their range, at every (row,
    column) of these uint32 arrays."""
    number = mix(columns + mix(rows[:, None] + mix(np.full((1, 1), seed, np.uint32))))
    return (number * 2.0 ** -31 - 1) * 3 ** 0.5


def octave(seed, cell, y, x, h, w):
    """Noise between the corners of square cells, bilinear: [h, w] from pixel (y, x) on."""
    def axis(start, n):
        at = np.arange(start, start + n)
        return (at // cell).astype(np.uint32), at % cell / cell
    (rows, v), (columns, u) = axis(y, h), axis(x, w)
    one = np.uint32(1)
    upper, lower = [noise(seed, i, columns) * (1 - u) + noise(seed, i, columns + one) * u
                    for i in (rows, rows + one)]
    return upper * (1 - v[:, None]) + lower * v[:, None]


def grain(h, w, at=(0, 0)):
    """The grain [1, 3, h, w] of a picture from its pixel at = (y, x) on, at full strength."""
    channels = [sum(octave(3 * i + channel, 1 << i, *at, h, w) for i in range(OCTAVES))
                for channel in range(3)]
    return GRAIN * torch.from_numpy(np.stack(channels)[None].astype(np.float32))


def grainy(picture, amount=1.0, at=(0, 0)):
    """A picture [n, 3, h, w], which lies at = (y, x) in a larger one, with that part's grain."""
    return picture + amount * grain(*picture.shape[2:], at).to(picture.device)
