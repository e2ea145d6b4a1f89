# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipe: MetaNet (Shen, Yan and Zeng 2018) on the frozen encoder.

One painting per step, kept for 20 steps as in the paper. Every eighth step asks the network
generated from a picture to return that picture, photographs and paintings in turn: strength
below 1 blends with the network of the content itself.

Two guards the paper lacks. A generated kernel's length has no effect, because a normalisation
follows, so nothing keeps it from growing until learning stops: `drift` holds it at its
initial length. Crops of a single colour, whose normalisation divides by nothing, are never
drawn (data.py), and the gradient's norm is clipped.
"""
import torch

from critic import OwnCritic
from losses import structure, style_distance, total_variation, unexplained
from methods import MetaNet
from nets import TAPS, transfer
from recipe import StyleRecipe

CONTENT, PAINTING, OWN = 2, 3, 4
PAINTING_STEPS = 20
IDENTITY_EVERY = 8
WEIGHTS = {"content": 0.6, "style": 0.5, "smooth": 0.5, "drift": 0.01, "identity": 2.0}


def drift(p):
    """How far the generated kernels' lengths are from Kaiming's."""
    kernels = [k for name, k in p.items() if k.dim() == 4 and name.split(".")[0]
               not in ("first", "last")]
    return sum((k.square().mean() * k[0].numel() / 2 - 1).square() for k in kernels)


class Recipe(StyleRecipe):
    method = MetaNet

    def prepare(self):
        super().prepare()
        own = OwnCritic(self.network.encoder)
        self._vectors = {pictures: self._flat(self.table(name + "-own", pictures, own))
                         for name, pictures in (("content", self.content),
                                                ("style", self.style))}
        vectors = torch.cat(list(self._vectors.values()))
        self.network.meta.mean.copy_(vectors.mean(0))
        self.network.meta.scale.copy_(vectors.std(0) + 1e-3)

    @staticmethod
    def _flat(table):
        """[count, 736], in style_vector's order."""
        return torch.cat([table[tap].flatten(1) for tap in TAPS], 1)

    def draw(self, draw):
        size = self.options.size
        if draw.step % IDENTITY_EVERY == IDENTITY_EVERY - 1:
            pictures = (self.content, self.style)[draw.step // IDENTITY_EVERY % 2]
            pick = draw.common(len(pictures), OWN)
            return {"picture": draw.crops_of(pictures, pick, OWN, size),
                    "vector": self._vectors[pictures][pick]}
        pick = draw.common(len(self.style), PAINTING, PAINTING_STEPS)
        return {"content": draw.crops(self.content, CONTENT, size),
                "vector": self._vectors[self.style][pick],
                **self.style_statistics([pick])}

    def forward(self, batch):
        p = {**self.network.meta(batch.pop("vector")), **self.network.shared()}
        terms = self._identity(p, **batch) if "picture" in batch else \
            self._stylised(p, **batch)
        terms["drift"] = drift(p)
        return sum(WEIGHTS[name] * term for name, term in terms.items()), terms

    def _stylised(self, p, content, **style):
        out = transfer(content, p)
        found, taps = self.critic(out)
        source = self.frozen(content)
        return {"content": (structure(taps["relu3_1"], source["relu3_1"])
                            + structure(taps["relu4_1"], source["relu4_1"])),
                "style": style_distance(found, {tap: style[tap].unbind(1) for tap in TAPS}),
                "smooth": total_variation(out)}

    @staticmethod
    def _identity(p, picture):
        return {"identity": unexplained(transfer(picture, p), picture)}

    def measured(self):
        return {"network.meta.mean": self.network.meta.mean,
                "network.meta.scale": self.network.meta.scale}
