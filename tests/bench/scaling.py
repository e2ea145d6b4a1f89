#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows how the engine's work divides among more cores than there are.

    scaling.py BENCH VIRTUAL_CORES FOLDER [--methods adain,...] [--edges 512,1024,4096]
               [--cores 1,2,4,8,16] [--runs N] [--rounds N]

Runs BENCH with the library VIRTUAL_CORES in place of OpenMP's runtime: as many threads as cores,
in turns on one real core. Every piece of work counts with the least time of all runs, since
whatever else the machine does only ever adds; then the pieces are dealt out to so many cores as
OpenMP would. Numbers of cores are measured in turn, round by round. What is not modelled is told
in virtual-cores.c. FOLDER receives scaling.md, with milliseconds of every stage, where they go on
the most cores, and how much memory layers would move a second; and, where matplotlib is
installed, scaling.png.
"""
import argparse
import bisect
import collections
import heapq
import os
import subprocess
import sys
import tempfile

METHODS = ["adain", "sanet", "metanet", "metastyle"]
# What "bench stylize" and "bench adapt" read the time for: see find_stages().
STAGES = ["encode", "survey", "paint"]
LESSONS = ["learn scales and shifts", "learn everything"]
LARGE = 2048   # pixels; larger pictures are painted once after a warm-up
DETAIL = 1024  # pixels: whose regions and layers are told, where that is measured
ROWS = 6       # of regions for each stage

Region = collections.namedtuple("Region", "where before pieces")


# ---- What virtual-cores.c writes ----

def read_log(path):
    """[[nanoseconds of serial code or Region, ...] of each lap]"""
    laps, events = [], []
    with open(path, encoding="ascii") as file:
        for line in file:
            kind, *fields = line.rstrip("\n").split("\t")
            if kind == "lap":
                laps.append(events)
                events = []
            elif kind == "serial":
                events.append(int(fields[0]))
            else:
                before, pieces = ([int(ns) for ns in field.split()] for field in fields[1:])
                events.append(Region(int(fields[0], 16), before, pieces))
    return laps


def shortest(events):
    """Of several that are the same piece of work."""
    if isinstance(events[0], int):
        return min(events)
    if len({(e.where, len(e.before), len(e.pieces)) for e in events}) > 1:
        raise ValueError("runs differ in what they do")
    return Region(events[0].where, [min(ns) for ns in zip(*(e.before for e in events))],
                  [min(ns) for ns in zip(*(e.pieces for e in events))])


def least(laps):
    """One lap of the shortest times of several laps."""
    if len({len(lap) for lap in laps}) > 1:
        raise ValueError("runs differ in what they do")
    return [shortest(events) for events in zip(*laps)]


def lasts(event):
    """Milliseconds; pieces go to whoever asks first."""
    if isinstance(event, int):
        return event / 1e6
    clocks = list(event.before)
    heapq.heapify(clocks)
    for piece in event.pieces:
        heapq.heapreplace(clocks, clocks[0] + piece)
    return max(clocks) / 1e6


def work(event):
    """Milliseconds of all cores together."""
    return (event if isinstance(event, int) else sum(event.before) + sum(event.pieces)) / 1e6


def span(lap):
    return sum(map(lasts, lap))


def find_stages(measure, laps, runs):
    """{stage: its lap in every run}. "stylize" reads the time when it begins, before its first
    stage, after every stage and at its end, "adapt" when it begins and at its end, twice; but
    neither at the end of a warm-up."""
    if measure == "stylize":
        if len(laps) != 5 + 6 * runs:
            raise ValueError("bench reads the time more or less often than was thought")
        return {stage: laps[5 + 2 + i::6] for i, stage in enumerate(STAGES)}
    half = 1 + 2 * runs
    if len(laps) != 2 * half:
        raise ValueError("bench reads the time more or less often than was thought")
    return {lesson: laps[i * half + 2:(i + 1) * half:2] for i, lesson in enumerate(LESSONS)}


# ---- Measuring ----

def bench(options, cores, runs, arguments, log=None):
    """What bench prints, on so many virtual cores."""
    environment = {**os.environ, "LD_PRELOAD": options.library}
    if log is not None:
        environment["VIRTUAL_CORES_LOG"] = log
    return subprocess.run([options.bench, "--threads", str(cores), "--runs", str(runs), *arguments],
                          check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def measure(options, arguments, runs, rounds):
    """{cores: {stage: the lap of the shortest times}}"""
    laps = {cores: collections.defaultdict(list) for cores in options.cores}
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        for _ in range(rounds):
            for cores in options.cores:
                bench(options, cores, runs, arguments, log)
                for stage, found in find_stages(arguments[-1], read_log(log), runs).items():
                    laps[cores][stage] += found
    return {cores: {stage: least(found) for stage, found in stages.items()}
            for cores, stages in laps.items()}


def check_runtime(options):
    """Whatever bench wants of OpenMP must be in the library, or two runtimes would mix."""
    def symbols(*command):
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return {line.split()[-1].split("@")[0] for line in text.splitlines() if line.strip()}
    wanted = {name for name in symbols("nm", "-u", options.bench)
              if name.startswith(("GOMP_", "omp_"))}
    missing = wanted - symbols("nm", "-D", "--defined-only", options.library)
    if missing:
        sys.exit("virtual-cores.c lacks " + ", ".join(sorted(missing)))


# ---- Telling ----

def speed_table(options, results):
    """RESULTS: {(what, size): {cores: {stage: lap}}}"""
    most = options.cores[-1]
    yield ("| what | picture | stage | " + " | ".join("%d, ms" % n for n in options.cores) +
           " | %d cores: times as fast |\n" % most + "|---|---|---|" +
           "---:|" * (len(options.cores) + 1) + "\n")
    for (what, size), found in results.items():
        stages = list(found[most])
        for stage in stages + (["all"] if stages == STAGES else []):
            spans = [sum(span(found[n][s]) for s in (stages if stage == "all" else [stage]))
                     for n in options.cores]
            if spans[0] >= 1.0:  # others are only a look at what is there
                yield ("| %s | %s | %s | %s | %.1f |\n"
                       % (what, size, stage, " | ".join("%.1f" % ms for ms in spans),
                          spans[0] / spans[-1]))


def function_names(program):
    """A function from distances in the program to the names of functions."""
    text = subprocess.run(["nm", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = sorted((int(fields[0], 16), fields[2]) for fields in map(str.split, text.splitlines())
                   if len(fields) == 3 and fields[1] in "tT")
    starts = [start for start, _ in found]
    return lambda where: found[bisect.bisect(starts, where) - 1][1].split("._omp_fn")[0]


def gather(lap, name_of):
    """{(kind, function): [calls, most threads, ms of work, ms that it lasts]}"""
    found, before = {}, "the beginning"
    for event in lap:
        if isinstance(event, int):
            key, threads = ("after", before), 1
        else:
            before = name_of(event.where)
            key, threads = ("in", before), len(event.before)
        row = found.setdefault(key, [0, 0, 0.0, 0.0])
        row[0] += 1
        row[1] = max(row[1], threads)
        row[2] += work(event)
        row[3] += lasts(event)
    return found


def detail_table(options, results):
    """Where the time goes on the most cores, what waits for others first."""
    most, name_of = options.cores[-1], function_names(options.bench)
    yield ("\n| %d cores | stage | where | times | threads | ms of work | lasts, ms | of it waiting |\n"
           "|---|---|---|---:|---:|---:|---:|---:|\n" % most)
    for (what, size), found in results.items():
        if size != "%d x %d" % (DETAIL, DETAIL) and list(found[most]) == STAGES:
            continue
        for stage, lap in found[most].items():
            rows = gather(lap, name_of).items()
            for (kind, name), row in sorted(rows, key=lambda r: r[1][2] / most - r[1][3])[:ROWS]:
                waits = row[3] - row[2] / most
                if waits > span(lap) / 200:
                    yield ("| %s | %s | %s %s | %d | %d | %.2f | %.2f | %.2f |\n"
                           % (what, stage, kind, name, *row, waits))


def traffic_table(options):
    """What each layer reads and writes, once each, in a second of all its cores."""
    few, most = options.cores[0], options.cores[-1]
    rates = {}
    for cores in (few, most):
        edge = min(DETAIL, options.edges[-1])
        for line in bench(options, cores, 3, ["--edge", str(edge), "layers"]).splitlines():
            fields = line.split("\t")
            if fields[0] == "traffic":
                rates.setdefault((fields[1], fields[2]), []).append(float(fields[5]))
    yield ("\n| layer | cells | GB/s, %d core | %d cores |\n|---|---|---:|---:|\n" % (few, most))
    for (name, size), found in rates.items():
        yield "| %s | %s | %.1f | %.1f |\n" % (name, size, *found)


def plot(options, results, path):
    from matplotlib import pyplot
    sizes = list(dict.fromkeys(size for _, size in results))
    figure, axes = pyplot.subplots(1, len(sizes), figsize=(3.6 * len(sizes), 3.6), squeeze=False)
    for axis, size in zip(axes[0], sizes):
        axis.plot(options.cores, options.cores, color="#8c8c8c", linewidth=1, linestyle=":")
        for (what, own), found in results.items():
            totals = [sum(map(span, found[n].values())) for n in options.cores]
            if own == size:
                axis.plot(options.cores, [totals[0] / t for t in totals], "o-", label=what)
        axis.set(title=size, xlabel="cores", ylabel="times as fast as one")
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    def numbers(text):
        return [int(part) for part in text.split(",")]
    parser.add_argument("bench")
    parser.add_argument("library")
    parser.add_argument("folder")
    parser.add_argument("--methods", default=METHODS, type=lambda text: text.split(","))
    parser.add_argument("--edges", default=[512, 1024, 4096], type=numbers)
    parser.add_argument("--cores", default=[1, 2, 4, 8, 16], type=numbers)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    check_runtime(options)

    results = {}
    for edge in options.edges:
        for method in options.methods:
            print("scaling", method, edge, file=sys.stderr, flush=True)
            runs, rounds = (1, 1) if edge > LARGE else (options.runs, options.rounds)
            results[method, "%d x %d" % (edge, edge)] = measure(
                options, ["--method", method, "--edge", str(edge), "stylize"], runs, rounds)
    if "metastyle" in options.methods:
        print("scaling learning", file=sys.stderr, flush=True)
        edge = options.edges[0]
        results["metastyle", "%d x %d, learning" % (edge, edge)] = measure(
            options, ["--edge", str(edge), "adapt"], options.runs, 1)

    path = os.path.join(options.folder, "scaling.md")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(speed_table(options, results))
        file.writelines(detail_table(options, results))
        file.writelines(traffic_table(options))
    try:
        import matplotlib
        matplotlib.use("Agg")
        plot(options, results, os.path.join(options.folder, "scaling.png"))
    except ImportError:
        print("matplotlib is not installed: no plot.", file=sys.stderr)
    with open(path, encoding="utf-8") as file:
        print(file.read())


if __name__ == "__main__":
    main()
