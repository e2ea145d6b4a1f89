# SPDX-License-Identifier: GPL-3.0-or-later
"""Loss terms. Each returns the mean over the batch of a value per picture, so that processes
that share a batch average to the same gradient as one process with all of it."""
import torch
import torch.nn.functional as F

from nets import TAPS, instance_norm, mean_std


# Keeps the ratios below finite for flat pictures.
FLAT = 1e-6
PLAIN = 1e-2
SMOOTH = 1e-4


def unexplained(x, target):
    """Squared error over the target's spatial variance: 0 = equal, 1 = as good as its mean."""
    x, target = x.float(), target.float()
    error = (x - target).square().mean((1, 2, 3))
    variance = target.var((2, 3), unbiased=False).mean(1)
    return (error / (variance + FLAT)).mean()


def structure(x, target):
    """Squared error after instance normalisation: blind to palette, sees shapes."""
    return (instance_norm(x) - instance_norm(target)).square().mean()


def statistics(features):
    """{tap: (mean, deviation)} of {tap: features}."""
    return {tap: mean_std(x) for tap, x in features.items()}


def own_statistics(taps):
    """The statistics of the encoder's features at relu1_1 .. relu5_1."""
    return statistics({tap: taps[tap] for tap in TAPS})


def covariance(x):
    """Means and covariances of the channels of features [n, c, h, w]: [n, 1 + c, c], the means
    in the first row."""
    flat = x.float().flatten(2)
    mean = flat.mean(2, keepdim=True)
    flat = flat - mean
    return torch.cat([mean.transpose(1, 2),
                      torch.bmm(flat, flat.transpose(1, 2)) / flat.shape[2]], 1)


def covariances(taps):
    """The means and covariances {tap: [n, 1 + c, c]} of the encoder's features at LEARNED_TAPS."""
    return {tap: covariance(taps[tap]) for tap in LEARNED_TAPS}


def covariance_distance(found, wanted):
    """Sum over taps of the distance of means over the style's deviation, and that of covariances
    over their norm: 1 and more for a tap whose features are all zero.

    A Gram matrix (Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural
    Networks", CVPR 2016) holds the same, but as one sum: after a ReLU the products of the means
    are most of it, and a picture without the painting's contrasts was near it.

    The square of it, usual elsewhere, would let single paintings outweigh a batch. SMOOTH rounds
    the tip, where a distance has no gradient; PLAIN keeps paintings of one colour finite.
    """
    total = 0
    for tap, style in wanted.items():
        level = style[:, 0].square().sum(1)
        spread = style[:, 1:].diagonal(dim1=1, dim2=2).sum(1)
        power = style[:, 1:].square().sum((1, 2))
        error = (found[tap] - style).square()
        means = error[:, 0].sum(1) / (spread + PLAIN * level + FLAT)
        products = error[:, 1:].sum((1, 2)) / (power + (PLAIN * level).square() + FLAT)
        total = total + ((means + SMOOTH).sqrt() + (products + SMOOTH).sqrt()).mean()
    return total


def style_errors(statistics_x, statistics_style):
    """{tap: [n]}: squared distances of channel means and deviations, divided by the style's own
    summed variance, so that no tap and no style outweighs the others."""
    errors = {}
    for tap, (mean, std) in statistics_style.items():
        x_mean, x_std = statistics_x[tap]
        error = ((x_mean - mean).square() + (x_std - std).square()).sum((1, 2, 3))
        errors[tap] = error / (std.square().sum((1, 2, 3)) + FLAT)
    return errors


def style_distance(statistics_x, statistics_style, weights=None):
    """Sum over taps of the mean of style_errors().

    weights: {tap: factor}; 1 where it names none.
    """
    weights = weights or {}
    return sum(weights.get(tap, 1.0) * error.mean()
               for tap, error in style_errors(statistics_x, statistics_style).items())


