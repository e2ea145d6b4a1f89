#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Published checkpoints, as far as they can be had: files of the same formats, names and shapes, of
noise, written without PyTorch.

    checkpoints.py FOLDER    writes all of them, narrow: what weights/import.py asks for
"""
import collections
import importlib
import io
import os
import pickle
import struct
import sys
import zipfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "weights"))
importer = importlib.import_module("import")
torchfile = importer.torchfile

# Channels at the five levels, in these files and in the published ones.
WIDTHS, PUBLISHED = (6, 8, 10, 12, 12), (64, 128, 256, 512, 512)


# What torch.save writes, without torch.

class Global:
    """Something that a pickle refers to by its module and name."""

    def __init__(self, module, name):
        self.module, self.name = module, name

    def __call__(self):
        raise AssertionError("only ever pickled")


REBUILD = Global("torch._utils", "_rebuild_tensor_v2")
TYPES = {np.dtype(code): Global("torch", name) for name, code in
         (("HalfStorage", "f2"), ("FloatStorage", "f4"), ("DoubleStorage", "f8"))}


class Storage:
    def __init__(self, array):
        self.array = array.ravel()


class Tensor:
    """A whole storage as a tensor, or a view of one."""

    def __init__(self, array, storage=None, offset=0, strides=None):
        self.shape = array.shape
        self.storage = storage or Storage(array)
        self.offset = offset
        self.strides = (tuple(n // array.itemsize for n in array.strides) if strides is None
                        else strides)

    def __reduce_ex__(self, protocol):
        return REBUILD, (self.storage, self.offset, self.shape, self.strides, False,
                         collections.OrderedDict())


class Pickler(pickle._Pickler):
    """keys: the storages' names, in the order of their appearance; older: the format."""

    def __init__(self, file, keys, older):
        super().__init__(file, 2)
        self.keys, self.older, self.storages, self.ids = keys, older, [], {}

    def persistent_id(self, thing):
        if not isinstance(thing, Storage):
            return None
        if id(thing) not in self.ids:
            n = len(self.storages)
            self.ids[id(thing)] = self.keys[n] if self.keys else str(n)
            self.storages.append(thing)
        ident = ("storage", TYPES[thing.array.dtype], self.ids[id(thing)], "cpu", thing.array.size)
        return ident + (None,) if self.older else ident

    def save(self, thing, *rest, **options):
        if not isinstance(thing, Global):
            return super().save(thing, *rest, **options)
        if id(thing) in self.memo:
            return self.write(self.get(self.memo[id(thing)][0]))
        self.write(("c%s\n%s\n" % (thing.module, thing.name)).encode())
        return self.memoize(thing)


def older_file(pickled, keys, storages, little=True, magic=torchfile.MAGIC):
    """The format until torch 1.5; storages in the order of keys."""
    f = io.BytesIO()
    for value in (magic, 1001, {"protocol_version": 1001, "little_endian": little,
                                "type_sizes": {"short": 2, "int": 4, "long": 4}}):
        pickle.dump(value, f, 2)
    f.write(pickled)
    pickle.dump(keys, f, 2)
    for array in storages:
        f.write(struct.pack("<q", array.size) + array.tobytes())
    return f.getvalue()


def save_older(top, keys=None):
    f = io.BytesIO()
    pickler = Pickler(f, keys, True)
    pickler.dump(top)
    named = sorted((pickler.ids[id(s)], s.array) for s in pickler.storages)
    return older_file(f.getvalue(), [key for key, _ in named], [array for _, array in named])


def zip_file(entries, how=zipfile.ZIP_STORED):
    f = io.BytesIO()
    with zipfile.ZipFile(f, "w", how) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return f.getvalue()


def save_zip(top, folder="archive", more=()):
    f = io.BytesIO()
    pickler = Pickler(f, None, False)
    pickler.dump(top)
    return zip_file([(folder + "/data.pkl", f.getvalue())] +
                    [("%s/data/%d" % (folder, i), s.array.tobytes()) for i,
                     s in enumerate(pickler.storages)] +
                    [(folder + "/version", b"3\n"), *more])


def state_dict(arrays):
    """As a module's: ordered, with the versions of its layers as an attribute."""
    top = collections.OrderedDict((name, Tensor(array)) for name, array in arrays.items())
    top._metadata = collections.OrderedDict([("", {"version": 1})])
    return top


# The published networks, narrow.

def convs(rng, rows):
    """{NAME.weight: [out, in, k, k], NAME.bias: [out]} for rows (name, in, out, k)."""
    out = {}
    for name, c_in, c_out, k in rows:
        out[name + ".weight"] = rng.normal(0, (2 / (c_in * k * k)) ** 0.5, (c_out, c_in, k, k))
        out[name + ".bias"] = rng.normal(0, 0.05, c_out)
    return {name: array.astype("f4") for name, array in out.items()}


def vgg(rng, widths=WIDTHS):
    levels = [0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4]
    numbers = [2, 5, 9, 12, 16, 19, 22, 25, 29, 32, 35, 38, 42, 45, 48, 51]
    sizes = [3] + [widths[level] for level in levels]
    arrays = convs(rng, [(str(n), sizes[i], sizes[i + 1], 3) for i, n in enumerate(numbers)])
    colour = np.zeros((3, 3, 1, 1), "f4")
    colour[[0, 1, 2], [2, 1, 0]] = 255
    arrays["2.weight"] /= 128
    return {"0.weight": colour, "0.bias": -np.array([103.939, 116.779, 123.68], "f4"), **arrays}


def decoder(rng, widths=WIDTHS):
    a, b, c, d, _ = widths
    sizes = [(1, d, c), (5, c, c), (8, c, c), (11, c, c), (14, c, b), (18, b, b), (21, b, a),
             (25, a, a), (28, a, 3)]
    return convs(rng, [(str(n), c_in, c_out, 3) for n, c_in, c_out in sizes])


def transformer(rng, c=WIDTHS[3]):
    rows = [("%s.%s" % (level, name), c, c, 1) for level in ("sanet4_1", "sanet5_1")
            for name in ("f", "g", "h", "out_conv")]
    return convs(rng, rows + [("merge_conv", c, c, 3)])


def metastyle(rng, base=4):
    """Convolutions with biases, each but the last followed by its normalisation."""
    arrays = {}
    for i, (_, c_in, c_out, k) in enumerate(importer.transfer_plan(base)):
        arrays.update(convs(rng, [("layers.%d.conv" % i, c_in, c_out, k)]))
        if i < 15:
            arrays["layers.%d.norm.weight" % i] = rng.uniform(0.5, 1.5, c_out).astype("f4")
            arrays["layers.%d.norm.bias" % i] = rng.normal(0, 0.3, c_out).astype("f4")
    return arrays


def published(rng, widths=WIDTHS, base=4):
    """All published files: {name: arrays}."""
    return {"vgg_normalised.pth": vgg(rng, widths),
            "decoder.pth": decoder(rng, widths),
            "transformer_iter_500000.pth": transformer(rng, widths[3]),
            "decoder_iter_500000.pth": decoder(rng, widths), "metastyle.pth": metastyle(rng, base)}


def write(folder, files, save=save_older):
    for name, arrays in files.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(save(state_dict(arrays)))


if __name__ == "__main__":
    write(sys.argv[1], published(np.random.default_rng(7)))
