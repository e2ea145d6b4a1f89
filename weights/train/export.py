#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a run's weights as the safetensors files that the engine reads.

    export.py RUN_DIR OUT_DIR --data TEXT [--commit ID] [--scores TEXT] [--last] [--f32]
              [--mean-with FILE]

RUN_DIR is train.py's --out. FILES says what becomes of it.
"""
import argparse
import os

import torch

import methods
import tensorfile
from nets import ENCODERS

VERSION = "1"
# What each network's run exports: file -> {part: where it lies in the recipe}.
FILES = {
    "encoder": {"encoder": {"encoder": "encoder"}, "autoencoder": {"decoder": "decoder"}},
    "adain": {"adain": {"decoder": "network.decoder"}},
    "sanet": {"sanet": {"transform": "network.transform", "decoder": "network.decoder"}},
    "metanet": {"metanet": {"meta": "network.meta", "shared": "network.shared"}},
    "lossnet": {"encoder-loss": {"encoder": "encoder"}},
    "metastyle": {"metastyle": {"transfer": "network.transfer"}},
}


def quality_stem(stem, options):
    """The name of a file of this quality: "adain", "adain-fine"."""
    return stem if options["quality"] == "compact" else stem + "-" + options["quality"]


def encoder_of(stem, quality):
    """The name of the encoder that a file holds or belongs to."""
    if stem in methods.METHODS:
        return methods.METHODS[stem].encoders[quality]
    shared = stem != "encoder-loss"
    return (methods.SHARED_ENCODERS if shared else methods.MetaStyle.encoders)[quality]


def placed(tensors, places):
    """{PART.tensor: array} of a checkpoint's tensors that lie in `places`."""
    arrays = {}
    for part, place in places.items():
        prefix = place + "."
        arrays.update({part + "." + name[len(prefix):]: tensor.cpu().numpy()
                       for name, tensor in tensors.items() if name.startswith(prefix)})
    return arrays


def mean(arrays, path):
    """Halfway to the weights of the safetensors file at path, which are those that the run began
    from (Wortsman et al., "Model soups", ICML 2022)."""
    others, _ = tensorfile.read(path)
    if any(name not in others or array.shape != others[name].shape
           for name, array in arrays.items()):
        raise SystemExit("%s: not the same network as the run's" % path)
    return {name: (array + others[name]) / 2 for name, array in arrays.items()}


def metadata(state, stem, parts, arguments):
    options = state["options"]
    encoder = encoder_of(stem, options["quality"])
    out = {"scumble.version": VERSION, "scumble.part": " ".join(sorted(parts)),
           "licence": "CC-BY-4.0", "author": "the Scumble project",
           "widths": " ".join(map(str, ENCODERS[encoder]["widths"])), "commit": arguments.commit,
           "data": arguments.data, "steps": str(state["step"]),
           "batch": "%(batch)d crops of %(size)d x %(size)d" % options,
           "seed": str(options["seed"])}
    if stem in methods.METHODS:
        out["scumble.method"] = stem
        out["scumble.encoder"] = encoder
    if arguments.scores:
        out["scores"] = arguments.scores
    return out


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    p.add_argument("run")
    p.add_argument("out")
    p.add_argument("--data", required=True, help="what it was trained on, in words")
    p.add_argument("--commit", default="unknown", help="of the training kit")
    p.add_argument("--scores", help="what the judge says, in words")
    p.add_argument("--last", action="store_true",
                   help="the last weights instead of the average: for the end of a short decay")
    p.add_argument("--mean-with", metavar="FILE",
                   help="halfway to the weights of the file that the run began from")
    p.add_argument("--f32", action="store_true", help="float32 instead of float16")
    arguments = p.parse_args(arguments)
    state = torch.load(os.path.join(arguments.run, "checkpoint.pt"), map_location="cpu")
    kind = "weights" if arguments.last else "average"
    os.makedirs(arguments.out, exist_ok=True)
    for stem, places in FILES[state["network"]].items():
        path = os.path.join(arguments.out,
                            quality_stem(stem, state["options"]) + ".safetensors")
        arrays = placed(state[kind], places)
        if arguments.mean_with:
            arrays = mean(arrays, arguments.mean_with)
        arrays.update(placed(state["fixed"], places))
        tensorfile.write(path, arrays, metadata(state, stem, places, arguments),
                         "F32" if arguments.f32 else "F16")
        print("%s  %.2f MB" % (path, os.path.getsize(path) / 1e6))


if __name__ == "__main__":
    main()
