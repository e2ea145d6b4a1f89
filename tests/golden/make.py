#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the goldens of AdaIN: what PyTorch makes of two small pictures.

    ./make.py                needs Debian's python3-torch; takes a few seconds

This is the definition that the engine is held to, straight from the papers: Huang and
Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization",
ICCV 2017, on VGG-19's layer plan (engine/MODEL.md says where implementations differ), with a
bounded gain and held to the style's largest values, and with skip connections where the decoder
has them.

For every section of cases.ini that this script knows the networks of:

NETWORKS-encoder.safetensors, NETWORKS-adain.safetensors
                             networks of random weights, as model files; "shipped" stands
                             for those in weights/
CASE.safetensors             content and style [h, w, 3], and what the stages give:
                             relu1_1 (where small), relu4_1 and style4_1 [h, w, c], their
                             transform, and the pixels [h, w, 3]

The shipped networks change; run this again when they do.  cases.ini has the tolerance of
each case and, for comparison, what was seen.
"""
import configparser
import hashlib
import json
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
WEIGHTS = os.path.join(HERE, "..", "..", "weights")
MOST_GAIN = 4.0

# Layers by name, "P" pools, "U" upsamples.
ENCODER = ("conv1_1 conv1_2 P conv2_1 conv2_2 P conv3_1 conv3_2 conv3_3 conv3_4 P "
           "conv4_1").split()
DECODER = ("conv4_1 U conv3_4 conv3_3 conv3_2 conv3_1 U conv2_2 conv2_1 U conv1_2 "
           "conv1_1").split()

# Channels at the five levels: one narrow, one of whole vector widths; and one with the taps that
# join the decoder before these layers.
WIDTHS = {"narrow": (5, 4, 6, 7, 7), "panels": (16, 16, 16, 16, 16), "joined": (5, 4, 6, 7, 7)}
JOINED = ("joined",)
TAPS = {"conv3_4": "conv3_1", "conv2_2": "conv2_1", "conv1_2": "conv1_1"}


def write(path, tensors, metadata, kind="F32"):
    header, data = {"__metadata__": metadata}, b""
    for name, array in tensors.items():
        raw = np.ascontiguousarray(array, "<f4" if kind == "F32" else "<f2").tobytes()
        header[name] = {"dtype": kind, "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read(path):
    raw = open(path, "rb").read()
    size, = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        kind = {"F32": "<f4", "F16": "<f2"}[entry["dtype"]]
        values = np.frombuffer(raw[8 + size + begin:8 + size + end], kind)
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).astype("float32"))
    return tensors


def random_weights(names, widths, prefix, seed):
    """He's initialisation, rounded to what the file can hold."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, (c_in, c_out) in zip(names, widths):
        weight = torch.randn(c_out, c_in, 3, 3, generator=generator)
        tensors[f"{prefix}.{name}.weight"] = (weight * (2 / (9 * c_in)) ** 0.5).half()
        tensors[f"{prefix}.{name}.bias"] = (torch.randn(c_out, generator=generator) / 10).half()
    return tensors


def make_networks(name, levels):
    names = [layer for layer in ENCODER if layer != "P"] + [
        "conv4_2", "conv4_3", "conv4_4", "conv5_1"]
    c = [3] + [levels[int(layer[4]) - 1] for layer in names]
    encoder = random_weights(names, list(zip(c, c[1:])), "encoder", 1)
    plan = [(4, 3), (3, 3), (3, 3), (3, 3), (3, 2), (2, 2), (2, 1), (1, 1), (1, 0)]
    c_of = lambda level: 3 if level == 0 else levels[level - 1]  # noqa: E731
    layers = [layer for layer in DECODER if layer != "U"]
    twice = [1 + (name in JOINED and layer in TAPS) for layer in layers]
    decoder = random_weights(layers, [(c_of(a) * n, c_of(b)) for (a, b), n in zip(plan, twice)],
                             "decoder", 2)
    if name in JOINED:
        # Random pictures are mostly beyond 0..1, where nothing is compared.
        decoder["decoder.conv1_1.weight"] /= 16
        decoder["decoder.conv1_1.bias"] += 0.5
    about = {"scumble.version": "1", "licence": "GPL-3.0-or-later",
             "provenance": "random weights for tests, made by make.py"}
    write(os.path.join(HERE, f"{name}-encoder.safetensors"), encoder,
          dict(about, **{"scumble.part": "encoder"}), "F16")
    write(os.path.join(HERE, f"{name}-adain.safetensors"), decoder,
          dict(about, **{"scumble.method": "adain", "scumble.encoder": f"{name}-encoder"}),
          "F16")


