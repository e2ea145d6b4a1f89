#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""weights/import.py: published checkpoints in, models that the engine paints with out.

    test-import.py STYLIZE WEIGHTS

The checkpoints are those of checkpoints.py: of the published formats, names and shapes, narrow or
as wide as published, of noise. Where PyTorch is installed, it also writes and runs them, and reads
the published encoder that the environment variable SCUMBLE_VGG names, if it does.
"""
import collections
import contextlib
import io
import os
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import numpy as np

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

from checkpoints import (PUBLISHED, TYPES, WIDTHS, Global, Pickler, Storage, Tensor, decoder, importer,
                         metastyle, older_file, published, save_older, save_zip, state_dict, torchfile, vgg,
                         write, zip_file)

STYLIZE, WEIGHTS = sys.argv[1], sys.argv[2]
tensorfile = importer.tensorfile
needs_torch = unittest.skipIf(torch is None, "PyTorch is not installed")


# Naive twins.

def reflect(x, n):
    return np.pad(x, ((0, 0), (n, n), (n, n)), "reflect")


def conv(x, weight, bias=None):
    """x [in, h, w] over a reflected border -> [out, h, w], float64."""
    k = weight.shape[-1]
    padded = reflect(x, k // 2)
    h, w = x.shape[1:]
    out = np.zeros((len(weight), h, w))
    for i in range(k):
        for j in range(k):
            out += np.einsum("oc,chw->ohw", weight[:, :, i, j].astype(float),
                             padded[:, i:i + h, j:j + w])
    return out if bias is None else out + bias[:, None, None]


def normalise(x):
    return (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="scumble-import-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.rng = np.random.default_rng(7)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def read(self, data):
        return torchfile.read(self.write("file.pth", data))

    def refused(self, data, *words):
        """The sentence with which data is refused; nothing else may happen."""
        with self.assertRaises(torchfile.Refused) as caught:
            self.read(data)
        sentence = str(caught.exception)
        self.assertTrue(sentence.startswith('"') and sentence.endswith("."), sentence)
        for word in words:
            self.assertIn(word, sentence)
        return sentence

    def run_import(self, *arguments):
        """-> whether it worked, what it said."""
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                importer.main(arguments)
        except SystemExit as end:
            return False, str(end)
        return True, said.getvalue()

    def save_all(self, save=save_older, **shapes):
        """All published files; -> their arrays by file name."""
        files = published(self.rng, **shapes)
        write(self.folder, files, save)
        return files


class Reading(Folder):
    """What torchfile.py understands."""

    def test_both_formats(self):
        arrays = {"a.weight": self.rng.normal(size=(2, 3, 1, 1)).astype("f4"),
                  "half": self.rng.normal(size=5).astype("f2"), "double": self.rng.normal(size=(4, 2))}
        for save in (save_older, save_zip):
            for top in (state_dict(arrays), {"epoch": 3, "lr": 1e-4, "model": state_dict(arrays)},
                        {"state_dict": {"module." + k: Tensor(v) for k, v in arrays.items()}}):
                found = self.read(save(top))
                self.assertEqual(list(found), list(arrays))
                for name, array in arrays.items():
                    self.assertEqual(found[name].dtype, np.float32)
                    np.testing.assert_array_equal(found[name], array.astype("f4"))

    def test_views(self):
        whole = np.arange(24, dtype="f4")
        storage = Storage(whole)
        top = {"turned": Tensor(whole[:6].reshape(2, 3), storage, 4, (1, 2)),
               "last": Tensor(whole[23:], storage, 23,
                              (1,)), "scalar": Tensor(whole[2], storage, 2, ())}
        for save in (save_older, save_zip):
            found = self.read(save(top))
            np.testing.assert_array_equal(found["turned"], whole[4:10].reshape(3, 2).T)
            np.testing.assert_array_equal(found["last"], [23])
            self.assertEqual(found["scalar"].shape, ())

    def test_byte_order(self):
        array = self.rng.normal(size=7).astype("f4")
        swapped = array.view("u4").byteswap().view("f4")
        big = save_zip({"a": Tensor(swapped)}, more=[("archive/byteorder", b"big")])
        np.testing.assert_array_equal(self.read(big)["a"], array)
        little = save_zip({"a": Tensor(array)}, more=[("archive/byteorder", b"little")])
        np.testing.assert_array_equal(self.read(little)["a"], array)
        self.refused(save_zip({"a": Tensor(array)}, more=[("archive/byteorder", b"odd")]),
                     "byte order")
        self.refused(older_file(pickle.dumps({}, 2), [], [], little=False), "byte order")

    @needs_torch
    def test_like_torch(self):
        """The writers above write what torch writes: the older format byte for byte, of the
        archive the same entries with the same bytes."""
        module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3),
                                     torch.nn.InstanceNorm2d(4, affine=True))
        arrays = {name: tensor.numpy() for name, tensor in module.state_dict().items()}
        top = state_dict(arrays)
        top._metadata = module.state_dict()._metadata
        older, newer = io.BytesIO(), io.BytesIO()
        torch.save(module.state_dict(), older, _use_new_zipfile_serialization=False)
        torch.save(module.state_dict(), newer)
        for data in (older, newer):
            found = self.read(data.getvalue())
            self.assertEqual(list(found), list(arrays))
            for name in arrays:
                np.testing.assert_array_equal(found[name], arrays[name])
        # torch calls its storages by their addresses.
        keys = [str(t.storage()._cdata) for t in module.state_dict().values()]
        if older.getvalue() != save_older(top, keys):
            self.assertEqual(older.getvalue(), save_older(top, self.keys_of(older)))
        with zipfile.ZipFile(newer) as theirs, zipfile.ZipFile(io.BytesIO(save_zip(top))) as ours:
            names = [n for n in theirs.namelist() if n.split("/", 1)[1] not in
                     ("byteorder", ".data/serialization_id", ".format_version",
                      ".storage_alignment")]
            self.assertEqual(names, ours.namelist())
            for name in names:
                self.assertEqual(theirs.read(name), ours.read(name), name)

    @staticmethod
    def keys_of(file):
        storages = torchfile._Storages()
        file.seek(0)
        for _ in range(3):
            torchfile._Machine(None).run(file)
        torchfile._Machine(storages).run(file)
        return list(storages.by_key)


class Calls:
    """Pickles as a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Hostile(Folder):
    """What is refused, in both formats, with nothing of it done."""

    def both(self, pickled, *words, keys=(), storages=()):
        self.refused(older_file(pickled, list(keys), list(storages)), *words)
        self.refused(zip_file([("archive/data.pkl", pickled)] +
                              [("archive/data/" + k, a.tobytes()) for k,
                               a in zip(keys, storages)]), *words)

    def test_calls(self):
        canary = self.path("canary")
        line = "open(%r, 'w')" % canary
        for protocol in (0, 1, 2, 4):
            for bad, word in ((Calls(os.system, "touch " + canary), "system"),
                              (Calls(eval, line), "eval"),
                              (Calls(exec, line), "exec"), (Calls(getattr, {}, "items"), "getattr"),
                              (Calls(open, canary, "w"),
                               "open"), (Calls(__import__, "os"), "__import__")):
                for top in (bad, {"a": [{"b": (bad,)}]},
                            Calls(collections.OrderedDict, [["a", bad]])):
                    self.both(pickle.dumps(top, protocol), *([word] if protocol == 2 else []))
        self.assertFalse(os.path.exists(canary))

    def test_instructions(self):
        """By hand: instances, extensions, attributes and calls of what may be named."""
        name = b"ctorch._utils\n_rebuild_tensor_v2\n"
        for pickled in (b"(S'x'\nios\nsystem\n.", b"(cos\nsystem\nS'x'\no.", b"\x82\x01.",
                        b"cos\nsystem\n)\x81.",
                        name + b"}S'__code__'\nNsb.", name + b"N}b.", name + b"(N}NNNNtR.", name + b")R.",
                        b"ctorch\nFloatStorage\n)R.", b"ccollections\nOrderedDict\nK\x01\x85R.",
                        b"ccollections\nOrderedDict\n.", b"P1\n.", b"}NN\x86Q.", b"h\x05.", b"0.", b"t.", b"K\x01K\x02.",
                        b"]K\x01K\x02s.", b"}K\x01a.", b"(K\x01u.", b"}}K\x01s.", b"."):
            self.both(pickled)

    def ident(self, key="0", count=4, kind=TYPES[np.dtype("f4")]):
        return ("storage", kind, key, "cpu", count)

    def pickled(self, ident, offset=0, shape=(4,), strides=(1,)):
        f = io.BytesIO()
        pickler = Pickler(f, None, False)
        pickler.persistent_id = lambda thing: ident if isinstance(thing, Storage) else None
        tensor = Tensor(np.zeros(4, "f4"), None, offset, strides)
        tensor.shape = shape
        pickler.dump({"a": tensor})
        return f.getvalue()

    def test_places(self):
        four = np.arange(4, dtype="f4")
        good = self.pickled(self.ident())
        self.assertEqual(list(self.read(older_file(good, ["0"], [four]))["a"]), [0, 1, 2, 3])
        for offset, shape, strides in ((1, (4,), (1,)), (4, (1,), (1,)), (-1, (4,), (1,)),
                                       (0, (5,), (1,)),
                                       (0, (2,), (4,)), (0, (2, 2),
                                                         (3, 1)), (0, (4,), (-1,)), (0, (1 << 40,), (0,)),
                                       (0, (1 << 40, 1 << 40),
                                        (0, 0)), (0, (5,), (0,)), (1 << 62, (4,), (1,)),
                                       (0, (4,), ()), (0, (1,) * 9,
                                                       (1,) * 9), (0, (0,), (1,)), (0.0, (4,), (1,)),
                                       (0, ("a",), (1,)), (0, (-4,), (-1,)), (0, (2 ** 200,), (1,))):
            self.both(self.pickled(self.ident(), offset, shape, strides), keys=["0"],
                      storages=[four])

    def test_persistent_ids(self):
        four = np.arange(4, dtype="f4")
        for ident in (self.ident(count=5), self.ident(count=3), self.ident(count=-4),
                      self.ident(count=2 ** 62),
                      self.ident("1"), self.ident("../0"), self.ident(count=True), self.ident(kind="FloatStorage"),
                      ("module", *self.ident()[1:]), (), "0", 0, self.ident() + (("view", 0, 4),)):
            self.both(self.pickled(ident), keys=["0"], storages=[four])
        for kind in ("LongStorage", "BFloat16Storage", "ComplexFloatStorage"):
            self.both(self.pickled(self.ident(kind=Global("torch", kind))), kind, keys=["0"],
                      storages=[four])

    def test_many_views(self):
        """Few bytes that would become many."""
        storage = Storage(np.zeros(4096, "f4"))
        top = {str(i): Tensor(np.zeros(4096, "f4"), storage) for i in range(400)}
        for save in (save_older, save_zip):
            self.refused(save(top), "share")

    def test_values(self):
        for bad in (np.nan, np.inf, 1e300):
            for save in (save_older, save_zip):
                self.refused(save({"a": Tensor(np.array([0, bad]))}), '"a"', "finite")

    def test_archives(self):
        good = save_zip({"a": Tensor(np.ones(64, "f4"))})
        with zipfile.ZipFile(io.BytesIO(good)) as archive:
            entries = [(name, archive.read(name)) for name in archive.namelist()]
        self.assertEqual(len(self.read(zip_file(entries))), 1)
        self.refused(zip_file(entries, zipfile.ZIP_DEFLATED), "compressed")
        for name in ("archive/../../canary", "/etc/canary", "archive\\canary", "archive//canary",
                     "canary",
                     "archive/./canary", "other/data/0"):
            self.refused(zip_file(entries + [(name, b"x")]))
        self.refused(zip_file(entries[1:]), "torch.save")
        self.refused(zip_file(entries[:1]), "storage")
        self.refused(zip_file([entries[0], (entries[1][0], b"short")]), "storage")
        with contextlib.redirect_stderr(io.StringIO()), self.assertWarns(UserWarning):
            self.refused(zip_file(entries + entries[:1]), "two entries")
        broken = bytearray(good)
        broken[good.index(np.ones(64, "f4").tobytes())] ^= 1
        self.refused(bytes(broken))
        self.refused(zip_file([]))

    def test_damaged(self):
        """Cut at every length, and with every byte changed: refused, or read, but no accident."""
        for save in (save_older, save_zip):
            data = save(state_dict({"a": np.ones(2, "f4")}))
            for n in range(len(data)):
                self.refused(data[:n])
            chance = random.Random(1)
            for at in range(len(data)):
                for value in (0xff, chance.randrange(256)):
                    changed = bytearray(data)
                    changed[at] = value
                    with contextlib.suppress(torchfile.Refused):
                        self.read(bytes(changed))
        self.refused(b"")
        self.refused(b"not a checkpoint")
        self.refused(older_file(pickle.dumps([1, 2], 2), [], []), "no dict")
        self.refused(older_file(pickle.dumps({"a": 1}, 2), [], []), "no tensors")
        self.refused(older_file(pickle.dumps({}, 2), [], [], magic=1), "torch.save")


