# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run shows of itself: a contact sheet of fixed pairs, and the curves of its losses."""
import numpy as np
from PIL import Image

from data import list_pictures, read_picture, to_tensor


def load(path, short, multiple=16):
    """A picture [1, 3, h, w] cropped to multiples of the networks' strides."""
    picture = read_picture(path, short)
    h, w = (n // multiple * multiple for n in picture.shape[:2])
    return to_tensor([picture[:h, :w]])


def to_image(x):
    """[1, 3, h, w], 0..1 -> PIL image; values outside are clamped."""
    a = x[0].float().clamp(0, 1).permute(1, 2, 0).cpu().numpy()
    return Image.fromarray((a * 255 + 0.5).astype(np.uint8))


def _square(image, side):
    edge = min(image.size)
    left, top = ((n - edge) // 2 for n in image.size)
    return image.crop((left, top, left + edge, top + edge)).resize((side, side), Image.LANCZOS)


def contact_sheet(recipe, options, device):
    """Contents along the top, styles down the left, recipe.paint() of every pair between."""
    contents = [load(p, options.sheet_short) for p in
                list_pictures(options.val_content)[:options.sheet_columns]]
    styles = [load(p, options.sheet_short) for p in
              list_pictures(options.val_style)[:options.sheet_rows]]
    side = options.sheet_short
    page = Image.new("RGB", (side * (len(contents) + 1), side * (len(styles) + 1)), "white")
    for i, content in enumerate(contents):
        page.paste(_square(to_image(content), side), (side * (i + 1), 0))
    for j, style in enumerate(styles):
        page.paste(_square(to_image(style), side), (0, side * (j + 1)))
        for i, content in enumerate(contents):
            out = recipe.paint(content.to(device), style.to(device))
            page.paste(_square(to_image(out), side), (side * (i + 1), side * (j + 1)))
    return page


def loss_curve(rows, path):
    """Every column of the table over the steps, smoothed a little; needs matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    if len(rows) < 2:
        return
    names = [name for name in max(rows, key=len) if name != "step"]
    figure = Figure((8, 2.2 * len(names)), constrained_layout=True)
    for axes, name in zip(np.atleast_1d(figure.subplots(len(names), sharex=True)), names):
        steps, values = np.array([(row["step"], row[name]) for row in rows if name in row]).T
        width = max(1, len(values) // 50)
        axes.plot(steps, values, color="0.8", linewidth=0.8)
        axes.plot(steps[width - 1:], np.convolve(values, np.ones(width) / width, "valid"))
        axes.set_ylabel(name)
        axes.set_yscale("log" if values.min() > 0 else "linear")
    axes.set_xlabel("step")
    figure.savefig(path, dpi=90)
