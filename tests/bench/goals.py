# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine is to reach, what was seen, and why something was not."""
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WEIGHTS = os.path.join(HERE, "..", "..", "weights")
SQUARES = [512, 1024, 2048]
# The settings that G'MIC's dialog begins with.
STYLIZE = "0,6,0,0,0.5,2,3,0.5,0.1,3,3,0,0.7,1,0,1,0,5,5,7,1,30,2,2,1.85,0"


def compare(peers, runner, folder):
    """Calls compare.py for what lies in the folder PEERS: nets/ from export.py, node_modules/ with
    onnxruntime-node, and runner-ncnn. Returns {case: {engine: [seconds of every run]}}."""
    nets, node, ncnn = (os.path.join(peers, n) for n in ("nets", "node_modules", "runner-ncnn"))
    cases = [(os.path.join(nets, "full"), "full:512")]
    cases += [(os.path.join(nets, "compact"), "compact:%d" % n) for n in SQUARES]
    if os.path.exists(node):
        cases.append((os.path.join(nets, "MicroAst.onnx"), "MicroAst.onnx:1024"))
    command = [sys.executable, os.path.join(HERE, "compare.py"), "--nets", nets,
               "--scumble", runner, "--output", folder]
    command += ["--onnxruntime", node] if os.path.exists(node) else []
    command += ["--ncnn", ncnn] if os.path.exists(ncnn) else []
    found = [case for path, case in cases if os.path.exists(path)]
    if not found:
        return {}
    for case in found:
        command += ["--case", case]
    print("compare", *found, file=sys.stderr, flush=True)
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode != 0:
        print("compare.py failed", file=sys.stderr)

    seen = {}
    path = os.path.join(folder, "compare.tsv")
    if os.path.exists(path):
        with open(path) as f:
            for row in csv.DictReader(f, delimiter="\t"):
                case = seen.setdefault(row["case"], {})
                case.setdefault(row["engine"], []).append(float(row["seconds"]))
    return seen


def gmic(edge):
    """Seconds of G'MIC's Stylize on two pictures in the box, or NaN with a word on why."""
    if shutil.which("gmic") is None:
        return float("nan"), "gmic is not installed"
    print("gmic fx_stylize", edge, file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        done = subprocess.run(["gmic", os.path.join(WEIGHTS, "styles", "breakers.jpg"),
                               "resize[-1]", "512,512,1,3,2", os.path.join(WEIGHTS, "example.jpg"),
                               "resize[-1]", "%d,%d,1,3,2" % (edge, edge), "fx_stylize", STYLIZE,
                               "output[-1]", os.path.join(folder, "result.png")],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.monotonic() - begun
        if done.returncode != 0 or not os.listdir(folder):
            return float("nan"), "gmic failed"
    return seconds, ""


def peer_ratio(seen, case, engines, ours="scumble"):
    """Scumble's time over that of the fastest of ENGINES, turn by turn: (ratio, note)."""
    runs = seen.get(case, {})
    there = [e for e in engines if e in runs]
    if not there or ours not in runs:
        return float("nan"), "%s: not there for %s; see compare.py" % (case, ", ".join(engines))
    fastest = min(there, key=lambda e: statistics.median(runs[e]))
    missing = [e for e in engines if e not in there]
    return (statistics.median(a / b for a, b in zip(runs[ours], runs[fastest])),
            fastest + (" alone; without %s" % ", ".join(missing) if missing else ""))


def peer_goals(seen):
    both = ["onnxruntime", "ncnn"]
    yield ("full width, 512: of onnxruntime's time", 0.35, *peer_ratio(seen, "full:512", both[:1]))
    yield ("full width, 512: of ncnn's time", 0.67, *peer_ratio(seen, "full:512", both[1:]))
    for edge in SQUARES:
        case = "compact:%d" % edge
        yield ("compact, %d: of the faster's time" % edge, 0.5, *peer_ratio(seen, case, both))
        yield ("the same, a fresh arena", 0.5, *peer_ratio(seen, case, both, "scumble, fresh"))
    yield ("compact, 1024: of MicroAST's time", 0.25,
           *peer_ratio(seen, "MicroAst.onnx:1024", both[:1]))


def sparing_goals(pairs):
    """PAIRS: (what, MiB allowed, MiB resident, seconds, seconds without limit)"""
    for what, allowed, resident, seconds, plenty in pairs:
        yield "%s: MiB resident" % what, allowed + 64, resident, ""
        yield "%s: of the unlimited time" % what, 1.25, seconds / plenty, ""


def write(goals, path):
    """GOALS: (what, at most, seen, note). A goal of at least x has a minus before x."""
    with open(path, "a") as f:
        f.write("\n| goal | bar | seen | | |\n|---|---:|---:|---|---|\n")
        for what, bar, seen, note in goals:
            least = bar < 0
            met = seen >= -bar if least else seen <= bar
            verdict = "not measured" if seen != seen else "met" if met else "missed"
            f.write("| %s | %s %g | %s | %s | %s |\n"
                    % (what, "at least" if least else "at most", abs(bar),
                       "" if seen != seen else "%.3g" % seen, verdict, note))
