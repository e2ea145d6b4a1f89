#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the goldens of SANet, MetaNet and MetaStyle: narrow networks with random weights, and what
their PyTorch definitions (weights/train/nets.py and methods.py) make of two pictures.

    make-methods.py [FOLDER] [--full]

tiny-encoder.safetensors   an encoder of a few channels
tiny-METHOD.safetensors    a model file of the method for it
METHOD.safetensors         content and style [h, w, 4], and one picture [h, w, 3] for every
                           strength, "paint-STRENGTH"; metastyle-all where all parameters
                           were adapted
--full: with the default networks' widths instead, for a check by hand.
"""
import argparse
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "weights", "train"))
import losses  # noqa: E402
import methods  # noqa: E402
import nets  # noqa: E402
import tensorfile  # noqa: E402

STRENGTHS = (0.0, 0.6, 1.0, 1.3)
UPDATES = 3
CONTENT, STYLE = (37, 45), (50, 41)


def picture(height, width, seed):
    """Smooth blobs, a hard edge and some noise; [h, w, 4], opaque."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 5, 5, generator=generator)
    rgb = F.interpolate(coarse, (height, width), mode="bilinear", align_corners=True)[0]
    rgb[:, height // 3:, width // 2:] *= 0.5
    rgb += 0.1 * torch.rand(3, height, width, generator=generator)
    rgba = torch.cat([rgb.clamp(0, 1), torch.ones(1, height, width)])
    return rgba.permute(1, 2, 0).numpy()


def padded(rgba, multiple):
    """[h, w, 4] -> [1, 3, H, W], mirrored to the right and below."""
    x = torch.from_numpy(rgba[..., :3]).permute(2, 0, 1)[None]
    h, w = x.shape[2:]
    to = [max(-(-n // multiple) * multiple, 2 * multiple) for n in (h, w)]
    return F.pad(x, (0, to[1] - w, 0, to[0] - h), mode="reflect")


def randomise(module, seed):
    """Biases too: zero ones would hide that they are forgotten."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in module.named_parameters():
        if tensor.dim() > 1:
            fan = tensor[0].numel()
            tensor.data = torch.randn(tensor.shape, generator=generator) * (1.4 / fan ** 0.5)
        else:
            tensor.data = torch.randn(tensor.shape, generator=generator) * 0.1
        # What the file holds is what both sides compute with.
        tensor.data = tensor.data.half().float()


def part(module, name):
    return {name + "." + key: value.numpy() for key, value in module.state_dict().items()}


def write_model(folder, prefix, method, parts):
    arrays = {}
    for name, module in parts.items():
        arrays.update(part(module, name))
    about = {"scumble.version": "1", "licence": "GPL-3.0-or-later",
             "provenance": "random weights for tests"}
    if method == "encoder":
        about["scumble.part"] = "encoder"
    else:
        about.update({"scumble.method": method, "scumble.encoder": prefix + "encoder"})
    tensorfile.write(os.path.join(folder, prefix + method + ".safetensors"), arrays, about)


def write_golden(folder, method, content, style, painted, more):
    h, w = content.shape[:2]
    arrays = {"content": content, "style": style, **more}
    for strength, x in painted.items():
        arrays["paint-%g" % strength] = x[0, :, :h, :w].clamp(0, 1).permute(1, 2, 0).numpy()
    tensorfile.write(os.path.join(folder, method + ".safetensors"), arrays, {}, "F32")


def sanet(encoder, widths, content, style):
    transform, decoder = nets.Transform(widths), nets.Decoder(widths)
    randomise(transform, 2)
    randomise(decoder, 3)
    content, style = encoder(padded(content, 16)), encoder(padded(style, 16))
    moved, own = transform(content, style), transform(content, content)
    painted = {a: decoder(a * moved + (1 - a) * own) for a in STRENGTHS}
    # Into the pictures' range, or clamping would hide most of it.
    scale, shift = fit(painted[1.0])
    decoder.conv1_1.weight.data = (decoder.conv1_1.weight * scale).half().float()
    decoder.conv1_1.bias.data = (decoder.conv1_1.bias * scale + shift).half().float()
    painted = {a: decoder(a * moved + (1 - a) * own) for a in STRENGTHS}
    return {"transform": transform, "decoder": decoder}, painted


def metanet(encoder, widths, content, style):
    """A base width and slices that are no multiple of anything."""
    full = widths == nets.WIDTHS
    nets.STYLE_VECTOR = 2 * sum(widths)
    meta = nets.Meta(8 if full else 3, 64 if full else 5)
    shared = nets.Shared(meta.base)
    randomise(meta.hidden, 2)
    generator = torch.Generator().manual_seed(3)
    for name, *_ in meta.plan:
        layer = getattr(meta, name)
        layer.weight.data += 0.02 * torch.randn(layer.weight.shape, generator=generator)
        layer.bias.data += 0.02 * torch.randn(layer.bias.shape, generator=generator)
    shared.last.bias.data += torch.tensor([0.3, -0.2, 0.1])
    meta.mean += 0.2
    meta.scale *= 1.3
    for tensor in list(meta.state_dict().values()) + list(shared.state_dict().values()):
        tensor.copy_(tensor.half().float())

    def network(x):
        return {**meta(nets.style_vector(encoder(x))[0]), **shared()}

    content, style = padded(content, 16), padded(style, 16)
    own, wanted = network(content), network(style)
    painted = {a: nets.transfer(content, {k: a * wanted[k] + (1 - a) * own[k] for k in own})
               for a in STRENGTHS}
    return {"meta": meta, "shared": shared}, painted


def metastyle(encoder, widths, content, style):
    """Adapted on the whole content, which is smaller than a crop; also the loss and its
    gradient before the first update, [1, 1, n] in the order of the engine's parameters."""
    base = 16 if widths == nets.WIDTHS else 3
    method = methods.MetaStyle(base)
    method.encoder = encoder
    start = method.transfer()
    generator = torch.Generator().manual_seed(3)
    for name, tensor in start.items():
        noise = torch.randn(tensor.shape, generator=generator)
        tensor.copy_((tensor + 0.1 * noise * (tensor.std() if tensor.dim() > 1 else 1))
                     .half().float())
    content, style = padded(content, 16), padded(style, 16)
    wanted = losses.grams(encoder(style, losses.GRAM_TAPS[-1]))
    with torch.enable_grad():
        p = {name: tensor.detach().clone().requires_grad_() for name, tensor in start.items()}
        loss = losses.transfer_loss(encoder, nets.transfer(content, p), content, wanted)[0]
        loss.backward()
        adapted = [method.adapt(style, lambda: content, UPDATES, everything)
                   for everything in (False, True)]
    names = ["%s.%s" % (name, kind) for name, *_ in nets.transfer_plan(base)
             for kind in ("weight", "scale", "shift")]
    gradient = torch.cat([p[name].grad.flatten()
                          for name in names + ["last.weight", "last.bias"]])
    start = {name: tensor.detach() for name, tensor in start.items()}
    painted, painted_all = (
        {a: nets.transfer(content, {k: a * tensors[k] + (1 - a) * start[k] for k in start})
         for a in STRENGTHS} for tensors in adapted)
    matrices = torch.cat([wanted[tap].flatten() for tap in losses.GRAM_TAPS])
    return {"transfer": method.transfer}, painted, {
        "crop": content[0].permute(1, 2, 0).contiguous().numpy(),
        "wanted": matrices.numpy()[None, None], "gradient": gradient.numpy()[None, None],
        "loss": loss.detach().numpy()[None, None, None]}, {"metastyle-all": painted_all}


def fit(x):
    scale = 0.15 / x.std()
    return scale, 0.5 - x.mean() * scale


METHODS = {"sanet": sanet, "metanet": metanet, "metastyle": metastyle}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    p.add_argument("folder", nargs="?", default=HERE)
    p.add_argument("--full", action="store_true")
    arguments = p.parse_args()
    torch.set_grad_enabled(False)
    widths = nets.WIDTHS if arguments.full else (4, 8, 8, 16, 16)
    prefix = "full-" if arguments.full else "tiny-"
    encoder = nets.Encoder(widths)
    randomise(encoder, 1)
    write_model(arguments.folder, prefix, "encoder", {"encoder": encoder})
    content, style = picture(*CONTENT, 4), picture(*STYLE, 5)
    for method, build in METHODS.items():
        torch.manual_seed(6)
        parts, painted, *rest = build(encoder, widths, content, style)
        more, others = rest or ({}, {})
        write_model(arguments.folder, prefix, method, parts)
        write_golden(arguments.folder, method, content, style, painted, more)
        for name, other in others.items():
            write_golden(arguments.folder, name, content, style, other, {})
        print("%s: values %.2f..%.2f, std %.3f" % (method, painted[1.0].min(),
                                                   painted[1.0].max(), painted[1.0].std()))


if __name__ == "__main__":
    main()
