#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the AdaIN networks for the engines that compare.py compares, all from one set of weights.

    export.py FOLDER [--peer FILE.py:CLASS]

FOLDER/compact has the networks in weights/ but for the decoder's skip connections, so that all
engines run the plan of the paper, FOLDER/full the same at VGG-19's full width with random weights.
Each folder holds

    encoder.safetensors, adain.safetensors          for Scumble
    adain.onnx                                      content and style in, picture out
    encoder.param/.bin, decoder.param/.bin          for ncnn

--peer adds FOLDER/CLASS.onnx from a Python file whose CLASS () answers (content, style) with a
picture, all [1, 3, h, w] in 0..1. Needs PyTorch.
"""
import argparse
import importlib.util
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "weights", "train"))
import nets  # noqa: E402
import tensorfile  # noqa: E402

FULL_WIDTHS = (64, 128, 256, 512, 512)


class Network(torch.nn.Module):
    """AdaIN at strength 1: content [1, 3, h, w] and style -> [1, 3, h, w], not clamped."""

    def __init__(self, widths):
        super().__init__()
        self.encoder, self.decoder = nets.Encoder(widths), nets.Decoder(widths)

    def forward(self, content, style):
        features = self.encoder(content, "relu4_1")["relu4_1"]
        wanted = self.encoder(style, "relu4_1")["relu4_1"]
        return self.decoder({"relu4_1": nets.adain(features, *nets.mean_std(wanted),
                                                   nets.ceiling(wanted))})


class Wrapped(torch.nn.Module):
    """A callable as a module."""

    def __init__(self, call):
        super().__init__()
        self.call = call

    def forward(self, content, style):
        return self.call(content, style)


def pad(x, n=1):
    """nets.mirror() in an operator that ONNX knows."""
    return F.pad(x, (n, n, n, n), mode="reflect") if n else x


def compact():
    """The networks in weights/, at whatever widths they have, without what joins the decoder."""
    parts = {}
    for name in ("encoder", "adain"):
        parts[name], _ = tensorfile.read(os.path.join(ROOT, "weights", name + ".safetensors"))
    widths = [len(parts["encoder"]["encoder.conv%d_1.bias" % level]) for level in range(1, 6)]
    network = Network(widths)
    for name, tensor in network.decoder.state_dict().items():
        array = parts["adain"]["decoder." + name]
        parts["adain"]["decoder." + name] = array[tuple(slice(n) for n in tensor.shape)]
    load(network, parts)
    return network


def load(network, parts):
    arrays = {**parts["encoder"], **parts["adain"]}
    network.load_state_dict({name: torch.from_numpy(a) for name, a in arrays.items()})


def full():
    """Random weights whose pictures fill 0..1 without being cut off, so that they compare."""
    torch.manual_seed(1)
    network = Network(FULL_WIDTHS)
    last = network.decoder.conv1_1
    picture = network(torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64))
    last.weight.data *= 0.12 / picture.std((2, 3)).mean()
    last.bias.data.fill_(0.5)
    return network


def write_safetensors(network, folder):
    """Writes the weights in half floats, and reads them back so that all engines have those."""
    arrays = {name: a.numpy() for name, a in network.state_dict().items()}
    metadata = {"encoder": {"scumble.part": "encoder"}, "adain": {"scumble.method": "adain"}}
    parts = {}
    for name, prefix in (("encoder", "encoder."), ("adain", "decoder.")):
        path = os.path.join(folder, name + ".safetensors")
        tensorfile.write(path, {k: v for k, v in arrays.items() if k.startswith(prefix)},
                         {"scumble.version": "1", **metadata[name]})
        parts[name], _ = tensorfile.read(path)
    load(network, parts)


def write_onnx(network, path):
    """Sizes stay free; a session that fixes them (freeDimensionOverrides) loses nothing."""
    pictures = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64)
    axes = {name: {2: name + "_h", 3: name + "_w"} for name in ("content", "style")}
    torch.onnx.export(network.eval(), pictures, path, opset_version=16, dynamic_axes=axes,
                      input_names=["content", "style"], output_names=["picture"])


def write_ncnn(part, plan, path):
    """ncnn's text of layers, and its weights: a zero word (float32), kernel, bias for each."""
    lines, blobs, last = ["Input in 0 1 in"], [], "in"

    def add(kind, name, options):
        nonlocal last
        lines.append("%s %s 1 1 %s %s %s" % (kind, name, last, name, options))
        last = name

    for i, name in enumerate(plan):
        if name == "pool":
            add("Pooling", "pool%d" % i, "0=0 1=2 2=2 3=0 5=0")
        elif name == "up":
            add("Interp", "up%d" % i, "0=1 1=2.0 2=2.0")
        else:
            conv = getattr(part, name)
            relu = not (part.conv1_1 is conv and conv.out_channels == 3)
            add("Padding", name + "_pad", "0=1 1=1 2=1 3=1 4=2")
            add("Convolution", name, "0=%d 1=3 5=1 6=%d 9=%d"
                % (conv.out_channels, conv.weight.numel(), relu))
            blobs += [np.zeros(1, "<u4"), conv.weight.detach().numpy().astype("<f4"),
                      conv.bias.detach().numpy().astype("<f4")]
    with open(path + ".param", "w") as f:
        f.write("7767517\n%d %d\n%s\n" % (len(lines), len(lines), "\n".join(lines)))
    with open(path + ".bin", "wb") as f:
        f.writelines(blob.tobytes() for blob in blobs)


def write(network, folder):
    os.makedirs(folder, exist_ok=True)
    write_safetensors(network, folder)
    write_onnx(network, os.path.join(folder, "adain.onnx"))
    plan = nets.VGG_PLAN[:nets.VGG_PLAN.index("conv4_1") + 1]
    write_ncnn(network.encoder, plan, os.path.join(folder, "encoder"))
    write_ncnn(network.decoder, nets.DECODER_PLAN, os.path.join(folder, "decoder"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--peer", metavar="FILE.py:CLASS")
    options = parser.parse_args()
    nets.mirror = pad

    with torch.no_grad():
        write(compact(), os.path.join(options.folder, "compact"))
        write(full(), os.path.join(options.folder, "full"))
        if options.peer:
            path, name = options.peer.rsplit(":", 1)
            spec = importlib.util.spec_from_file_location("peer", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            write_onnx(Wrapped(getattr(module, name)()),
                       os.path.join(options.folder, name + ".onnx"))


if __name__ == "__main__":
    main()
