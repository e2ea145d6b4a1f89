# SPDX-License-Identifier: GPL-3.0-or-later
"""Muon, and what is made of it: the optimizer of MetaStyle's adaptation, in the kit and in the
engine, and one for training.

In adaptation kernels take steps of Muon, all else steps of Adam, at rates that fall with the
updates done but not with those planned: what n updates make does not depend on how many were to
follow. What is kept is a running average, which is calm where single steps of one crop each are
not.
"""
import torch

# Numbers a step may change each direction of a kernel by, and each scale, shift and number of
# the last layer; Muon's momentum and Adam's.
KERNEL_RATE, NORMALISATION_RATE, LAST_RATE = 0.06, 0.04, 0.004
MOMENTUM, BETA1, BETA2 = 0.85, 0.8, 0.95
EPSILON = 1e-8
# Updates after which rates are half.
HALF = 50
# The weight of a new step in the average: AVERAGE_FROM / (AVERAGE_FROM + n - 1) for the n-th,
# and then AVERAGE.
AVERAGE, AVERAGE_FROM = 0.05, 10
# The polynomial a x + b x^3 + c x^5 that takes singular values to about 1, and how often.
QUINTIC, TIMES = (3.4445, -4.7750, 2.0315), 5


def orthogonal(g):
    """The matrix nearest to a multiple of g [rows, columns] whose singular values are all about 1
    (0.7 to 1.2), by Newton and Schulz's iteration; 0 for 0.

    Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024. Polynomials in
    g g^T are multiplied in its own small space, and in double: the least values of g are squared
    in it.
    """
    if len(g) > g.shape[1]:
        return orthogonal(g.T).T
    a, b, c = QUINTIC
    x = g.double()
    x = x / x.norm().clamp_min(1e-30)
    power = x @ x.T
    total = torch.eye(len(x), dtype=x.dtype, device=x.device)
    for _ in range(TIMES):
        factor = b * power + c * power @ power
        factor.diagonal().add_(a)
        total = factor @ total
        power = factor @ power @ factor
    return (total @ x).to(g)


class Optimizer:
    """Moves `moving`, {name: tensor with .grad} of a transfer network, in place.

    average: {name: tensor}, what was learned.
    """

    def __init__(self, moving):
        self.moving, self.done = moving, 0
        self.average = {name: p.detach().clone() for name, p in moving.items()}
        self._first = {name: torch.zeros_like(p) for name, p in moving.items()}
        self._second = {name: torch.zeros_like(p) for name, p in moving.items()}

    def _direction(self, name, g):
        first = self._first[name]
        if name.endswith(".weight") and name != "last.weight":
            first.lerp_(g, 1 - MOMENTUM)
            return KERNEL_RATE, orthogonal(g.lerp(first, MOMENTUM).flatten(1)).view_as(g)
        second = self._second[name]
        first.lerp_(g, 1 - BETA1)
        second.lerp_(g.square(), 1 - BETA2)
        spread = (second / (1 - BETA2 ** self.done)).sqrt() + EPSILON
        rate = LAST_RATE if name.startswith("last.") else NORMALISATION_RATE
        return rate, first / (1 - BETA1 ** self.done) / spread

    @torch.no_grad()
    def step(self):
        slowness = 1 + self.done / HALF
        weight = max(AVERAGE, AVERAGE_FROM / (AVERAGE_FROM + self.done))
        self.done += 1
        for name, p in self.moving.items():
            rate, direction = self._direction(name, p.grad)
            p -= rate / slowness * direction
            self.average[name].lerp_(p, weight)
            p.grad = None


class Muon(torch.optim.Optimizer):
    """Of training: Muon for kernels and matrices (2 and more dimensions), Adam for the rest.

    One rate does for both: a step of Muon is as long as one of Adam usually is, 0.2 per number
    (Liu et al., "Muon is Scalable for LLM Training", 2025, section 2.2).

    stacked: {parameter: rows} of those that are several matrices of so many rows, one below the
    other.
    """

    MOMENTUM, BETAS, LENGTH = 0.95, (0.9, 0.99), 0.2

    def __init__(self, params, lr, eps, stacked=None):
        super().__init__(params, {"lr": lr, "eps": eps})
        self._stacked = stacked or {}

    def _muon(self, p, state, group):
        first = state.setdefault("first", torch.zeros_like(p))
        first.lerp_(p.grad, 1 - self.MOMENTUM)
        matrices = p.grad.lerp(first, self.MOMENTUM).flatten(1).split(
            self._stacked.get(p, len(p)))
        direction = torch.cat([orthogonal(matrix) for matrix in matrices])
        length = self.LENGTH * max(matrices[0].shape) ** 0.5
        p.sub_(direction.view_as(p), alpha=group["lr"] * length)

    def _adam(self, p, state, group):
        first = state.setdefault("first", torch.zeros_like(p))
        second = state.setdefault("second", torch.zeros_like(p))
        state["step"] = state.get("step", 0) + 1
        beta1, beta2 = self.BETAS
        first.lerp_(p.grad, 1 - beta1)
        second.lerp_(p.grad.square(), 1 - beta2)
        spread = (second / (1 - beta2 ** state["step"])).sqrt() + group["eps"]
        p.addcdiv_(first, spread, value=-group["lr"] / (1 - beta1 ** state["step"]))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    (self._muon if p.dim() > 1 else self._adam)(p, self.state[p], group)