class Importing(Folder):
    """What import.py makes."""

    def imported(self, name):
        return tensorfile.read(self.path(name + ".safetensors"))

    def test_adain(self):
        for save in (save_older, save_zip):
            files = self.save_all(save)
            self.assertTrue(self.run_import("adain", self.folder, "--out", self.folder)[0])
            eyes, about = self.imported("encoder-imported")
            self.assertEqual(about["scumble.part"], "encoder")
            theirs = files["vgg_normalised.pth"]
            self.assertEqual(len(eyes), 26)
            for number, name in importer.ENCODER.items():
                if name != "conv1_1":
                    np.testing.assert_array_equal(eyes["encoder.%s.weight" % name],
                                                  theirs["%d.weight" % number])
                    np.testing.assert_array_equal(eyes["encoder.%s.bias" % name],
                                                  theirs["%d.bias" % number])
            hand, about = self.imported("adain-imported")
            self.assertEqual((about["scumble.method"], about["scumble.encoder"], about["licence"]),
                             ("adain", "encoder-imported", "MIT"))
            self.assertIn("decoder.pth, SHA-256 ", about["files"])
            self.assertIn("pytorch-AdaIN", about["source"])
            np.testing.assert_array_equal(hand["decoder.conv1_1.weight"],
                                          files["decoder.pth"]["28.weight"])

    def test_colour(self):
        """The map of colours is in conv1_1, exactly, border included."""
        arrays = vgg(self.rng)
        arrays["0.weight"] = self.rng.normal(0, 100, (3, 3, 1, 1)).astype("f4")
        self.save_all()
        self.write("vgg_normalised.pth", save_older(state_dict(arrays)))
        self.run_import("adain", self.folder, "--out", self.folder)
        eyes, _ = self.imported("encoder-imported")
        picture = self.rng.uniform(size=(3, 5, 7))
        theirs = conv(conv(picture, arrays["0.weight"], arrays["0.bias"]), arrays["2.weight"],
                      arrays["2.bias"])
        ours = conv(picture, eyes["encoder.conv1_1.weight"], eyes["encoder.conv1_1.bias"])
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * abs(theirs).max())

    def test_sanet(self):
        files = self.save_all(save_zip)
        self.assertTrue(self.run_import("sanet", self.folder, "--out", self.folder)[0])
        hand, about = self.imported("sanet-imported")
        self.assertEqual((about["scumble.method"], about["scumble.encoder"]),
                         ("sanet", "encoder-imported"))
        theirs = files["transformer_iter_500000.pth"]
        for ours, name in (("query", "f"), ("key", "g"), ("value", "h"), ("out", "out_conv")):
            for level in ("sanet4_1", "sanet5_1"):
                np.testing.assert_array_equal(hand["transform.%s.%s.weight" % (level, ours)],
                                              theirs["%s.%s.weight" % (level, name)])
        np.testing.assert_array_equal(hand["transform.merge.bias"], theirs["merge_conv.bias"])
        self.assertEqual(len(hand), 36)

    def test_metastyle(self):
        """A layer of theirs, which sees 0..255 and has a bias, is one of ours, which does not."""
        theirs = self.save_all()["metastyle.pth"]
        self.assertTrue(self.run_import("metastyle", self.path("metastyle.pth"), "--out",
                                        self.folder)[0])
        ours, about = self.imported("metastyle-imported")
        self.assertIn("non-commercial", about["licence"])
        self.assertNotIn("scumble.encoder", about)
        self.assertEqual(len(ours), 47)
        picture = self.rng.uniform(size=(3, 12, 11))
        np.testing.assert_allclose(
            normalise(conv(picture, ours["transfer.first.weight"])),
            normalise(conv(255 * picture, theirs["layers.0.conv.weight"],
                           40 * theirs["layers.0.conv.bias"])),
            atol=1e-5)
        np.testing.assert_array_equal(ours["transfer.up2.scale"], theirs["layers.14.norm.weight"])
        np.testing.assert_array_equal(ours["transfer.block1_b.weight"],
                                      theirs["layers.4.conv.weight"])

    def test_wrong_files(self):
        """Every missing file, missing tensor and wrong shape is named."""
        files = self.save_all()
        for method, name in (("adain", "vgg_normalised.pth"), ("adain", "decoder.pth"),
                             ("sanet", "transformer_iter_500000.pth"), ("sanet", "decoder_iter_500000.pth")):
            source = self.path(name)
            os.rename(source, source + ".away")
            done, said = self.run_import(method, self.folder, "--out", self.folder)
            os.rename(source + ".away", source)
            self.assertFalse(done)
            self.assertIn(name, said)
            self.assertIn("https://github.com/", said)
            used = files[name]
            for tensor in self.rng.permutation([t for t in used if t[:2] not in ("45", "48", "51")])[:6]:
                for arrays in ({k: v for k, v in used.items() if k != tensor},
                               {**used, tensor: np.zeros((5,) + used[tensor].shape[1:], "f4")},
                               {**used, tensor: np.zeros(used[tensor].shape + (1,), "f4")}):
                    self.write(name, save_older(state_dict(arrays)))
                    done, said = self.run_import(method, self.folder, "--out", self.folder)
                    self.assertFalse(done)
                    self.assertIn(name, said)
            self.write(name, save_older(state_dict(used)))
        for arrays in (decoder(self.rng),
                       {**files["metastyle.pth"],
                        "layers.3.conv.weight": np.zeros((16, 16, 5, 5), "f4")}):
            self.write("metastyle.pth", save_older(state_dict(arrays)))
            done, said = self.run_import("metastyle", self.path("metastyle.pth"), "--out",
                                         self.folder)
            self.assertFalse(done)
            self.assertIn("metastyle.pth", said)
        self.assertIn("There is no file", self.run_import("metastyle", self.path("nowhere.pth"))[1])

    def test_gimp_folder(self):
        """Without --out, into GIMP's folder of the user."""
        self.save_all()
        old = dict(os.environ)
        self.addCleanup(os.environ.update, old)
        os.environ["GIMP2_DIRECTORY"] = self.path("gimp")
        subprocess.run([sys.executable, os.path.join(WEIGHTS, "import.py"), "adain", self.folder],
                       check=True, stdout=subprocess.DEVNULL)
        del os.environ["GIMP2_DIRECTORY"]
        self.assertTrue(os.path.isfile(self.path("gimp/scumble/models/adain-imported.safetensors")))


