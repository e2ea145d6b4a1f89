#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the engine and writes what it saw as tables and plots.

    report.py BENCH FOLDER [--full NETS/full] [--largest MP] [--peers PEERS]

FOLDER receives bench.tsv with every line that BENCH printed, bench.md, which ends with what is to
be reached, and, where matplotlib is installed, layers.png and linear.png. NETS/full, from
export.py, adds the full-width network. PEERS, by default $SCUMBLE_PEERS, is a folder of other
engines to compare with: nets/ from export.py, node_modules/ with onnxruntime-node, runner-ncnn
(compare.py says how to make them); FOLDER/compare receives what compare.py writes.
"""
import argparse
import os
import statistics
import subprocess
import sys

import goals

SIZES = [1, 2, 4, 8, 12, 24, 48, 100]  # megapixels
EDGES = [512, 1024, 2048]
METHODS = ["sanet", "metanet", "metastyle"]  # beyond AdaIN, those whose weights are there
# Megapixels, and the MiB that they are to be painted in.
SPARING = [(24, 512), (100, 1024)]
PLENTY = 8192  # MiB, where memory is not to be what limits
SOME = 24      # megapixels; the larger ones are painted twice, the others three times
WEIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "weights")
FIELDS = ["measure", "case", "size", "threads", "seconds", "figure", "unit"]


def plan(options):
    """The argument lists of all calls of bench; each is a process of its own."""
    full = ["--models", options.full] if options.full else None
    calls = [["machine", "--threads", "1"], ["machine"], ["layers", "--threads", "1"], ["layers"]]
    calls += [["stylize", "--edge", str(edge)] for edge in EDGES]
    calls += [["stylize", "--edge", "512"] + full] if full else []
    calls += [["stylize", "--method", method, "--edge", str(edge)]
              for method in METHODS for edge in EDGES[:2]
              if os.path.exists(os.path.join(options.weights, method + ".safetensors"))]
    calls += [["tiles", "--edge", "1024"], ["strength"], ["first-picture"]]
    for mp in SIZES:
        if mp <= options.largest:
            # Budgets in turn, as they are compared.
            budgets = [PLENTY] + [mib for size, mib in SPARING if size == mp]
            for mib in budgets * (3 if mp <= SOME else 2):
                calls.append(["size", "--pixels", str(mp), "--memory", str(mib), "--runs", "1"])
    return calls


def measure(options):
    """Returns one dictionary for each line; a failing measure is told and left out."""
    rows = []
    for call in plan(options):
        print("bench", *call, file=sys.stderr, flush=True)
        # A busy machine would put all threads on one core now and then.
        done = subprocess.run([options.bench] + call, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "OMP_PROC_BIND": "spread"})
        if done.returncode != 0:
            print("failed with %d" % done.returncode, file=sys.stderr)
            options.failed = True
        for line in done.stdout.splitlines():
            row = dict(zip(FIELDS, line.split("\t")))
            row["case"] += " full" if options.full in call and options.full else ""
            rows.append(row)
    return rows


def select(rows, measure, **wanted):
    return [r for r in rows if r["measure"] == measure and
            all(r[key] == value for key, value in wanted.items())]


def value(rows, measure, **wanted):
    found = select(rows, measure, **wanted)
    return float(found[-1]["figure"]) if found else float("nan")


def write_tsv(rows, path):
    with open(path, "w") as f:
        f.write("\t".join(FIELDS) + "\n")
        f.writelines("\t".join(row[key] for key in FIELDS) + "\n" for row in rows)


def limits(rows, threads):
    return (value(rows, "machine", case="sgemm", threads=threads),
            value(rows, "machine", case="add", threads=threads))


def layer_table(rows, threads):
    """Every layer's time, rate and traffic, and its share of what the machine could do."""
    sgemm, memory = limits(rows, threads)
    yield ("\n%s thread(s): sgemm %.0f GFLOP/s, memory %.1f GB/s\n\n"
           "| layer | ms | GFLOP/s of the definition | times sgemm | GB/s |\n"
           "|---|---:|---:|---:|---:|\n" % (threads, sgemm, memory))
    for row in select(rows, "layer", threads=threads) + select(rows, "layers", threads=threads):
        rate = float(row["figure"])
        traffic = value(rows, "traffic", case=row["case"], threads=threads)
        yield ("| %s %s | %.2f | %.0f | %.2f | %s |\n"
               % (row["case"], row["size"], float(row["seconds"]) * 1e3, rate, rate / sgemm,
                  "" if traffic != traffic else "%.1f" % traffic))


