# SPDX-License-Identifier: GPL-3.0-or-later
"""Published networks that training measures itself against; none is part of a shipped file.

Pictures are [n, 3, h, w], RGB, 0..1. Both classes are frozen.
"""
import torch
import torch.nn.functional as F
from torch import nn

from nets import VGG_PLAN, mirror

# BGR, 0..255: what Caffe's VGG-19 subtracts.
CAFFE_MEAN = (103.939, 116.779, 123.68)


def _load(path):
    state = torch.load(path, map_location="cpu")
    return state.get("model", state)


class _Vgg(nn.Module):
    """Runs VGG_PLAN over frozen weights, returning the taps asked for."""

    def __init__(self, layers):
        super().__init__()
        self.plan = [name for name in VGG_PLAN if name == "pool" or name in layers]
        for name, (weight, bias) in layers.items():
            self.register_buffer(name + "_weight", weight.clone())
            self.register_buffer(name + "_bias", bias.clone())
        self.register_buffer("shift", -torch.tensor(CAFFE_MEAN).view(1, 3, 1, 1))

    def run(self, x, taps):
        # Float32 up to here: bfloat16 would cost half a grey level after the subtraction.
        x = x.float().flip(1) * 255 + self.shift
        out = {}
        for name in self.plan:
            if name == "pool":
                x = F.max_pool2d(x, 2, 2)
                continue
            x = F.relu(F.conv2d(mirror(x), getattr(self, name + "_weight"),
                                getattr(self, name + "_bias")))
            tap = name.replace("conv", "relu")
            if tap in taps:
                out[tap] = x
            if len(out) == len(taps):
                return out
        return out


class Vgg19(_Vgg):
    """The normalised VGG-19 up to relu3_1, from an nn.Sequential with keys 0, 2, 5, 9, 12, 16."""

    TAPS = ("relu1_1", "relu2_1", "relu3_1")
    KEYS = {"conv1_1": "2", "conv1_2": "5", "conv2_1": "9", "conv2_2": "12", "conv3_1": "16"}
    WIDTHS = (64, 128, 256)

    def __init__(self, path):
        state = _load(path)
        super().__init__({name: (state[key + ".weight"], state[key + ".bias"])
                          for name, key in self.KEYS.items()})

    def forward(self, x):
        return self.run(x, self.TAPS)


class CompressedVgg19(_Vgg):
    """VGG-19 compressed 16 times, up to relu5_1, with `aux` maps to the full width.

    The deep taps of a network whose full-width weights could not be had: relu4_1 and relu5_1,
    512 channels each, after the 1x1 convolutions that were trained to imitate VGG-19.
    """

    TAPS = ("relu4_1", "relu5_1")
    WIDTHS = (512, 512)

    def __init__(self, path):
        state = _load(path)
        names = [name for name in VGG_PLAN if name != "pool"]
        super().__init__({name: (state[name.replace("_", "") + ".weight"],
                                 state[name.replace("_", "") + ".bias"]) for name in names})
        for tap in self.TAPS:
            key = tap.replace("relu", "conv").replace("_", "") + "_aux."
            self.register_buffer(tap + "_weight", state[key + "weight"].clone())
            self.register_buffer(tap + "_bias", state[key + "bias"].clone())

    def forward(self, x):
        taps = self.run(x, self.TAPS)
        return {tap: F.relu(F.conv2d(y, getattr(self, tap + "_weight"),
                                     getattr(self, tap + "_bias")))
                for tap, y in taps.items()}
