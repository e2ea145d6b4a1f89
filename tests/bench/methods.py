#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times every method on pictures of several sizes, and MetaStyle's learning.

    methods.py STYLIZE FOLDER [--megapixels 0.25,1,24] [--memory MIB] [--threads N] [--updates N]

Every run is a process of its own, so that its peak is its own. FOLDER receives methods.md with
a table of seconds by stage and of memory, and, unless there are no updates, learning.tsv with
the losses that were told on the way. A quarter of a megapixel is 512 x 512, one is 1024 x 1024, and larger
pictures are 3:2; pictures are drawn here.
"""
import argparse
import math
import os
import random
import re
import subprocess
import sys
import tempfile

METHODS = ["adain", "sanet", "metanet", "metastyle"]
STAGES = ["open", "encode", "survey", "render"]
LEARNING = [("normalisation", ["--adapt-less"]), ("all", [])]


def size_of(megapixels):
    if megapixels <= 1:
        edge = round(1024 * math.sqrt(megapixels))
        return edge, edge
    height = round(math.sqrt(megapixels * 1e6 / 1.5))
    return height * 3 // 2, height


def draw(path, width, height, seed):
    """Waves and noise, of colours that depend on the seed."""
    noise = random.Random(seed)
    grain = bytes(noise.randrange(48) for _ in range(3 * width + 997))
    with open(path, "wb") as file:
        file.write(b"P6 %d %d 255\n" % (width, height))
        waves = [bytes(min(255, max(0, int(104 + 96 * math.sin(x / (9 + seed + 7 * k) + phase + k))))
                       for x in range(width) for k in range(3)) for phase in range(8)]
        for y in range(height):
            start, wave = y * 131 % 997, waves[y // 24 % 8]
            file.write(bytes(min(255, a + b)
                             for a, b in zip(wave, grain[start:start + 3 * width])))


def run(options, *arguments):
    """What stylize prints, or None if it fails, which is told."""
    done = subprocess.run([options.stylize, "--threads", str(options.threads), *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "OMP_PROC_BIND": "spread"})
    if done.returncode == 0:
        return done.stdout
    print(" ".join(arguments), done.stderr.strip(), sep=": ", file=sys.stderr)
    return None


def figures(text):
    """The seconds of every stage, and the arena's and the process's peaks in MiB."""
    seconds = {stage: float(value)
               for stage, value in re.findall(r"^(\w+) +([\d.]+) s$", text, re.M)}
    peaks = {name: float(value)
             for name, value in re.findall(r"^(arena|peak) +([\d.]+) MiB", text, re.M)}
    return seconds, peaks


def table(options, folder, style):
    lines = ["| method | picture | " + " | ".join(STAGES) + " | all, s | arena, MiB | resident, MiB |",
             "|---" * (len(STAGES) + 5) + "|"]
    for megapixels in options.megapixels:
        width, height = size_of(megapixels)
        content = os.path.join(folder, "content.ppm")
        draw(content, width, height, 1)
        for method in METHODS:
            text = run(options, "--method", method, "--memory", str(options.memory), content,
                       style, os.path.join(folder, "result.png"))
            if text is None:
                continue
            seconds, peaks = figures(text)
            stages = [f"{seconds[stage]:.2f}" if stage in seconds else "" for stage in STAGES]
            total = sum(seconds.get(stage, 0.0) for stage in STAGES)
            lines.append(f"| {method} | {width} x {height} | {' | '.join(stages)} | {total:.2f} | "
                         f"{peaks['arena']:.0f} | {peaks['peak']:.0f} |")
            print(lines[-1], flush=True)
    return lines


def learn(options, folder, style):
    """Lines for the table's end; the losses go to a file."""
    lines, losses = [], []
    content = os.path.join(folder, "content.ppm")
    draw(content, 512, 512, 1)
    for what, arguments in LEARNING:
        text = run(options, "--method", "metastyle", "--updates", str(options.updates), *arguments,
                   content, style, os.path.join(folder, "result.png"))
        if text is None:
            continue
        seconds, _ = figures(text)
        curve = re.findall(r"^update +(\d+): loss ([\d.]+)$", text, re.M)
        losses += [f"{what}\t{update}\t{loss}" for update, loss in curve]
        lines.append(f"{options.updates} updates of MetaStyle, {what}: {seconds['adapt']:.2f} s, "
                     f"loss " + ", ".join(f"{loss} at {update}" for update, loss in curve) + ".")
        print(lines[-1], flush=True)
    with open(os.path.join(options.folder, "learning.tsv"), "w", encoding="utf-8") as file:
        file.write("\n".join(["learns\tupdate\tloss"] + losses) + "\n")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("stylize")
    parser.add_argument("folder")
    parser.add_argument("--megapixels", default="0.25,1,24",
                        type=lambda text: [float(part) for part in text.split(",")])
    parser.add_argument("--memory", type=int, default=1024, help="MiB of the arena")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--updates", type=int, default=200, help="0 to leave learning out")
    options = parser.parse_args()

    os.makedirs(options.folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        style = os.path.join(folder, "style.ppm")
        draw(style, 512, 512, 2)
        lines = table(options, folder, style)
        if options.updates > 0:
            lines += [""] + learn(options, folder, style)
    with open(os.path.join(options.folder, "methods.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    # A method that could not be measured has been told of.
    return 0 if len(lines) >= 2 + len(METHODS) * len(options.megapixels) else 1


if __name__ == "__main__":
    sys.exit(main())
