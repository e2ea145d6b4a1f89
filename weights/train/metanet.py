# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipe: MetaNet (Shen, Yan and Zeng 2018) on the frozen encoder.

Every crop of a batch has a painting of its own, which stays for 20 steps as in the paper, but
they change one after the other: where the paper's batch is one painting, every gradient here
is a mean over several. Every eighth step asks the networks generated from pictures to return
those pictures, photographs and paintings in turn: strength below 1 blends with the network of
the content itself.

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
WEIGHTS = {"content": 0.3, "style": 1.0, "smooth": 0.5, "drift": 0.01, "identity": 2.0}


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
            picks = draw.indices(pictures, OWN)
            return {"picture": draw.crops_of(pictures, picks, OWN, size),
                    "vectors": self._vectors[pictures][picks]}
        picks = draw.held(self.style, PAINTING, PAINTING_STEPS)
        return {"content": draw.crops(self.content, CONTENT, size),
                "vectors": self._vectors[self.style][picks],
                **self.style_statistics(picks)}

    def forward(self, batch):
        vectors = batch.pop("vectors")
        shared = self.network.shared()
        networks = [{**self.network.meta(vector), **shared} for vector in vectors]
        terms = self._identity(networks, **batch) if "picture" in batch else \
            self._stylised(networks, **batch)
        terms["drift"] = sum(map(drift, networks)) / len(networks)
        return sum(WEIGHTS[name] * term for name, term in terms.items()), terms

    @staticmethod
    def _paint(networks, pictures):
        """Every picture by the network of the same number."""
        return torch.cat([transfer(picture[None], p)
                          for picture, p in zip(pictures, networks)])

    def _stylised(self, networks, content, **style):
        out = self._paint(networks, content)
        found, taps = self.critic(out)
        source = self.frozen(content)
        return {"content": (structure(taps["relu3_1"], source["relu3_1"])
                            + structure(taps["relu4_1"], source["relu4_1"])),
                "style": style_distance(found, {tap: style[tap].unbind(1) for tap in TAPS}),
                "smooth": total_variation(out)}

    def _identity(self, networks, picture):
        return {"identity": unexplained(self._paint(networks, picture), picture)}

    def measured(self):
        return {"network.meta.mean": self.network.meta.mean,
                "network.meta.scale": self.network.meta.scale}