def write_tables(rows, path):
    with open(path, "w") as f:
        f.write("| measure | case | size | threads | seconds | figure | unit |\n"
                "|---|---|---|---:|---:|---:|---|\n")
        for row in rows:
            if row["measure"] not in ("layer", "layers", "traffic"):
                f.write("| %s |\n" % " | ".join(row[key] for key in FIELDS))
        for threads in sorted({row["threads"] for row in select(rows, "layer")}):
            f.writelines(layer_table(rows, threads))
        slope, offset, worst = fit(rows)
        f.write("\nSeconds for n megapixels: %.3f n %+.3f; the farthest point is off by %.0f %%.\n"
                % (slope, offset, 100 * worst))


def points(rows, measure, field, budget):
    """[(megapixels, median of a field)] of the pictures painted within a budget."""
    found = {}
    for row in select(rows, measure, case=budget):
        w, h = map(int, row["size"].split("x"))
        found.setdefault(w * h / 1e6, []).append(float(row[field]))
    return [(mp, statistics.median(values)) for mp, values in found.items()]


def sparing(rows):
    """(what, MiB allowed, MiB resident, seconds, seconds without limit) of each budget."""
    for mp, mib in SPARING:
        budget = "%d MiB" % mib
        seconds = dict(points(rows, "size", "seconds", budget))
        plenty = dict(points(rows, "size", "seconds", "%d MiB" % PLENTY))
        resident = dict(points(rows, "resident", "figure", budget))
        for size in seconds:
            if round(size) == mp and size in plenty:
                yield "%d MP in %s" % (mp, budget), mib, resident[size], seconds[size], plenty[size]


def all_goals(rows, options):
    """(what, bar, seen, note) as goals.write() wants them."""
    nothing = "no folder of other engines: --peers or SCUMBLE_PEERS"
    folder = os.path.join(options.folder, "compare")
    runner = os.path.join(os.path.dirname(options.bench), "runner")
    if options.peers:
        os.makedirs(folder, exist_ok=True)
        yield from goals.peer_goals(goals.compare(options.peers, runner, folder))
    else:
        yield from ((what, bar, seen, nothing) for what, bar, seen, _ in goals.peer_goals({}))
    for threads in ("1", "2"):
        yield ("full-width 3x3 layers, %s thread(s): times sgemm" % threads, -2.5,
               value(rows, "layers", case="full", threads=threads) / limits(rows, threads)[0], "")
    yield ("strength change: ms", 60, value(rows, "strength", case="adain"), "")
    yield ("first picture, 12 MP: ms", 1500, value(rows, "first-picture", case="adain"), "")
    seconds, why = goals.gmic(1024)
    ours = [float(r["seconds"]) for r in select(rows, "stylize", case="adain", size="1024x1024")]
    yield ("G'MIC's Stylize, 1024: times as long", -50, seconds / (ours or [float("nan")])[0], why)
    yield ("1 to 100 MP: farthest from a line, %", 10, 100 * fit(rows)[2], "")
    yield from goals.sparing_goals(sparing(rows))


