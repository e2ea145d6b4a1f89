#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells when the preview of the dialog changes, to some milliseconds.

    watch.py REST COMMAND...

Runs COMMAND, and prints when, in seconds after that, the window was there, unless it had been,
and when the middle of its preview changed, until it has rested for REST seconds."""
import subprocess
import sys
import time

import gi
gi.require_version("Gdk", "3.0")
gi.require_version("GdkX11", "3.0")
from gi.repository import Gdk, GdkX11

MIDDLE = 297, 226, 160, 160  # of the window: x, y, width, height
PATIENCE = 120.0             # seconds


def find_window():
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Scumble"],
                           stdout=subprocess.PIPE, text=True).stdout.split()
    return GdkX11.X11Window.foreign_new_for_display(Gdk.Display.get_default(), int(found[-1])) \
        if found else None


def picture(window):
    pixbuf = Gdk.pixbuf_get_from_window(window, *MIDDLE)
    return None if pixbuf is None else bytes(pixbuf.get_pixels())


def main():
    rest, command = float(sys.argv[1]), sys.argv[2:]
    window = find_window()
    seen = None if window is None else picture(window)
    begun = time.monotonic()
    times = []
    subprocess.run(command, check=True)
    while window is None and time.monotonic() < begun + PATIENCE:
        window = find_window()
        if window is not None:
            print(f"window {time.monotonic() - begun:.2f}", end=" ")
    changed = None
    while window is not None and time.monotonic() < begun + PATIENCE:
        now = picture(window)
        if now is not None and now != seen:
            changed = time.monotonic()
            if seen is not None or len(set(now)) > 8:
                times.append(changed - begun)
            seen = now
        if changed is not None and time.monotonic() > changed + rest:
            break
        time.sleep(0.005)
    print("changes", *[f"{t:.2f}" for t in times])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()
