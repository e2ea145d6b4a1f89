#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paint the styles in the box: pictures that nobody has rights in, from noise and geometry alone.

    make.py [FOLDER [NAME]...]

writes NAME.jpg for all or some of PICTURES. The same seed gives the same picture. Needs
python3-numpy and python3-pil.
"""
import os
import sys

import numpy as np
from PIL import Image

from easel import (Canvas, blur, cells, colour, drag, flow, grid, lab, mix, noise, paper, pick,
                   ramp,
                   relief, rgb, ridge, sample, smooth, vary)

LAND, UPRIGHT = (512, 704), (704, 512)


def evening_wind(rng):
    """Oil, thick: a low sun behind hills, and wind in sky and grass."""
    h, w = shape = LAND
    x, y = grid(shape)
    far = ridge(shape, rng, 268, 26, 160)
    near = ridge(shape, rng, 318, 22, 120)
    field = ridge(shape, rng, 372, 10, 200, 0.4)
    sun = np.hypot(x - 470, y - 212)
    clouds = noise(shape, rng, 90, 0.7, 2.6, -0.15)

    sky = ramp("18405c 2b6a80 6fa39a e9c38c f3a05e", y / 300 + 0.12 * clouds)
    sky = mix(sky, ramp("f6d9a0 f7b267 d9694f", clouds * 0.5 + 0.4),
              0.75 * smooth(0.4, 1.2, clouds + 0.4 * np.exp(-sun / 160)))
    sky = mix(sky, colour("fff0c0"), np.exp(-(sun / 70) ** 2) * 0.8)
    sky = mix(sky, colour("fff6d8"), 1 - smooth(26, 34, sun))
    hills = ramp("7c6a8c 4d5c82 2c4561", (y - far) / 80)
    trees = ramp("35566b 20404a 142c33", (y - near) / 60 + 0.12 * noise(shape, rng, 12))
    rows = noise(shape, rng, 26, 0.9, 5, 0.35)
    grass = ramp("20343a 3f5a3c 8a8a3f d9a441 f2cf7a", 0.45 + 0.24 * rows - (y - 420) / 380)
    poppies = smooth(1.5, 1.9, noise(shape, rng, 9, 0.5)) * smooth(380, 430, y)
    grass = mix(grass, colour("c8402f"), poppies)

    target = mix(sky, hills, y > far)
    target = mix(target, trees, y > near)
    target = mix(target, grass, y > field)
    wind = flow(blur(noise(shape, rng, 170, 0.3), 14) * 75 + y * 1.1)
    wind = np.where(sun < 60, np.arctan2(y - 212, x - 470) + np.pi / 2, wind)
    slope = np.arctan2(np.gradient(field), 1)[None] + 0 * y
    angle = np.where(y > field, slope + 0.35 + 0.5 * noise(shape, rng, 80, 0.4),
                     np.where(y > far, slope + 0.3 * noise(shape, rng, 60), wind))

    canvas = Canvas(ramp("5a3c34 7a5240", smooth(0, h, y)), rng)
    canvas.cover(target, angle, 24, 70, 3.4, light=0.03, hue=0.012)
    canvas.cover(target, angle, 12, 44, 1.6, light=0.035, hue=0.015)
    detail = np.clip(np.hypot(*np.gradient(blur(lab(target)[..., 0], 1.5))) * 22, 0.15, 1)
    canvas.cover(target, angle, 6, 26, 2.2, where=detail, light=0.05, hue=0.02, thick=1.2)
    canvas.cover(target, angle, 3.5, 16, 1.2, where=detail * smooth(200, 420, y), light=0.07,
                 hue=0.03)
    canvas.cover(target, angle, 5, 16, 3, where=(sun < 44) * 1.0, light=0.02, hue=0.006, thick=1.5)
    weave = np.sin(x * 1.9) + np.sin(y * 1.9)
    return relief(blur(canvas.image, 0.45), blur(canvas.height, 0.8) + 0.02 * weave, 1.2, 0.5)


def night_swirls(rng):
    """Oil: a night sky that turns, over a lake with lamps on its far shore."""
    h, w = shape = LAND
    x, y = grid(shape)
    far, shore = ridge(shape, rng, 336, 18, 130, 0.5), 384
    stars = [(96, 92, 30), (236, 52, 20), (330, 190, 24), (470, 66, 24), (610, 104, 46),
             (168, 226, 18), (546, 246, 18), (404, 128, 13), (36, 216, 16), (668, 232, 14)]
    whirls = [(262, 150, 88, 1.0), (430, 236, 66, -1.0), (118, 296, 60, 0.8), (560, 158, 70, -0.7)]

    vx, vy = 0.55 + 0 * x, 0.16 * np.sin(x / 70 + 1)
    for cx, cy, size, turn in whirls:
        d = np.hypot(x - cx, y - cy)
        pull = turn * 2.2 * np.exp(-(d / size) ** 2)
        vx, vy = vx - pull * (y - cy) / size, vy + pull * (x - cx) / size
    for cx, cy, size in stars:
        d = np.hypot(x - cx, y - cy)
        near = np.exp(-(d / (1.5 * size)) ** 2) * 3
        vx, vy = vx - near * (y - cy) / np.maximum(d, 1), vy + near * (x - cx) / np.maximum(d, 1)
    angle = np.arctan2(vy, vx)

    # Bands of light that follow the turning: noise, dragged along the flow.
    bands = drag(noise(shape, rng, 16, 0.8), angle, 40, 1.6)
    sky = ramp("0c1633 14275c 1f4690 3f7cb8 8fc0d6 dfe9d8", 0.40 + 0.21 * bands)
    sky = mix(sky, colour("0b1430"), 0.35 * smooth(160, 0, y))
    for cx, cy, size in stars:
        d = np.hypot(x - cx, y - cy) / size
        halo = 0.5 + 0.5 * np.cos(d * 5.2)
        glow = ramp("fff7d0 ffe08a f2b441 6f8f8a 2c5a9c", d / 2.0 + 0.12 * halo - 0.1)
        sky = mix(sky, glow, np.exp(-(d / 1.35) ** 4))
    hills = ramp("3a5c8c 223f6b 101d3c", (y - far) / 44 + 0.2 * noise(shape, rng, 18))
    ripple = noise(shape, rng, 9, 0.8, 6)
    depth = np.clip((y - shore) / (h - shore), 0, 1)
    mirrored = sample(sky, x + 5 * ripple, shore - (y - shore) * 2.1 + 12 * ripple)
    lake = mix(mirrored, colour("0b1a36"), 0.25 + 0.4 * smooth(0.2, 1.4, ripple))
    for cx, cy, size in stars:
        path = np.exp(-((x - cx - 6 * ripple) / (3 + size * (0.3 + 0.5 * depth))) ** 2)
        lake = mix(lake, ramp("ffdf8c e09a3c", depth), 0.85 * path * smooth(-0.2, 0.5, ripple))
    target = mix(mix(sky, hills, y > far), lake, y > shore)
    for k in range(30):
        at = rng.uniform(20, w - 20)
        lamp = np.hypot(x - at, (y - shore + 5) * 1.2)
        target = mix(target, colour("ffc24a"), np.exp(-(lamp / 3.2) ** 2))
        gleam = np.exp(-((x - at - 2 * ripple) / 3) ** 2) * (y > shore)
        target = mix(target, colour("e8963a"), 0.8 * gleam * np.exp(-(y - shore) / 26))
    slope = np.arctan2(np.gradient(far), 1)[None] + 0.25 * noise(shape, rng, 40)
    angle = np.where(y > shore, 0.10 * noise(shape, rng, 30), np.where(y > far, slope, angle))

    canvas = Canvas(ramp("101c3c 1c3c70", smooth(h, 0, y)), rng)
    canvas.cover(target, angle, 13, 46, 1.6, light=0.03, hue=0.012, wander=0.06)
    canvas.cover(target, angle, 7, 34, 2.6, light=0.045, hue=0.015, wander=0.06, thick=1.2)
    canvas.cover(target, angle, 4, 20, 1.4, light=0.07, hue=0.02, wander=0.1, thick=1.3)
    canvas.cover(target, angle, 3.5, 11, 2, where=(y > far) * 0.8, light=0.04, wander=0.1)
    return relief(blur(canvas.image, 0.45), blur(canvas.height, 0.8), 1.3, 0.5)


def woodcut(rng):
    """A print from two blocks: black lines cut along sky, hills and sea, and a red sun."""
    h, w = shape = UPRIGHT
    x, y = grid(shape)
    cx, cy = 330, 196
    r, around = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
    wave = noise(shape, rng, 60, 0.5)
    knife = noise(shape, rng, 11, 0.5)
    peak = ridge(shape, rng, 0, 9, 60, 1.2) + 250 + 0.85 * abs(np.arange(w) - 170) ** 0.92
    hill = ridge(shape, rng, 430, 14, 150, 0.6)
    shore = 470 + 16 * np.sin(np.arange(w) / 60) + ridge(shape, rng, 0, 3, 20)

    # tone: 1 is paper, 0 is ink; phase: lines where it passes whole numbers.
    tone = 0.62 + 0.35 * np.exp(-((r - 60) / 150) ** 2) - 0.42 * smooth(190, 420, r) + 0.10 * wave
    phase = around * 72 / np.pi + 0.5 * np.sin(r / 23) + 0.25 * knife * 0.4
    rings = smooth(0.2, 0.9, noise(shape, rng, 70, 0.4, 3))
    phase = np.where(rings > 0.5, y / 6.5 + 0.9 * wave, phase)
    tone = np.where(rings > 0.5, 0.50 + 0.22 * wave, tone)

    mountain = y > peak
    side = smooth(-8, 8, x - 170 - 26 * np.sin(y / 34) - 10 * noise(shape, rng, 22, 1))
    snow = smooth(70, 40, y - peak + 34 * np.sin(x / 13) * np.sin(x / 31) + 8 * knife)
    fall = (x - 170) / (1.4 + abs(y - 240) / 230) / 5.6 + 0.22 * noise(shape, rng, 40, 0.5, 2, 1.57)
    phase = np.where(mountain, fall, phase)
    tone = np.where(mountain, 0.22 + 0.5 * (1 - side) + 0.5 * snow * (1.1 - side), tone)

    wood = y > hill
    tree, edge, tx, ty = cells(x + 4 * knife, (y - 0.2 * x) * 1.1, 34, rng)
    phase = np.where(wood, np.hypot(tx, ty + 14) / 4.4 + 0.25 * knife, phase)
    tone = np.where(wood, 0.55 - 0.024 * (tx + ty) - 0.55 * smooth(4, 0, edge), tone)

    sea = y > shore
    swell = 9 * np.sin(x / 37 + y / 16) + 5 * np.sin(x / 17 - y / 11 + wave)
    phase = np.where(sea, (y + swell) / (4 + abs(y - 460) / 46) + 0.10 * knife, phase)
    path = np.exp(-((x - cx + 0.6 * swell) / (26 + (y - 470) * 0.28)) ** 2)
    tone = np.where(sea, 0.30 + 0.14 * wave + 0.26 * np.cos(x / 37 + y / 16) + 0.55 * path, tone)

    boat = (y > 560 + ((x - 170) / 9) ** 2 * 0.25 -
            8) & (y < 590 - abs(x - 170) * 0.18) & (abs(x - 170) < 62)
    sail = (y < 556) & (y > 410) & (x > 170 - (y - 405) * 0.34) & (x < 176 + (y - 405) * 0.20)
    tone = np.where(boat, 0.02, np.where(sail, 0.93 - 0.55 * smooth(170, 205, x), tone))
    phase = np.where(sail, (x + 0.25 * y) / 5.5, phase)

    cut = 0.5 + 0.5 * np.cos(2 * np.pi * phase) + 0.06 * knife
    ink = smooth(-0.12, 0.12, (1 - np.clip(tone, 0.03, 0.97)) - cut)
    disc = r < 58
    ink = np.where(disc & ~mountain, smooth(-0.1, 0.1, 0.16 - cut) * smooth(40, 58, r), ink)
    outline = 0 * x
    for region in (mountain, wood, sea, sail, boat, disc & ~mountain):
        gy, gx = np.gradient(blur(region * 1.0, 1.4))
        seen = 1.0 if region is sail or region is boat else ~(sail | boat)
        outline = np.maximum(outline, smooth(0.07, 0.16, np.hypot(gx, gy)) * seen)
    ink = np.maximum(ink, outline)
    border = np.minimum(np.minimum(x, w - 1 - x), np.minimum(y, h - 1 - y)) + 1.2 * knife
    ink = np.where(border < 17, smooth(12, 13, border), ink)

    grain = noise(shape, rng, 3, 0.9, 30, 1.5)
    coat = 0.93 - 0.10 * smooth(0.6, 2.0,
                                grain) - 0.22 * smooth(1.6, 2.6, noise(shape, rng, 2.5, 1.2))
    sheet = mix(colour("efe1c2"), colour("dcc79c"),
                0.5 + 0.22 * noise(shape, rng, 40) + 0.16 * grain)
    glow = smooth(260, 60, r) * (y < 470)
    colours = mix(sheet, ramp("b8483a d98a4a e6c585", r / 260),
                  0.75 * glow * (~mountain))
    colours = mix(colours, colour("b5301f"), (np.hypot(x - cx - 2, y - cy - 2) < 57) & ~mountain)
    colours = mix(colours, ramp("56808a 2f5a6c", (y - 470) / 230),
                  0.8 * (sea & ~sail) * (1 - 0.7 * path))
    colours = mix(colours, colour("7d8a5c"), 0.75 * (wood & ~sea & ~sail))
    colours = mix(colours, colour("8797a0"), 0.55 * (mountain & ~wood) * side)
    colours = mix(colours, sheet, (border < 14) | (sail & (tone > 0.5)))
    colours = mix(colours, sheet, 0.18 * smooth(0.3, 1.8, grain))
    return mix(colours, colour("1d1a1c"), ink * coat)


def ink_wash(rng):
    """Sumi ink on wet paper: mountains in mist, one behind the other, and a pine."""
    h, w = shape = UPRIGHT
    x, y = grid(shape)
    sheet = mix(colour("efe5cf"), colour("d8c6a2"),
                np.clip(0.35 + 0.2 * noise(shape, rng, 90, 0.8), 0, 1))
    tooth = paper(shape, rng)
    bleed = noise(shape, rng, 24, 1.1)
    density = 0.10 + 0.10 * smooth(0, 2,
                                   noise(shape, rng, 120, 0.6, 2.5)) + 0.16 * smooth(120, 0, y)
    tint = 0 * x
    plans = [(200, 62, 90, 0.24), (262, 80, 80, 0.38), (356, 70, 100, 0.52), (470, 56, 70, 0.78),
             (590, 40, 90, 1.1)]
    for k, (base, swing, size, dark) in enumerate(plans):
        line = ridge(shape, rng, base, swing, size, 0.9)
        below = y - line + 5 * bleed
        inside = smooth(-2 - 3 * (k < 2), 3 + 5 * (k < 2), below)
        drift = smooth(0, 2, noise(shape, rng, 50, 0.8, 3))
        mist = np.exp(-np.clip(below, 0, None) / (60 + 14 * k)) + 0.16 * drift
        folds = mix(noise(shape, rng, 16 + 4 * k, 0.8, 3.5, 1.0),
                    noise(shape, rng, 16 + 4 * k, 0.8, 3.5, 2.1),
                    smooth(-60, 60, x - 256 - 90 * np.sin(2 * k) - 20 * bleed))
        dry = smooth(0.0, 1.2, folds + 1.4 * tooth - 0.9)
        wash = dark * inside * mist * (0.55 + 0.65 * dry * np.exp(-np.clip(below, 0, None) / 110))
        rim = dark * 0.7 * np.exp(-((below - 3) / 3.5) ** 2) * smooth(-0.6, 0.9, bleed + folds)
        density = density * (1 - 0.55 * inside * mist) + wash + rim
        tint += inside * mist * (0.6 if k == 2 else 0.15)
    for k in range(5):
        bx, by, size = rng.uniform(0, w), rng.uniform(180, 600), rng.uniform(24, 60)
        d = np.hypot(x - bx, (y - by) * 1.4) + 0.35 * size * bleed
        density += 0.13 * (smooth(size, size - 6, d) + 0.9 * np.exp(-((d - size + 3) / 3) ** 2))
    density *= 1 + 0.5 * (tooth - 0.5) + 0.10 * noise(shape, rng, 3, 1)
    light = np.exp(-np.clip(density, 0, 3) * 0.9)[..., None]
    image = rgb(lab(sheet) * light ** np.array([1, 0.9, 1.2]) +
                np.array([0.0, -0.004, -0.022]) * np.clip(density, 0, 1)[..., None])
    image = mix(image, image * colour("a8784a") * 1.3, np.clip(0.45 * tint, 0, 0.6))

    canvas = Canvas(image, rng)
    canvas.tooth = tooth
    black = colour("17171c")

    def bough(x0, y0, a, width, depth):
        path, px, py = [(x0, y0)], x0, y0
        for _ in range(6):
            a += rng.normal() * 0.24
            px, py = px + np.cos(a) * width * 2.1, py + np.sin(a) * width * 2.1
            path.append((px, py))
        canvas.stroke(np.array(path), width, black, 0.92, dry=0.32, hue=0.006)
        if depth == 0:
            for _ in range(9):
                nx, ny = px + rng.normal() * 15, py + rng.normal() * 8
                for b in np.linspace(np.pi * 1.08, np.pi * 1.92, 15) + rng.normal(size=15) * 0.05:
                    reach = rng.uniform(12, 19)
                    tip = nx + reach * np.cos(b), ny + reach * np.sin(b) * 0.8
                    needle = np.array([(nx, ny), tip])
                    canvas.stroke(needle, 1.5, black, rng.uniform(0.5, 0.95), dry=0.05)
            return
        for turn in rng.uniform(0.35, 0.9, 2) * (1, -1):
            k = rng.integers(2, len(path))
            bough(*path[k], a + turn, width * 0.6, depth - 1)
        bough(px, py, a, width * 0.72, depth - 1)

    bough(-12, 640, -0.75, 24, 3)
    bough(20, 700, -0.25, 15, 2)
    return np.clip(canvas.image - 0.035 * (tooth[..., None] - 0.5), 0, 1)


def garden_in_dots(rng):
    """Points of pure colour: trees by a pond, on a hot afternoon."""
    h, w = shape = LAND
    x, y = grid(shape)
    bank = ridge(shape, rng, 300, 6, 200, 0.4)
    crowns = noise(shape, rng, 46, 0.6)
    tree = np.zeros(shape)
    for cx, cy, rx, ry in ((90, 150, 140, 120), (250, 205, 80, 84), (600, 120, 130, 150),
                           (440, 232, 70, 56)):
        tree = np.maximum(tree, 1.25 - np.hypot((x - cx) / rx, (y - cy) / ry) + 0.16 * crowns)
    lit = 0.5 + 0.3 * noise(shape, rng, 34, 0.7) + (x - 350) / 1800 - (y - 150) / 420
    leaves = ramp("26407a 23707a 3f8a4a a8b83c f4dc6a", lit)
    sky = ramp("6fb0dc a8d0e0 f2dcb0 f6c89a", y / 300 + 0.10 * noise(shape, rng, 80, 0.6, 3))
    meadow = ramp("2f6a4a 86a83c f0cf5c", 0.6 + 0.25 * noise(shape, rng, 30, 0.7, 4) -
                  (y - 280) / 90)
    shore = mix(mix(sky, leaves, smooth(0.22, 0.30, tree)), meadow, smooth(-3, 3, y - bank + 26))
    trunks = sum(np.exp(-((x - cx - 5 * np.sin(y / 30)) / 6) ** 2) for cx in (100, 252, 604, 442))
    shore = mix(shore, colour("46285a"), np.clip(trunks, 0, 1) * (y > 205) * (y < 300) * 0.9)
    ripple = noise(shape, rng, 10, 0.8, 6)
    pond = sample(shore, x + 3 * ripple, 2 * bank[None] - y - 6 + 9 * ripple)
    pond = mix(pond * 0.9, colour("284a94"), 0.22 + 0.25 * smooth(0, 1.5, ripple))
    lily, edge, lx, ly = cells(x * 0.8, (y - 300) * 2.1, 52, rng)
    pads = (np.hypot(lx, ly) < 19) & (lily % 3 == 0) & (y > 330)
    pond = mix(pond, ramp("2f7a5c 7ab85a", 0.5 - ly / 30), pads * 0.9)
    pond = mix(pond, colour("f08aa0"), (np.hypot(lx - 3, ly + 4) < 7) & (lily % 6 == 0) & (y > 330))
    target = mix(shore, pond, y > bank)

    canvas = Canvas(mix(ramp("d8b98a e6cda0", smooth(0, h, y)), target, 0.35), rng)
    opponent = np.array([1, -1, -1])
    for size, spacing in ((7.5, 6.2), (5.6, 4.6), (4.4, 4.2)):
        px, py = np.meshgrid(np.arange(0, w, spacing), np.arange(0, h, spacing))
        px = (px + rng.normal(size=px.shape) * spacing * 0.4).ravel()
        py = (py + rng.normal(size=py.shape) * spacing * 0.4).ravel()
        order = rng.permutation(px.size)
        paints = lab(sample(target, px, py))
        chance = rng.uniform(size=px.size)
        paints[:, 1:] *= 1.2
        paints[:, 2] += np.where(chance < 0.4, 0.055, -0.05)
        paints[:, 1] += np.where(chance < 0.4, 0.02, -0.02)
        paints = np.where(chance[:, None] > 0.86, paints * opponent + [0.02, 0, 0], paints)
        paints[:, 0] += rng.normal(size=px.size) * 0.045
        for k, paint in zip(order, rgb(paints)[order]):
            a = rng.uniform(0, np.pi)
            tip = 0.22 * size * np.array([np.cos(a), np.sin(a)])
            at = np.array([px[k], py[k]])
            canvas.stroke(np.array([at - tip, at + tip]), size * rng.uniform(0.75, 1.1), paint,
                          0.95, dry=0.1)
    return relief(blur(canvas.image, 0.4), blur(canvas.height, 0.8), 0.9, 0.25)


def stained_glass(rng):
    """A rose window: coloured glass in dark leads, with the sun behind it."""
    h, w = shape = (608, 608)
    x, y = grid(shape)
    wobble = noise(shape, rng, 60, 0.3)
    cx, cy = 304, 304
    r = np.hypot(x - cx, y - cy) + 1.2 * wobble
    turn = np.arctan2(y - cy, x - cx) / (2 * np.pi) + 0.5 + 0.0016 * wobble

    lead = np.full(shape, 99.0)   # distance to the middle of the nearest lead
    piece = np.zeros(shape, int)
    shade = np.zeros(shape)       # which palette
    rings = [(0, 34, 1), (34, 78, 12), (78, 132, 12), (132, 164, 36), (164, 236, 24),
             (236, 274, 48)]
    for k, (inner, outer, n) in enumerate(rings):
        ring = (r >= inner) & (r < outer)
        s = turn * n + 0.5 * (k % 2)
        across = abs(s - np.rint(s)) * 2 * np.pi * np.maximum(r, 1) / n if n > 1 else 99 + 0 * r
        lead = np.where(ring, np.minimum(np.minimum(r - inner if inner else 99, outer - r), across),
                        lead)
        piece = np.where(ring, 1000 * k + np.floor(s).astype(int) % n, piece)
        shade = np.where(ring, k, shade)
    for n, radius, size, k in ((12, 107, 19, 6), (24, 198, 18, 7), (12, 202, 27, 8),
                               (8, 18, 11, 9)):
        a = (np.floor(turn * n) + 0.5) / n - 0.5
        d = np.hypot(x - cx - radius * np.cos(2 * np.pi * a),
                     y - cy - radius * np.sin(2 * np.pi * a)) - size
        inside = d < 0
        lead = np.where(inside, -d, np.minimum(lead, abs(d)))
        piece = np.where(inside, 1000 * k + np.floor(turn * n).astype(int), piece)
        shade = np.where(inside, k, shade)
    outside = r >= 274
    number, edge, _, _ = cells(x + 7 * wobble, y, 44, rng, 0.42)
    lead = np.where(outside, np.minimum(edge, r - 274), lead)
    piece = np.where(outside, 20000 + number, piece)
    shade = np.where(outside, 10, shade)

    palettes = ["ffd24a", "c8202c 8a1030", "1f3f9c 2a62c0", "f2b42c c8202c e8792a",
                "16408a 2458b4 1a7a9c",
                "c01c2c 1d7a4a e8a52c", "f7e08a e8a52c", "2f9c6a 1d6f5c",
                "b0182c d8423a", "f4f0c0 f7d060",
                "22408c 1b5a8a 4a2a7a 2c7a6a 163470 7a1f4a"]
    glass = np.zeros((h, w, 3))
    for k, palette in enumerate(palettes):
        glass = np.where((shade == k)[..., None], pick(palette, piece), glass)
    hash_ = np.modf(np.sin(piece * 12.9898) * 43758.5453)[0]
    streaks = noise(shape, rng, 14, 0.9, 5,
                    0.5) * np.cos(hash_ * 9) + noise(shape, rng, 14, 0.9, 5,
                                                     2.1) * np.sin(hash_ * 9)
    seeds = smooth(2.0, 2.8, noise(shape, rng, 3, 0.7))
    back = np.exp(-(np.hypot(x - 250, y - 200) / 340) ** 2)
    body = lab(glass)
    body[..., 0] += 0.05 * streaks + 0.09 * hash_ + 0.20 * (back - 0.55) + 0.10 * seeds
    body[..., 0] -= 0.20 * np.exp(-lead / 5.0) + 0.03 * noise(shape, rng, 5, 1)
    body[..., 1:] *= (0.85 + 0.25 * back + 0.06 * streaks)[..., None]
    glass = rgb(body)
    brush = noise(shape, rng, 3, 0.9, 9, 0.2)
    painted = smooth(0.4, 0.8,
                     np.sin(lead * 0.9 + 1.2 * wobble)) * smooth(16, 7, lead) * smooth(4, 7, lead)
    glass = mix(glass, glass * 0.35, 0.55 * painted * smooth(-0.8, 0.8, brush))
    came = smooth(4.6, 3.6, lead + 0.3 * noise(shape, rng, 24, 0.5))
    round_ = np.clip(1 - (lead / 4.6) ** 2, 0, 1)
    metal = ramp("08090c 1d2026 4a4d54", 0.35 + 0.09 * noise(shape, rng, 9, 0.7) + 0.04 * brush)
    metal = relief(metal, np.sqrt(round_) * 3, 1.0, 0.25)
    light = blur(glass, 9)
    image = mix(glass + 0.16 * light * back[..., None], metal + 0.10 * light, came)
    return np.clip(image, 0, 1)


def facets(rng):
    """A still life that falls into facets, in ochre and slate."""
    h, w = shape = UPRIGHT
    x, y = grid(shape)
    wobble = 2.0 * noise(shape, rng, 40, 0.8)
    shade, ink = np.zeros(shape), np.zeros(shape)
    number = np.zeros(shape, int)
    for k in range(30):
        a = rng.choice([0.05, 0.5, 1.05, 1.52, 2.1, 2.65]) + rng.normal() * 0.10
        px, py = rng.normal(256, 120), rng.normal(350, 160)
        s = (x - px) * np.sin(a) - (y - py) * np.cos(a) + wobble
        t = (x - px) * np.cos(a) + (y - py) * np.sin(a)
        reach = abs(t - rng.normal() * 60) < rng.uniform(110, 300)
        s, side = (-s if k % 2 else s), rng.choice([-1, 1])
        depth, width = rng.uniform(0.5, 1.0), rng.uniform(22, 60)
        shade += side * depth * np.exp(-np.clip(s, 0, None) / width) * (s > 0) * reach
        number = number * 2 % 9973 + ((s > 0) & reach)
        ink = np.maximum(ink, np.exp(-(s / 2.1) ** 2) * reach * (rng.uniform() < 0.75))
    curves = [(240, 430, 118, 96), (300, 330, 84, 76), (262, 408, 38, 36), (190, 210, 60, 60),
              (190, 120, 40, 22),
              (384, 232, 52, 84), (400, 520, 110, 50), (120, 560, 90, 46)]
    for k, (px, py, rx, ry) in enumerate(curves):
        d = (np.hypot((x - px) / rx, (y - py) / ry) - 1) * min(rx, ry) + wobble
        part = np.cos(np.arctan2(y - py, x - px) - rng.uniform(0, 7)) > -0.35
        shade += (-1) ** k * 0.9 * np.exp(-np.clip(-d, 0, None) / 30) * (d < 0) * part
        number = number * 2 % 9973 + (d < 0)
        ink = np.maximum(ink, np.exp(-(d / 2.4) ** 2) * part)
    middle = np.exp(-(np.hypot((x - 256) / 240, (y - 360) / 300)) ** 2)
    for k in range(5):
        s = (x - 200 + 9 * k) * np.sin(1.2) - (y - 420) * np.cos(1.2) + 0.4 * wobble
        ink = np.maximum(ink, 0.9 * np.exp(-(s / 0.9) ** 2) * (y > 190) * (y < 470))

    kind = np.modf(np.sin(number * 78.233) * 43758.5453)[0] % 1
    tone = np.clip(0.53 + 0.34 * shade + 0.46 * (kind * 7 % 1 - 0.5) + 0.16 * (middle - 0.4), 0, 1)
    warm = ramp("1a120e 5a3418 a8692c dba548 f6e0a8", tone)
    cool = ramp("0e161e 24404f 4f7f92 96b8bc eae6d0", tone)
    green = ramp("161a12 3a4428 727a48 b8b27a e6dcb0", tone)
    target = np.where((kind < 0.48)[..., None], warm,
                      np.where((kind < 0.82)[..., None], cool, green))
    target = mix(target, ramp("5a1c12 a8432a d98a5c", tone), (kind > 0.94) * 0.85)
    grain = np.sin((x * 0.16 + y + 9 * noise(shape, rng, 30, 0.6, 6, 0.16)) / 2.6)
    wood = (kind > 0.12) & (kind < 0.20)
    target = mix(target, target * 0.62, wood * smooth(0.1, 0.9, grain) * 0.8)

    canvas = Canvas(ramp("6a5238 8a7450", smooth(0, h, y)), rng)
    angle = (kind * 19 % np.pi) + 0.3 * noise(shape, rng, 60)
    canvas.cover(target, angle, 12, 16, 2.6, light=0.02, hue=0.008, dry=0.25)
    canvas.cover(target, angle, 7, 10, 2.6, light=0.035, hue=0.010, dry=0.35)
    canvas.cover(target, angle, 4, 6, 1.4, light=0.045, hue=0.012, dry=0.35,
                 where=0.25 + 0.75 * middle)
    broken = smooth(-0.9, 0.3, noise(shape, rng, 26, 0.8)) * (0.75 + 0.25 * noise(shape, rng, 3, 1))
    image = mix(canvas.image, colour("17120f"), np.clip(ink * broken, 0, 1) * 0.9)
    weave = np.sin(x * 1.7) + np.sin(y * 1.7)
    return relief(blur(image, 0.4), blur(canvas.height, 0.8) + 0.03 * weave, 0.9, 0.2)


def poppies(rng):
    """Watercolour: poppies, wet in wet at the back and dry in front."""
    h, w = shape = UPRIGHT
    x, y = grid(shape)
    tooth = paper(shape, rng, 3.5)
    bleed = noise(shape, rng, 34, 0.55)
    fine = noise(shape, rng, 12, 0.6)
    sheet = colour("f7f1e4") - 0.05 * (tooth[..., None] - 0.5)
    # Pigments as what they let through, [3]: layers of paint multiply.
    film = np.zeros((h, w, 3))

    def wash(distance, pigment, strength, wet=4.0, rim=0.8, grain=0.35):
        """A wash where distance (to its border, pixels, positive inside) says."""
        d = distance + wet * bleed + 0.9 * fine
        inside = smooth(-0.4 * wet, 1 + 0.6 * wet, d)
        body = 0.62 + 0.22 * bleed + 0.12 * fine + rim * np.exp(-np.clip(d, 0, None) / 3.2)
        body = body * (1 + grain * (0.5 - tooth) * 2) * inside * strength
        film[...] += np.clip(body, 0, None)[...,
                                            None] * -np.log(np.clip(colour(pigment), 0.02, 0.99))

    sky = 0.9 * smooth(460, 0, y) * (1 + 0.35 * bleed)
    film[...] += np.clip(sky, 0, 1)[..., None] * -np.log(colour("6f9fd6"))
    film[...] += np.clip(0.5 * smooth(0, 1.8, noise(shape, rng, 130, 0.5)) * smooth(620, 200, y), 0,
                         1)[..., None] * -np.log(colour("e8c49a"))
    meadow = smooth(300, 620, y + 26 * bleed)
    film[...] += (meadow * np.clip(0.75 + 0.4 * noise(shape, rng, 60, 0.9), 0.1,
                                   2))[..., None] * -np.log(colour("8aa04e"))
    film[...] += (meadow * smooth(0, 1.6,
                                  noise(shape, rng, 80, 0.8, 2.5,
                                        1.57)))[..., None] * -np.log(colour("2f6a6a"))
    for k in range(16):
        size = rng.uniform(22, 54)
        d = size - np.hypot(x - rng.uniform(0, w), (y - rng.uniform(220, 520)) * 1.2)
        wash(d, rng.choice(["c9a0b8", "e89a8a", "9ab87a", "7a9ab0", "d8b86a"]), 0.4, wet=16,
             rim=0.25)

    flowers = [(130, 250, 62), (330, 176, 78), (420, 372, 58), (214, 402, 86), (70, 430, 46),
               (372, 540, 50), (470, 220, 38)]
    for px, py, size in flowers:
        bend = rng.normal() * 50
        s = np.clip((y - py) / (h - py), 0, 1)
        stem = 3.2 + 1.2 * s - abs(x - px - bend * s * s)
        wash(np.where(y > py, stem, -9), "4f6a34", 0.9, wet=1.0, rim=0.9)
    for k in range(44):
        px, py, a = rng.uniform(0, w), rng.uniform(430, 720), rng.normal() * 0.45 - 1.57
        u = (x - px) * np.cos(a) + (y - py) * np.sin(a)
        v = (y - py) * np.cos(a) - (x - px) * np.sin(a) + 0.0011 * u * u * rng.normal()
        length = rng.uniform(90, 260)
        leaf = rng.uniform(4, 11) * np.sin(np.clip(u / length, 0, 1) * np.pi) - abs(v)
        wash(np.where((u > 0) & (u < length), leaf, -9),
             rng.choice(["6f8f3a", "3d6a4a", "2a5458", "9aa84a", "4a5a34"]),
             rng.uniform(0.6, 1.1), wet=1.2, rim=0.8)
    for px, py, size in sorted(flowers, key=lambda f: f[2]):
        r = np.hypot(x - px, (y - py) * 1.15)
        a = np.arctan2(y - py, x - px)
        for k in range(5):
            lean = 2 * np.pi * k / 5 + rng.normal() * 0.2
            cx, cy = px + 0.42 * size * np.cos(lean), py + 0.34 * size * np.sin(lean)
            petal = 0.62 * size * (1 + 0.10 * np.sin(7 * a + k)) - np.hypot(x - cx, (y - cy) * 1.1)
            wash(petal, rng.choice(["e0402c", "d8302f", "ec6a3a", "c8243a"]),
                 rng.uniform(0.55, 0.8), wet=2.6, rim=0.75)
            veins = smooth(0.55, 1.0,
                           np.sin(a * 46 + 2.5 * fine)) * smooth(size, 0.3 * size, r) * (petal > 0)
            film[...] += (0.30 * veins)[..., None] * -np.log(colour("a01c34"))
        wash(0.24 * size - r, "2b2140", 1.6, wet=2.2, rim=0.5)
        wash(0.40 * size - r, "5a1f3a", 0.55, wet=7, rim=0.1)
        for k in range(26):
            b, d = rng.uniform(0, 2 * np.pi), size * rng.uniform(0.2, 0.36)
            wash(2.3 - np.hypot(x - px - d * np.cos(b), y - py - 0.85 * d * np.sin(b)), "1f1830",
                 1.3, wet=0.4, rim=0.2)
    for k in range(70):   # splashes
        size = rng.exponential(2.0) + 0.8
        wash(size - np.hypot(x - rng.uniform(0, w), y - rng.uniform(0, h)),
             rng.choice(["d8402c", "4f6a34", "3a5a8a", "c8243a"]), 0.8, wet=0.8)
    blooms = noise(shape, rng, 44, 0.8)
    film *= (1 - 0.16 * np.exp(-((blooms - 0.7) / 0.10) ** 2) +
             0.16 * np.exp(-((blooms - 0.9) / 0.05) ** 2))[..., None]
    lit = np.clip(sheet * np.exp(-1.05 * film), 0, 1)
    return relief(lit, tooth * 0.8, 0.5, 0)


def drapery(rng):
    """Charcoal and white chalk on toned paper: the folds of a hanging cloth."""
    h, w = shape = LAND
    x, y = grid(shape)
    tooth = paper(shape, rng, 2.4)
    bend = blur(150 * noise(shape, rng, 260, 0.3), 34) + 26 * np.sin(y / 130 + x / 240)
    u = (x - 352) * (0.72 + 0.0012 * y) + 0.34 * y + bend
    deep = 0.75 + 0.25 * np.sin(u / 97 + y / 160)
    height = deep * (30 * np.sin(u / 30 + 0.5 * np.sin(u / 71)) +
                     8 * np.sin(u / 11 + 1.4) * smooth(60, 340, y))
    height = blur(height, 3)
    gy, gx = np.gradient(height)
    light = (0.55 * -gx + 0.5 * -gy + 0.55) / np.sqrt(gx ** 2 + gy ** 2 + 1)
    hollow = smooth(0, -34, height)
    tone = np.clip(0.30 + 0.62 * light - 0.26 * hollow + 0.03 * noise(shape, rng, 50), 0, 1)
    tone = blur(tone, 1.5)

    sheet = mix(colour("a8977c"), colour("8f8069"),
                np.clip(0.5 + 0.25 * noise(shape, rng, 70, 0.9), 0, 1))
    sheet = np.clip(sheet + 0.09 * (tooth[..., None] - 0.5), 0, 1)
    along = flow(height)
    # Strokes of the stick, and finer ones across: noise, dragged along the folds.
    broad = drag(noise(shape, rng, 5, 0.7), along, 26, 1.3)
    fine = drag(noise(shape, rng, 2, 0.9), along + 0.6, 16, 1.2)
    press = 0.16 * broad + 0.10 * fine + 0.9 * (tooth - 0.5)
    smear = 0.55 * np.clip((0.62 - blur(tone, 3)) * 1.5, 0, 1) * (0.85 + 0.3 * (1 - tooth))
    image = mix(sheet, colour("2d2926"), np.clip(smear, 0, 0.8))
    dark = np.clip((0.60 - tone) * 1.9, 0, 1.3)
    image = mix(image, colour("171514"),
                0.88 * smooth(-0.16, 0.20, dark - 0.52 + press) * (dark > 0.02))
    edge = blur(np.clip(np.hypot(*np.gradient(tone)) * 9 - 0.3, 0, 1), 1) * smooth(0.62, 0.35, tone)
    image = mix(image, colour("121010"), 0.9 * smooth(-0.1, 0.2, edge - 0.45 + 0.8 * press))
    bright = np.clip((tone - 0.60) * 2.6, 0, 1.2)
    return mix(image, colour("f7f1e3"), 0.93 * smooth(-0.14, 0.16, bright - 0.52 + press))


def mosaic(rng):
    """Tesserae of stone and gold: fish that circle in a bright sea under a border of waves."""
    h, w = shape = LAND
    x, y = grid(shape)
    size = 8.6
    wobble = 3.0 * noise(shape, rng, 50, 0.6)
    # s counts rows of tiles, t runs along a row.
    s, t = (y + 15 * np.sin(x / 62) + 7 * np.sin(x / 27 + 1) + wobble) / size, x / size + 0 * y
    depth = 0.5 + 0.32 * np.sin(s / 3.1 + 0.8 * np.sin(x / 90)) + 0.14 * noise(shape, rng, 60, 0.7)
    base = ramp("0d3f5c 17708a 2ca0a4 86d0bc e8f0d0", depth)
    gold = np.zeros(shape)
    fish = [(190, 190, 118, 0.35, 1), (500, 166, 104, 2.7, -1), (356, 336, 128, -0.25, 1),
            (120, 380, 84, 0.2, -1), (600, 372, 92, 3.4, 1)]
    skins = ["7a1f1c c8402c f08a3a ffd678", "4a1c4a a83a5c f0885a f8d08a",
             "8a2a12 e0642a f7b23a fff0b0"]
    for k, (cx, cy, length, a, way) in enumerate(fish):
        u = ((x - cx) * np.cos(a) + (y - cy) * np.sin(a)) / length
        v = ((y - cy) * np.cos(a) - (x - cx) * np.sin(a)) / length + way * 0.35 * u * u - way * 0.05
        body = 0.27 * np.sqrt(np.clip(1 - u * u, 0, 1)) * (1 - 0.28 * u) - abs(v)
        tail = np.where((u < -0.78) & (u > -1.32), 0.05 + (-0.78 - u) * 0.62 - abs(v) -
                        0.9 * np.clip(-1.12 - u, 0, 1) * (0.3 - abs(v)), -1)
        fin = np.where((u > -0.5) & (u < 0.25) & (v < 0), 0.40 * np.cos((u + 0.1) * 2.2) + v, -1)
        halo = np.maximum(np.maximum(body, tail), fin)
        near = (halo > -0.16) & (u > -1.45) & (u < 1.16)
        s = np.where(near, halo * length / size, s)
        t = np.where(near, u * length / size * 1.02, t)
        base = mix(base, pick("0f4a66 d8ecd8", np.floor(s).astype(int)), near & (halo < 0))
        scales = np.sin(u * 24 + 5 * np.cos(v * 26))
        skin = ramp(skins[k % 3], 0.5 - 1.6 * v + 0.16 * scales)
        base = mix(base, skin, body > 0)
        base = mix(base, pick("c8402c f7b23a 7a1f1c", np.floor(t * 0.7).astype(int)),
                   (np.maximum(tail, fin) > 0) & (body <= 0))
        base = mix(base, colour("fff4d8"), (body > 0) & (abs(u - 0.46) < 0.028))
        eye = np.hypot(u - 0.66, v + 0.06)
        base = mix(base, pick("0a1420 fff4d8 0a1420", np.floor(eye * 30).astype(int)), eye < 0.085)
        s = np.where(eye < 0.085, eye * length / size * 1.1 + 0.5, s)
        gold += (body > 0) * smooth(0.3, 0.9, scales)
    rim = np.minimum(np.minimum(x, w - 1 - x), np.minimum(y, h - 1 - y))
    frame = rim < 5 * size
    run = np.where((rim == y) | (rim == h - 1 - y), x, y)
    s, t = np.where(frame, rim / size, s), np.where(frame, run / size, t)
    scroll = np.sin(run / 13.7 + 2.2 * np.sin(rim / 9))
    base = mix(base, np.where((scroll > 0)[..., None], colour("1c2c44"), colour("e8c46a")), frame)
    base = mix(base, colour("7a1f1c"), frame & ((rim < size) | (rim > 4 * size)))
    gold = np.where(frame & (scroll <= 0), 1, gold)

    row = np.floor(s).astype(int)
    along = t + 0.5 * (row % 2) + 0.31 * np.modf(np.sin(row * 12.9898) * 43758.5453)[0]
    along = along + 0.16 * noise(shape, rng, 16, 0.4)
    across = s + 0.05 * noise(shape, rng, 14, 0.5)
    column = np.floor(along).astype(int)
    seed = row * 7919 + column * 104729
    chance = lambda k: np.modf(abs(np.sin(seed * (0.618 + 0.137 * k)) * 43758.5453))[0]
    # A tile has one colour: that of its middle.
    order = np.unique(seed, return_inverse=True)[1].ravel()
    count = np.bincount(order)
    tile = lab(base).reshape(-1, 3)
    mean = np.stack([np.bincount(order, tile[:, k]) / count for k in range(3)], -1)
    tile = (0.75 * mean[order] + 0.25 * tile).reshape(h, w, 3)
    tile[..., 0] += 0.17 * (chance(1) - 0.5) + 0.02 * noise(shape, rng, 3, 1)
    tile[..., 1] += 0.030 * (chance(2) - 0.5)
    tile[..., 2] += 0.045 * (chance(3) - 0.5)
    stone = rgb(tile)
    fx, fy = abs(along % 1 - 0.5), abs(across % 1 - 0.5)
    edge = np.minimum(0.5 - fx, 0.5 - fy) + 0.035 * noise(shape, rng, 6, 0.8)
    solid = smooth(0.05, 0.11, edge)
    tilt = size * ((chance(4) - 0.5) * (along % 1 - 0.5) + (chance(5) - 0.5) * (across % 1 - 0.5))
    dome = 2.0 * smooth(0.02, 0.26, edge) + 0.55 * tilt + 0.12 * noise(shape, rng, 3, 0.9)
    grout = mix(colour("4a4238"), colour("2a2622"),
                np.clip(0.5 + 0.3 * noise(shape, rng, 4, 1), 0, 1))
    image = mix(grout, relief(stone, blur(dome, 0.7), 0.9, 0.35), solid)
    glitter = solid * gold * smooth(0.62, 1.0, chance(6))
    return np.clip(mix(image, colour("ffe9a0"), 0.6 * glitter), 0, 1)


def breakers(rng):
    """A print in flat blues: waves behind waves, foam like lace, and a pale evening sky."""
    h, w = shape = LAND
    x, y = grid(shape)
    grain = noise(shape, rng, 3.5, 0.7, 26, 0.02)
    lace = noise(shape, rng, 10, 0.6)
    sheet = mix(colour("f2e6c8"), colour("e0cfa6"),
                np.clip(0.4 + 0.2 * noise(shape, rng, 60, 0.8), 0, 1))
    image = mix(sheet, colour("c9a07a"), 0.75 * smooth(150, 0, y))
    image = mix(image, colour("d98a6a"), 0.55 * np.exp(-((y - 210) / 60) ** 2))
    band = smooth(0.5, 0.7, noise(shape, rng, 60, 0.3, 7)) * smooth(230, 160, y)
    image = mix(image, colour("8a95a0"), 0.75 * band)
    sun = np.hypot(x - 520, y - 128)
    image = mix(image, colour("c23b2a"), 0.92 * smooth(47, 45, sun + 0.4 * lace))
    image = mix(image, colour("f2e6c8"),
                0.8 * smooth(0.55, 0.65, np.sin(y / 3.4)) * (sun < 46) * (y > 140))
    key = np.zeros(shape)
    dark = colour("15233f")

    plans = [(236, 26, 210, 0.30, 40), (292, 44, 260, 0.48, 130), (362, 58, 330, 0.66, 0),
             (452, 46, 300, 0.9, 180), (530, 30, 240, 1.0, 60)]
    blues = ["a9c0b8 86a8b0 b8ccc0", "5f8ea8 8fb4b8 3f7096 a4c4c0", "2f5f8c 6f9fb4 1f4574 a8c8c4",
             "1f4574 4f84a8 16335c 8fb8bc", "16335c 2f5f8c 101f40 5f90ac"]
    for k, (base, swing, length, near, shift) in enumerate(plans):
        p = (x + shift) / length * 2 * np.pi
        lean = x + swing * 0.95 * np.cos(p) * smooth(0, 1, (base - y) / swing + 1)
        p = (lean + shift) / length * 2 * np.pi
        crest = base - swing * (1.5 * np.exp(1.6 * (np.sin(p) - 1)) - 0.35) - 3 * np.sin(p * 3 + k)
        curl = abs(np.sin(p * 9 + 2 * np.sin(p * 4))) ** 0.6
        fingers = (5 + 9 * near) * curl * np.exp(1.5 * (np.sin(p) - 1))
        d = y - crest + fingers * 0.9 + 1.2 * lace
        body = d > 0
        bend = 0.5 * np.sin(p + 0.4) * np.clip((y - crest) / 70, 0, 1)
        stripes = (y - crest) / (9 + 13 * near) + 0.22 * np.sin(p * 2) + bend
        tone = np.floor(stripes).astype(int)
        flat = pick(blues[k], tone)
        shade = stripes % 1
        flat = mix(flat, flat * 0.74, 0.9 * smooth(0.35, 1, shade))
        edge = (5 + 10 * near) * (0.55 + 0.45 * np.sin(p)) + 4 * lace + 0.5 * fingers
        foam = (d < edge) & (np.sin(p) > -0.55)
        drops = smooth(1.0, 1.4, noise(shape, rng, 5 + 2 * near, 0.4))
        dots = drops * smooth(60 * near, 10, d) * (np.sin(p) > 0)
        flat = mix(flat, sheet, np.maximum(foam * 1.0, dots * 0.9))
        image = mix(image, flat, body)
        key = np.where(body, 0, key)
        line = np.exp(-((d - 1.0) / 1.3) ** 2)
        gy, gx = np.gradient(blur(foam * 1.0, 1.0))
        line = np.maximum(line, smooth(0.10, 0.25, np.hypot(gx, gy)) * 0.9)
        between = smooth(0.09, 0.0, np.minimum(shade, 1 - shade)) * (d > 14) * (0.35 + 0.65 * near)
        hatch = smooth(0.45, 0.8, np.sin(p * 30 + (y - crest) / 5))
        hatch = hatch * smooth(0.55, 0.95, shade) * 0.7 * near * (d > 16)
        key = np.maximum(key, body * np.maximum(line, np.maximum(between, hatch) * (1 - foam)))
        spray = smooth(1.55, 1.75, noise(shape, rng, 5, 0.5))
        spray = spray * np.exp(-((d + 20 * near) / (15 * near)) ** 2) * (np.sin(p) > 0.1)
        image = mix(image, sheet, spray * ~body)
    image = mix(image, dark, 0.9 * key)
    worn = 0.10 * smooth(0.2, 1.8, grain) + 0.10 * smooth(1.3, 2.4, noise(shape, rng, 2.2, 1.3))
    image = mix(image, sheet, worn)
    cloud = np.clip(noise(shape, rng, 26, 0.6), -1, 2)
    image = image * (1 + 0.025 * grain[..., None]) * (1 - 0.04 * cloud[..., None])
    return np.clip(image, 0, 1)


def orchard(rng):
    """Oil pastel, layer scumbled over layer on black paper: fruit trees, a path and a house."""
    h, w = shape = LAND
    x, y = grid(shape)
    tooth = paper(shape, rng, 2.8)
    hills = ridge(shape, rng, 200, 22, 170, 0.4)
    field = ridge(shape, rng, 262, 8, 220, 0.3)
    sky = ramp("2a4a9c 4f86c8 f0a878 f7d27a", y / 230 + 0.14 * noise(shape, rng, 60, 0.6, 3))
    target = mix(sky, ramp("6a4f9c 3f6f9c 2f8a86", (y - hills) / 70 + 0.15 * noise(shape, rng, 30)),
                 y > hills)
    meadow = ramp("1f6a5c 4fa04f b8c83f f4d84a", 0.5 + 0.22 * noise(shape, rng, 50, 0.8, 3) +
                  0.14 * np.sin((x - 300) / (8 + abs(y - 240) / 9)))
    target = mix(target, meadow, y > field)
    bend = 380 + 70 * np.sin((y - 250) / 66) + 0.25 * (y - 250)
    path = abs(x - bend) < 6 + (y - 250) * 0.27
    target = mix(target, ramp("f7c8a0 e8866a b0507a", 0.4 + 0.25 * noise(shape, rng, 20, 0.8, 3)),
                 path & (y > field))
    wall = (abs(x - 470) < 40) & (y > 196) & (y < 262)
    roof = (abs(x - 470) < (y - 150) * 1.15) & (y > 158) & (y < 200)
    target = mix(target, ramp("fff0d0 f0b08a", (x - 430) / 80), wall)
    target = mix(target, ramp("e8502c a82a3a", (x - 420) / 100), roof)
    target = mix(target, colour("27347a"), (abs(x - 456) < 6) & (abs(y - 226) < 9) |
                 (abs(x - 486) < 6) & (abs(y - 226) < 9))
    angle = np.where(y > field, 0.35 * np.sin(x / 90) + 0.2,
                     np.where(y > hills, 0.7, -0.25 + 0.5 * noise(shape, rng, 90, 0.4)))
    trees = [(120, 290, 92), (268, 258, 58), (602, 272, 76), (590, 420, 120), (60, 440, 96),
             (352, 226, 34)]
    leaves = ["1c2a6a 1f6a6a 5aa84a d8e05a", "3a1f5a a8324a f06a3a ffc84a",
              "1c3a5c 2a7a5a 9ac04a f7e86a"]
    for k, (cx, cy, size) in enumerate(sorted(trees, key=lambda tree: tree[1])):
        trunk = (abs(x - cx - 0.1 * (y - cy)) < size * 0.09) & (y > cy) & (y < cy + size * 1.0)
        target = mix(target, ramp("2a1f4a 6a3a6a", (x - cx) / size * 4 + 0.5), trunk)
        shadow = np.hypot((x - cx - 0.5 * size) / (1.0 * size), (y - cy - size) / (0.2 * size)) < 1
        target = mix(target, colour("2f3f8a"), shadow * 0.7)
        d = np.hypot(x - cx, (y - cy + 0.25 * size) * 1.15) + 7 * noise(shape, rng, 16, 0.8)
        lit = np.clip(0.5 - ((x - cx) + 1.3 * (y - cy + 0.25 * size)) / (2.4 * size) +
                      0.18 * noise(shape, rng, 18, 0.9), 0, 1)
        leaf = ramp(leaves[k % 3], lit)
        target = mix(target, leaf, d < size)
        fruit = smooth(1.5, 1.8, noise(shape, rng, 8, 0.4)) * (d < size * 0.95)
        target = mix(target, colour(["f0402c", "ffe06a", "f0602c"][k % 3]), fruit)
        angle = np.where(d < size, np.arctan2(y - cy, x - cx) + 1.2, np.where(trunk, 1.5, angle))

    ground = ramp("1a1a24 221c2c", smooth(0, h, y)) + 0.06 * (tooth[..., None] - 0.5)
    canvas = Canvas(np.clip(ground, 0, 1), rng)
    canvas.tooth = tooth
    canvas.cover(target, angle, 13, 46, 2.2, light=0.03, hue=0.03, dry=0.42)
    canvas.cover(target, angle + 0.5, 8, 30, 2.4, light=0.05, hue=0.035, dry=0.40)
    canvas.cover(target, angle - 0.3, 5, 22, 2.4, light=0.06, hue=0.04, dry=0.30, thick=1.3)
    edge = np.clip(np.hypot(*np.gradient(blur(lab(target)[..., 0], 1.2))) * 16, 0, 1)
    canvas.cover(target, angle, 4, 14, 2.4, where=edge, light=0.05, hue=0.03, dry=0.15, thick=1.4)
    return relief(blur(canvas.image, 0.35), blur(canvas.height * 0.8 + 0.5 * tooth, 0.8), 1.0, 0.15)


def batik(rng):
    """Wax-resist cloth: spirals, leaves and dots in indigo and brown, with crackle."""
    h, w = shape = (592, 592)
    x, y = grid(shape)
    hand = 1.6 * noise(shape, rng, 40, 0.7)
    u, v = x + hand, y + 1.6 * noise(shape, rng, 40, 0.7)
    wax1, wax2 = np.zeros(shape), np.zeros(shape)      # kept cream; kept brown
    step = 148
    for row in range(-1, 6):
        for column in range(-1, 6):
            cx, cy = column * step + (row % 2) * step / 2, row * step * 0.78
            way = 1 if (row + column) % 2 else -1
            r, a = np.hypot(u - cx, v - cy), np.arctan2(v - cy, way * (u - cx))
            inside = r < 62
            spiral = np.cos(r / 3.6 - a + row) > 0.05 + 0.3 * np.cos(r / 9)
            wax1 = np.where(inside & (r < 46), spiral, wax1)
            petals = (r > 46) & (r < 54 + 9 * abs(np.cos(6 * a)))
            wax2 = np.where(petals, 1, np.where(inside & (r < 46), 1, wax2))
            beads = (np.hypot((a * 24 / (2 * np.pi) % 1 - 0.5) * 2 * np.pi * 68 / 24, r - 68) < 3.4)
            wax1 = np.where(beads, 1, wax1)
            veins = petals & (abs(np.sin(6 * a)) < 0.22)
            wax1 = np.where(veins, 1, wax1)
    far = wax1 + wax2 == 0
    leaf = np.sin((u + v) / 17) * np.sin((u - v) / 17)
    field = noise(shape, rng, 60, 0.4)
    wax2 = np.where(far & (leaf > 0.42), 1, wax2)
    wax1 = np.where(far & (abs(leaf - 0.42) < 0.10), 1, wax1)
    wax1 = np.where(far & (leaf > 0.62) & (np.sin((u + v) / 2.6) > 0.2), 1, wax1)
    dots = (np.hypot((u % 11) - 5.5, (v % 11) - 5.5) < 2.1) & far & (leaf < 0.22)
    wax1 = np.where(dots, 1, wax1)

    soft = lambda mask: smooth(0.3, 0.7, blur(mask * 1.0, 0.8) + 0.05 * noise(shape, rng, 4, 1))
    wax1, wax2 = soft(wax1), soft(wax2)
    bend = lambda k: 9 * noise(shape, rng, k, 0.8)
    crack = np.zeros(shape)
    for size, width, reach in ((84, 1.5, 0.0), (38, 1.0, 0.3), (19, 0.7, 0.8)):
        _, edge, _, _ = cells(x + bend(40), y + bend(40), size, rng)
        crack = np.maximum(crack,
                           smooth(width + 0.9, width * 0.3,
                                  edge + 0.5 * noise(shape, rng, 7, 0.8)) *
                           smooth(reach - 0.5, reach + 0.7, noise(shape, rng, 90, 0.5)))
    cloud = noise(shape, rng, 70, 0.8)
    cream = ramp("d9c196 efe0bc f6ecd0", 0.5 + 0.2 * cloud)
    brown = ramp("5a2c14 8a4a1e b06a2c", 0.5 + 0.22 * noise(shape, rng, 50, 0.9))
    indigo = ramp("0c1430 16285a 24427c", 0.45 + 0.22 * noise(shape, rng, 60, 0.9) + 0.1 * field)
    seep1 = np.clip(crack * 0.85 + 0.05, 0, 1)
    image = mix(indigo, mix(brown, indigo, 0.8 * crack), wax2)
    image = mix(image, mix(mix(cream, brown, 0.8 * seep1), indigo, 0.35 * crack), wax1)
    halo = blur(wax1, 2.5) * (1 - wax1)
    image = mix(image, brown * 1.1, 0.55 * np.clip(halo, 0, 1) * (1 - wax2))
    weave = 0.5 + 0.25 * np.sin(x * 2.05 + hand) + 0.25 * np.sin(y * 2.05 + hand)
    slub = noise(shape, rng, 2.5, 0.8, 16) + noise(shape, rng, 2.5, 0.8, 16, np.pi / 2)
    image = image * (0.93 + 0.09 * weave + 0.035 * slub)[..., None]
    folds = noise(shape, rng, 150, 0.4, 2, 0.7)
    return np.clip(image * (1 + 0.06 * folds)[..., None], 0, 1)


PICTURES = {
    "evening-wind": (evening_wind, 3),
    "night-swirls": (night_swirls, 5),
    "woodcut": (woodcut, 7),
    "ink-wash": (ink_wash, 11),
    "garden-in-dots": (garden_in_dots, 13),
    "stained-glass": (stained_glass, 17),
    "facets": (facets, 19),
    "poppies": (poppies, 23),
    "drapery": (drapery, 29),
    "mosaic": (mosaic, 31),
    "breakers": (breakers, 37),
    "orchard": (orchard, 41),
    "batik": (batik, 43),
}


def main(arguments):
    folder = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    for name in arguments[1:] or PICTURES:
        picture, seed = PICTURES[name]
        pixels = np.rint(255 * np.clip(picture(np.random.default_rng(seed)), 0, 1)).astype(np.uint8)
        path = os.path.join(folder, name + ".jpg")
        Image.fromarray(pixels).save(path, quality=74, optimize=True)
        print("%s  %d x %d  %d KB" % (path, *pixels.shape[1::-1], os.path.getsize(path) // 1000))


if __name__ == "__main__":
    main(sys.argv[1:])