def fit(rows):
    """The line through the sizes that is off by the least share: slope, offset, worst share."""
    data = points(rows, "size", "seconds", "%d MiB" % PLENTY)
    if len(data) < 2:
        return float("nan"), float("nan"), float("nan")
    s = [sum(x ** i * y ** j / y ** 2 for x, y in data)
         for i, j in ((0, 0), (1, 0), (2, 0), (0, 1), (1, 1))]
    slope = (s[0] * s[4] - s[1] * s[3]) / (s[0] * s[2] - s[1] ** 2)
    offset = (s[3] - slope * s[1]) / s[0]
    return slope, offset, max(abs(slope * x + offset - y) / y for x, y in data)


def plot_sizes(pyplot, rows, path):
    slope, offset, _ = fit(rows)
    data = points(rows, "size", "seconds", "%d MiB" % PLENTY)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6))
    xs = [data[0][0] * (data[-1][0] / data[0][0]) ** (i / 50) for i in range(51)]
    left.loglog(xs, [slope * x + offset for x in xs], color="#8c8c8c",
                label="%.3f s/MP %+.3f s" % (slope, offset))
    for budget in dict.fromkeys(row["case"] for row in select(rows, "size")):
        left.loglog(*zip(*points(rows, "size", "seconds", budget)), "o", label=budget)
        right.semilogx(*zip(*points(rows, "resident", "figure", budget)), "o-", label=budget)
    left.set(xlabel="megapixels", ylabel="seconds")
    right.set(xlabel="megapixels", ylabel="MiB resident at once")
    left.legend(fontsize=8)
    right.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def plot_layers(pyplot, rows, path):
    """A roofline for each number of threads: the definition's operations per byte of traffic,
    under what memory and five times sgemm (Winograd's F(6x6, 3x3)) allow."""
    counts = sorted({row["threads"] for row in select(rows, "layer")}, key=int)
    figure, axes = pyplot.subplots(1, len(counts), figsize=(4.6 * len(counts), 4), squeeze=False)
    for axis, threads in zip(axes[0], counts):
        sgemm, memory = limits(rows, threads)
        xs = [2 ** (i / 4) for i in range(8, 45)]
        axis.loglog(xs, [min(x * memory, 324 / 64 * sgemm) for x in xs], color="black", linewidth=1)
        axis.axhline(sgemm, color="#8c8c8c", linewidth=1, linestyle=":")
        for network, colour in (("compact", "#c43c39"), ("full", "#4c72b0")):
            rates = [r for r in select(rows, "layer", threads=threads)
                     if r["case"].startswith(network)]
            x = [float(r["figure"]) / value(rows, "traffic", case=r["case"], threads=threads)
                 for r in rates]
            axis.loglog(x, [float(r["figure"]) for r in rates], ".", color=colour, label=network)
        axis.set(title="%s thread(s)" % threads, xlabel="operations of the definition per byte",
                 ylabel="GFLOP/s of the definition")
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bench")
    parser.add_argument("folder")
    parser.add_argument("--full", metavar="FOLDER")
    parser.add_argument("--weights", metavar="FOLDER", default=WEIGHTS)
    parser.add_argument("--peers", metavar="FOLDER", default=os.environ.get("SCUMBLE_PEERS"))
    parser.add_argument("--largest", type=float, default=SIZES[-1], metavar="MP")
    options = parser.parse_args(namespace=argparse.Namespace(failed=False))
    os.makedirs(options.folder, exist_ok=True)

    rows = measure(options)
    write_tsv(rows, os.path.join(options.folder, "bench.tsv"))
    write_tables(rows, os.path.join(options.folder, "bench.md"))
    goals.write(all_goals(rows, options), os.path.join(options.folder, "bench.md"))
    try:
        import matplotlib
        matplotlib.use("Agg")
        from matplotlib import pyplot
        plot_sizes(pyplot, rows, os.path.join(options.folder, "linear.png"))
        plot_layers(pyplot, rows, os.path.join(options.folder, "layers.png"))
    except ImportError:
        print("matplotlib is not installed: no plots.", file=sys.stderr)
    with open(os.path.join(options.folder, "bench.md")) as f:
        print(f.read())
    return options.failed


if __name__ == "__main__":
    sys.exit(main())
