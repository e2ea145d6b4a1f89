#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A window at the right edge of the screen from which files can be dragged.

    drag-source.py FILE...

As a file manager gives them: by their addresses. Prints "ready" when it is there."""
import sys

import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gio, Gtk

EDGE = 32


def give(widget, context, data, info, time):
    data.set_uris([Gio.File.new_for_path(path).get_uri() for path in sys.argv[1:]])


def main():
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(EDGE, EDGE)
    box = Gtk.EventBox()
    box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    box.drag_source_add_uri_targets()
    box.connect("drag-data-get", give)
    window.add(box)
    window.move(Gdk.get_default_root_window().get_width() - EDGE, 0)
    window.connect("map-event", lambda *_: print("ready", flush=True))
    window.show_all()
    Gtk.main()


if __name__ == "__main__":
    main()
