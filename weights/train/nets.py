# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers of Scumble's networks in PyTorch: the definitions that the C engine follows.

methods.py puts them together.

Conventions shared by all networks
  pictures     float32 [n, 3, h, w], RGB, sRGB-encoded, 0..1; never normalised outside a network
  convolution  stride 1 unless said, reflect padding k // 2 (mirror without repeating the edge)
  relu4_1      the output of the ReLU after conv4_1, and so on
  upsampling   nearest, factor 2
  tensor name  PART.LAYER.weight [out, in, k, k] and PART.LAYER.bias [out] in the safetensors
               file; PART is the word given with each class below
"""
import torch
import torch.nn.functional as F
from torch import nn

# Channels at relu1_1 .. relu5_1: VGG-19's 64, 128, 256, 512, 512 over 4 and over 2.
QUALITIES = {"compact": (16, 32, 64, 128, 128), "fine": (32, 64, 128, 256, 256)}
WIDTHS = QUALITIES["compact"]
# The files that hold an encoder, and their shapes. The loss networks' last taps are as wide as
# VGG-19's.
ENCODERS = {"encoder": {"widths": QUALITIES["compact"]},
            "encoder-fine": {"widths": QUALITIES["fine"]},
            "encoder-loss": {"widths": (16, 32, 256, 512), "between": (16, 32, 48)},
            "encoder-loss-fine": {"widths": (32, 64, 256, 512), "between": (32, 64, 64)}}
TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
VGG_PLAN = ("conv1_1", "conv1_2", "pool", "conv2_1", "conv2_2", "pool",
            "conv3_1", "conv3_2", "conv3_3", "conv3_4", "pool",
            "conv4_1", "conv4_2", "conv4_3", "conv4_4", "pool", "conv5_1")
# Where features of a tap join a decoder that has skip connections: before these layers.
JOINS = {"conv3_4": "relu3_1", "conv2_2": "relu2_1", "conv1_2": "relu1_1"}
DECODER_PLAN = ("conv4_1", "up", "conv3_4", "conv3_3", "conv3_2", "conv3_1", "up",
                "conv2_2", "conv2_1", "up", "conv1_2", "conv1_1")
EPS = 1e-5


class _Mirror(torch.autograd.Function):
    """Reflect padding that keeps channels_last and bfloat16 fast on a CPU.

    F.pad falls back to a slow layout there and takes longer than the convolution after it.
    Padding is linear and its adjoint is _Fold, so the pair can be differentiated twice.
    """

    @staticmethod
    def forward(ctx, x, n):
        ctx.n = n
        b, c, h, w = x.shape
        y = torch.empty((b, c, h + 2 * n, w + 2 * n), dtype=x.dtype, device=x.device,
                        memory_format=torch.channels_last)
        y[:, :, n:n + h, n:n + w] = x
        for i in range(n):
            y[:, :, i, n:n + w] = x[:, :, n - i]
            y[:, :, n + h + i, n:n + w] = x[:, :, h - 2 - i]
        for i in range(n):
            y[:, :, :, i] = y[:, :, :, 2 * n - i]
            y[:, :, :, n + w + i] = y[:, :, :, n + w - 2 - i]
        return y

    @staticmethod
    def backward(ctx, grad):
        return _Fold.apply(grad, ctx.n), None


class _Fold(torch.autograd.Function):
    """The adjoint of _Mirror: adds every mirrored pixel back onto the one it came from."""

    @staticmethod
    def forward(ctx, y, n):
        ctx.n = n
        h, w = y.shape[2] - 2 * n, y.shape[3] - 2 * n
        y = y.clone(memory_format=torch.channels_last)
        for i in range(n):
            y[:, :, :, 2 * n - i] += y[:, :, :, i]
            y[:, :, :, n + w - 2 - i] += y[:, :, :, n + w + i]
        for i in range(n):
            y[:, :, 2 * n - i] += y[:, :, i]
            y[:, :, n + h - 2 - i] += y[:, :, n + h + i]
        return y[:, :, n:n + h, n:n + w].contiguous(memory_format=torch.channels_last)

    @staticmethod
    def backward(ctx, grad):
        return _Mirror.apply(grad, ctx.n), None


def mirror(x, n=1):
    """Pads x [n, c, h, w] by n mirrored pixels on every side; needs h, w > n."""
    return _Mirror.apply(x, n) if n else x


class _Moments(torch.autograd.Function):
    """Mean and biased variance of every channel of x [n, c, h, w], [n, c, 1, 1] each, float32.

    torch.var_mean walks a channels_last tensor channel by channel on a CPU, and was a quarter of
    a training step. The backward pass is made of plain operations, so it can be differentiated.
    """

    @staticmethod
    def forward(ctx, x):
        pixels = x.permute(0, 2, 3, 1).flatten(1, 2).float()
        mean = pixels.mean(1, keepdim=True)
        var = (pixels - mean).square_().mean(1, keepdim=True)
        mean, var = (part.transpose(1, 2)[..., None] for part in (mean, var))
        ctx.save_for_backward(x, mean)
        return mean, var

    @staticmethod
    def backward(ctx, grad_mean, grad_var):
        x, mean = ctx.saved_tensors
        grad = grad_mean + 2 * grad_var * (x.float() - mean)
        return (grad / (x.shape[2] * x.shape[3])).to(x.dtype)


def moments(x):
    """Mean and biased variance of every channel, [n, c, 1, 1] each, float32."""
    return _Moments.apply(x)


def mean_std(x):
    """Mean and deviation of every channel, [n, c, 1, 1] each, float32.

    Unbiased variance, eps 1e-5 inside the root, as in the PyTorch AdaIN.
    """
    mean, var = moments(x)
    count = x.shape[2] * x.shape[3]
    return mean, (var * (count / (count - 1)) + EPS).sqrt()


def mvn(x):
    """Mean-variance normalisation of every channel, with mean_std's statistics."""
    mean, std = mean_std(x)
    return (x - mean) / std