def picture(height, width, phase):
    """Waves of every length, an edge, and a corner of black and white; [h, w, 3] in 0..1."""
    y, x = np.mgrid[0:height, 0:width].astype("float64")
    rgb = np.stack([0.5 + 0.4 * np.sin(phase + x * x / 40 + 0.2 * y),
                    0.5 + 0.4 * np.cos(phase * 2 + 0.5 * x - y * y / 60),
                    0.5 + 0.4 * np.sin(phase * 3 + 0.9 * x * np.sin(0.3 * y))], -1)
    rgb[height // 3:, width // 2:] *= 0.6
    rgb[:3, :3] = (np.indices((height, width)).sum(0) % 2)[:3, :3, None]
    return rgb.astype("float32")


def padded(rgb, multiple=8):
    """[h, w, 3] -> [1, 3, H, W]: mirrored to the right and below, as often as needed, to a
    multiple of the encoder's stride and at least two of them."""
    def index(n):
        to = max(-(-n // multiple) * multiple, 2 * multiple)
        period = max(2 * (n - 1), 1)
        return [min(i % period, period - i % period) if n > 1 else 0 for i in range(to)]

    h, w = rgb.shape[:2]
    return torch.from_numpy(rgb[index(h)][:, index(w)]).permute(2, 0, 1)[None]


def run(layers, weights, prefix, x, taps=None, joined=None):
    """taps: receives what each convolution gives; joined: what joins before some of them."""
    for layer in layers:
        if layer in (joined or {}):
            x = torch.cat([x, joined[layer]], 1)
        if layer == "P":
            x = F.max_pool2d(x, 2, 2, ceil_mode=True)
        elif layer == "U":
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        else:
            x = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"),
                         weights[f"{prefix}.{layer}.weight"], weights[f"{prefix}.{layer}.bias"])
            if (prefix, layer) != ("decoder", "conv1_1"):
                x = F.relu(x)
        if taps is not None:
            taps[layer] = x
    return x


def statistics(x):
    mean = x.mean((2, 3), keepdim=True)
    return mean, (x.var((2, 3), unbiased=True, keepdim=True) + 1e-5).sqrt()


def adain(f, s, strength):
    (mean_f, std_f), (mean_s, std_s) = statistics(f), statistics(s)
    gain = (std_s / std_f).clamp(max=MOST_GAIN)
    styled = torch.minimum(gain * (f - mean_f) + mean_s, s.amax((2, 3), keepdim=True))
    return strength * styled + (1 - strength) * f


def channels_last(x):
    return x[0].permute(1, 2, 0).numpy()


@torch.no_grad()
def make_case(name, case):
    networks = case["networks"]
    if networks == "shipped":
        files = [os.path.join(WEIGHTS, f) for f in ("encoder.safetensors", "adain.safetensors")]
    else:
        files = [os.path.join(HERE, networks + end)
                 for end in ("-encoder.safetensors", "-adain.safetensors")]
    encoder, model = (read(file) for file in files)

    sizes = [[int(n) for n in case[key].split("x")] for key in ("content", "style")]
    content, style = (picture(h, w, 0.7 + i) for i, (w, h) in enumerate(sizes))
    at_content, at_style = {}, {}
    f, s = (run(ENCODER, encoder, "encoder", padded(picture), taps=taps)
            for picture, taps in ((content, at_content), (style, at_style)))
    strength = float(case["strength"])
    t = adain(f, s, strength)
    joins = model["decoder.conv3_4.weight"].shape[1] > model["decoder.conv4_1.weight"].shape[0]
    joined = {layer: adain(at_content[tap], at_style[tap], strength)
              for layer, tap in TAPS.items() if joins}
    pixels = run(DECODER, model, "decoder", t, joined=joined)
    pixels = pixels[:, :, :content.shape[0], :content.shape[1]]

    tensors = {"content": content, "style": style, "relu4_1": channels_last(f),
               "style4_1": channels_last(s), "transformed": channels_last(t),
               "pixels": channels_last(pixels.clamp(0, 1))}
    relu1_1 = channels_last(at_content["conv1_1"])
    if relu1_1.size < 8000:
        tensors["relu1_1"] = relu1_1
    about = {"networks": " ".join(hashlib.sha256(open(file, "rb").read()).hexdigest()
                                  for file in files)}
    write(os.path.join(HERE, name + ".safetensors"), tensors, about)


def main():
    torch.set_num_threads(1)
    cases = configparser.ConfigParser()
    cases.read(os.path.join(HERE, "cases.ini"))
    for name, levels in WIDTHS.items():
        make_networks(name, levels)
    for name in cases.sections():
        make_case(name, cases[name])
        print("made", name)


if __name__ == "__main__":
    main()
