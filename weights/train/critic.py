# SPDX-License-Identifier: GPL-3.0-or-later
"""What judges a picture in training: the frozen encoder and the first layers of VGG-19.

The shallow taps are true VGG-19 features, which a small network cannot fool with patterns
that only it sees; the deep ones are the encoder's own.
"""
import torch
from torch import nn

from losses import LEARNED_TAPS, burnt, covariances, own_statistics, statistics
from nets import ceiling, mean_std
from teachers import Vgg19

DEEP_TAPS = ("relu4_1", "relu5_1")


def stacked(found):
    """{tap: [n, 2, channels]} of {tap: (mean, deviation)}."""
    return {tap: torch.stack(pair, 1)[..., 0, 0] for tap, pair in found.items()}


class Critic(nn.Module):
    """Features and statistics at relu1_1 .. relu5_1."""

    def __init__(self, encoder, vgg_path):
        super().__init__()
        self.encoder, self.vgg = encoder, Vgg19(vgg_path)

    def forward(self, x):
        """Returns ({tap: (mean, std)} for TAPS, {tap: features} of the encoder)."""
        own = self.encoder(x)
        found = statistics(self.vgg(x))
        found.update(statistics({tap: own[tap] for tap in DEEP_TAPS}))
        return found, own

    def measure(self, x):
        return stacked(self(x)[0])


class OwnCritic(nn.Module):
    """The encoder alone, at all taps: what the engine can measure too."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def measure(self, x):
        return stacked(own_statistics(self.encoder(x)))


class Impositions(OwnCritic):
    """What AdaIN imposes: at relu1_1 to relu4_1 the channels' means, deviations and largest
    values, {tap: [n, 3, channels, 1, 1]}; and burnt() of the painting, [n]."""

    def measure(self, x):
        taps = self.encoder(x, "relu4_1")
        return {"burnt": burnt(x), **{tap: torch.stack([*mean_std(y), ceiling(y)], 1)
                                      for tap, y in taps.items()}}


class CovarianceCritic(OwnCritic):
    """The means and covariances of the encoder's channels."""

    def measure(self, x):
        return covariances(self.encoder(x, LEARNED_TAPS[-1]))
