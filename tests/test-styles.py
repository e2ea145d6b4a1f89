#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The styles in the box: test-styles.py SOURCE-FOLDER

Every picture is listed, installed, titled in every language, made by make.py, large enough and
small enough; and one that is made again is the same.
"""
import configparser
import importlib
import os
import re
import struct
import sys
import unittest

SOURCE = sys.argv[1]
FOLDER = os.path.join(SOURCE, "weights", "styles")


def size(path):
    """Width and height of a JPEG, from its frame header."""
    with open(path, "rb") as f:
        data = f.read()
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", data[at + 5:at + 9])
    return width, height


class Styles(unittest.TestCase):
    def setUp(self):
        self.files = sorted(name for name in os.listdir(FOLDER) if name.endswith(".jpg"))
        self.index = configparser.RawConfigParser(interpolation=None)
        self.index.optionxform = str
        self.index.read(os.path.join(FOLDER, "styles.ini"), "utf-8")

    def test_listed(self):
        with open(os.path.join(FOLDER, "meson.build")) as f:
            installed = re.findall(r"'([^']+\.jpg)'", f.read())
        self.assertEqual(self.files, sorted(self.index.sections()))
        self.assertEqual(self.files, installed)
        self.assertGreaterEqual(len(self.files), 10)

    def test_titles(self):
        with open(os.path.join(SOURCE, "po", "LINGUAS")) as f:
            keys = {"Title"} | {"Title[%s]" % language for language in f.read().split()}
        for name in self.index.sections():
            self.assertEqual(set(self.index[name]), keys, name)
            self.assertTrue(all(self.index[name].values()), name)
        titles = [self.index[name]["Title"] for name in self.index.sections()]
        self.assertEqual(len(set(titles)), len(titles))

    def test_sizes(self):
        paths = [os.path.join(FOLDER, name) for name in self.files]
        for path in paths:
            self.assertGreaterEqual(min(size(path)), 512, path)
            self.assertLessEqual(max(size(path)), 1024, path)
        self.assertLess(sum(map(os.path.getsize, paths)), 1.5e6)

    def test_made(self):
        """make.py knows every picture, and chance is the seed's alone."""
        sys.path.insert(0, FOLDER)
        try:
            make = importlib.import_module("make")
        except ImportError as missing:
            self.skipTest("make.py needs a package: %s" % missing)
        import numpy
        self.assertEqual(self.files, sorted(name + ".jpg" for name in make.PICTURES))
        picture, seed = make.PICTURES["breakers"]
        once, again = (picture(numpy.random.default_rng(seed)) for _ in range(2))
        numpy.testing.assert_array_equal(once, again)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
