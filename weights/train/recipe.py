# SPDX-License-Identifier: GPL-3.0-or-later
"""What a network's recipe must answer, and what all recipes share."""
import hashlib
import os

import numpy as np
import torch
from torch import nn

import tensorfile
from critic import Critic
from data import Pictures, to_tensor
from nets import ENCODERS


def fixed_crops(pictures, count, size):
    """The same crops for every run: for calibrating, never for training."""
    picks = np.linspace(0, len(pictures) - 1, count).astype(int)
    return to_tensor([pictures.crop(int(i), size, np.random.default_rng(int(i)))
                      for i in picks])


def grown(start, narrow):
    """`narrow` as the first channels of the wider tensor `start`.

    The old channels do not hear the new ones yet, so they say what they said in the narrower
    network; the new ones keep the weights they start with (Net2Net's aim, Chen, Goodfellow and
    Shlens 2016, without its copies, which would have the same gradient for ever).
    """
    if narrow.shape == start.shape:
        return narrow
    if narrow.dim() != start.dim() or any(n > s for n, s in zip(narrow.shape, start.shape)):
        raise SystemExit("A tensor %s cannot grow to %s" % (list(narrow.shape),
                                                            list(start.shape)))
    wide = start.clone()
    wide[:narrow.shape[0]] = 0
    wide[tuple(slice(n) for n in narrow.shape)] = narrow
    return wide


def load_part(module, part, path):
    """Fills module from the tensors PART.* of a safetensors file; a narrower file grows."""
    arrays, _ = tensorfile.read(path)
    prefix = part + "."
    state = {name[len(prefix):]: torch.from_numpy(a) for name, a in arrays.items()
             if name.startswith(prefix)}
    if not state:
        raise SystemExit("%s holds no tensor named %s*" % (path, prefix))
    start = module.state_dict()
    module.load_state_dict({name: grown(start[name], tensor) if name in start else tensor
                            for name, tensor in state.items()})


def checksum(module):
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode() + tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def fill(module, path):
    """Fills every part of module that the safetensors file holds; returns their names."""
    parts = sorted({name.split(".")[0] for name in tensorfile.read(path)[0]})
    for part in parts:
        if not isinstance(getattr(module, part, None), nn.Module):
            raise SystemExit("%s: no part %s in this network" % (path, part))
        load_part(getattr(module, part), part, path)
    return parts


class Recipe(nn.Module):
    """One network's data, losses and pictures.

    needs: names of options that must be given for this network.
    """

    needs = ()

    def __init__(self, options):
        super().__init__()
        self.options = options
        for name in self.needs:
            if getattr(options, name) is None:
                raise SystemExit("Training %s needs --%s" % (options.network,
                                                             name.replace("_", "-")))
        self.content, self.style = (
            Pictures(folder, self.cached(name), options.short, options.limit)
            for name, folder in (("content", options.content), ("style", options.style)))

    def cached(self, name):
        """The path of a file that later runs on the same pictures may use again."""
        return os.path.join(self.options.cache or self.options.out, name)

    def prepare(self):
        """Measures what the losses need, once the recipe is on its device."""

    def stacked(self):
        """{parameter name: rows} of matrices that are several of so many rows each, one below the
        other; Muon takes them one by one."""
        return {}

    def measured(self):
        """Tensors {name: tensor} that are exported but not trained."""
        return {}

    def draw(self, draw):
        """The batch {name: tensor} of draw.step for this process."""
        raise NotImplementedError

    def forward(self, batch):
        """Returns (loss, {name: unweighted term}); means over the batch."""
        raise NotImplementedError

    def paint(self, content, style):
        """The picture [1, 3, h, w] that a contact sheet shows."""
        raise NotImplementedError


class StyleRecipe(Recipe):
    """A recipe for a method: its network on the frozen encoder, judged by a Critic."""

    needs = ("encoder", "vgg")
    method = None

    def __init__(self, options):
        super().__init__(options)
        self.network = self.method(**ENCODERS[self.method.encoders[options.quality]])
        fill(self.network, options.encoder)
        self.network.encoder.requires_grad_(False)
        for path in options.init or ():
            fill(self.network, path)
        self.critic = self.make_critic()

    def make_critic(self):
        return Critic(self.network.encoder, self.options.vgg)

    def prepare(self):
        self._wanted = self.table("style-critic", self.style, self.critic)

    def table(self, name, pictures, critic):
        """What critic.measure() says of every picture as a whole: {tap: [count, ...]}.

        They are the same at every step, so they are measured once and kept beside the
        pictures, together with what they were measured from and with.
        """
        path = self.cached("%s.pt" % name)
        key = (pictures.key, checksum(critic))
        if os.path.exists(path):
            stored = torch.load(path)
            if stored["key"] == key:
                return stored["table"]
        device = next(self.network.encoder.parameters()).device
        rows = [self.without_gradient(critic.measure,
                                      to_tensor([pictures.whole(i)]).to(device))
                for i in range(len(pictures))]
        table = {tap: torch.cat([row[tap].cpu() for row in rows]) for tap in rows[0]}
        part = "%s.%d" % (path, os.getpid())
        torch.save({"key": key, "table": table}, part)
        os.replace(part, path)
        return table

    def wanted(self, picks):
        """What the critic measured of whole paintings, {tap: [n, ...]}."""
        return {tap: table[picks] for tap, table in self._wanted.items()}

    def style_statistics(self, picks):
        """{tap: [n, 2, channels, 1, 1]}: means and deviations of whole paintings."""
        return {tap: table[..., None, None] for tap, table in self.wanted(picks).items()}

    @staticmethod
    @torch.no_grad()
    def without_gradient(function, x):
        return function(x)

    def frozen(self, x):
        """The encoder's features of a picture that is given, {tap: features}."""
        return self.without_gradient(self.network.encoder, x)

    def paint(self, content, style):
        return self.network.paint(content, style)
