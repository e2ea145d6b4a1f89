#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether pictures are the same on any number of cores, real ones and virtual ones.

    same-pictures.py STYLIZE VIRTUAL_CORES
"""
import os
import subprocess
import sys
import tempfile

import methods

CASES = [[method] for method in methods.METHODS] + [["metastyle", "--updates", "1"]]


def paint(stylize, library, threads, folder, case):
    """The bytes of a picture file."""
    result = os.path.join(folder, "result.png")
    environment = {**os.environ, **({"LD_PRELOAD": library} if library else {})}
    subprocess.run([stylize, "--threads", str(threads), "--method", *case,
                    os.path.join(folder, "content.ppm"), os.path.join(folder, "style.ppm"), result],
                   check=True, stdout=subprocess.DEVNULL, env=environment)
    with open(result, "rb") as file:
        return file.read()


def main():
    stylize, library = sys.argv[1:]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        methods.draw(os.path.join(folder, "content.ppm"), 420, 300, 1)
        methods.draw(os.path.join(folder, "style.ppm"), 200, 180, 2)
        for case in CASES:
            one = paint(stylize, None, 1, folder, case)
            for name, preloaded, threads in (("two cores", None, 2), ("3 virtual cores", library, 3),
                                             ("16 virtual cores", library, 16)):
                if paint(stylize, preloaded, threads, folder, case) != one:
                    print("%s: another picture on %s than on one" % (" ".join(case), name))
                    failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main())
