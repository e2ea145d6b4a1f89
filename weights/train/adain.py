# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipe: AdaIN's decoder (Huang and Belongie 2017) on the frozen encoder.

Differences from the paper, and why:

- What a style does has bounds (nets.adain).
- The decoder has skip connections (methods.AdaIn): from relu4_1 alone it had neither outlines
  nor the painting's contrasts right.
- A crop is asked for the statistics of a whole painting, as a user's picture is. They are
  computed once, so no painting passes through a network in a step.
- Every eighth batch consists of identity pairs (a picture in its own style must come back,
  photographs and paintings in turn), without which the palette stays narrow.
- `structure` compares normalised relu3_1 and relu4_1 features with the photograph's: the
  target of the paper's content loss has lost what relu4_1 loses, faces first.
- `burnt` counts what is black or white beyond the painting's own share.
"""
import torch

from critic import Impositions
from losses import (BURNT_WEIGHT, SHALLOW_FIRST, burnt, outside, structure, style_distance,
                    unexplained)
from methods import AdaIn
from nets import TAPS, adain
from recipe import StyleRecipe

CONTENT, STYLE, IDENTITY = 2, 3, 4
IDENTITY_EVERY = 8
WEIGHTS = {"content": 1.0, "style": 6.0, "structure": 0.3, "outside": 20.0,
           "burnt": BURNT_WEIGHT, "pixels": 3.0, "detail": 1.0}
VGG_TAPS = ("relu1_1", "relu2_1", "relu3_1")


class Recipe(StyleRecipe):
    method = AdaIn

    def prepare(self):
        super().prepare()
        self._imposed = self.table("style-imposed", self.style,
                                   Impositions(self.network.encoder))

    def draw(self, draw):
        if draw.step % IDENTITY_EVERY == IDENTITY_EVERY - 1:
            pictures = (self.content, self.style)[draw.step // IDENTITY_EVERY % 2]
            return {"content": draw.crops(pictures, IDENTITY, self.options.size)}
        picks = draw.indices(self.style, STYLE)
        imposed = {"imposed " + name: table[picks] for name, table in self._imposed.items()}
        return {"content": draw.crops(self.content, CONTENT, self.options.size), **imposed,
                **self.style_statistics(picks)}

    def forward(self, batch):
        identity = "relu4_1" not in batch
        terms = self._identity(**batch) if identity else self._stylised(**batch)
        return sum(WEIGHTS[name] * term for name, term in terms.items()), terms

    def _stylised(self, content, **style):
        source = self.frozen(content)
        targets = {tap: adain(source[tap].float(), *style["imposed " + tap].unbind(1))
                   for tap in TAPS[:4]}
        target = targets["relu4_1"]
        out = self.network.decoder(targets)
        found, taps = self.critic(out)
        return {"content": unexplained(taps["relu4_1"], target),
                "style": style_distance(found, {tap: style[tap].unbind(1) for tap in TAPS},
                                        SHALLOW_FIRST),
                "structure": (structure(taps["relu3_1"], source["relu3_1"])
                              + structure(taps["relu4_1"], source["relu4_1"])) / 2,
                "outside": outside(out),
                "burnt": torch.relu(burnt(out) - style["imposed burnt"]).mean()}

    def _identity(self, content):
        out = self.network.decoder(self.frozen(content))
        found, source = self.critic.vgg(out), self.without_gradient(self.critic.vgg, content)
        return {"pixels": unexplained(out, content),
                "detail": sum(unexplained(found[tap], source[tap]) for tap in VGG_TAPS)}