# The networks once more, in PyTorch, from their descriptions.

def t_conv(x, arrays, name):
    weight = torch.as_tensor(arrays[name + ".weight"]).double()
    n = weight.shape[-1] // 2
    x = F.pad(x, (n,) * 4, "reflect") if n else x
    return F.conv2d(x, weight, torch.as_tensor(arrays[name + ".bias"]).double())


def t_encode(arrays, x):
    """-> relu4_1, relu5_1"""
    x = t_conv(x, arrays, "0")
    for n in (2, 5, 9, 12, 16, 19, 22, 25, 29, 32, 35, 38, 42):
        if n in (9, 16, 29, 42):
            x = F.max_pool2d(x, 2, 2, ceil_mode=True)
        x = F.relu(t_conv(x, arrays, str(n)))
        if n == 29:
            fine = x
    return fine, x


def t_decode(arrays, x):
    for n in (1, 5, 8, 11, 14, 18, 21, 25):
        x = F.relu(t_conv(x, arrays, str(n)))
        if n in (1, 14, 21):
            x = F.interpolate(x, scale_factor=2)
    return t_conv(x, arrays, "28")


def t_mvn(x):
    var, mean = torch.var_mean(x, (2, 3), keepdim=True)
    return (x - mean) / (var + 1e-5).sqrt(), mean, (var + 1e-5).sqrt()


