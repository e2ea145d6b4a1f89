#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times Scumble against other engines on the same networks and pictures, run by run in turn.

    export.py NETS
    compare.py --nets NETS --scumble BUILD/tests/bench/runner --onnxruntime NODE_MODULES
               --ncnn RUNNER_NCNN --output FOLDER [--case compact:512 ...] [--runs 5]

A case is NETWORK:EDGE: content of EDGE x EDGE pixels, style of 512 x 512, everything cold but
the loaded model; "fresh" does without the memory that all engines keep from run to run. NETWORK
is a folder of NETS, or NETWORK.onnx for a network that onnxruntime alone runs and that Scumble's
compact one is compared with. Pictures must agree before anything is timed. FOLDER receives
compare.tsv with every run, compare.md and compare.png.

onnxruntime: `npm install --ignore-scripts onnxruntime-node`. ncnn: build its repository with
cmake -DCMAKE_BUILD_TYPE=Release -DNCNN_OPENMP=ON, then runner-ncnn.cpp as it says.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
STYLE_EDGE = 512
TOLERANCE = 5e-4  # of 0..1; 2e-5 was seen between engines at 2048 x 2048
PAUSE = 0.1       # seconds; the idle threads of an engine spin for a while
CASES = ["full:512", "compact:512", "compact:1024", "compact:2048", "MicroAst.onnx:1024"]


