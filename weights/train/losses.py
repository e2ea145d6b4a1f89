# SPDX-License-Identifier: GPL-3.0-or-later
"""Loss terms. Each returns the mean over the batch of a value per picture, so that processes
that share a batch average to the same gradient as one process with all of it."""
import torch

from nets import TAPS, mean_std, mvn


# Keeps the ratios below finite for flat pictures.
FLAT = 1e-6
SMOOTH = 1e-4


def unexplained(x, target):
    """Squared error over the target's spatial variance: 0 = equal, 1 = as good as its mean."""
    x, target = x.float(), target.float()
    error = (x - target).square().mean((1, 2, 3))
    variance = target.var((2, 3), unbiased=False).mean(1)
    return (error / (variance + FLAT)).mean()


def structure(x, target):
    """Squared error after mean-variance normalisation: blind to palette, sees shapes."""
    return (mvn(x) - mvn(target)).square().mean()


def statistics(features):
    """{tap: (mean, deviation)} of {tap: features}."""
    return {tap: mean_std(x) for tap, x in features.items()}


def own_statistics(taps):
    """The statistics of the encoder's features at relu1_1 .. relu5_1."""
    return statistics({tap: taps[tap] for tap in TAPS})


def gram(x):
    """Gram matrices [n, c, c] of features [n, c, h, w]: mean products of two channels.

    Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", CVPR
    2016.
    """
    flat = x.float().flatten(2)
    return torch.bmm(flat, flat.transpose(1, 2)) / flat.shape[2]


def grams(taps):
    """The Gram matrices {tap: [n, c, c]} of the encoder's features at GRAM_TAPS."""
    return {tap: gram(taps[tap]) for tap in GRAM_TAPS}


def gram_distance(grams_x, grams_style):
    """Sum over taps of the distance of Gram matrices over the norm of the style's own: 1 for a
    tap whose features are all zero.

    The square of it, usual elsewhere, grows with the fourth power of the features: one nearly
    black painting would then outweigh a batch. SMOOTH rounds the tip, where a distance has no
    gradient.
    """
    total = 0
    for tap, wanted in grams_style.items():
        error = (grams_x[tap] - wanted).square().sum((1, 2))
        ratio = error / (wanted.square().sum((1, 2)) + FLAT)
        total = total + (ratio + SMOOTH).sqrt().mean()
    return total


def style_distance(statistics_x, statistics_style, weights=None):
    """Sum over taps of the squared distance of channel means and deviations, divided by the
    style's own summed variance, so that no tap and no style outweighs the others.

    weights: {tap: factor}; 1 where it names none.
    """
    total = 0
    weights = weights or {}
    for tap, (mean, std) in statistics_style.items():
        x_mean, x_std = statistics_x[tap]
        error = ((x_mean - mean).square() + (x_std - std).square()).sum((1, 2, 3))
        ratio = (error / (std.square().sum((1, 2, 3)) + FLAT)).mean()
        total = total + weights.get(tap, 1.0) * ratio
    return total


# The decoders of AdaIN and SANet see a painting's deep features alone. Its colours and contrast,
# which the shallow taps tell, came last: at equal weights AdaIN left three times as much of them
# undone as MicroAST, and no more of the deep taps.
SHALLOW_FIRST = {"relu1_1": 3.0, "relu2_1": 2.0}


def outside(x):
    """Mean squared distance of pixels from 0..1."""
    return (torch.relu(-x).square() + torch.relu(x - 1).square()).mean()


def total_variation(x):
    """Mean squared difference of neighbouring pixels."""
    return ((x[:, :, 1:] - x[:, :, :-1]).square().mean()
            + (x[:, :, :, 1:] - x[:, :, :, :-1]).square().mean())


# Edges in photographs reach six deviations; spikes reached forty.
SPIKE = 6.0


def spikes(seen):
    """Mean squared excess of normalised activations over SPIKE deviations, summed over layers.

    Instance normalisation takes a picture's own level and contrast away. A network can save them
    in a small spot so strong that it decides the deviation of its whole plane; the spot then shows
    as a black or coloured blob. Karras et al., "Analyzing and Improving the Image Quality of
    StyleGAN", CVPR 2020, section 2, found the same in a generator.
    """
    return sum(torch.relu(x.abs() - SPIKE).square().mean() for x in seen)


# Where MetaStyle looks: the first convolution of each level that the loss needs.
GRAM_TAPS = TAPS[:4]
# With the same weight for both, an adapted network recoloured and little else; with 0.4 it kept more
# of the photograph than any other method and took less of the painting. Below 0.2 black plateaus come.
CONTENT_WEIGHT = 0.2


def transfer_loss(encoder, out, content, wanted):
    """What MetaStyle's training and the adaptation in the engine minimise.

    0.2 * unexplained(relu3_1 of out, relu3_1 of content) + gram_distance at relu1_1 .. relu4_1
    to `wanted`, {tap: [n, c, c]}, all from the encoder alone. Returns (loss, terms).
    """
    with torch.no_grad():
        target = encoder(content, "relu3_1")["relu3_1"]
    taps = encoder(out, GRAM_TAPS[-1])
    terms = {"content": unexplained(taps["relu3_1"], target),
             "style": gram_distance(grams(taps), wanted)}
    return CONTENT_WEIGHT * terms["content"] + terms["style"], terms
