#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the goldens of SANet, MetaNet and MetaStyle: narrow networks with random weights, and what
their PyTorch definitions (weights/train/nets.py and methods.py) make of two pictures, stage by stage.

    make-methods.py [FOLDER] [--full]

tiny-encoder.safetensors   an encoder of a few channels
tiny-METHOD.safetensors    a model file of the method for it
methods.safetensors        what all methods begin with: content and style [h, w, 4]; what the encoder
                           makes of them, "content.relu4_1" [h, w, c] and so on; the style's
                           "statistics" and "covariances"
sanet.safetensors          "moved4_1" and "moved5_1", what the blocks make of the content with the
                           style, "own4_1" and "own5_1" with itself; "merged" of the former
sanet-joined.safetensors   from a decoder with skip connections
metanet.safetensors        "hidden" of the style, "own" of the content; the "generated" network, and
                           what its layers make of the content, "first" and so on
metastyle.safetensors      some layers of the initialisation; loss and "gradient" before the first
                           update; scales and shifts once they have been "adapted"
metastyle-all.safetensors  where all parameters were adapted
tiny-encoder-loss.safetensors  a loss network: relu4_1 is its last tap, and its taps are wider than the
                           layers between them
loss-network.safetensors   by that one: "covariances" of the style, "loss" of a painted picture
                           [h, w, 4] against the content, "gradient" [h, w, 3] with respect to it
METHOD.safetensors         at last, one picture [h, w, 3] for every strength, "paint-STRENGTH"
--full: with the default networks' widths instead, for a check by hand.

Lists of numbers are [1, 1, n], parameters in the order of the engine.
"""
import argparse
import os
import sys
from unittest import mock

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "weights", "train"))
from grain import grain, grainy  # noqa: E402
import losses  # noqa: E402
import methods  # noqa: E402
import nets  # noqa: E402
import tensorfile  # noqa: E402

STRENGTHS = (0.0, 0.6, 1.0, 1.3)
UPDATES = 2
CONTENT, STYLE = (21, 37), (40, 27)


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
    if method.startswith("encoder"):
        about["scumble.part"] = "encoder"
    else:
        about.update({"scumble.method": method.split("-")[0], "scumble.encoder": prefix + "encoder"})
    tensorfile.write(os.path.join(folder, prefix + method + ".safetensors"), arrays, about)


def plane(x):
    """[1, c, h, w] -> [h, w, c]"""
    return x[0].permute(1, 2, 0).contiguous().numpy()


def numbers(*tensors):
    """-> [1, 1, n]"""
    return torch.cat([tensor.flatten() for tensor in tensors])[None, None].numpy()


def write_golden(folder, name, stages):
    tensorfile.write(os.path.join(folder, name + ".safetensors"), stages, {}, "F32")


def pictures(painted):
    """{strength: padded picture} -> {"paint-STRENGTH": picture}"""
    h, w = CONTENT
    return {"paint-%g" % a: plane(x[..., :h, :w].clamp(0, 1)) for a, x in painted.items()}


def beginnings(encoder, content, style):
    stages = {"content": content, "style": style}
    content, style = encoder(padded(content, 16)), encoder(padded(style, 16))
    for tap in nets.TAPS:
        stages["style." + tap] = plane(style[tap])
        # Those of the content that blocks and the loss look at.
        if tap >= "relu3_1":
            stages["content." + tap] = plane(content[tap])
    stages["statistics"] = numbers(nets.style_vector(style))
    stages["covariances"] = numbers(*losses.covariances(style).values())
    return stages


def layers(content, parameters, names):
    """What the named layers of a transfer network make of a padded picture; not those that end a
    block."""
    rectified, relu = [], F.relu

    def record(x):
        rectified.append(relu(x))
        return rectified[-1]

    with mock.patch.object(F, "relu", record):
        nets.transfer(content, parameters)
    plan = [name for name, *_ in nets.transfer_plan(1) if not name.endswith("_b")]
    assert len(plan) == len(rectified)
    return {name: plane(x) for name, x in zip(plan, rectified) if name in names}


def parameters(network, base, kinds=("weight", "scale", "shift")):
    """{name: tensor} of a transfer network's layers but the last -> [1, 1, n]"""
    return numbers(*(network["%s.%s" % (name, kind)] for name, *_ in nets.transfer_plan(base)
                     for kind in kinds))


def sanet(encoder, widths, content, style, joined=False):
    transform, decoder = nets.Transform(widths), nets.Decoder(widths, joined, attended=joined)
    randomise(transform, 2)
    randomise(decoder, 3)
    content, style = encoder(padded(content, 16)), encoder(padded(style, 16))
    merged, own = transform(content, style), transform(content, content)

    def decode(a):
        attended = a * merged + (1 - a) * own
        if joined:
            return decoder({**methods.imposed(content, style, a), "attended": attended})
        return decoder({"relu4_1": attended})

    # Into the pictures' range, or clamping would hide most of it.
    scale, shift = fit(decode(1.0))
    decoder.conv1_1.weight.data = (decoder.conv1_1.weight * scale).half().float()
    decoder.conv1_1.bias.data = (decoder.conv1_1.bias * scale + shift).half().float()
    stages = {"merged": plane(merged)}
    for name, other in (("moved", style), ("own", content)):
        for level in ("4_1", "5_1"):
            block = getattr(transform, "sanet" + level)
            stages[name + level] = plane(block(content["relu" + level], other["relu" + level]))
    painted = {a: decode(a) for a in STRENGTHS}
    parts = {"transform": transform, "decoder": decoder}
    if joined:
        return parts, {"sanet-joined": ({}, painted)}
    return parts, {"sanet": (stages, painted)}