def t_adain(files, content, style):
    wanted = t_encode(files["vgg_normalised.pth"], style)[0]
    plain = t_encode(files["vgg_normalised.pth"], content)[0]
    (_, mean, std), (_, plain_mean, plain_std) = t_mvn(wanted), t_mvn(plain)
    styled = (std / plain_std).clamp(max=4.0) * (plain - plain_mean) + mean
    return torch.minimum(styled, wanted.amax((2, 3), keepdim=True))


def t_sanet(files, content, style):
    arrays = files["transformer_iter_500000.pth"]

    def block(name, c, s):
        f, g = t_conv(t_mvn(c)[0], arrays, name + ".f"), t_conv(t_mvn(s)[0], arrays, name + ".g")
        weights = torch.softmax(f.flatten(2).transpose(1, 2) @ g.flatten(2), -1)
        moved = t_conv(s, arrays, name + ".h").flatten(2) @ weights.transpose(1, 2)
        return t_conv(moved.view_as(c), arrays, name + ".out_conv") + c

    eyes = files["vgg_normalised.pth"]
    (c4, c5), (s4, s5) = t_encode(eyes, content), t_encode(eyes, style)
    return t_conv(block("sanet4_1", c4, s4) +
                  F.interpolate(block("sanet5_1", c5, s5), scale_factor=2), arrays,
                  "merge_conv")


