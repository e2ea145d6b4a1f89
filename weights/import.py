#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn published PyTorch checkpoints into model files for Scumble.

    import.py adain FOLDER        vgg_normalised.pth and decoder.pth
    import.py sanet FOLDER        vgg_normalised.pth, transformer_iter_500000.pth and
                                  decoder_iter_500000.pth
    import.py metastyle FILE      a model that MetaStyle's training saved

Download the files yourself, into one folder:

    adain      https://github.com/naoto0804/pytorch-AdaIN, its releases
    sanet      https://github.com/GlebSBrykin/SANET, the links in its description
    metastyle  https://github.com/WellyZhang/MetaStyle, likewise; for academic, non-commercial
               use only, says its licence

The models go to the folder scumble/models among GIMP's own (--out: elsewhere), where the dialog
and scripts find them as the quality "imported" of their method. Needs python3-numpy alone. What a
file says is checked, and nothing in it is ever run.
"""
import argparse
import hashlib
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "train")]
import tensorfile   # noqa: E402
import torchfile    # noqa: E402
from torchfile import Refused   # noqa: E402

ADAIN = {"source": "https://github.com/naoto0804/pytorch-AdaIN", "licence": "MIT"}
SANET = {"source": "https://github.com/GlebSBrykin/SANET", "licence": "MIT"}
METASTYLE = {"source": "https://github.com/WellyZhang/MetaStyle",
             "licence": "UCLA, academic and non-commercial use only"}

# Number of a layer in the published nn.Sequential -> its name here, in the order of the network.
ENCODER = {2: "conv1_1", 5: "conv1_2", 9: "conv2_1", 12: "conv2_2", 16: "conv3_1", 19: "conv3_2",
           22: "conv3_3", 25: "conv3_4", 29: "conv4_1", 32: "conv4_2", 35: "conv4_3", 38: "conv4_4",
           42: "conv5_1"}
DECODER = {1: "conv4_1", 5: "conv3_4", 8: "conv3_3", 11: "conv3_2", 14: "conv3_1", 18: "conv2_2",
           21: "conv2_1", 25: "conv1_2", 28: "conv1_1"}
ATTENTION = {"f": "query", "g": "key", "h": "value", "out_conv": "out"}
BLOCKS = ["block%d_%s" % (i, half) for i in range(1, 6) for half in "ab"]


class Checkpoint:
    """A published file whose tensors are asked for by name and shape."""

    def __init__(self, path):
        self.path = path
        self.tensors = torchfile.read(path)

    def take(self, name, *shape):
        """The tensor [*shape]; None stands for any extent."""
        array = self.tensors.get(name)
        if array is None:
            raise Refused('"%s" lacks the tensor "%s". Is it the file of that name that was published?'
                          % (self.path, name))
        if array.ndim != len(shape) or any(n not in (None, m) for n, m in zip(shape, array.shape)):
            raise Refused('"%s" has a tensor "%s" of shape %s where %s is needed.'
                          % (self.path, name, _shape(array.shape), _shape(shape)))
        return array

    def conv(self, name, c_in, kernel, c_out=None):
        """Weight [c_out, c_in, kernel, kernel] and bias [c_out] of a layer."""
        weight = self.take(name + ".weight", c_out, c_in, kernel, kernel)
        return weight, self.take(name + ".bias", len(weight))

    def provenance(self):
        with open(self.path, "rb") as f:
            return "%s, SHA-256 %s" % (os.path.basename(self.path),
                                       hashlib.sha256(f.read()).hexdigest())


def _shape(extents):
    return " x ".join("any" if n is None else str(n) for n in extents) or "a number"


def chain(checkpoint, plan, prefix, c_in):
    """A row of 3x3 convolutions that feed each other: {PREFIX.NAME.weight and .bias: array}."""
    out = {}
    for number, name in plan.items():
        weight, bias = checkpoint.conv(str(number), c_in, 3)
        out["%s.%s.weight" % (prefix, name)], out["%s.%s.bias" % (prefix, name)] = weight, bias
        c_in = len(weight)
    return out


def encoder(vgg):
    """The published encoder. Its layer 0 maps every pixel's colour, x -> A x + b (to BGR * 255
    minus a mean); conv1_1 here takes that in: W' = W A, and its bias gains the sum of W b.

    Exact, also at the border: a reflected border repeats pixels, so it may come before or after
    a map of single pixels. (Of zeros, it could not.)
    """
    colour, offset = vgg.conv("0", 3, 1, c_out=3)
    out = chain(vgg, ENCODER, "encoder", 3)
    weight = out["encoder.conv1_1.weight"].astype(np.float64)
    out["encoder.conv1_1.weight"] = np.einsum("oikl,ij->ojkl", weight, colour[:, :, 0, 0])
    out["encoder.conv1_1.bias"] = out["encoder.conv1_1.bias"] + np.einsum("oikl,i->o", weight, offset)
    return out


def decoder(checkpoint, c_in):
    out = chain(checkpoint, DECODER, "decoder", c_in)
    if len(out["decoder.conv1_1.bias"]) != 3:
        raise Refused('"%s" ends in %d channels instead of 3.'
                      % (checkpoint.path, len(out["decoder.conv1_1.bias"])))
    return out


def transform(checkpoint, c):
    """SANet's attention at two levels, and the convolution that merges them."""
    out = {}
    for level in ("sanet4_1", "sanet5_1"):
        for theirs, ours in ATTENTION.items():
            name = "transform.%s.%s" % (level, ours)
            out[name + ".weight"], out[name + ".bias"] = checkpoint.conv(
                "%s.%s" % (level, theirs), c, 1, c_out=c)
    out["transform.merge.weight"], out["transform.merge.bias"] = checkpoint.conv(
        "merge_conv", c, 3, c_out=c)
    return out