def sanet_joined(*arguments):
    return sanet(*arguments, joined=True)


def metanet(encoder, widths, content, style):
    """A base width and slices that are no multiple of anything."""
    full = widths == nets.WIDTHS
    meta = nets.Meta(8 if full else 3, 64 if full else 5, widths)
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
    meta.grain += 0.5
    for tensor in list(meta.state_dict().values()) + list(shared.state_dict().values()):
        tensor.copy_(tensor.half().float())

    content, style = padded(content, 16), padded(style, 16)
    vectors = [nets.style_vector(encoder(x))[0] for x in (style, content)]
    hidden = [F.relu(meta.hidden((v - meta.mean) / meta.scale)) for v in vectors]
    wanted, own = [{**meta(v), **shared()} for v in vectors]
    stages = {"hidden": numbers(hidden[0]), "own": numbers(hidden[1]),
              "generated": parameters(wanted, meta.base),
              **layers(content, wanted, [name for name, *_ in meta.plan])}
    painted = {a: nets.transfer(grainy(content, a * meta.grain),
                                {k: a * wanted[k] + (1 - a) * own[k] for k in own})
               for a in STRENGTHS}
    return {"meta": meta, "shared": shared}, {"metanet": (stages, painted)}


def metastyle(encoder, widths, content, style):
    """Adapted on the whole content, which is smaller than a crop."""
    base = 16 if widths == nets.WIDTHS else 3
    method = methods.MetaStyle(widths, base)
    method.encoder = encoder
    start = method.transfer()
    generator = torch.Generator().manual_seed(3)
    for name, tensor in start.items():
        noise = torch.randn(tensor.shape, generator=generator)
        tensor.copy_((tensor + 0.1 * noise * (tensor.std() if tensor.dim() > 1 else 1))
                     .half().float())
    content, style = padded(content, 16), padded(style, 16)
    wanted = losses.covariances(encoder(style, losses.LEARNED_TAPS[-1]))
    with torch.enable_grad():
        p = {name: tensor.detach().clone().requires_grad_() for name, tensor in start.items()}
        loss = method.learning_loss(p, content, wanted)
        loss.backward()
        some, everything = [method.adapt(style, lambda: (content, (0, 0)), UPDATES, everything)
                            for everything in (False, True)]
    gradient = {name: tensor.grad for name, tensor in p.items()}
    start = {name: tensor.detach() for name, tensor in start.items()}
    stages = {"loss": numbers(loss.detach()),
              "gradient": np.concatenate([parameters(gradient, base), numbers(
                  gradient["last.weight"], gradient["last.bias"])], 2),
              "grain": plane(grain(20, 24, (5, 11))),
              "adapted": parameters(some, base, ("scale", "shift")),
              **layers(content, start, ("down2", "block5_a", "up2"))}
    painted, painted_all = (
        {a: nets.transfer(grainy(content, a),
                          {k: a * tensors[k] + (1 - a) * start[k] for k in start})
         for a in STRENGTHS} for tensors in (some, everything))
    return {"transfer": method.transfer}, {"metastyle": (stages, painted),
                                           "metastyle-all": ({}, painted_all)}


def fit(x):
    scale = 0.15 / x.std()
    return scale, 0.5 - x.mean() * scale


def loss_network(folder, prefix, content, style):
    network = nets.Encoder((4, 8, 24, 20), (4, 8, 8))
    randomise(network, 7)
    write_model(folder, prefix, "encoder-loss", {"encoder": network})
    painted = picture(32, 48, 8)
    painted[:6, :6, :3] *= 0.01  # burnt; of equal pixels, pooling could choose any
    painted[-6:, -6:, :3] = 1 - 0.01 * painted[-6:, -6:, :3]
    x = padded(painted, 16).requires_grad_()
    wanted = losses.covariances(network(padded(style, 16)))
    with torch.enable_grad():
        loss = losses.transfer_loss(network, x, padded(content, 16), wanted)[0]
        loss.backward()
    write_golden(folder, "loss-network",
                 {"painted": painted, "covariances": numbers(*wanted.values()),
                  "loss": numbers(loss.detach()), "gradient": plane(x.grad)})


METHODS = {"sanet": sanet, "sanet-joined": sanet_joined, "metanet": metanet, "metastyle": metastyle}


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
    write_golden(arguments.folder, "methods", beginnings(encoder, content, style))
    loss_network(arguments.folder, prefix, content, style)
    for method, build in METHODS.items():
        torch.manual_seed(6)
        parts, goldens = build(encoder, widths, content, style)
        write_model(arguments.folder, prefix, method, parts)
        for name, (stages, painted) in goldens.items():
            write_golden(arguments.folder, name, {**stages, **pictures(painted)})
            full = painted[1.0]
            print("%s: values %.2f..%.2f, std %.3f" % (name, full.min(), full.max(), full.std()))


if __name__ == "__main__":
    main()
