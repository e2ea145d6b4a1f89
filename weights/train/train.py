#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Train one of Scumble's networks.

    train.py NETWORK --content DIR --style DIR --out DIR [options]
    torchrun --nproc_per_node=N train.py NETWORK ...

A run continues from OUT/checkpoint.pt when there is one. README.md has the recipes.
"""
import argparse
import importlib
import os

import torch

import nets
import run

NETWORKS = ("encoder", "lossnet", "adain", "sanet", "metanet", "metastyle")


def parse(arguments=None):
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0],
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("network", choices=NETWORKS)
    p.add_argument("--content", required=True, help="folder of photographs")
    p.add_argument("--style", required=True, help="folder of paintings")
    p.add_argument("--val-content", help="photographs of the contact sheet")
    p.add_argument("--val-style", help="paintings of the contact sheet")
    p.add_argument("--out", required=True, help="folder of this run")
    p.add_argument("--cache", help="folder of the decoded pictures; default: --out")
    p.add_argument("--encoder", help="encoder.safetensors, for all networks but itself")
    p.add_argument("--vgg", help="normalised VGG-19 up to conv3_1, a .pth file")
    p.add_argument("--vgg-compressed", help="compressed VGG-19 up to relu5_1, a .pth file")
    p.add_argument("--quality", choices=sorted(nets.QUALITIES), default="compact",
                   help="the encoder's width: a quarter or half of VGG-19's")
    p.add_argument("--init", nargs="*", help="safetensors files to start from")
    p.add_argument("--limit", type=int, help="use the first so many pictures of a folder")
    p.add_argument("--short", type=int, default=256, help="pictures' shorter side, pixels")
    p.add_argument("--size", type=int, default=128, help="side of a crop, pixels")
    p.add_argument("--batch", type=int, default=8, help="crops in a step, over all processes")
    p.add_argument("--steps", type=int, default=1000, help="steps of the whole run")
    p.add_argument("--lr", type=float, default=1e-3, help="learning rate of the optimizer")
    p.add_argument("--muon", action="store_true", help="Muon for kernels, in place of Adam")
    p.add_argument("--warmup", type=int, default=200, help="steps of rising learning rate")
    p.add_argument("--decay", type=int, default=0, help="last steps, of falling learning rate")
    p.add_argument("--clip", type=float, default=1.0, help="largest norm of a gradient")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--first-order", action="store_true",
                   help="metastyle: do not differentiate the inner step")
    p.add_argument("--bf16", action="store_true", help="bfloat16 autocast")
    p.add_argument("--threads", type=int, default=2, help="CPU threads of a process")
    p.add_argument("--log-every", type=int, default=50)
    p.add_argument("--save-every", type=int, default=500)
    p.add_argument("--sheet-every", type=int, default=0, help="0: no contact sheets")
    p.add_argument("--sheet-short", type=int, default=256)
    p.add_argument("--sheet-columns", type=int, default=6)
    p.add_argument("--sheet-rows", type=int, default=6)
    options = p.parse_args(arguments)
    if options.sheet_every and not (options.val_content and options.val_style):
        p.error("--sheet-every needs --val-content and --val-style")
    if options.size % 16 or options.size > options.short:
        p.error("--size must be a multiple of 16 and no larger than --short")
    return options


def main(arguments=None):
    options = parse(arguments)
    os.makedirs(options.out, exist_ok=True)
    group = run.start_processes(options.threads)
    torch.manual_seed(options.seed)
    recipe = importlib.import_module(options.network).Recipe(options)
    run.Run(recipe, options, group).train()


if __name__ == "__main__":
    main()