def instance_norm(x):
    """Every channel of every picture with mean 0 and deviation 1, float32: biased variance over
    the whole picture, eps 1e-5 inside the root."""
    x = x.float()
    mean, var = moments(x)
    return (x - mean) * (var + EPS).rsqrt()


def ceiling(features):
    """The largest value of every channel, [n, c, 1, 1], float32."""
    return features.float().amax((2, 3), keepdim=True)


# Eight leaves clouds; the less, the less of a painting's contrasts too.
MOST_GAIN = 4.0


def adain(content, style_mean, style_std, style_ceiling, strength=1.0):
    """AdaIN (Huang and Belongie 2017): content features with the style's statistics.

    Unlike theirs, no channel is amplified more than MOST_GAIN times, and none rises above the
    largest value that it has in the style. What is rare in a photograph and strong in a painting,
    a patch of red, came to thirty deviations more than anything in the painting, and no decoder
    had seen the like: it burnt. A channel that is silent in a photograph was amplified eight
    hundred times, and its noise became pink clouds on a wall.
    """
    mean, std = mean_std(content)
    gain = (style_std / std).clamp(max=MOST_GAIN)
    styled = torch.minimum((content - mean) * gain + style_mean, style_ceiling)
    return strength * styled + (1 - strength) * content


def up(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


class Conv(nn.Conv2d):
    """A convolution with reflect padding k // 2; bias unless said."""

    def __init__(self, c_in, c_out, k=3, **options):
        super().__init__(c_in, c_out, k, **options)
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, x):
        return super().forward(mirror(x, self.kernel_size[0] // 2))


class Encoder(nn.Module):
    """PART encoder. VGG-19's layer plan at the given widths, up to the last tap they name.

    conv1_1 .. conv5_1 of VGG_PLAN, each 3x3 followed by ReLU; 2x2 max-pooling, stride 2, ceil.
    The input normalisation is folded into conv1_1.
    widths: channels at relu1_1, relu2_1 and so on; between: those of the layers that follow
    each of these, the same if not given.
    """

    def __init__(self, widths=WIDTHS, between=None):
        super().__init__()
        between = between or widths
        self.plan = VGG_PLAN[:VGG_PLAN.index("conv%d_1" % len(widths)) + 1]
        c_in = 3
        for name in self.plan:
            if name != "pool":
                width = (widths if name.endswith("_1") else between)[int(name[4]) - 1]
                self.add_module(name, Conv(c_in, width))
                c_in = width

    def forward(self, x, upto="relu5_1"):
        """x [n, 3, h, w] -> {tap: features}; reluK_1 has ceil(h / 2^(K - 1)) rows."""
        taps = {}
        for name in self.plan:
            if name == "pool":
                x = F.max_pool2d(x, 2, 2, ceil_mode=True)
                continue
            x = F.relu(getattr(self, name)(x))
            tap = name.replace("conv", "relu")
            if tap in TAPS:
                taps[tap] = x
            if tap == upto:
                break
        return taps


class Decoder(nn.Module):
    """PART decoder. The encoder's plan mirrored from relu4_1, after Huang and Belongie.

    conv4_1 128->64, up, conv3_4 .. conv3_2 64->64, conv3_1 64->32, up, conv2_2 32->32,
    conv2_1 32->16, up, conv1_2 16->16, conv1_1 16->3: each 3x3 followed by ReLU, but conv1_1.
    Output 0..1, not clamped.
    joined: the layers of JOINS take the channels of their tap too, behind the others. attended:
    as many more channels, which SANet's attention gives, stand behind relu4_1. From a file
    without, the new ones begin at 0 (recipe.grown).
    """

    def __init__(self, widths=WIDTHS, joined=False, attended=False):
        super().__init__()
        self.joins, self.attended = JOINS if joined else {}, attended
        c_in = widths[3] * (2 if attended else 1)
        for name in DECODER_PLAN:
            if name != "up":
                c_in *= 2 if name in self.joins else 1
                level, last = int(name[4]), name.endswith("_1")
                width = widths[max(level - 2, 0)] if last else widths[level - 1]
                width = 3 if name == "conv1_1" else width
                self.add_module(name, Conv(c_in, width))
                c_in = width

    def forward(self, taps):
        """taps: {tap: features}, relu4_1 [n, 128, h, w], the taps that join and "attended"
        -> picture [n, 3, 8 h, 8 w]."""
        x = taps["relu4_1"]
        if self.attended:
            x = torch.cat([x, taps["attended"].to(x.dtype)], 1)
        for name in DECODER_PLAN[:-1]:
            if name in self.joins:
                x = torch.cat([x, taps[self.joins[name]].to(x.dtype)], 1)
            x = up(x) if name == "up" else F.relu(getattr(self, name)(x))
        # The picture itself needs more than bfloat16's eight bits.
        with torch.autocast(x.device.type, enabled=False):
            return self.conv1_1(x.float())


class Attention(nn.Module):
    """One SANet block (Park and Lee 2019) at c channels: 1x1 convolutions with bias.

    S = softmax over style positions of query(mvn(content))^T key(mvn(style)), not scaled;
    result = out(value(style) S^T) + content. value sees the style's features as they are.
    """

    def __init__(self, c):
        super().__init__()
        for name in ("query", "key", "value", "out"):
            layer = nn.Conv2d(c, c, 1)
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
            self.add_module(name, layer)

    def forward(self, content, style):
        """content [n, c, h, w], style [n, c, H, W] -> [n, c, h, w]."""
        # The softmax of unscaled products needs float32.
        with torch.autocast(content.device.type, enabled=False):
            content, style = content.float(), style.float()
            query = self.query(mvn(content)).flatten(2)
            key = self.key(mvn(style)).flatten(2)
            weights = torch.bmm(query.transpose(1, 2), key).softmax(-1)
            moved = torch.bmm(self.value(style).flatten(2), weights.transpose(1, 2))
            return self.out(moved.view_as(content)) + content


class Transform(nn.Module):
    """PART transform. merge(sanet4_1(relu4_1) + up(sanet5_1(relu5_1))), merge 3x3 with bias,
    no activation. relu4_1 must have even sides: pictures in multiples of 16 pixels."""

    def __init__(self, widths=WIDTHS):
        super().__init__()
        self.sanet4_1, self.sanet5_1 = Attention(widths[3]), Attention(widths[4])
        self.merge = Conv(widths[3], widths[3])
        # The sum as it is, or nearly: a decoder that knows relu4_1 can begin with it.
        nn.init.dirac_(self.merge.weight)
        with torch.no_grad():
            self.merge.weight.add_(torch.randn_like(self.merge.weight), alpha=0.01)

    def forward(self, content, style):
        """content, style: {tap: features} with relu4_1 and relu5_1 -> [n, 128, h, w]."""
        fine = self.sanet4_1(content["relu4_1"], style["relu4_1"])
        coarse = self.sanet5_1(content["relu5_1"], style["relu5_1"])
        return self.merge(fine + up(coarse))


def transfer_plan(base):
    """The layers of the transfer network: [(name, in, out, kernel, stride)] before `last`."""
    b = base
    blocks = [("block%d_%s" % (i, half), 4 * b, 4 * b, 3, 1)
              for i in range(1, 6) for half in ("a", "b")]
    return ([("first", 3, b, 9, 1), ("down1", b, 2 * b, 3, 2), ("down2", 2 * b, 4 * b, 3, 2)]
            + blocks + [("up1", 4 * b, 2 * b, 3, 1), ("up2", 2 * b, b, 3, 1)])


def _normalised(x, p, name, stride, seen):
    """Convolution `name` without bias, then instance normalisation with scale and shift.

    What is normalised and not yet scaled is appended to `seen`.
    """
    kernel = p[name + ".weight"]
    x = instance_norm(F.conv2d(mirror(x, kernel.shape[-1] // 2), kernel, stride=stride))
    scale, shift = (p[name + suffix].view(-1, x.shape[1], 1, 1)
                    for suffix in (".scale", ".shift"))
    seen.append(x)
    return x * scale + shift


def transfer(x, p, seen=None):
    """The transfer network of MetaNet and MetaStyle (after Johnson, Alahi, Fei-Fei 2016).

    x [n, 3, h, w], 0..1, in multiples of 4 pixels; p {"LAYER.weight": [out, in, k, k],
    "LAYER.scale": [out], "LAYER.shift": [out]} for the layers of transfer_plan(), and
    last.weight, last.bias. A scale or shift [n, out] gives every picture its own.

    first 9x9, down1 and down2 3x3 stride 2, five residual blocks x + b(ReLU(a(x))), up1 and
    up2 3x3 after upsampling: every convolution without bias, instance normalisation with scale
    and shift, ReLU (none after a block's b). last 9x9 with bias, then a sigmoid: output 0..1.
    seen: a list that takes what every instance normalisation gave, for losses.spikes().
    """
    seen = [] if seen is None else seen
    x = F.relu(_normalised(x, p, "first", 1, seen))
    for name in ("down1", "down2"):
        x = F.relu(_normalised(x, p, name, 2, seen))
    for i in range(1, 6):
        y = F.relu(_normalised(x, p, "block%d_a" % i, 1, seen))
        x = x + _normalised(y, p, "block%d_b" % i, 1, seen)
    for name in ("up1", "up2"):
        x = F.relu(_normalised(up(x), p, name, 1, seen))
    x = F.conv2d(mirror(x, 4), p["last.weight"], p["last.bias"])
    return torch.sigmoid(x.float())


def initial_transfer(base):
    """{name: tensor} for transfer(): Kaiming kernels, scale 1, shift 0."""
    p = {}
    for name, c_in, c_out, k, _ in transfer_plan(base):
        p[name + ".weight"] = nn.init.kaiming_normal_(torch.empty(c_out, c_in, k, k))
        p[name + ".scale"], p[name + ".shift"] = torch.ones(c_out), torch.zeros(c_out)
    p["last.weight"] = nn.init.xavier_normal_(torch.empty(3, base, 9, 9))
    p["last.bias"] = torch.zeros(3)
    return p


def style_vector(taps):
    """The 736 numbers MetaNet knows of a painting, [n, 736]: for relu1_1 .. relu5_1 in turn
    the channels' means, then their deviations (mean_std)."""
    return torch.cat([part.flatten(1) for tap in TAPS for part in mean_std(taps[tap])], 1)


class Meta(nn.Module):
    """PART meta. Predicts the transfer network of a painting (Shen, Yan and Zeng 2018).

    v = (style vector - mean) / scale                       mean, scale [736]
    h = ReLU(hidden.weight v + hidden.bias)                 [layers * 64]
    LAYER = LAYER.weight h_LAYER + LAYER.bias               h_LAYER: this layer's 64 of h

    for the layers of transfer_plan() in order. LAYER holds the kernel [out, in, k, k] in
    row-major order, then scale [out], then shift [out]. `first` has no kernel here: it is
    shared by all paintings, as are last.weight and last.bias.

    The paper generates kernels only. With normalisations that have no scale and shift of
    their own, every painting's last features have mean 0 and variance 1 before a shared
    convolution, which then cannot give two paintings two palettes; so they are generated too.

    grain: how much grain() the networks see.
    """

    def __init__(self, base=8, slice_width=64, widths=WIDTHS):
        super().__init__()
        self.base, self.slice_width = base, slice_width
        self.plan = transfer_plan(base)
        self.register_buffer("mean", torch.zeros(2 * sum(widths)))
        self.register_buffer("scale", torch.ones(2 * sum(widths)))
        self.register_buffer("grain", torch.zeros(1))
        self.hidden = nn.Linear(2 * sum(widths), len(self.plan) * slice_width)
        start = initial_transfer(base)
        for name, _, c_out, _, _ in self.plan:
            values = [start[name + ".scale"], start[name + ".shift"]]
            if name != "first":
                values.insert(0, start[name + ".weight"].flatten())
            values = torch.cat(values)
            layer = nn.Linear(slice_width, len(values))
            # At first every painting gets nearly the same, sensible network.
            nn.init.normal_(layer.weight, std=0.1 * float(values.std()) / slice_width ** 0.5)
            layer.bias.data.copy_(values)
            self.add_module(name, layer)

    def load_state_dict(self, state, strict=True):
        """A network that learned before there was grain has none in its file."""
        return super().load_state_dict({"grain": torch.zeros(1), **state}, strict)

    def forward(self, vector):
        """vector [736] -> {name: tensor} for transfer(), but for the shared three."""
        with torch.autocast(vector.device.type, enabled=False):
            return self._generate((vector - self.mean) / self.scale)

    def _generate(self, vector):
        hidden = F.relu(self.hidden(vector))
        p = {}
        for part, (name, c_in, c_out, k, _) in zip(hidden.split(self.slice_width), self.plan):
            values = getattr(self, name)(part)
            kernel, scale, shift = values.split([len(values) - 2 * c_out, c_out, c_out])
            if name != "first":
                p[name + ".weight"] = kernel.view(c_out, c_in, k, k)
            p[name + ".scale"], p[name + ".shift"] = scale, shift
        return p


class Tensors(nn.Module):
    """Tensors of transfer() as parameters of the same names."""

    def __init__(self, tensors):
        super().__init__()
        for name, tensor in tensors.items():
            layer, _, kind = name.partition(".")
            if not hasattr(self, layer):
                self.add_module(layer, nn.Module())
            getattr(self, layer).register_parameter(kind, nn.Parameter(tensor))

    def forward(self):
        return dict(self.named_parameters())


class Shared(Tensors):
    """PART shared. What all paintings' transfer networks have in common: first.weight,
    last.weight and last.bias."""

    def __init__(self, base=8):
        start = initial_transfer(base)
        super().__init__({name: start[name]
                          for name in ("first.weight", "last.weight", "last.bias")})


class Initial(Tensors):
    """PART transfer. MetaStyle's initialisation (Zhang, Zhu and Zhu 2019): all tensors of
    transfer()."""

    def __init__(self, base=16):
        super().__init__(initial_transfer(base))
