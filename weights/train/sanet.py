# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipe: SANet's transform and decoder (Park and Lee 2019) on the frozen encoder.

As in the paper: content loss at normalised relu4_1 and relu5_1, style loss at relu1_1 ..
relu5_1, identity losses with weights 50 (pixels) and 1 (features). Here the content loss takes
relu3_1 too, the style and feature terms are divided by the target's variance (losses.py), and the
identity losses take every eighth batch, photographs and paintings in turn, instead of tripling
the cost of all. The decoder is AdaIN's, with what attention gives beside relu4_1
(methods.SaNet), and begins well as what AdaIN has trained. What is black or white beyond the
painting's own share counts.
"""
import torch

from losses import (BURNT_WEIGHT, SHALLOW_FIRST, burnt, outside, structure, style_distance,
                    unexplained)
from methods import SaNet
from nets import TAPS
from recipe import StyleRecipe

CONTENT, STYLE, IDENTITY = 2, 3, 4
IDENTITY_EVERY = 8
WEIGHTS = {"content": 1.0, "style": 5.0, "outside": 20.0, "burnt": 1.6 * BURNT_WEIGHT,
           "identity1": 50.0, "identity2": 1.0}
# How much the taps of the content loss count; outlines are at relu3_1.
CONTENT_TAPS = {"relu3_1": 1.5, "relu4_1": 0.8, "relu5_1": 0.4}


class Recipe(StyleRecipe):
    method = SaNet

    def prepare(self):
        """Attention moves places, so the style is a crop; nothing is known beforehand."""

    def draw(self, draw):
        size = self.options.size
        if draw.step % IDENTITY_EVERY == IDENTITY_EVERY - 1:
            pictures = (self.content, self.style)[draw.step // IDENTITY_EVERY % 2]
            return {"picture": draw.crops(pictures, IDENTITY, size)}
        return {"content": draw.crops(self.content, CONTENT, size),
                "style": draw.crops(self.style, STYLE, size)}

    def forward(self, batch):
        terms = self._identity(**batch) if "picture" in batch else self._stylised(**batch)
        return sum(WEIGHTS[name] * term for name, term in terms.items()), terms

    def _stylised(self, content, style):
        source = self.frozen(content)
        wanted, painting = self.without_gradient(self.critic, style)
        out = self.network.decode(source, painting, self.network.transform(source, painting))
        found, taps = self.critic(out)
        return {"content": sum(weight * structure(taps[tap], source[tap])
                               for tap, weight in CONTENT_TAPS.items()),
                "style": style_distance(found, wanted, SHALLOW_FIRST),
                "outside": outside(out),
                "burnt": torch.relu(burnt(out) - burnt(style)).mean()}

    def _identity(self, picture):
        taps = self.frozen(picture)
        out = self.network.decode(taps, taps, self.network.transform(taps, taps))
        source = {**self.without_gradient(self.critic.vgg, picture),
                  "relu4_1": taps["relu4_1"], "relu5_1": taps["relu5_1"]}
        found = {**self.network.encoder(out), **self.critic.vgg(out)}
        return {"identity1": (out - picture).square().mean(),
                "identity2": sum(unexplained(found[tap], source[tap]) for tap in TAPS)}