def transfer_plan(base):
    """MetaStyle's convolutions in order: [(name, in, out, kernel)]."""
    b = base
    return ([("first", 3, b, 9), ("down1", b, 2 * b, 3), ("down2", 2 * b, 4 * b, 3)]
            + [(name, 4 * b, 4 * b, 3) for name in BLOCKS]
            + [("up1", 4 * b, 2 * b, 3), ("up2", 2 * b, b, 3), ("last", b, 3, 9)])


def transfer(checkpoint):
    """MetaStyle's network.

    Its layers are known by their order and shapes, not by their names: a weight with four
    dimensions is a convolution, one with one dimension a normalisation. Two things differ from
    ours. It sees 0..255, so the first kernel is multiplied by 255. And its convolutions have
    biases; all but the last are followed by an instance normalisation, which subtracts the mean
    and so cancels them: they are left out.
    """
    names = [name[:-len(".weight")] for name in checkpoint.tensors if name.endswith(".weight")]
    dimensions = {name: checkpoint.tensors[name + ".weight"].ndim for name in names}
    convs = [name for name in names if dimensions[name] == 4]
    norms = [name for name in names if dimensions[name] == 1]
    if (len(convs), len(norms)) != (16, 15):
        raise Refused('"%s" has %d convolutions and %d normalisations where MetaStyle has 16 and 15.'
                      % (checkpoint.path, len(convs), len(norms)))
    base = len(checkpoint.tensors[convs[0] + ".weight"])
    out = {}
    for name, (ours, c_in, c_out, kernel) in zip(convs, transfer_plan(base)):
        weight, bias = checkpoint.conv(name, c_in, kernel, c_out)
        out["transfer.%s.weight" % ours] = weight * 255.0 if ours == "first" else weight
    out["transfer.last.bias"] = bias
    for name, (ours, _, c_out, _) in zip(norms, transfer_plan(base)):
        out["transfer.%s.scale" % ours] = checkpoint.take(name + ".weight", c_out)
        out["transfer.%s.shift" % ours] = checkpoint.take(name + ".bias", c_out)
    return out


def save(folder, name, arrays, origin, checkpoints, **texts):
    """A model file; float32, as published."""
    path = os.path.join(folder, name + ".safetensors")
    texts = {"scumble." + key: value for key, value in texts.items()}
    tensorfile.write(path, arrays, {
        **texts, "scumble.version": "1", **origin,
        "files": "; ".join(checkpoint.provenance() for checkpoint in checkpoints)}, "F32")
    print("%s  %.1f MB" % (path, os.path.getsize(path) / 1e6))


def find(folder, names, origin):
    """The checkpoints of these names in a folder, after saying which are missing."""
    missing = [name for name in names if not os.path.isfile(os.path.join(folder, name))]
    if missing:
        raise Refused('"%s" lacks %s. Download from %s and put the files there.'
                      % (folder, " and ".join(missing), origin["source"]))
    return [Checkpoint(os.path.join(folder, name)) for name in names]


def import_adain(folder, out):
    vgg, painter = find(folder, ["vgg_normalised.pth", "decoder.pth"], ADAIN)
    eyes = encoder(vgg)
    hand = decoder(painter, len(eyes["encoder.conv4_1.bias"]))
    save(out, "encoder-imported", eyes, ADAIN, [vgg], part="encoder")
    save(out, "adain-imported", hand, ADAIN, [painter], method="adain", part="decoder",
         encoder="encoder-imported")


def import_sanet(folder, out):
    vgg, attention, painter = find(
        folder, ["vgg_normalised.pth", "transformer_iter_500000.pth", "decoder_iter_500000.pth"],
        SANET)
    eyes = encoder(vgg)
    c = len(eyes["encoder.conv4_1.bias"])
    if len(eyes["encoder.conv5_1.bias"]) != c:
        raise Refused('"%s" has another number of channels at relu5_1 than at relu4_1.' % vgg.path)
    hand = {**transform(attention, c), **decoder(painter, c)}
    save(out, "encoder-imported", eyes, SANET, [vgg], part="encoder")
    save(out, "sanet-imported", hand, SANET, [attention, painter], method="sanet",
         part="decoder transform", encoder="encoder-imported")


def import_metastyle(path, out):
    """It has no encoder of its own: what adapts it is Scumble's."""
    if not os.path.isfile(path):
        raise Refused('There is no file "%s". Download one from %s.' % (path, METASTYLE["source"]))
    network = Checkpoint(path)
    save(out, "metastyle-imported", transfer(network), METASTYLE, [network], method="metastyle",
         part="transfer")


METHODS = {"adain": import_adain, "sanet": import_sanet, "metastyle": import_metastyle}


def gimp_folder():
    """Where GIMP 2.10 keeps what belongs to the user."""
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.environ.get("GIMP2_DIRECTORY") or os.path.join(config, "GIMP", "2.10")


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("method", choices=METHODS)
    p.add_argument("source", metavar="FOLDER|FILE", help="where the published files are")
    p.add_argument("--out", metavar="FOLDER", help="where the models go",
                   default=os.path.join(gimp_folder(), "scumble", "models"))
    options = p.parse_args(arguments)
    try:
        os.makedirs(options.out, exist_ok=True)
        METHODS[options.method](options.source, options.out)
    except (Refused, OSError) as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
