# SPDX-License-Identifier: GPL-3.0-or-later
"""The four methods in PyTorch: what the engine computes of a photograph and a painting.

Every class holds its parts as children of the names that the tensors in the files begin
with, and is made for the encoder's channels, `widths`. `multiple` is what both pictures' sides
are reflect-padded to, right and below. paint(content, style, strength) takes and
returns pictures [1, 3, h, w]; the result is not clamped.
"""
import torch
from torch import nn

from grain import grainy
from losses import LEARNED_TAPS, covariances, spikes, transfer_loss
from nets import (TAPS, WIDTHS, Decoder, Encoder, Initial, Meta, Shared, Transform, adain,
                  ceiling, mean_std, style_vector, transfer)
from optimizer import Optimizer


# The encoder that a method looks through, by quality: the stem of its file.
SHARED_ENCODERS = {"compact": "encoder", "fine": "encoder-fine"}


def imposed(content, style, strength=1.0):
    """adain() of one picture's features with another's statistics, at relu1_1 to relu4_1:
    {tap: features} of both -> {tap: features}."""
    return {tap: adain(content[tap].float(), *mean_std(style[tap]), ceiling(style[tap]), strength)
            for tap in TAPS[:4]}


class AdaIn(nn.Module):
    """METHOD adain. Parts encoder and decoder; pictures in multiples of 8 pixels."""

    multiple = 8
    encoders = SHARED_ENCODERS

    def __init__(self, widths=WIDTHS):
        super().__init__()
        self.encoder, self.decoder = Encoder(widths), Decoder(widths, joined=True)

    def paint(self, content, style, strength=1.0):
        content, style = (self.encoder(picture, "relu4_1") for picture in (content, style))
        return self.decoder(imposed(content, style, strength))


class SaNet(nn.Module):
    """METHOD sanet. Parts encoder, transform and decoder.

    Strength blends with transform(content, content), since merge changes the basis. The decoder
    is AdaIN's and sees what AdaIN's sees; what the attention made stands beside relu4_1.
    """

    multiple = 16
    encoders = SHARED_ENCODERS

    def __init__(self, widths=WIDTHS):
        super().__init__()
        self.encoder, self.transform = Encoder(widths), Transform(widths)
        self.decoder = Decoder(widths, joined=True, attended=True)

    def decode(self, content, style, attended, strength=1.0):
        """attended: what transform() made of both -> picture."""
        return self.decoder({**imposed(content, style, strength), "attended": attended})

    def paint(self, content, style, strength=1.0):
        content, style = self.encoder(content), self.encoder(style)
        attended = self.transform(content, style)
        if strength < 1:
            own = self.transform(content, content)
            attended = strength * attended + (1 - strength) * own
        return self.decode(content, style, attended, strength)


class MetaNet(nn.Module):
    """METHOD metanet. Parts encoder, meta and shared.

    Strength blends the generated parameters with those generated from the content itself, which
    sees no grain.
    """

    multiple = 16
    encoders = SHARED_ENCODERS

    def __init__(self, widths=WIDTHS, base=8):
        super().__init__()
        self.encoder, self.shared = Encoder(widths), Shared(base)
        self.meta = Meta(base, widths=widths)

    def network(self, picture):
        """The transfer network {name: tensor} of one picture [1, 3, h, w]."""
        return {**self.meta(style_vector(self.encoder(picture))[0]), **self.shared()}

    def paint(self, content, style, strength=1.0):
        p = self.network(style)
        if strength < 1:
            own = self.network(content)
            p = {name: strength * p[name] + (1 - strength) * own[name] for name in p}
        return transfer(grainy(content, strength * self.meta.grain), p)


class MetaStyle(nn.Module):
    """METHOD metastyle. Parts encoder (the loss network of adaptation) and transfer.

    An adapted network sees grain() on its picture, the initialisation none; strength blends both,
    and the parameters.
    """

    multiple = 16
    encoders = {"compact": "encoder-loss", "fine": "encoder-loss-fine"}

    def __init__(self, widths=WIDTHS, base=16, between=None):
        super().__init__()
        self.encoder, self.transfer = Encoder(widths, between), Initial(base)

    # In learning a painting; Muon leads to more of them than the initialisation's training.
    SPIKES_WEIGHT = 4.0

    def learning_loss(self, p, crop, wanted, at=(0, 0)):
        """transfer_loss() of a crop from `at`, painted with its grain by the network p, and its
        spikes()."""
        seen = []
        out = transfer(grainy(crop, at=at), p, seen)
        loss, _ = transfer_loss(self.encoder, out, crop, wanted)
        return loss + self.SPIKES_WEIGHT * spikes(seen)

    def adapt(self, style, draw_crop, steps=100, everything=False):
        """The transfer network of a painting, {name: tensor}.

        `steps` steps of learning_loss() on one crop [1, 3, h, w] each, as draw_crop() returns
        them with their places (y, x), by Optimizer over the scales and shifts alone or
        `everything`.
        """
        with torch.no_grad():
            wanted = covariances(self.encoder(style, LEARNED_TAPS[-1]))
        p = {name: tensor.detach().clone() for name, tensor in self.transfer().items()}
        moving = {name: p[name].requires_grad_() for name in p
                  if everything or name.endswith((".scale", ".shift"))}
        optimizer = Optimizer(moving)
        for _ in range(steps):
            crop, at = draw_crop()
            self.learning_loss(p, crop, wanted, at).backward()
            optimizer.step()
        return {**p, **optimizer.average}

    def paint(self, content, style, strength=1.0):
        with torch.enable_grad():
            adapted = self.adapt(style, lambda: (content, (0, 0)))
        start = self.transfer()
        p = {name: strength * adapted[name] + (1 - strength) * start[name] for name in start}
        return transfer(grainy(content, strength), p)


METHODS = {"adain": AdaIn, "sanet": SaNet, "metanet": MetaNet, "metastyle": MetaStyle}
