#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-test of the training kit on small random pictures and random teachers.

    test_train.py [NAME ...]

Prints 'N passed, N failed'; exit code 77 with a reason where PyTorch is absent.
"""
import os
import socket
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from PIL import Image
except ImportError as error:
    print("skipped: %s" % error)
    sys.exit(77)

import data
import export
import grain
import judge
import losses
import lossnet
import methods
import nets
import optimizer
import paint
import recipe
import tensorfile
import train

NETWORKS = train.NETWORKS


def make_pictures(folder, count, seed):
    """Blurred colour noise, 40 to 56 pixels a side."""
    os.makedirs(folder)
    rng = np.random.default_rng(seed)
    for i in range(count):
        small = Image.fromarray(rng.integers(0, 256, (7, 7, 3), dtype=np.uint8))
        small.resize((40 + 8 * (i % 3), 40), Image.BICUBIC).save(
            os.path.join(folder, "%d.png" % i))


def write_encoder(path, name):
    """An encoder of random weights, of the shape of ENCODERS[name]."""
    tensors = nets.Encoder(**nets.ENCODERS[name]).state_dict()
    tensorfile.write(path, {"encoder." + key: tensor.numpy() for key, tensor in tensors.items()},
                     {}, "F32")


def make_teachers(folder):
    """Random weights in the layout of the published files."""
    def layers(names, widths):
        state, c_in = {}, 3
        for name, width in zip(names, widths):
            gain = 0.02 if c_in == 3 else 2 ** 0.5
            state[name + ".weight"] = torch.randn(width, c_in, 3, 3) * gain / (9 * c_in) ** 0.5
            state[name + ".bias"] = torch.zeros(width)
            c_in = width
        return state

    torch.manual_seed(0)
    torch.save(layers(("2", "5", "9", "12", "16"), (64, 64, 128, 128, 256)),
               os.path.join(folder, "vgg.pth"))
    names = [name.replace("_", "") for name in nets.VGG_PLAN if name != "pool"]
    state = layers(names, [nets.WIDTHS[int(name[4]) - 1] for name in names])
    for name in ("conv41", "conv51"):
        state[name + "_aux.weight"] = torch.randn(512, 128, 1, 1) / 128 ** 0.5
        state[name + "_aux.bias"] = torch.zeros(512)
    torch.save({"model": state}, os.path.join(folder, "small.pth"))
    for name in ("encoder", "encoder-loss"):
        write_encoder(os.path.join(folder, name + ".safetensors"), name)


class World:
    """A temporary folder with pictures and teachers, and runs in it."""

    def __init__(self, folder):
        self.folder = folder
        make_pictures(self.path("content"), 5, 1)
        make_pictures(self.path("style"), 4, 2)
        make_teachers(folder)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def eyes(self, network):
        """The encoder that the network is trained with."""
        return self.path(export.encoder_of(network, "compact") + ".safetensors")

    def arguments(self, network, out, steps):
        return [network, "--content", self.path("content"), "--style", self.path("style"),
                "--vgg", self.path("vgg.pth"), "--vgg-compressed", self.path("small.pth"),
                "--encoder", self.eyes(network), "--out", self.path(out),
                "--short", "40", "--size", "32", "--batch", "2", "--threads", "1",
                "--warmup", "1", "--log-every", "1", "--steps", str(steps)]

    def train(self, network, out, steps, *more):
        train.main(self.arguments(network, out, steps) + list(more))
        return self.state(out)

    def train_in_two(self, network, out, steps):
        """The same in two processes, with the variables that torchrun sets."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, os.path.join(HERE, "train.py")]
        processes = [subprocess.Popen(
            command + self.arguments(network, out, steps),
            env={**os.environ, "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2",
                 "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}) for rank in (0, 1)]
        assert [process.wait(300) for process in processes] == [0, 0]
        return self.state(out)

    def state(self, out):
        return torch.load(self.path(out, "checkpoint.pt"), map_location="cpu")


def difference(a, b):
    """The largest difference of two checkpoints' weights and averages."""
    assert a["step"] == b["step"]
    return max(float((a[kind][name] - b[kind][name]).abs().max())
               for kind in ("weights", "average") for name in a[kind])


def test_mirror(world):
    """Equals reflect padding, with first and second derivatives."""
    x = torch.randn(2, 3, 7, 9, dtype=torch.float64, requires_grad=True)
    for n in (1, 4):
        assert torch.equal(nets.mirror(x, n), F.pad(x, (n,) * 4, mode="reflect"))
        assert torch.autograd.gradcheck(lambda z: nets.mirror(z, n), x)
        assert torch.autograd.gradgradcheck(lambda z: nets.mirror(z, n), x)


def test_moments(world):
    """As torch.var_mean says, and so are their gradients and those gradients' own."""
    def derivatives(function):
        x = torch.randn(2, 3, 6, 5, generator=torch.Generator().manual_seed(5)) * 2 + 1
        x.requires_grad_()
        mean, var = function(x)
        out = (mean * mean * var.sqrt()).sum()
        first, = torch.autograd.grad(out, x, create_graph=True)
        second, = torch.autograd.grad((first * x.detach().cos()).sum(), x)
        return mean, var, first, second

    plain = lambda x: torch.var_mean(x, (2, 3), unbiased=False, keepdim=True)[::-1]
    for found, wanted in zip(derivatives(nets.moments), derivatives(plain)):
        assert torch.allclose(found, wanted, atol=1e-5)


def test_tensorfile(world):
    """Float16 values return as they were written; what float16 cannot hold is refused."""
    path = world.path("t.safetensors")
    values = np.float32([[1.5, -2.25], [0, 65504]])
    tensorfile.write(path, {"a.weight": values}, {"licence": "x"})
    arrays, metadata = tensorfile.read(path)
    assert np.array_equal(arrays["a.weight"], values) and metadata == {"licence": "x"}
    try:
        tensorfile.write(path, {"a.weight": np.float32([1e6])}, {})
    except ValueError as error:
        assert "a.weight" in str(error)
    else:
        raise AssertionError("1e6 was written as float16")


def test_losses(world):
    """Zero for equal pictures, and 1 for a picture's mean in its place."""
    x = torch.rand(2, 3, 16, 16)
    assert losses.unexplained(x, x) == 0 and losses.structure(x, x) == 0
    mean = x.mean((2, 3), keepdim=True).expand_as(x)
    assert abs(float(losses.unexplained(mean, x)) - 1) < 1e-3
    wanted = losses.statistics({"relu1_1": x})
    assert losses.style_distance(wanted, wanted) == 0
    brighter = losses.statistics({"relu1_1": x * 2})
    assert losses.style_distance(brighter, wanted) > 0.1
    assert abs(float(losses.style_length(wanted, wanted)) - 0.01) < 1e-6
    root = losses.style_errors(brighter, wanted)["relu1_1"].sqrt().mean()
    assert abs(float(losses.style_length(brighter, wanted) - root)) < 1e-3
    wanted = {"relu1_1": losses.covariance(x)}
    flat = {"relu1_1": losses.covariance(mean)}
    distance = lambda found, to: float(losses.covariance_distance(found, to))
    assert abs(distance(wanted, wanted) - 0.02) < 1e-6
    assert abs(distance(flat, wanted) - 1.01) < 0.02
    assert distance({"relu1_1": 0 * wanted["relu1_1"]}, wanted) > 2
    assert distance(wanted, flat) < 100


def test_recoloured(world):
    """Half of all paintings stay; the others keep their level, of their channels in any order, of
    the negative or not; contrast rises and falls. The same seed makes the same."""
    picture = np.random.default_rng(1).integers(96, 160, (24, 20, 3)).astype(np.uint8)
    picture = picture + np.array([0, 10, 30], np.uint8)
    found = [data.recoloured(picture, np.random.default_rng(seed)) for seed in range(200)]
    again = data.recoloured(picture, np.random.default_rng(3))
    assert all(x.dtype == np.uint8 and x.shape == picture.shape for x in found)
    assert np.array_equal(found[3], again)
    changed = [x.astype(float) for x in found if not np.array_equal(x, picture)]
    assert 75 < len(changed) < 125
    level = picture.mean((0, 1))
    levels = {True: 0, False: 0}
    orders, ratios = set(), []
    for x in changed:
        means = x.mean((0, 1))
        negative = abs(255 - means.mean() - level.mean()) < abs(means.mean() - level.mean())
        order = np.argsort(255 - means if negative else means)
        assert np.abs(np.sort(255 - means if negative else means) - level).max() < 2
        levels[negative] += 1
        orders.add(tuple(order))
        ratios.append((x.std((0, 1)) / picture.std((0, 1))).mean())
    assert len(orders) == 6 and levels[True] > 10 and levels[False] > 40
    assert min(ratios) < 0.7 and max(ratios) > 1.4


def test_strength(world):
    """Strength 0 is the content's own picture, whatever the style; strength 1 is not."""
    torch.manual_seed(0)
    content, style = torch.rand(1, 3, 32, 48), torch.rand(1, 3, 48, 32) * 0.3
    with torch.no_grad():
        for name in ("adain", "sanet", "metanet"):
            network = methods.METHODS[name]()
            at = [network.paint(content, style, s) for s in (0, 1)]
            own = network.paint(content, content, 1.0)
            assert torch.allclose(at[0], own, atol=1e-4), name
            assert not torch.allclose(at[1], own, atol=1e-3), name


def test_single_colour(world):
    """A picture of one colour gives finite pixels and finite gradients."""
    flat = torch.full((1, 3, 32, 32), 0.5)
    for name in ("adain", "sanet", "metanet"):
        network = methods.METHODS[name]()
        out = network.paint(flat, torch.rand(1, 3, 32, 32))
        out.mean().backward()
        assert torch.isfinite(out).all(), name
        assert all(torch.isfinite(p.grad).all() for p in network.parameters()
                   if p.grad is not None), name


def test_skip_connections(world):
    """A decoder that grew them begins as the one without; then they are heard. The same holds for
    what SANet's attention gives."""
    torch.manual_seed(0)
    path = world.path("narrower.safetensors")
    network = nets.Decoder()
    taps = nets.Encoder()(torch.rand(1, 3, 32, 32), "relu4_1")
    taps["attended"] = torch.rand_like(taps["relu4_1"])
    for options, layer in ({"joined": True}, "conv1_2"), \
                          ({"joined": True, "attended": True}, "conv4_1"):
        narrower, network = network, nets.Decoder(**options)
        tensorfile.write(path, {"decoder." + name: tensor.numpy()
                                for name, tensor in narrower.state_dict().items()}, {}, "F32")
        recipe.load_part(network, "decoder", path)
        with torch.no_grad():
            assert torch.allclose(network(taps), narrower(taps), atol=1e-5)
            grown = getattr(network, layer).weight
            kept = getattr(narrower, layer).weight.shape[1]
            grown[:, kept:] += 0.1
            assert not torch.allclose(network(taps), narrower(taps), atol=1e-3)
            grown[:, kept:] -= 0.1


def test_adapt(world):
    """MetaStyle's adaptation lowers the loss that it minimises."""
    torch.manual_seed(0)
    network = methods.MetaStyle(base=4)
    content, style = torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32) * 0.3
    with torch.no_grad():
        wanted = losses.covariances(network.encoder(style))
    value = lambda p: float(losses.transfer_loss(
        network.encoder, nets.transfer(grain.grainy(content), p), content, wanted)[0])
    adapted = network.adapt(style, lambda: (content, (0, 0)), steps=8)
    assert value(adapted) < 0.95 * value(network.transfer())


def test_muon(world):
    """Its steps are as long in every direction; a run that was stopped goes on with it."""
    for shape in ((5, 20), (20, 5)):
        values = torch.linalg.svdvals(optimizer.orthogonal(torch.randn(shape)))
        assert values.min() > 0.65 and values.max() < 1.25, values
    assert not optimizer.orthogonal(torch.zeros(3, 4)).any()
    gradients = torch.randn(2, 4, 9)
    apart = [torch.zeros(4, 9, requires_grad=True) for _ in gradients]
    stack = torch.zeros(8, 9, requires_grad=True)
    stack.grad = gradients.flatten(0, 1).clone()
    for p, gradient in zip(apart, gradients):
        p.grad = gradient.clone()
    optimizer.Muon(apart, lr=1.0, eps=1e-6).step()
    optimizer.Muon([stack], lr=1.0, eps=1e-6, stacked={stack: 4}).step()
    assert torch.equal(stack, torch.cat(apart))
    optimizer.Muon([stack], lr=1.0, eps=1e-6).step()
    assert not torch.allclose(stack, 2 * torch.cat(apart))
    whole = world.train("adain", "muon-whole", 4, "--muon")
    world.train("adain", "muon-parts", 2, "--muon")
    assert difference(whole, world.train("adain", "muon-parts", 4, "--muon")) == 0
    assert difference(whole, world.train("adain", "muon-none", 4)) > 0
    stacked = world.train("metanet", "muon-stacked", 1, "--muon")
    assert difference(stacked, world.train("metanet", "muon-still", 1, "--muon", "--lr", "0")) > 0


def first_gradient(state):
    """All gradients of a run's first step as one vector, from Adam's first moments."""
    moments = state["optimizer"]["state"]
    return torch.cat([moments[i]["exp_avg"].flatten() for i in sorted(moments)])


def make_resume_test(network):
    def test(world):
        whole = world.train(network, network + "-whole", 4)
        world.train(network, network + "-parts", 2)
        assert difference(whole, world.train(network, network + "-parts", 4)) == 0
        with open(world.path(network + "-parts", "losses.csv")) as f:
            parts = f.read()
        with open(world.path(network + "-whole", "losses.csv")) as f:
            assert f.read() == parts
    test.__doc__ = "%s: stopped and resumed equals never stopped, to the bit." % network
    return test


def make_processes_test(network):
    def test(world):
        # The gradient itself: Adam's steps magnify the rounding of whatever is nearly zero.
        # So does metastyle's inner step; in double precision its two gradients are equal
        # to 1e-15. In metanet's first step a ReLU or a maximum hangs in the balance: 1e-6 more
        # grain changes its gradient by 4e-3, 1e-7 and 1e-5 more by far less.
        tolerance = 1e-2 if network in ("metanet", "metastyle") else 1e-3
        one = first_gradient(world.train(network, network + "-one", 1))
        two = first_gradient(world.train_in_two(network, network + "-two", 1))
        assert (one - two).norm() < tolerance * one.norm(), ((one - two).norm(), one.norm())
    test.__doc__ = "%s: two processes find the gradient of one with all of the batch." % network
    return test


def test_export(world):
    """Every network's files open as methods and paint; metadata is complete."""
    files = {}
    for network in NETWORKS:
        out = world.path("export")
        world.train(network, network + "-export", 1)
        export.main([world.path(network + "-export"), out, "--data", "noise"])
        files[network] = os.path.join(out, network + ".safetensors")
    for method in methods.METHODS:
        eyes = os.path.join(out, methods.METHODS[method].encoders["compact"] + ".safetensors")
        network = paint.load_method(method, [eyes, files[method]])
        with torch.no_grad():
            painted = network.paint(torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32))
        assert painted.shape == (1, 3, 32, 32) and torch.isfinite(painted).all()
        _, metadata = tensorfile.read(files[method])
        assert metadata["scumble.method"] == method and metadata["steps"] == "1"
        assert metadata["licence"] == "CC-BY-4.0"
    assert os.path.getsize(files["metanet"]) < 16e6
    ends = [tensorfile.read(files["adain"])[0]]
    world.train("adain", "adain-further", 2, "--init", files["adain"])
    further = [world.path("adain-further"), world.path("further"), "--data", "noise", "--last"]
    for arguments in ([], ["--mean-with", files["adain"]]):
        export.main(further + arguments)
        ends.append(tensorfile.read(world.path("further", "adain.safetensors"))[0])
    for name, first in ends[0].items():
        assert np.allclose(ends[2][name], (first + ends[1][name]) / 2, atol=1e-3)
    assert any((ends[2][name] != ends[1][name]).any() for name in ends[0])
    try:
        export.main(further + ["--mean-with", files["sanet"]])
    except SystemExit as error:
        assert "not the same network" in str(error)
    else:
        raise AssertionError("a file of another network was taken")


def test_fine(world):
    """The second quality has its own files, which name each other and paint."""
    out = world.path("fine")
    eyes = os.path.join(out, "encoder-fine.safetensors")
    for network in ("encoder", "adain", "sanet"):
        run = network + "-fine"
        world.train(network, run, 1, "--quality", "fine", "--encoder", eyes)
        export.main([world.path(run), out, "--data", "noise"])
    for method in ("adain", "sanet"):
        path = os.path.join(out, method + "-fine.safetensors")
        assert tensorfile.read(path)[1]["scumble.encoder"] == "encoder-fine"
        network = paint.load_method(method, [eyes, path])
        assert network.encoder.conv5_1.weight.shape[0] == 256
        with torch.no_grad():
            assert torch.isfinite(network.paint(*torch.rand(2, 1, 3, 32, 32))).all()


def test_loss_network(world):
    """Of both qualities: it keeps the encoder's first levels, and MetaStyle learns by it; what a
    layer begins with is exact where a linear map can be."""
    wanted, found = nets.Conv(3, 5), nets.Conv(3, 5)
    x = torch.rand(2, 3, 12, 12)
    lossnet.fit_linear(found, x, wanted(x).detach())
    assert torch.allclose(found.weight, wanted.weight, atol=1e-3)
    out = world.path("loss")
    os.makedirs(out)
    for quality, ending, widths, between in (("compact", "", "16 32 256 512", 48),
                                             ("fine", "-fine", "32 64 256 512", 64)):
        files = {stem: os.path.join(out, stem + ending + ".safetensors")
                 for stem in ("encoder", "encoder-loss", "metastyle")}
        write_encoder(files["encoder"], "encoder" + ending)
        for network, eyes in (("lossnet", "encoder"), ("metastyle", "encoder-loss")):
            run = network + "-by-" + quality
            world.train(network, run, 1, "--quality", quality, "--encoder", files[eyes])
            export.main([world.path(run), out, "--data", "noise", "--f32"])
        arrays, metadata = tensorfile.read(files["encoder-loss"])
        assert metadata["widths"] == widths
        assert np.array_equal(arrays["encoder.conv2_2.weight"],
                              tensorfile.read(files["encoder"])[0]["encoder.conv2_2.weight"])
        assert (tensorfile.read(files["metastyle"])[1]["scumble.encoder"]
                == "encoder-loss" + ending)
        network = paint.load_method("metastyle", [files["encoder-loss"], files["metastyle"]])
        assert network.encoder.conv3_2.weight.shape == (between, 256, 3, 3)


def test_grown(world):
    """A wider network that starts from a narrower file says what that one says, and more."""
    path = os.path.join(world.folder, "narrow.safetensors")
    torch.manual_seed(1)
    narrow, wide = nets.Encoder((2, 3, 4, 5, 5)), nets.Encoder((4, 6, 8, 10, 10))
    tensorfile.write(path, {"encoder." + name: tensor.numpy()
                            for name, tensor in narrow.state_dict().items()}, {}, "F32")
    recipe.load_part(wide, "encoder", path)
    x = torch.rand(1, 3, 32, 32)
    for tap, wanted in narrow(x).items():
        found = wide(x)[tap]
        assert (found[:, :wanted.shape[1]] - wanted).abs().max() < 1e-5, tap
        assert found[:, wanted.shape[1]:].abs().max() > 0, tap
    try:
        recipe.load_part(nets.Encoder((2, 2, 4, 5, 5)), "encoder", path)
    except SystemExit as error:
        assert "cannot grow" in str(error)
    else:
        raise AssertionError("a wider file went into a narrower network")


def test_sheet(world):
    """A run leaves its table, curve and contact sheet."""
    world.train("adain", "sheet", 2, "--sheet-every", "2", "--sheet-short", "32",
                "--val-content", world.path("content"), "--val-style", world.path("style"),
                "--sheet-columns", "2", "--sheet-rows", "1")
    page = Image.open(world.path("sheet", "sheet-000002.jpg"))
    assert page.size == (96, 64)
    assert os.path.exists(world.path("sheet", "losses.csv"))


def test_judge(world):
    """An untouched photograph scores as one; a lattice and a frame show in their columns."""
    rng = np.random.default_rng(3)
    smooth = Image.fromarray(rng.integers(40, 200, (9, 12, 3), dtype=np.uint8))
    photo = np.asarray(smooth.resize((128, 96), Image.BICUBIC)).copy()
    photo = np.clip(photo + rng.normal(0, 4, photo.shape), 0, 255).astype(np.uint8)
    painting = 255 - photo[::-1] // 2
    lattice, framed = photo.copy(), photo.copy()
    lattice[::4] = np.clip(lattice[::4] + 12, 0, 255)
    framed[:8] = framed[-8:] = 0
    for folder in ("photos", "paintings", "painted"):
        os.makedirs(world.path(folder))
    for name, picture in (("photos/a", photo), ("paintings/p", painting),
                          ("photos/b", photo), ("photos/c", photo), ("painted/a__p", photo),
                          ("painted/b__p", lattice), ("painted/c__p", framed)):
        Image.fromarray(picture).save(world.path(name + ".png"))
    arguments = [world.path("photos"), world.path("paintings"), world.path("painted"),
                 "--vgg", world.path("vgg.pth"), "--vgg-compressed", world.path("small.pth")]
    judge.main(arguments)
    rows = judge.read_table(world.path("painted.csv"))
    same, grid, frame = (rows[name + "__p"] for name in "abc")
    assert abs(same["style"] - 1) < 1e-4 and same["content"] < 1e-4, same
    assert same["ssim"] > 0.9999 and same["frame"] == 0, same
    assert grid["grid"] > same["grid"] + 3, (grid, same)
    assert frame["frame"] > 0.1 and frame["clip"] > 0.1, frame
    os.remove(world.path("painted", "b__p.png"))
    judge.main(arguments)
    assert judge.read_table(world.path("painted.csv")) == rows


TESTS = {name[5:]: f for name, f in list(globals().items()) if name.startswith("test_")}
for each in NETWORKS:
    TESTS["resume-" + each] = make_resume_test(each)
    TESTS["processes-" + each] = make_processes_test(each)


def main():
    failed, names = 0, sys.argv[1:] or list(TESTS)
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                TESTS[name](World(folder))
                print("ok    %s" % name, flush=True)
            except (Exception, SystemExit):
                failed += 1
                traceback.print_exc()
                print("FAIL  %s" % name, flush=True)
    print("%d passed, %d failed" % (len(names) - failed, failed))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
