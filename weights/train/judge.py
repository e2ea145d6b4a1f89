#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Score painted pictures: what arrived of the style, what stayed of the content, what broke.

    judge.py CONTENT_DIR STYLE_DIR --vgg FILE --vgg-compressed FILE PAINTED_DIR ... [options]

A painted picture is PAINTED_DIR/CONTENT__STYLE.png, named after the stems of its two pictures
(paint.py writes such names). Every folder gets a table PAINTED_DIR.csv, a row a picture, which
a later call goes on from, and a line of means. README.md says what the columns are.
"""
import argparse
import csv
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from data import list_pictures, read_picture, to_tensor
from losses import structure
from nets import mean_std
from teachers import CompressedVgg19, Vgg19

COLUMNS = ("style", "content", "ssim", "clip", "grid", "frame")
LUMA = (0.299, 0.587, 0.114)
# A channel this close to 0 or 1 is burnt out: one level of 255.
BURNT = 0.004
SSIM_WINDOW = 8
# The networks' coarsest cell, whose border a bad padding would show.
BAND = 8


def luma(x):
    return (x * x.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


def burnt(x):
    """Share of pixels with a burnt-out channel."""
    return float(((x < BURNT) | (x > 1 - BURNT)).any(1).float().mean())


def ssim(a, b):
    """Structural similarity of two pictures [1, 1, h, w] over square windows (Wang et al. 2004:
    constants 0.01^2 and 0.03^2, biased variances)."""
    window = lambda x: F.avg_pool2d(x, SSIM_WINDOW, 1)
    mean_a, mean_b = window(a), window(b)
    var_a, var_b = window(a * a) - mean_a ** 2, window(b * b) - mean_b ** 2
    covariance = window(a * b) - mean_a * mean_b
    return float((((2 * mean_a * mean_b + 1e-4) * (2 * covariance + 9e-4))
                  / ((mean_a ** 2 + mean_b ** 2 + 1e-4) * (var_a + var_b + 9e-4))).mean())


def grid(x):
    """Energy of the luma at exactly 2 and 4 pixels' period over that around it, minus 1.

    Upsampling that leaves a checkerboard or a lattice puts lines at these frequencies, along
    either axis; brush strokes and noise of any kind are smooth there. 0 = no lattice.
    """
    y = luma(x)[0, 0]
    h, w = (n // 8 * 8 for n in y.shape)
    y = y[:h, :w] * torch.hann_window(h)[:, None] * torch.hann_window(w)[None]
    power = torch.fft.fft2(y).abs() ** 2
    excess = []
    for line in (power.sum(1), power.sum(0)):
        for at in (len(line) // 2, len(line) // 4):
            # The window smears a line over two neighbours on each side.
            around = torch.cat([line[at - 8:at - 3], line[at + 4:at + 9]]).mean()
            excess.append(float(line[at - 1:at + 2].mean() / around - 1))
    return max(0.0, max(excess))


def frame(painted, content):
    """How much more the outermost cells differ from the photograph than those one further in.

    Means of colour over 8 x 8 cells, absolute differences; 0 = no frame at the border.
    """
    cells = lambda x: F.avg_pool2d(x, BAND)
    error = (cells(painted) - cells(content)).abs().mean((0, 1))
    inner = error[1:-1, 1:-1]
    ring = lambda e: torch.cat([e[0], e[-1], e[1:-1, 0], e[1:-1, -1]]).mean()
    return max(0.0, float(ring(error) - ring(inner)))


class Judge:
    """Scores pairs, remembering what it has seen of photographs and paintings."""

    def __init__(self, vgg, compressed, short):
        self._networks = Vgg19(vgg), CompressedVgg19(compressed)
        self._short, self._styles, self._content = short, {}, (None, None)

    @torch.no_grad()
    def _features(self, x):
        return {**self._networks[0](x), **self._networks[1](x)}

    def _style(self, path):
        if path not in self._styles:
            x = to_tensor([read_picture(path, self._short)])
            self._styles[path] = self._statistics(self._features(x)), burnt(x)
        return self._styles[path]

    def _photograph(self, path, h, w):
        if self._content[0] != (path, h, w):
            picture = Image.fromarray(read_picture(path)).resize((w, h), Image.LANCZOS)
            x = to_tensor([np.asarray(picture)])
            features = self._features(x)
            self._content = (path, h, w), (x, features["relu3_1"], self._statistics(features))
        return self._content[1]

    @staticmethod
    def _statistics(features):
        return {tap: torch.cat(mean_std(x)).flatten(1) for tap, x in features.items()}

    @staticmethod
    def _distances(a, b):
        return np.array([float((a[tap] - b[tap]).square().mean(1).sum()) for tap in sorted(a)])

    def score(self, content_path, style_path, painted_path):
        painted = to_tensor([read_picture(painted_path)])
        content, shapes, before = self._photograph(content_path, *painted.shape[2:])
        wanted, style_burnt = self._style(style_path)
        features = self._features(painted)
        after = self._statistics(features)
        ratio = self._distances(after, wanted) / np.maximum(self._distances(before, wanted),
                                                            1e-9)
        return {"style": float(np.minimum(ratio, 4).mean()),
                "content": float(structure(features["relu3_1"], shapes)) ** 0.5,
                "ssim": ssim(luma(painted), luma(content)),
                "clip": max(0.0, burnt(painted) - style_burnt),
                "grid": grid(painted), "frame": frame(painted, content)}


def stems(folder):
    return {os.path.splitext(os.path.basename(path))[0]: path for path in list_pictures(folder)}


def read_table(path):
    if not os.path.exists(path):
        return {}
    with open(path, newline="") as f:
        return {row.pop("picture"): {k: float(v) for k, v in row.items()}
                for row in csv.DictReader(f)}


def judge_folder(judge, contents, styles, folder):
    """Scores what the folder's table lacks; returns the table {picture: {column: value}}."""
    path = folder.rstrip("/") + ".csv"
    rows = read_table(path)
    with open(path, "w", newline="") as f:
        writer = csv.DictWriter(f, ("picture",) + COLUMNS)
        writer.writeheader()
        writer.writerows({"picture": name, **row} for name, row in rows.items())
        for name, painted in stems(folder).items():
            content, _, style = name.partition("__")
            if name in rows or content not in contents or style not in styles:
                continue
            rows[name] = judge.score(contents[content], styles[style], painted)
            writer.writerow({"picture": name, **rows[name]})
            f.flush()
    return rows


def main(arguments=None):
    p = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    p.add_argument("content")
    p.add_argument("style")
    p.add_argument("painted", nargs="+")
    p.add_argument("--vgg", required=True, help="normalised VGG-19 up to conv3_1")
    p.add_argument("--vgg-compressed", required=True, help="compressed VGG-19 up to relu5_1")
    p.add_argument("--short", type=int, default=512, help="paintings' shorter side, pixels")
    p.add_argument("--threads", type=int, default=2)
    options = p.parse_args(arguments)
    torch.set_num_threads(options.threads)
    contents, styles = stems(options.content), stems(options.style)
    judge = Judge(options.vgg, options.vgg_compressed, options.short)
    for folder in options.painted:
        rows = judge_folder(judge, contents, styles, folder)
        if not rows:
            raise SystemExit("%s: no picture here is named CONTENT__STYLE.png after the given "
                             "folders" % folder)
        means = {column: np.mean([row[column] for row in rows.values()]) for column in COLUMNS}
        print("%-24s %4d  %s" % (folder, len(rows), "  ".join(
            "%s %.3f" % item for item in means.items())))


if __name__ == "__main__":
    main()
