# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipe: the loss network, by which MetaStyle learns a painting.

An encoder for all methods must be narrow, and the quarter of VGG-19's width that it has explains
less than two thirds of what VGG-19 sees at relu3_1. What learns a painting by its means and
covariances there leaves the rest to chance: soft outlines, and dots on flat parts. This one is
only looked through while learning, so its relu3_1 and relu4_1 have all of VGG-19's channels (at
relu4_1 those of the compressed VGG-19's map to full width), each imitated, between layers as
narrow as before.

The first two levels are those of the encoder of the same quality (--encoder) and stay as they are.
Above them every layer begins as the best linear map: the taps to VGG-19's channels, the layers
between to as many of that encoder's.
"""
import torch
import torch.nn.functional as F
from torch import nn

import recipe
from methods import SHARED_ENCODERS, MetaStyle
from nets import ENCODERS, Encoder, mirror
from teachers import CompressedVgg19, Vgg19

CONTENT, STYLE = 0, 1
GUESS_CROPS = 48
IMITATED = ("relu3_1", "relu4_1")
# A channel that hardly varies in VGG-19 counts no more than this makes it.
LEAST = 1e-3


def fit_linear(conv, x, y):
    """Sets a 3x3 convolution to the best linear map from x to y, in the least squares' sense."""
    rows = F.unfold(mirror(x.float()).contiguous(), 3).transpose(1, 2).flatten(0, 1)
    rows = torch.cat([rows, torch.ones_like(rows[:, :1])], 1).double()
    wanted = y.permute(0, 2, 3, 1).flatten(0, 2).double()
    products = rows.T @ rows
    # Channels that are always silent would leave it without a solution.
    products.diagonal().add_(1e-6 * products.diagonal().mean())
    solution = torch.linalg.solve(products, rows.T @ wanted).float()
    with torch.no_grad():
        conv.weight.copy_(solution[:-1].T.reshape(conv.weight.shape))
        conv.bias.copy_(solution[-1])


class Recipe(recipe.Recipe):
    needs = ("encoder", "vgg", "vgg_compressed")

    def __init__(self, options):
        super().__init__(options)
        self.encoder = Encoder(**ENCODERS[MetaStyle.encoders[options.quality]])
        self.teachers = nn.ModuleList([Vgg19(options.vgg),
                                       CompressedVgg19(options.vgg_compressed)])
        self._guide = Encoder(**ENCODERS[SHARED_ENCODERS[options.quality]])
        recipe.load_part(self._guide, "encoder", options.encoder)
        self._guide.requires_grad_(False)
        for name in self.encoder.plan:
            if name.startswith(("conv1", "conv2")):
                layer = getattr(self.encoder, name)
                layer.load_state_dict(getattr(self._guide, name).state_dict())
                layer.requires_grad_(False)

    def _teach(self, x):
        with torch.no_grad():
            return {tap: y.float() for teacher in self.teachers for tap, y in teacher(x).items()
                    if tap in IMITATED}

    @torch.no_grad()
    def prepare(self):
        half = GUESS_CROPS // 2
        x = torch.cat([recipe.fixed_crops(pictures, half, self.options.size)
                       for pictures in (self.content, self.style)])
        x = x.to(self.encoder.conv1_1.weight.device)
        wanted = self._teach(x)
        self._variance = {tap: y.var((0, 2, 3)).clamp(min=LEAST) for tap, y in wanted.items()}
        guide = x
        for name in self.encoder.plan:
            if name == "pool":
                x, guide = (F.max_pool2d(y, 2, 2, ceil_mode=True) for y in (x, guide))
                continue
            layer, tap = getattr(self.encoder, name), name.replace("conv", "relu")
            guide = getattr(self._guide, name)(guide)
            if layer.weight.requires_grad:
                fit_linear(layer, x, wanted.get(tap, guide[:, :layer.out_channels]))
            x, guide = F.relu(layer(x)), F.relu(guide)

    def measured(self):
        return {"encoder." + name: p for name, p in self.encoder.named_parameters()
                if not p.requires_grad}

    def draw(self, draw):
        pictures = self.content if draw.step % 2 else self.style
        return {"x": draw.crops(pictures, draw.step % 2, self.options.size)}

    def forward(self, batch):
        """The terms are shares of VGG-19's variance that stay unexplained. What each channel leaves
        of its own, on the average, counts as much in the loss as what all leave together."""
        found, terms, loss = self.encoder(batch["x"]), {}, 0
        for tap, target in self._teach(batch["x"]).items():
            error = (found[tap] - target).float().square().mean((0, 2, 3))
            variance = self._variance[tap]
            terms[tap] = error.sum() / variance.sum()
            loss = loss + terms[tap] + (error / variance).mean()
        return loss, terms
