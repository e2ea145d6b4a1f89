#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No two labels of the dialog that can be used at a time share a mnemonic, in any language.

    mnemonics.py SOURCE-FOLDER"""
import os
import re
import sys

from catalogue import translations

root = sys.argv[1]

# Where the labels of the main window are. Other windows are small, and have few.
WINDOW = ["ui/dialog.ui", "ui/learn-from.ui", "ui/learn-panel.ui", "ui/settings-panel.ui",
          "ui/style-chooser.ui", "ui/style-panel.ui", "ui/viewer.ui", "engine/params.c"]

# What one method has of its own is never seen with what another has.
METHODS = [("Ble_nd strokes", "_Avoid repetition"),
           ("Lear_ning", "_What changes", "Learnin_g from", "Le_arn", "Sto_p")]

# Learning can be stopped while it goes on, when all but these is insensitive.
LEARNING = ("Sto_p", "_Help", "_Cancel", "_Original only", "Split _view")

LABEL = re.compile(r'translatable="yes">([^<]*_[^<]*)<|N?_\("([^"]*_[^"]*)"\)')


def read(path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def labels():
    found = []
    for path in WINDOW:
        # What is before a template is a window of its own.
        for match in LABEL.finditer(read(path).split("<template")[-1]):
            label = match.group(1) or match.group(2)
            if mnemonic(label) is not None:
                found.append(label)
    return found


def mnemonic(label):
    match = re.search(r"_(\w)", label.replace("__", ""))
    return match.group(1).lower() if match else None


def apart(a, b):
    if "Sto_p" in (a, b) and not (a in LEARNING and b in LEARNING):
        return True
    owners = [next((i for i, group in enumerate(METHODS) if label in group), None)
              for label in (a, b)]
    return None not in owners and owners[0] != owners[1]


def clashes(language, catalogue):
    seen = {}
    for label in labels():
        shown = catalogue.get(label) or label
        letter = mnemonic(shown)
        if letter is None:
            yield f"{language}: \"{shown}\" has no mnemonic"
            continue
        for other in seen.get(letter, []):
            if not apart(label, other):
                yield f"{language}: \"{shown}\" and \"{catalogue.get(other) or other}\""
        seen.setdefault(letter, []).append(label)


def main():
    for label in LEARNING + METHODS[0] + METHODS[1]:
        assert label in labels(), f"\"{label}\" is not in the dialog any more"
    assert len(labels()) >= 24, f"only {len(labels())} labels found: look for others elsewhere"
    languages = read("po/LINGUAS").split()
    found = list(clashes("en", {}))
    for language in languages:
        found += clashes(language, dict(translations(read(f"po/{language}.po"))))
    print("\n".join(found))
    sys.exit(1 if found else 0)


main()
