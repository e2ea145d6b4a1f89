# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipe: MetaStyle's initialisation (Zhang, Zhu and Zhu 2019), with our encoder for losses.

Bilevel with T = 1. A task is a painting and two crops of photographs. The inner step moves
the task's own copy of the normalisations' scales and shifts down the loss on the first crop;
the outer loss is that of the moved network on the second, and trains everything. All tasks
of a batch run at once, each with its own scales and shifts.

The inner step is differentiated too (second order) unless --first-order is given.

The paper asks nothing of the initialisation itself, and left alone it paints pictures of no
use. It is what strength 0 shows, so here it has to return the photograph, at the mean and
contrast of the average photograph: instance normalisation takes away a photograph's own, and
when those were asked for the network smuggled them past in black and coloured blobs, mostly in
flat dark parts. `spikes` keeps it from that. The moved network sees grain (grain.py) on its
crops, as it will in the engine; the initialisation, which returns the photograph, sees none.
"""
import torch

from critic import CovarianceCritic
from grain import grain
from losses import spikes, transfer_loss, unexplained
from methods import MetaStyle
from nets import instance_norm, mean_std, transfer
from recipe import StyleRecipe, fixed_crops

INNER, OUTER, STYLE = 2, 3, 4
INNER_RATE = 0.05
IDENTITY_WEIGHT = 3.0
SPIKES_WEIGHT = 1.0
LEVEL_CROPS = 64


class Recipe(StyleRecipe):
    method = MetaStyle
    needs = ("encoder",)

    def make_critic(self):
        return CovarianceCritic(self.network.encoder)

    def prepare(self):
        self._wanted = self.table("style-covariance", self.style, self.critic)
        device = next(self.network.encoder.parameters()).device
        crops = fixed_crops(self.content, LEVEL_CROPS, self.options.size).to(device)
        self._level = [part.mean(0, keepdim=True) for part in mean_std(crops)]

    def draw(self, draw):
        size = self.options.size
        return {"inner": draw.crops(self.content, INNER, size),
                "outer": draw.crops(self.content, OUTER, size),
                "noise": grain(size, size, (size * draw.step, 0)),
                **self.wanted(draw.indices(self.style, STYLE))}

    def forward(self, batch):
        inner, outer, noise = batch.pop("inner"), batch.pop("outer"), batch.pop("noise")
        p = self.network.transfer()
        moving = [name for name in p if name.endswith((".scale", ".shift"))]
        p.update((name, p[name].expand(len(inner), -1)) for name in moving)
        start = transfer(inner, p)
        before, _ = transfer_loss(self.network.encoder, start, inner, batch)
        # The loss is a mean over tasks; every task takes a step along its own gradient.
        steps = torch.autograd.grad(before * len(inner), [p[name] for name in moving],
                                    create_graph=not self.options.first_order,
                                    retain_graph=True)
        p.update((name, p[name] - INNER_RATE * step) for name, step in zip(moving, steps))
        seen = []
        out = transfer(outer + noise, p, seen)
        loss, terms = transfer_loss(self.network.encoder, out, outer, batch)
        mean, std = self._level
        terms["identity"] = unexplained(start, instance_norm(inner) * std + mean)
        terms["spikes"] = spikes(seen)
        loss = loss + IDENTITY_WEIGHT * terms["identity"] + SPIKES_WEIGHT * terms["spikes"]
        return loss, {"before": before, **terms}