def t_metastyle(arrays, x):
    """x in 0..255 -> 0..1"""
    def layer(i, x, stride=1):
        name = "layers.%d.conv" % i
        weight, bias = (torch.as_tensor(arrays[name + part]).double() for part in (".weight", ".bias"))
        n = weight.shape[-1] // 2
        x = F.conv2d(F.pad(x, (n,) * 4, "reflect"), weight, bias, stride)
        if i == 15:
            return x
        return F.instance_norm(x,
                               weight=torch.as_tensor(arrays["layers.%d.norm.weight" % i]).double(),
                               bias=torch.as_tensor(arrays["layers.%d.norm.bias" % i]).double())

    for i, stride in ((0, 1), (1, 2), (2, 2)):
        x = F.relu(layer(i, x, stride))
    for i in range(3, 13, 2):
        x = x + layer(i + 1, F.relu(layer(i, x)))
    for i in (13, 14):
        x = F.relu(layer(i, F.interpolate(x, scale_factor=2)))
    return torch.sigmoid(layer(15, x))


class Painting(Folder):
    """The engine paints with what was imported; with PyTorch, the same picture as it does."""

    SIZE = 96, 64   # whole cells: what is mirrored at the edges is the other tests' business
    SHAPES = {}

    def setUp(self):
        super().setUp()
        w, h = self.SIZE
        y, x = np.mgrid[:h, :w]
        bumps = np.stack([np.sin(x / 9 + k) * np.cos(y / 7 - k) for k in range(3)], -1)
        self.content = np.rint(255 * np.clip(0.5 + 0.3 * bumps +
                                             self.rng.normal(0, 0.08, bumps.shape), 0, 1))
        self.style = np.rint(255 * np.clip(0.4 + 0.3 * bumps[::-1] ** 2 +
                                           self.rng.normal(0, 0.15, bumps.shape), 0, 1))
        for name in ("content", "style"):
            data = getattr(self, name).astype(np.uint8).tobytes()
            self.write(name + ".ppm", b"P6 %d %d 255\n" % self.SIZE + data)
        shutil.copy(os.path.join(WEIGHTS, "encoder.safetensors"), self.folder)

    def paint(self, method, source):
        done, said = self.run_import(method, source, "--out", self.folder)
        self.assertTrue(done, said)
        subprocess.run([STYLIZE, "--models", self.folder, "--method", method, "--model", method + "-imported",
                        self.path("content.ppm"), self.path("style.ppm"), self.path("out.png")],
                       check=True, stdout=subprocess.DEVNULL)
        return self.path("out.png")

    def assert_painted(self, path, expected):
        """expected [1, 3, h, w], to half a step of 8 bits and a little."""
        import gi
        gi.require_version("GdkPixbuf", "2.0")
        from gi.repository import GdkPixbuf
        pixbuf = GdkPixbuf.Pixbuf.new_from_file(path)
        w, h, channels, stride = (pixbuf.get_width(), pixbuf.get_height(), pixbuf.get_n_channels(),
                                  pixbuf.get_rowstride())
        data = np.frombuffer(pixbuf.get_pixels(), np.uint8)
        rows = [data[i * stride:i * stride + w * channels] for i in range(h)]
        painted = np.stack(rows).reshape(h, w, channels)[..., :3] / 255
        expected = expected.detach().clamp(0, 1)[0].permute(1, 2, 0).numpy()
        self.assertGreater(expected.std(), 0.05)
        self.assertGreater(((expected > 0) & (expected < 1)).mean(), 0.9)
        self.assertLess(abs(painted - expected).max(), 0.51 / 255 + 1e-3)

    def tensor(self, pixels, scale=255):
        return torch.as_tensor(pixels / scale).permute(2, 0, 1)[None].double()

    def fit(self, files, name, features):
        """Sets the decoder's last layer so that the picture lies within 0..1."""
        raw = t_decode(files[name], features)
        mean, std = raw.mean((0, 2, 3)).numpy(), raw.std((0, 2, 3)).numpy()
        last = files[name]
        last["28.weight"] = (last["28.weight"] * (0.15 / std)[:, None, None, None]).astype("f4")
        last["28.bias"] = ((last["28.bias"] - mean) * (0.15 / std) + 0.5).astype("f4")
        self.write(name, save_zip(state_dict(last)))
        return t_decode(last, features)

    def test_paints(self):
        self.save_all()
        for method, source in (("adain", self.folder), ("sanet", self.folder),
                               ("metastyle", self.path("metastyle.pth"))):
            self.assertTrue(os.path.getsize(self.paint(method, source)) > 0)

    @needs_torch
    def test_adain(self):
        files = self.save_all(**self.SHAPES)
        features = t_adain(files, self.tensor(self.content), self.tensor(self.style))
        expected = self.fit(files, "decoder.pth", features)
        self.assert_painted(self.paint("adain", self.folder), expected)

    @needs_torch
    def test_sanet(self):
        files = self.save_all(**self.SHAPES)
        features = t_sanet(files, self.tensor(self.content), self.tensor(self.style))
        expected = self.fit(files, "decoder_iter_500000.pth", features)
        self.assert_painted(self.paint("sanet", self.folder), expected)

    @needs_torch
    def test_metastyle(self):
        arrays = self.save_all(**self.SHAPES)["metastyle.pth"]
        for name in ("layers.15.conv.weight", "layers.15.conv.bias"):
            arrays[name] = arrays[name] * np.float32(0.5)
        self.write("metastyle.pth", save_older(state_dict(arrays)))
        expected = t_metastyle(arrays, self.tensor(self.content, 1))
        self.assert_painted(self.paint("metastyle", self.path("metastyle.pth")), expected)