def style_length(statistics_x, statistics_style):
    """Sum over taps of the mean root of style_errors(): a painting that is far off weighs no more
    than one that is near."""
    return sum((error + SMOOTH).sqrt().mean()
               for error in style_errors(statistics_x, statistics_style).values())


# The decoders of AdaIN and SANet see a painting's deep features alone. Its colours and contrast,
# which the shallow taps tell, came last: at equal weights AdaIN left three times as much of them
# undone as MicroAST, and no more of the deep taps.
SHALLOW_FIRST = {"relu1_1": 3.0, "relu2_1": 2.0}


def outside(x):
    """Mean squared distance of pixels from 0..1."""
    return (torch.relu(-x).square() + torch.relu(x - 1).square()).mean()


# Three of 255 levels; and how much they count.
BURNT, BURNT_WEIGHT = 3 / 255, 0.5


def burnt(x):
    """How far pixels [n, 3, h, w] of 0..1 lie in the outermost BURNT of it: the mean of every
    picture, [n], 1 if all are 0 or 1."""
    return (torch.relu(BURNT - x) + torch.relu(x - (1 - BURNT))).mean((1, 2, 3)) / BURNT


# Two upsamplings in a row repeat every four pixels. In cells of eight such periods a brush stroke
# is rarely in step with that.
PERIOD, CELL, LATTICE_WEIGHT = 4, 32, 1000.0


def lattice(x):
    """How much of pixels [n, 3, h, w] of 0..1, h and w multiples of PERIOD, repeats every PERIOD
    pixels: in every cell of CELL x CELL pixels, and in what is left of one at the right and lower
    border, the variance of the means of its PERIOD x PERIOD phases; the mean over pixels and
    channels of every picture, [n].

    A network that upsamples twice can paint a texture of dots, one to each of its coarsest pixels,
    whose statistics are the painting's.
    """
    n, c, h, w = x.shape
    rows, columns = -(-h // CELL), -(-w // CELL)
    border = (0, columns * CELL - w, 0, rows * CELL - h)

    def sums(x):
        return F.pad(x, border).view(-1, x.shape[1], rows, CELL // PERIOD, PERIOD, columns,
                                     CELL // PERIOD, PERIOD).sum((3, 6))
    size = sums(x.new_ones(1, 1, h, w))  # of every phase in every cell; the same for all phases
    phases = sums(x) / size
    variance = phases.var((3, 5), unbiased=False)
    return (variance * size.sum((3, 5))).sum((1, 2, 3)) / (c * h * w)


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


# Where MetaStyle looks: the first convolution of each level.
LEARNED_TAPS = TAPS[:4]
STRUCTURE_TAPS = LEARNED_TAPS[2:]


def transfer_loss(encoder, out, content, wanted):
    """What MetaStyle's training and the adaptation in the engine minimise.

    structure() at relu3_1 and relu4_1, the mean of both, + covariance_distance() at relu1_1 ..
    relu4_1 to `wanted`, {tap: [n, 1 + c, c]}, all from the encoder alone, + burnt() and lattice()
    of what was painted. Returns (loss, terms).

    The paper compares the features as they are. These have the photograph's palette, which the
    painting's contradicts: most of that term could not be had at any price, and what was left of it
    did not see black plateaus in flat dark parts.

    An encoder hardly sees whether black is a painting's own or the blackest there is: up to a
    fifth of the pixels were burnt out.
    """
    with torch.no_grad():
        target = encoder(content, LEARNED_TAPS[-1])
    taps = encoder(out, LEARNED_TAPS[-1])
    terms = {"content": sum(structure(taps[tap], target[tap])
                            for tap in STRUCTURE_TAPS) / len(STRUCTURE_TAPS),
             "style": covariance_distance(covariances(taps), wanted),
             "burnt": BURNT_WEIGHT * burnt(out).mean(),
             "lattice": LATTICE_WEIGHT * lattice(out).mean()}
    return sum(terms.values()), terms