class Engine:
    """A runner: a process that waits for "run" and "save FILE"."""

    def __init__(self, name, command, word="run"):
        self.name, self.word, self.seconds = name, word, []
        # A busy machine would put both threads on one core now and then.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env={**os.environ, "OMP_PROC_BIND": "spread"})
        if self.process.stdout.readline() != "ready\n":
            sys.exit("%s does not start: %s" % (name, " ".join(command)))

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer:
            sys.exit("%s stopped at \"%s\"" % (self.name, line))
        return answer

    def run(self):
        return float(self.ask(self.word))

    def picture(self, path):
        self.ask("save " + path)
        return np.fromfile(path, "<f4").clip(0, 1)

    def peak(self):
        """MiB that were resident at once."""
        with open("/proc/%d/status" % self.process.pid) as f:
            return [int(line.split()[1]) for line in f if line.startswith("VmHWM")][0] / 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def draw(edge, seed, path):
    """A picture [edge, edge, 3] of soft blobs with a little grain, 0..1."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:edge, :edge] / edge
    picture = np.zeros((edge, edge, 3))
    for _ in range(24):
        fy, fx, phase = random.uniform(-40, 40), random.uniform(-40, 40), random.uniform(0, 6.3)
        picture += np.sin(fy * y + fx * x + phase)[..., None] * random.uniform(-1, 1, 3)
    picture = 0.5 + 0.08 * picture + random.uniform(-0.05, 0.05, picture.shape)
    picture.clip(0, 1).astype("<f4").tofile(path)
    return [str(edge), str(edge), path]


def start(case, options, folder):
    """The engines that run a case; those with the same network first."""
    network, edge = case.split(":")
    alien = network.endswith(".onnx")
    nets = os.path.join(options.nets, "compact" if alien else network)
    onnx = os.path.join(options.nets, network) if alien else os.path.join(nets, "adain.onnx")
    pictures = (draw(int(edge), 1, os.path.join(folder, "content.f32")) +
                draw(STYLE_EDGE, 2, os.path.join(folder, "style.f32")))
    threads = str(options.threads)
    ours = [options.scumble, nets, threads] + pictures
    engines = [Engine("scumble", ours), Engine("scumble, fresh", ours, "fresh")]
    if options.ncnn and not alien:
        engines.append(Engine("ncnn", [options.ncnn, nets, threads] + pictures))
    if options.onnxruntime:
        engines.append(Engine("onnxruntime", ["node", os.path.join(HERE, "runner-onnxruntime.js"),
                                              options.onnxruntime, onnx, threads] + pictures))
    return engines, alien


def check(engines, alien, folder):
    """Runs every engine once; returns how far the others' pictures are from the first one's."""
    path = os.path.join(folder, "picture.f32")
    pictures = []
    for engine in engines:
        engine.run()
        pictures.append(engine.picture(path))
    differences = [float(np.abs(p - pictures[0]).max()) for p in pictures]
    if not alien and max(differences) > TOLERANCE:
        sys.exit("The pictures differ: %s" % dict(zip([e.name for e in engines], differences)))
    return differences


def measure(case, options):
    """Returns rows (case, engine, seconds of every run, largest difference, peak in MiB)."""
    with tempfile.TemporaryDirectory() as folder:
        engines, alien = start(case, options, folder)
        differences = check(engines, alien, folder)
        for _ in range(options.runs):
            for engine in engines:
                time.sleep(PAUSE)
                engine.seconds.append(engine.run())
        rows = [(case, e.name, e.seconds, None if alien else d, e.peak())
                for e, d in zip(engines, differences)]
        for engine in engines:
            engine.close()
    return rows


def write_runs(rows, path):
    with open(path, "w") as f:
        f.write("case\tengine\trun\tseconds\n")
        for case, engine, seconds, _, _ in rows:
            for i, s in enumerate(seconds):
                f.write("%s\t%s\t%d\t%.6f\n" % (case, engine, i, s))


def ratio(row, rows):
    """The median over the turns of Scumble's seconds over this engine's, turn by turn."""
    ours = next(r for r in rows if r[0] == row[0] and r[1] == "scumble")
    return statistics.median(a / b for a, b in zip(ours[2], row[2]))


def write_table(rows, options, path):
    with open(path, "w") as f:
        f.write("%d threads, medians of %d runs in turn; the style has %d x %d pixels.\n\n"
                % (options.threads, options.runs, STYLE_EDGE, STYLE_EDGE))
        f.write("| case | engine | seconds | range | Scumble / engine | differs by | peak MiB |\n"
                "|---|---|---:|---|---:|---:|---:|\n")
        for row in rows:
            case, engine, seconds, difference, peak = row
            f.write("| %s | %s | %.3f | %.3f to %.3f | %.2f | %s | %.0f |\n"
                    % (case, engine, statistics.median(seconds), min(seconds), max(seconds),
                       ratio(row, rows), "" if difference is None else "%.1e" % difference, peak))


def plot(rows, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    cases = list(dict.fromkeys(row[0] for row in rows))
    colours = {"scumble": "#c43c39", "scumble, fresh": "#de8f8d",
               "ncnn": "#4c72b0", "onnxruntime": "#8c8c8c"}
    figure, axes = pyplot.subplots(1, len(cases), figsize=(2.6 * len(cases), 3.6))
    for axis, case in zip(np.atleast_1d(axes), cases):
        for i, (_, engine, seconds, _, _) in enumerate(r for r in rows if r[0] == case):
            axis.bar(i, statistics.median(seconds), color=colours[engine], width=0.7)
            axis.plot([i] * len(seconds), seconds, ".", color="black", markersize=3)
        names = [row[1] for row in rows if row[0] == case]
        axis.set_xticks(range(len(names)))
        axis.set_xticklabels(names, rotation=30, ha="right", fontsize=8)
        axis.set_title(case, fontsize=9)
        axis.set_ylim(bottom=0)
    np.atleast_1d(axes)[0].set_ylabel("seconds")
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nets", required=True)
    parser.add_argument("--scumble", required=True)
    parser.add_argument("--onnxruntime", metavar="NODE_MODULES")
    parser.add_argument("--ncnn", metavar="RUNNER")
    parser.add_argument("--output", required=True)
    parser.add_argument("--case", action="append", metavar="NETWORK:EDGE")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    os.makedirs(options.output, exist_ok=True)

    rows = []
    for case in options.case or CASES:
        rows += measure(case, options)
        write_runs(rows, os.path.join(options.output, "compare.tsv"))
        write_table(rows, options, os.path.join(options.output, "compare.md"))
    plot(rows, os.path.join(options.output, "compare.png"))
    with open(os.path.join(options.output, "compare.md")) as f:
        print(f.read())


if __name__ == "__main__":
    main()