class Published(Painting):
    """The same at the published widths: VGG-19 with 512 channels, MetaStyle with 32 to 128."""

    SHAPES = {"widths": PUBLISHED, "base": 32}
    test_paints = None

    def test_shapes(self):
        """Some shapes that the published files are known to have."""
        eyes, hands = vgg(self.rng, PUBLISHED), decoder(self.rng, PUBLISHED)
        self.assertEqual([eyes[n + ".weight"].shape for n in ("0", "2", "29", "51")],
                         [(3, 3, 1, 1), (64, 3, 3, 3), (512, 256, 3, 3), (512, 512, 3, 3)])
        self.assertEqual([hands[n + ".weight"].shape for n in ("1", "28")],
                         [(256, 512, 3, 3), (3, 64, 3, 3)])
        # 1.68 million, says the paper.
        self.assertEqual(sum(a.size for a in metastyle(self.rng, 32).values()), 1679235)

    @needs_torch
    @unittest.skipUnless("SCUMBLE_VGG" in os.environ, "SCUMBLE_VGG names no published encoder, such "
                         "as vgg_normalised.pth")
    def test_true_encoder(self):
        """A file that was really published reads as PyTorch reads it."""
        path = os.environ["SCUMBLE_VGG"]
        ours, theirs = torchfile.read(path), torch.load(path, map_location="cpu")
        theirs = {name: tensor.numpy() for name, tensor in theirs.items()}
        self.assertEqual(list(ours), list(theirs))
        self.assertEqual(ours["2.weight"].shape, (64, 3, 3, 3))
        for name, array in theirs.items():
            np.testing.assert_array_equal(ours[name], array, name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
