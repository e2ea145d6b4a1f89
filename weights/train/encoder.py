# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipe: the encoder, distilled into VGG-19's feature space.

Through 1x1 maps that are thrown away afterwards, every tap predicts the teachers' features;
and a decoder, kept as a start for AdaIN's, rebuilds the picture from relu4_1. The second
task fills the directions of relu4_1 that imitation leaves free with what a decoder needs: a
quarter of VGG-19's width cannot hold all of its variance.
"""
import torch
from torch import nn

import recipe
from nets import QUALITIES, TAPS, Decoder, Encoder
from teachers import CompressedVgg19, Vgg19

CONTENT, STYLE = 0, 1
CALIBRATION_CROPS = 64
# At 1, faces and colours are still lost in relu4_1 after 1,500 steps.
PIXELS_WEIGHT = 4


def opponent(x):
    """Brightness, red against green, blue against yellow. A photograph's colours vary far less
    than its brightness: without a scale of their own they count for nothing."""
    r, g, b = x.unbind(1)
    return torch.stack([(r + g + b) / 3, r - g, b - (r + g) / 2], 1)


class Recipe(recipe.Recipe):
    needs = ("vgg", "vgg_compressed")

    def __init__(self, options):
        super().__init__(options)
        widths = QUALITIES[options.quality]
        self.encoder, self.decoder = Encoder(widths), Decoder(widths)
        self.teachers = nn.ModuleList([Vgg19(options.vgg),
                                       CompressedVgg19(options.vgg_compressed)])
        taught = Vgg19.WIDTHS + CompressedVgg19.WIDTHS
        self.maps = nn.ModuleDict({tap: nn.Conv2d(narrow, wide, 1)
                                   for tap, narrow, wide in zip(TAPS, widths, taught)})
        for layer in self.maps.values():
            # No gradient reaches a pretrained encoder before its maps mean something.
            nn.init.zeros_(layer.weight)
        for path in options.init or ():
            recipe.fill(self, path)

    def _teach(self, x):
        with torch.no_grad():
            return {tap: y for teacher in self.teachers for tap, y in teacher(x).items()}

    def prepare(self):
        """The teachers' variance per tap and the pixels', over a fixed set of crops."""
        x = recipe.fixed_crops(self.content, CALIBRATION_CROPS, self.options.size)
        x = x.to(self.encoder.conv1_1.weight.device)
        variance = {tap: [] for tap in TAPS}
        for part in x.split(8):
            for tap, y in self._teach(part).items():
                variance[tap].append(torch.stack([y.mean((0, 2, 3)),
                                                  y.square().mean((0, 2, 3))]))
        self.variance = {"pixels": opponent(x).var((0, 2, 3))}
        for tap, parts in variance.items():
            mean, square = torch.stack(parts).mean(0)
            self.variance[tap] = float((square - mean.square()).mean())

    def draw(self, draw):
        pictures = self.content if draw.step % 2 else self.style
        return {"x": draw.crops(pictures, draw.step % 2, self.options.size)}

    def forward(self, batch):
        x = batch["x"]
        targets, taps = self._teach(x), self.encoder(x)
        terms = {tap: (self.maps[tap](y) - targets[tap]).float().square().mean()
                 / self.variance[tap] for tap, y in taps.items()}
        imitation = sum(terms.values())
        error = opponent(self.decoder(taps) - x).square().mean((0, 2, 3))
        terms["pixels"] = (error / self.variance["pixels"].to(error)).mean()
        return imitation + PIXELS_WEIGHT * terms["pixels"], terms

    def paint(self, content, style):
        """The style picture rebuilt from relu4_1: what the encoder lets through."""
        return self.decoder(self.encoder(style, "relu4_1"))
