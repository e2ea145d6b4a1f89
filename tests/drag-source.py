#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A window at the right edge of the screen from which files, or anything else, can be dragged.

    drag-source.py FILE...
    drag-source.py --type TYPE TEXT

Files are given as file managers do: by their addresses. Prints "ready" when it is there."""
import sys

import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gio, Gtk

EDGE = 32


def give_files(widget, context, data, info, time):
    data.set_uris([Gio.File.new_for_path(path).get_uri() for path in sys.argv[1:]])


def give_text(widget, context, data, info, time):
    data.set(data.get_target(), 8, sys.argv[3].encode())


def main():
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(EDGE, EDGE)
    box = Gtk.EventBox()
    if sys.argv[1] == "--type":
        targets = [Gtk.TargetEntry.new(sys.argv[2], 0, 0)]
        box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, targets, Gdk.DragAction.COPY)
        box.connect("drag-data-get", give_text)
    else:
        box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
        box.drag_source_add_uri_targets()
        box.connect("drag-data-get", give_files)
    window.add(box)
    window.move(Gdk.get_default_root_window().get_width() - EDGE, 0)
    window.connect("map-event", lambda *_: print("ready", flush=True))
    window.show_all()
    Gtk.main()


if __name__ == "__main__":
    main()
