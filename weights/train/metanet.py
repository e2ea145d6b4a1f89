# SPDX-License-Identifier: GPL-3.0-or-later
"""Recipe: MetaNet (Shen, Yan and Zeng 2018) on the frozen encoder.

Every crop of a batch has a painting of its own, and every step draws others. The paper keeps a
painting for 20 steps; the generators then learn each for itself and forget it with the next
(README.md has the numbers). For the same reason it sees crops of paintings, half of them
recoloured() (data.py): of a whole painting it would know 736 numbers that never change. Every
eighth step asks the networks generated from pictures to return those pictures, photographs and
paintings in turn: strength below 1 blends with the network of the content itself.

A painting is compared by means and deviations as the Critic sees them and by covariances as the
encoder does. Both count as lengths, not squares: paintings differ so much in how near a network
of this size can come to them that squares would leave the steps to a few.

Guards the paper lacks. A generated kernel's length has no effect, because a normalisation
follows, so nothing keeps it from growing until learning stops: `drift` holds it near its
initial length. `spikes` keeps what normalisation takes away from coming back as blots. Grain
(grain.py), which networks see but where a picture is to come back, and `lattice` keep dots off flat
parts. Crops of a single colour, whose normalisation divides by nothing, are never drawn (data.py),
and the gradient's norm is clipped.
"""
import torch

from critic import OwnCritic
from grain import grain
from losses import (BURNT_WEIGHT, LATTICE_WEIGHT, STRUCTURE_TAPS, burnt, covariance_distance,
                    covariances, lattice, spikes, structure, style_length, unexplained)
from methods import MetaNet
from nets import TAPS, style_vector, transfer
from recipe import StyleRecipe

CONTENT, PAINTING, OWN = 2, 3, 4
IDENTITY_EVERY = 8
WEIGHTS = {"content": 1.0, "style": 2.0, "covariance": 1.0, "burnt": BURNT_WEIGHT,
           "lattice": LATTICE_WEIGHT, "spikes": 1.0, "drift": 0.01, "identity": 2.0}
SHORTEST = 1e-6


def drift(p):
    """How far the generated kernels' lengths are from Kaiming's, in squared logarithms: a
    painting unlike all others may have one many times as long."""
    kernels = [k for name, k in p.items() if k.dim() == 4 and name.split(".")[0]
               not in ("first", "last")]
    return sum((k.square().mean() * k[0].numel() / 2 + SHORTEST).log().square()
               for k in kernels)


class Recipe(StyleRecipe):
    method = MetaNet

    def prepare(self):
        own = OwnCritic(self.network.encoder)
        vectors = torch.cat([self._flat(self.table(name + "-own", pictures, own))
                             for name, pictures in (("content", self.content),
                                                    ("style", self.style))])
        self.network.meta.mean.copy_(vectors.mean(0))
        self.network.meta.scale.copy_(vectors.std(0) + 1e-3)
        self.network.meta.grain.fill_(1)

    @staticmethod
    def _flat(table):
        """[count, 736], in style_vector's order."""
        return torch.cat([table[tap].flatten(1) for tap in TAPS], 1)

    def stacked(self):
        """Every layer's hidden slice is a layer of its own."""
        return {"network.meta.hidden.weight": self.network.meta.slice_width}

    def draw(self, draw):
        size = self.options.size
        if draw.step % IDENTITY_EVERY == IDENTITY_EVERY - 1:
            pictures = (self.content, self.style)[draw.step // IDENTITY_EVERY % 2]
            return {"picture": draw.crops(pictures, OWN, size)}
        return {"content": draw.crops(self.content, CONTENT, size),
                "noise": grain(size, size, (size * draw.step, 0)),
                "style": draw.recoloured_crops(self.style, PAINTING, size)}

    def forward(self, batch):
        terms = self._identity(**batch) if "picture" in batch else self._stylised(**batch)
        return sum(WEIGHTS[name] * term for name, term in terms.items()), terms

    def _networks(self, taps):
        """The network of every picture, of the encoder's features; and the mean of their
        drift()."""
        shared = self.network.shared()
        networks = [{**self.network.meta(vector), **shared} for vector in style_vector(taps)]
        return networks, sum(map(drift, networks)) / len(networks)

    @staticmethod
    def _paint(networks, pictures):
        """Every picture by the network of the same number; and the mean of their spikes()."""
        painted, excess = [], []
        for picture, p in zip(pictures, networks):
            seen = []
            painted.append(transfer(picture[None], p, seen))
            excess.append(spikes(seen))
        return torch.cat(painted), sum(excess) / len(excess)

    def _stylised(self, content, noise, style):
        wanted, own = self.without_gradient(self.critic, style)
        networks, length = self._networks(own)
        out, excess = self._paint(networks, content + noise)
        found, taps = self.critic(out)
        source = self.frozen(content)
        return {"content": sum(structure(taps[tap], source[tap])
                               for tap in STRUCTURE_TAPS) / len(STRUCTURE_TAPS),
                "style": style_length(found, wanted),
                "covariance": covariance_distance(covariances(taps), covariances(own)),
                "burnt": burnt(out).mean(),
                "lattice": lattice(out).mean(),
                "spikes": excess,
                "drift": length}

    def _identity(self, picture):
        networks, length = self._networks(self.frozen(picture))
        return {"identity": unexplained(self._paint(networks, picture)[0], picture),
                "drift": length}

    def measured(self):
        return {"network.meta.mean": self.network.meta.mean,
                "network.meta.scale": self.network.meta.scale,
                "network.meta.grain": self.network.meta.grain}
