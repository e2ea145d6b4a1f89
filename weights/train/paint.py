#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paint every photograph of a folder in every style of another with exported weights.

    paint.py adain CONTENT_DIR STYLE_DIR OUT_DIR FILE.safetensors ... [options]

Writes OUT_DIR/CONTENT__STYLE.png, the names that a judge expects, at the photograph's size
with the shorter side resized to --short. This is also what the engine's pictures are
compared with.
"""
import argparse
import os

import torch
import torch.nn.functional as F

import recipe
import tensorfile
from data import list_pictures, read_picture, to_tensor
from methods import METHODS
from sheet import to_image


def padded(path, short, multiple):
    """The picture reflect-padded on the right and below to a multiple; and its own size."""
    x = to_tensor([read_picture(path, short)])
    h, w = x.shape[2:]
    return F.pad(x, (0, -w % multiple, 0, -h % multiple), mode="reflect"), (h, w)


def encoder_shape(files):
    """Its {"widths": ...}, and "between" if it has them of their own, told from its tensors."""
    for path in files:
        arrays, _ = tensorfile.read(path)
        if "encoder.conv1_1.weight" in arrays:
            widths, between = (
                [len(arrays[name]) for name in
                 ("encoder.conv%d_%d.weight" % (level, layer) for level in range(1, 6))
                 if name in arrays] for layer in (1, 2))
            own = between != widths[:len(between)]
            return {"widths": widths, **({"between": between} if own else {})}
    raise SystemExit("No file here holds an encoder: " + ", ".join(files))


def load_method(name, files):
    """The method's network with all its parts filled from the safetensors files."""
    network = METHODS[name](**encoder_shape(files)).eval()
    parts = {part for path in files for part in recipe.fill(network, path)}
    missing = {part for part, _ in network.named_children()} - parts
    if missing:
        raise SystemExit("%s needs a file with %s" % (name, ", ".join(sorted(missing))))
    return network


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    p.add_argument("method", choices=sorted(METHODS))
    p.add_argument("content")
    p.add_argument("style")
    p.add_argument("out")
    p.add_argument("files", nargs="+")
    p.add_argument("--short", type=int, default=512, help="shorter side, pixels")
    p.add_argument("--strength", type=float, default=1.0)
    p.add_argument("--threads", type=int, default=2)
    options = p.parse_args()
    torch.set_num_threads(options.threads)
    os.makedirs(options.out, exist_ok=True)
    network = load_method(options.method, options.files)
    stem = lambda path: os.path.splitext(os.path.basename(path))[0]
    with torch.no_grad():
        for style_path in list_pictures(options.style):
            style, _ = padded(style_path, options.short, network.multiple)
            for content_path in list_pictures(options.content):
                content, (h, w) = padded(content_path, options.short, network.multiple)
                out = network.paint(content, style, options.strength)[:, :, :h, :w]
                to_image(out).save(os.path.join(options.out, "%s__%s.png" % (
                    stem(content_path), stem(style_path))))


if __name__ == "__main__":
    main()
