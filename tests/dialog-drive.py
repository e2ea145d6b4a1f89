#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the dialog as a user does, in a real window on a private X server.

    dialog-drive.py DIALOG-DEMO STYLIZE DIALOG-PREVIEW FOLDER [TEST...]

All tests run unless some are named. Keys go in through xdotool, the accessibility bus tells what a screen reader would, and what
is on the screen is compared with what the engine paints without a dialog. Screenshots stay
in FOLDER to be looked at."""
import os
import shutil
import subprocess
import sys
import time
import types

SKIP = 77


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIP)


def sanitized(env):
    """In a build with sanitizers, leaves out what libraries keep as long as they live."""
    os.makedirs(sys.argv[4], exist_ok=True)
    path = os.path.join(sys.argv[4], "libraries.supp")
    with open(path, "w") as file:
        file.write("leak:libfontconfig\nleak:call_init\n")
    # Full stacks: those through GLib end early otherwise, and match nothing.
    env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":fast_unwind_on_malloc=0"
    env["LSAN_OPTIONS"] = f"suppressions={path}:print_suppressions=0"
    return env


def enter_session():
    """Starts this script again on an X server and a message bus of its own."""
    for tool in ("Xvfb", "xdotool", "dbus-run-session"):
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed")
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x600x24"],
                              pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    display = os.read(read, 16).decode().strip()
    if not display:
        skip("Xvfb does not start")
    env = dict(os.environ, DISPLAY=f":{display}", GDK_BACKEND="x11", SCUMBLE_DRIVE="1",
               GTK_THEME="Adwaita", LC_ALL="C.UTF-8", NO_AT_BRIDGE="0", GDK_SCALE="1",
               XDG_CONFIG_HOME=os.path.join(sys.argv[4], "config"),
               XDG_DATA_HOME=os.path.join(sys.argv[4], "data"))
    try:
        sys.exit(subprocess.call(["dbus-run-session", "--", sys.executable] + sys.argv,
                                 env=sanitized(env)))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__" and "SCUMBLE_DRIVE" not in os.environ:
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    enter_session()

try:
    import gi
    gi.require_version("Gdk", "3.0")
    from gi.repository import Gdk, GdkPixbuf, GLib
    import pyatspi
except (ImportError, ValueError) as error:
    skip(f"the accessibility bus cannot be read from Python: {error}")

demo, stylize, preview, folder = sys.argv[1:5]
chosen = sys.argv[5:]
pyatspi.setTimeout(10000, 30000)  # milliseconds; machines that build beside this are slow


def tell_failure():
    """What there is to see, for whoever has the log and not the pictures."""
    screenshot("failure")
    for app in pyatspi.Registry.getDesktop(0):
        print(*(n.name for n in every(app) if n.getRole() == pyatspi.ROLE_LABEL and n.name
                and n.getState().contains(pyatspi.STATE_SHOWING)), sep="\n")


def wait_for(what, condition, seconds=60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
        except GLib.GError:  # what was looked at is gone, or too busy to answer
            value = None
        if value:
            return value
        time.sleep(0.05)
    tell_failure()
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


def picture(name, width, height, colour):
    """A picture file made of a formula."""
    data = bytearray()
    for y in range(height):
        for x in range(width):
            data += bytes(max(0, min(255, int(v))) for v in colour(x / width, y / height))
    path = os.path.join(folder, name)
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(GLib.Bytes.new(bytes(data)),
                                             GdkPixbuf.Colorspace.RGB, False, 8, width, height,
                                             3 * width)
    pixbuf.savev(path, "png", [], [])
    return path


def masked(path, mask, name):
    """A picture that is transparent where the mask is black."""
    pixbuf = GdkPixbuf.Pixbuf.new_from_file(path)
    width, height = pixbuf.get_width(), pixbuf.get_height()
    mask = rows(GdkPixbuf.Pixbuf.new_from_file(mask).scale_simple(
        width, height, GdkPixbuf.InterpType.BILINEAR))
    data = bytearray()
    for line, weights in zip(rows(pixbuf), mask):
        for x in range(width):
            data += line[3 * x:3 * x + 3] + weights[3 * x:3 * x + 1]
    transparent = os.path.join(folder, name)
    GdkPixbuf.Pixbuf.new_from_bytes(GLib.Bytes.new(bytes(data)), GdkPixbuf.Colorspace.RGB, True,
                                    8, width, height, 4 * width) \
        .savev(transparent, "png", [], [])
    return transparent


def enlarged(path, name, width, height):
    larger = os.path.join(folder, name)
    GdkPixbuf.Pixbuf.new_from_file(path).scale_simple(
        width, height, GdkPixbuf.InterpType.BILINEAR).savev(larger, "png", [], [])
    return larger


def rows(pixbuf):
    """Pixels as a list of rows of RGB bytes."""
    n = pixbuf.get_n_channels()
    data, stride = pixbuf.get_pixels(), pixbuf.get_rowstride()
    lines = [data[y * stride:y * stride + pixbuf.get_width() * n]
             for y in range(pixbuf.get_height())]
    if n == 4:
        lines = [bytes(b for i, b in enumerate(line) if i % 4 != 3) for line in lines]
    return lines


def screen(x, y, w, h):
    root = Gdk.get_default_root_window()
    return Gdk.pixbuf_get_from_window(root, x, y, w, h)


def screenshot(name):
    root = Gdk.get_default_root_window()
    screen(0, 0, root.get_width(), root.get_height()).savev(
        os.path.join(folder, f"{name}.png"), "png", [], [])


def difference(a, b):
    """The largest difference between two pictures, of 255."""
    assert [len(line) for line in a] == [len(line) for line in b], "sizes differ"
    return max(abs(p - q) for line, other in zip(a, b) for p, q in zip(line, other))


def engine_paints(content, style, strength, *options):
    path = os.path.join(folder, "expected.png")
    subprocess.run([stylize, "--strength", str(strength), *options, content, style, path],
                   check=True, stdout=subprocess.DEVNULL)
    return rows(GdkPixbuf.Pixbuf.new_from_file(path))


# What can have the focus, but is only a frame around things with names.
UNSPOKEN = (pyatspi.ROLE_SCROLL_PANE, pyatspi.ROLE_LABEL, pyatspi.ROLE_PANEL)


def every(node):
    """All of a tree; what goes away meanwhile is left out."""
    try:
        children = [node[i] for i in range(node.childCount)]
    except (GLib.GError, IndexError):
        return
    yield node
    for child in children:
        if child is not None:
            yield from every(child)


class Dialog:
    """A running dialog-demo, from the outside."""

    def __init__(self, content, styles, *options, scale=1):
        self.output = os.path.join(folder, "output.png")
        if os.path.exists(self.output):
            os.remove(self.output)
        self.scale = scale
        self.begun = time.monotonic()
        self.process = subprocess.Popen([demo, *options, content, *styles, self.output],
                                        stdout=subprocess.PIPE, text=True,
                                        env=dict(os.environ, GDK_SCALE=str(scale)))
        self.window = wait_for("the window", self.find_window)
        self.opened = time.monotonic()
        self.preview = self.find(pyatspi.ROLE_IMAGE, "Preview")
        self.focus()

    def find_window(self):
        for app in pyatspi.Registry.getDesktop(0):
            if app is not None and app.get_process_id() == self.process.pid and app.childCount:
                return app[0]
        return None

    def focus(self, title="^Scumble"):
        xid = wait_for("the X window", lambda: subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title],
            stdout=subprocess.PIPE, text=True).stdout.split())[0]
        subprocess.run(["xdotool", "windowfocus", "--sync", xid], check=True)

    def fits(self, title):
        """Waits until a window is all on the screen; by itself it would be larger than that."""
        xid = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title],
                             stdout=subprocess.PIPE, text=True).stdout.split()[0]

        def size():
            out = subprocess.run(["xdotool", "getwindowgeometry", "--shell", xid],
                                 stdout=subprocess.PIPE, text=True, check=True).stdout
            values = dict(line.split("=") for line in out.split())
            return int(values["WIDTH"]), int(values["HEIGHT"])
        wait_for(f"{title} on the screen", lambda: size()[0] <= 1024 and size()[1] <= 600, 20)

    def find(self, role, name):
        return wait_for(f"{name}", lambda: next(
            (n for n in every(self.window) if n.getRole() == role and n.name == name), None))

    def find_entry(self):
        return next((n for n in every(self.window.getApplication())
                     if n.getRole() == pyatspi.ROLE_TEXT
                     and n.getState().contains(pyatspi.STATE_FOCUSED)), None)

    def find_showing(self, role, name):
        return wait_for(name, lambda: next(
            (n for n in every(self.window.getApplication())
             if n.getRole() == role and n.name == name
             and n.getState().contains(pyatspi.STATE_SHOWING)), None))

    def press(self, role, name):
        """Presses a button, or chooses from a menu."""
        self.find_showing(role, name).queryAction().doAction(0)

    def type_space(self, name):
        """Presses a button that opens a dialog: by the bus, that would only return when the
        dialog is closed."""
        self.find_showing(pyatspi.ROLE_PUSH_BUTTON, name).queryComponent().grabFocus()
        self.keys("space")

    def choose(self, button, item):
        self.press(pyatspi.ROLE_TOGGLE_BUTTON, button)
        self.press(pyatspi.ROLE_RADIO_MENU_ITEM, item)

    def keys(self, *keys):
        subprocess.run(["xdotool", "key", "--delay", "30", *keys], check=True)

    def status(self, start):
        return next((n.name for n in every(self.window)
                     if n.getRole() == pyatspi.ROLE_LABEL and n.name.startswith(start)
                     and n.getState().contains(pyatspi.STATE_SHOWING)), "")

    def has_status(self, start):
        return self.status(start) != ""

    def keep_style(self, name, suggested):
        """Keeps what is chosen as a saved style, which is chosen then. What is typed takes the
        place of the name that is suggested."""
        self.keys("ctrl+s")
        self.focus("^Keep the Style")
        text = wait_for("the entry for the name", self.find_entry).queryText()
        assert text.getText(0, -1) == suggested, f"{text.getText(0, -1)} is suggested"
        subprocess.run(["xdotool", "type", "--delay", "30", name], check=True)
        wait_for("the name", lambda: text.getText(0, -1) == name)
        screenshot("keep")
        self.keys("Return")
        self.focus()
        self.find(pyatspi.ROLE_LIST_ITEM, f"{name}, a saved style")

    def updates(self):
        """How many updates the panel says it has learned from; any may be missed."""
        states = [n.name.split() for n in every(self.window)
                  if n.getRole() == pyatspi.ROLE_LABEL and n.name.startswith("Learning: ")]
        return int(states[0][1]) if states else 0

    def place(self):
        """Where the preview is on the screen, in its pixels. This is always asked anew, and
        answered when the dialog has worked off its events."""
        box = self.preview.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        return types.SimpleNamespace(**{edge: self.scale * getattr(box, edge)
                                        for edge in ("x", "y", "width", "height")})

    def busy(self):
        """Whether the preview says that it is not finished."""
        self.preview.clear_cache()
        return self.preview.getState().contains(pyatspi.STATE_BUSY)

    def settle(self):
        """Waits until the preview shows what was asked for. Whatever has been typed has
        arrived once the dialog has answered twice; from then on it says that it is busy."""
        for _ in range(2):
            self.place()

        wait_for("the finished preview", lambda: not self.busy(), 300)
        self.still(self.place())

    def still(self, box):
        """Waits until nothing moves in the preview."""
        seen = [None]

        def still():
            last, seen[0] = seen[0], rows(screen(box.x, box.y, box.width, box.height))
            time.sleep(0.15)
            return seen[0] == last
        wait_for("a preview that rests", still)

    def shown(self, width, height):
        """The middle of the preview."""
        box = self.place()
        return rows(screen(box.x + (box.width - width + 1) // 2,
                           box.y + (box.height - height + 1) // 2, width, height))

    def choose_menu(self, mnemonic, *items):
        """Opens a menu and walks through it by its items' mnemonics."""
        self.keys(mnemonic)
        wait_for("the menu", lambda: any(
            n.getRole() == pyatspi.ROLE_MENU_ITEM and n.getState().contains(
                pyatspi.STATE_SHOWING) for n in every(self.window.getApplication())))
        if items:
            self.keys(*items)

    def end(self):
        out, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, f"exit status {self.process.returncode}"
        return out


def check_names(dialog):
    """Whatever can have the focus has a name to be spoken, and a tooltip, which is spoken too."""
    seen = 0
    for node in every(dialog.window):
        state = node.getState()
        if state.contains(pyatspi.STATE_FOCUSABLE) and state.contains(pyatspi.STATE_SHOWING) \
                and node.getRole() not in UNSPOKEN:
            assert node.name, f"a {node.getRoleName()} in {node.parent.name} has no name"
            assert node.description, f"{node.name} has no tooltip"
            seen += 1
    assert seen >= 12, f"only {seen} widgets can have the focus"
    assert dialog.preview.description, "the preview has no description"
    for role, name in ((pyatspi.ROLE_SLIDER, "Strength"), (pyatspi.ROLE_LIST_BOX, "Style"),
                       (pyatspi.ROLE_COMBO_BOX, "Method"), (pyatspi.ROLE_PUSH_BUTTON, "Paint"),
                       (pyatspi.ROLE_PUSH_BUTTON, "Cancel"), (pyatspi.ROLE_PUSH_BUTTON, "Reset"),
                       (pyatspi.ROLE_PUSH_BUTTON, "Help")):
        dialog.find(role, name)


def first_result(dialog, original):
    """When the preview shows the result: something, and not the original."""
    def result():
        shown = dialog.shown(24, 24)
        return len(set(b"".join(shown))) > 8 and difference(shown, original) > 8
    wait_for("the first result", result)
    return time.monotonic()


def print_timings(content, styles):
    """What a user waits for; printed, since machines differ."""
    picture = GdkPixbuf.Pixbuf.new_from_file(content)
    x, y = picture.get_width() // 2 - 12, picture.get_height() // 2 - 12
    dialog = Dialog(content, styles)
    first = first_result(dialog, rows(picture.new_subpixbuf(x, y, 24, 24)))
    dialog.settle()
    rest = time.monotonic()
    slider = dialog.find(pyatspi.ROLE_SLIDER, "Strength")
    slider.queryComponent().grabFocus()
    shown = dialog.shown(240, 160)
    begun = time.monotonic()
    dialog.keys("Left")
    wait_for("a new picture", lambda: dialog.shown(240, 160) != shown)
    moved = time.monotonic()
    print(f"{os.path.basename(content)}: start to window {dialog.opened - dialog.begun:.2f} s, "
          f"to first result {first - dialog.begun:.2f} s, to rest {rest - dialog.begun:.2f} s; "
          f"slider to new picture {moved - begun:.2f} s")
    dialog.keys("Escape")
    dialog.end()


def test_tab(content, styles):
    """The Tab key comes by everything, and around again; in a list it stops once."""
    dialog = Dialog(content, styles)
    dialog.settle()
    wanted = {"Preview", "Zoom in", "Split view", "Style", "Mix", "Compare…", "Strength",
              "Texture size", "Brush size", "Keep colours", "Further settings", "Help", "Reset",
              "Cancel", "Paint"}
    seen = []
    for _ in range(40):
        dialog.keys("Tab")
        dialog.place()
        time.sleep(0.2)
        # The button in a combo box has the focus unseen, and a number has the slider's name.
        seen += ["Style" if n.getRole() == pyatspi.ROLE_LIST_ITEM else n.name
                 for n in every(dialog.window) if n.getState().contains(pyatspi.STATE_FOCUSED)
                 and n.getRole() not in (pyatspi.ROLE_FRAME, pyatspi.ROLE_SPIN_BUTTON)]
        if len(seen) > 1 and seen[-1] == seen[0]:
            break
    assert wanted <= set(seen), f"Tab never comes by {sorted(wanted - set(seen))}: {seen}"
    assert len(seen) == len(set(seen)) + 1, f"Tab comes by something twice: {seen}"
    assert "Strength map" not in seen, "Tab comes by what is folded away"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def where(node):
    return node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)


def shot(box):
    return rows(screen(box.x, box.y, box.width, box.height))


def test_focus(content, styles):
    """Where the keyboard is can be seen from afar, and a number that it has left is not marked
    any more."""
    dialog = Dialog(content, styles)
    dialog.settle()
    reset = dialog.find(pyatspi.ROLE_PUSH_BUTTON, "Reset")
    before = shot(where(reset))
    spin = dialog.find(pyatspi.ROLE_SPIN_BUTTON, "Keep colours")
    dialog.keys("alt+k", "Tab")
    wait_for("the marked number", lambda: spin.queryText().getNSelections() == 1)
    dialog.keys("Tab", "Tab")
    wait_for("the unmarked number", lambda: spin.queryText().getNSelections() == 0)
    for _ in range(5):
        if reset.getState().contains(pyatspi.STATE_FOCUSED):
            break
        dialog.keys("Tab")
        dialog.place()
        time.sleep(0.2)
    time.sleep(0.5)
    screenshot("focus")
    seen = difference(before, shot(where(reset)))
    assert seen > 100, f"the focus is {seen}/255 from nothing"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_buttons(content, styles, mask):
    """What can be pressed looks like it: Mix has a frame, and what opens a list an arrow."""
    dialog = Dialog(content, styles, "--mask", mask)
    dialog.settle()
    frame = shot(where(dialog.find(pyatspi.ROLE_PUSH_BUTTON, "Mix")))
    middle = frame[len(frame) // 2]
    assert middle[:3] != middle[12:15], "Mix has no frame"
    dialog.keys("alt+f")
    box = where(dialog.find_showing(pyatspi.ROLE_TOGGLE_BUTTON, "Strength map"))
    dialog.still(dialog.place())
    inside_it = [line[-96:-24] for line in shot(box)[8:-8]]
    assert difference(inside_it, [inside_it[0]] * len(inside_it)) > 100, "there is no arrow"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_status(content, styles):
    """What there is to say of learning and painting a large picture is short enough to be read."""
    dialog = Dialog(content, styles, "--method", "metastyle")
    wait_for("the whole status", lambda: dialog.status("Learning takes about ").endswith(
        "A quick preview: zoom to 100 % to see the real strokes."), 300)
    status = dialog.status("Learning takes about ")
    assert "memory" not in status and ". Painting takes about " in status, status
    screenshot("status")
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_keyboard(content, styles):
    """Another style, another strength, painted, all without a mouse."""
    dialog = Dialog(content, styles)
    check_names(dialog)
    dialog.settle()
    screenshot("opened")
    first = dialog.shown(240, 160)

    dialog.keys("alt+y", "Down")
    dialog.settle()
    screenshot("second-style")
    second = dialog.shown(240, 160)
    assert difference(first, second) > 20, "another style changed nothing"

    slider = dialog.find(pyatspi.ROLE_SLIDER, "Strength")
    before = slider.queryValue().currentValue
    dialog.keys("alt+s", *["Left"] * 20)
    wait_for("20 steps of the slider",
             lambda: abs(slider.queryValue().currentValue - (before - 20)) < 1e-6)
    strength = slider.queryValue().currentValue / 100
    dialog.settle()
    screenshot("weaker")

    expected = engine_paints(content, styles[1], strength)
    worst = difference(dialog.shown(240, 160), expected)
    assert worst <= 1, f"the preview differs from the result by {worst}/255"

    dialog.keys("Return")
    assert "style=" + styles[1] in dialog.end()
    worst = difference(rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output)), expected)
    assert worst <= 1, f"the dialog paints otherwise than the engine, by {worst}/255"


def test_exact(content, styles):
    """At 100 % the preview of a part is that part of the result."""
    dialog = Dialog(content, styles)
    dialog.settle()
    screenshot("whole")
    dialog.keys("ctrl+1")
    dialog.settle()
    screenshot("exact")
    expected = engine_paints(content, styles[0], 1.0)
    left, top = (1200 - 300) // 2, (900 - 200) // 2
    part = [line[3 * left:3 * (left + 300)] for line in expected[top:top + 200]]
    worst = difference(dialog.shown(300, 200), part)
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"
    assert not os.path.exists(dialog.output), "giving up left a picture"


def test_scale(content, styles):
    """On a screen with twice as many pixels, 100 % is a pixel of the picture on one of the screen."""
    dialog = Dialog(content, styles, scale=2)
    dialog.keys("ctrl+1")
    wait_for("the zoom", lambda: dialog.has_status("100 %"))
    dialog.settle()
    screenshot("scale")
    expected = engine_paints(content, styles[0], 1.0)
    left, top = (len(expected[0]) // 3 - 300) // 2, (len(expected) - 120) // 2
    part = columns(expected[top:top + 120], left, left + 300)
    worst = difference(dialog.shown(300, 120), part)
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_screen(content, styles):
    """The preview shows what the host makes of its colours for the screen, painted is what they
    are."""
    dialog = Dialog(content, styles, "--odd-screen")
    dialog.settle()
    expected = engine_paints(content, styles[0], 1.0)
    swapped = [bytes(line[i + 2 - 2 * (i % 3)] for i in range(len(line))) for line in expected]
    worst = difference(dialog.shown(240, 160), swapped)
    assert worst <= 1, f"the preview is not as the screen wants it, by {worst}/255"
    dialog.keys("alt+o")
    dialog.settle()
    original = rows(GdkPixbuf.Pixbuf.new_from_file(content))
    swapped = [bytes(line[i + 2 - 2 * (i % 3)] for i in range(len(line))) for line in original]
    middle = dialog.shown(100, 60)
    worst = difference(middle, columns(swapped[50:110], 70, 170))
    assert worst <= 1, f"the original is not as the screen wants it, by {worst}/255"
    dialog.keys("alt+p")
    dialog.end()
    worst = difference(rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output)), expected)
    assert worst <= 1, f"painted is what was for the screen, by {worst}/255"


def test_ratio(content, styles):
    """A slider that moves by factors tells the number beside it, not where it stands."""
    dialog = Dialog(content, styles)
    dialog.settle()
    for name, usual, least, most in (("Texture size", 1.0, 0.25, 4.0),
                                     ("Brush size", 1.0, 1.0, 16.0)):
        value = dialog.find(pyatspi.ROLE_SLIDER, name).queryValue()
        told = value.currentValue, value.minimumValue, value.maximumValue
        assert told == (usual, least, most), f"{name} is told as {told}"
        number = dialog.find(pyatspi.ROLE_SPIN_BUTTON, name).queryValue()
        value.currentValue = 2.0
        wait_for("the number", lambda: abs(number.currentValue - 2.0) < 1e-6)
        wait_for("the slider", lambda: abs(value.currentValue - 2.0) < 1e-6)
    dialog.keys("alt+z", "Right")
    value = dialog.find(pyatspi.ROLE_SLIDER, "Texture size").queryValue()
    wait_for("the slider", lambda: 2.0 < value.currentValue < 2.2)
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_percent(content, styles):
    """What is a part of the whole is shown, spoken and typed as a percentage."""
    dialog = Dialog(content, styles)
    dialog.settle()
    for name, usual, most in (("Strength", 100.0, 150.0), ("Keep colours", 0.0, 100.0)):
        value = dialog.find(pyatspi.ROLE_SLIDER, name).queryValue()
        told = value.currentValue, value.minimumValue, value.maximumValue
        assert told == (usual, 0.0, most), f"{name} is told as {told}"
    number = dialog.find(pyatspi.ROLE_SPIN_BUTTON, "Strength")

    def shown():
        return number.queryText().getText(0, -1)
    assert shown() == "100 %", f"the strength is shown as {shown()}"
    for keys, expected in ((("alt+s", "Page_Up"), "110 %"), (("Page_Down", "Page_Down"), "90 %")):
        dialog.keys(*keys)
        wait_for(f"{expected} after {keys}", lambda: shown() == expected)
    number.queryComponent().grabFocus()
    for typed, expected in (("62", "62 %"), ("71 %", "71 %"), ("lots", "71 %"), ("900", "150 %"),
                            ("40", "40 %")):
        number.queryEditableText().setTextContents(typed)
        dialog.keys("Tab")
        wait_for(f"{expected} for {typed}", lambda: shown() == expected)
        number.queryComponent().grabFocus()
    # As in GIMP's own filters, Return takes the number, and does not begin to paint.
    number.queryEditableText().setTextContents("55")
    dialog.keys("Return")
    wait_for("55 %", lambda: shown() == "55 %")
    number.queryEditableText().setTextContents("40")
    dialog.keys("Return", "Return")
    wait_for("40 %", lambda: shown() == "40 %")
    screenshot("percent")
    dialog.settle()
    assert dialog.process.poll() is None, "Return in a number paints"
    worst = difference(dialog.shown(240, 160), engine_paints(content, styles[0], 0.4))
    assert worst <= 1, f"40 % is shown otherwise, by {worst}/255"
    dialog.keys("alt+p")
    out = dialog.end()
    assert "\nstrength=0.4" in out, out


def test_detail(content, styles):
    """The photograph's detail, under More: the preview is the result, and it travels with it."""
    dialog = Dialog(content, styles)
    dialog.settle()
    plain = dialog.shown(240, 160)
    dialog.keys("alt+f")
    detail = dialog.find(pyatspi.ROLE_SPIN_BUTTON, "Keep detail").queryValue()
    detail.currentValue = 80
    wait_for("the detail", lambda: abs(detail.currentValue - 80) < 1e-6)
    dialog.settle()
    screenshot("detail")
    shown = dialog.shown(240, 160)
    assert difference(plain, shown) > 20, "the detail changed nothing"
    expected = engine_paints(content, styles[0], 1.0, "--set=detail=0.8")
    worst = difference(shown, expected)
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    dialog.keys("Return")
    out = dialog.end()
    assert "\ndetail=0.8" in out, out
    worst = difference(rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output)), expected)
    assert worst <= 1, f"the dialog paints otherwise than the engine, by {worst}/255"


def test_seamless(content, styles):
    """Joined edges: the preview is the result, before and after, with a large brush too."""
    dialog = Dialog(content, styles)
    dialog.settle()
    plain = dialog.shown(240, 160)
    dialog.keys("alt+f")
    dialog.find_showing(pyatspi.ROLE_COMBO_BOX, "Join edges")
    dialog.keys("alt+j", "Down")
    dialog.settle()
    shown = dialog.shown(240, 160)
    assert difference(plain, shown) > 20, "joining the edges changed nothing"
    worst = difference(shown, engine_paints(content, styles[0], 1.0, "--set=edges=joined"))
    assert worst <= 1, f"the preview differs from the result by {worst}/255"

    brush = dialog.find(pyatspi.ROLE_SPIN_BUTTON, "Brush size").queryValue()
    brush.currentValue = 2.0
    wait_for("the brush", lambda: abs(brush.currentValue - 2.0) < 1e-6)
    dialog.settle()
    screenshot("seamless")
    expected = engine_paints(content, styles[0], 1.0, "--set=edges=joined", "--set=brush=2")
    worst = difference(dialog.shown(240, 160), expected)
    assert worst <= 1, f"the preview differs from the result by {worst}/255"

    brush.currentValue = 1.0
    dialog.keys("alt+j", "Up")
    wait_for("the brush", lambda: abs(brush.currentValue - 1.0) < 1e-6)
    dialog.settle()
    worst = difference(dialog.shown(240, 160), plain)
    assert worst <= 1, f"edges apart again differ from before by {worst}/255"
    dialog.keys("alt+j", "Down", "alt+p")
    out = dialog.end()
    assert "\nedges=joined\n" in out, out


def test_brush(content, styles):
    """A large brush: the preview is the result, also when the strength changes after."""
    dialog = Dialog(content, styles)
    dialog.settle()
    plain = dialog.shown(240, 160)
    brush = dialog.find(pyatspi.ROLE_SPIN_BUTTON, "Brush size").queryValue()
    brush.currentValue = 3.0
    wait_for("the brush", lambda: abs(brush.currentValue - 3.0) < 1e-6)
    dialog.settle()
    screenshot("brush")
    shown = dialog.shown(240, 160)
    assert difference(plain, shown) > 20, "the brush changed nothing"
    worst = difference(shown, engine_paints(content, styles[0], 1.0, "--set=brush=3"))
    assert worst <= 1, f"the preview differs from the result by {worst}/255"

    dialog.keys("alt+s", *["Left"] * 30)
    slider = dialog.find(pyatspi.ROLE_SLIDER, "Strength")
    wait_for("30 steps of the slider",
             lambda: abs(slider.queryValue().currentValue - 70) < 1e-6)
    dialog.settle()
    expected = engine_paints(content, styles[0], 0.7, "--set=brush=3")
    worst = difference(dialog.shown(240, 160), expected)
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    dialog.keys("Return")
    dialog.end()
    worst = difference(rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output)), expected)
    assert worst <= 1, f"the dialog paints otherwise than the engine, by {worst}/255"


def test_begin(content, styles):
    """A large picture begins with a brush that shows from afar."""
    dialog = Dialog(content, styles)
    brush = dialog.find(pyatspi.ROLE_SPIN_BUTTON, "Brush size").queryValue()
    strength = dialog.find(pyatspi.ROLE_SPIN_BUTTON, "Strength").queryValue()
    dialog.keys("alt+s", "Left")
    wait_for("the strength", lambda: abs(strength.currentValue - 99) < 1e-6)
    dialog.keys("alt+r")
    wait_for("the strength", lambda: abs(strength.currentValue - 100) < 1e-6)
    assert abs(brush.currentValue - 3.0) < 1e-6, f"6.75 megapixels begin with {brush.currentValue}"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def mouse(*commands):
    subprocess.run(["xdotool", *[str(word) for command in commands for word in command]],
                   check=True)


def test_mouse(content, styles):
    """The wheel zooms around the pointer, a drag moves the picture, and in the split view
    the line; left of it is the original."""
    dialog = Dialog(content, styles)
    dialog.settle()
    dialog.keys("ctrl+1")
    dialog.settle()
    place = dialog.place()
    x, y = place.x + (place.width + 1) // 2, place.y + (place.height + 1) // 2
    middle = dialog.shown(100, 100)
    mouse(("mousemove", x, y), ("mousedown", 1), ("mousemove", x + 20, y + 10),
          ("mousemove", x + 40, y + 30), ("mouseup", 1))
    dialog.settle()
    moved = rows(screen(x - 50 + 40, y - 50 + 30, 100, 100))
    worst = difference(middle, moved)
    assert worst <= 1, f"the drag has not moved the picture with it: {worst}/255"

    mouse(("mousemove", x, y), ("click", 4))
    wait_for("the zoom", lambda: dialog.has_status("200 %"))
    mouse(("click", 5))
    wait_for("the zoom", lambda: dialog.has_status("100 %"))
    dialog.settle()

    result = dialog.shown(300, 200)
    dialog.keys("alt+o")
    dialog.settle()
    original = dialog.shown(300, 200)
    assert difference(result, original) > 20, "the original looks like the result"
    dialog.keys("alt+o", "alt+v")
    dialog.settle()
    screenshot("split")
    split = dialog.shown(300, 200)
    assert columns(split, 0, 120) == columns(original, 0, 120), "left is not the original"
    assert columns(split, 180, 300) == columns(result, 180, 300), "right is not the result"
    mouse(("mousemove", x, y + 60), ("mousedown", 1), ("mousemove", x + 60, y + 60),
          ("mousemove", x + 120, y + 60), ("mouseup", 1))
    dialog.settle()
    split = dialog.shown(300, 200)
    assert columns(split, 0, 240) == columns(original, 0, 240), "the line has not moved"

    # Turned, the original is above; a key along the line turns it back.
    turn = dialog.find_showing(pyatspi.ROLE_TOGGLE_BUTTON, "Original above the result")
    mouse(("mousemove", x + 120, y + 60), ("mousedown", 1), ("mousemove", x + 60, y + 60),
          ("mousemove", x, y + 60), ("mouseup", 1))
    mouse(("mousemove", x - 60, y - 60), ("keydown", "ctrl"), ("click", 1), ("keyup", "ctrl"))
    wait_for("the button", lambda: turn.getState().contains(pyatspi.STATE_CHECKED))
    dialog.settle()
    screenshot("split-across")
    split = dialog.shown(300, 200)
    assert split[:80] == original[:80], "above is not the original"
    assert split[120:] == result[120:], "below is not the result"
    mouse(("mousemove", x + 60, y), ("mousedown", 1), ("mousemove", x + 60, y + 30),
          ("mousemove", x + 60, y + 60), ("mouseup", 1))
    dialog.settle()
    split = dialog.shown(300, 200)
    assert split[:140] == original[:140], "the turned line has not moved"
    assert "above a line" in dialog.preview.description, dialog.preview.description
    dialog.preview.queryComponent().grabFocus()
    dialog.keys("ctrl+Left")
    wait_for("the button", lambda: not turn.getState().contains(pyatspi.STATE_CHECKED))
    turn.queryAction().doAction(0)
    wait_for("the line", lambda: "above a line" in dialog.preview.description)
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_file(content, styles):
    """A picture file becomes a style, and is chosen."""
    dialog = Dialog(content, styles[:1])
    dialog.settle()
    first = dialog.shown(240, 160)
    dialog.keys("ctrl+o")
    dialog.focus("^Take the Style")
    time.sleep(1.0)
    dialog.fits("^Take the Style")
    dialog.keys("ctrl+l")
    entry = wait_for("the entry for the path", dialog.find_entry)
    entry.queryEditableText().setTextContents(styles[1])
    time.sleep(0.5)
    screenshot("file")
    dialog.keys("Return")
    dialog.focus()
    row = dialog.find(pyatspi.ROLE_LIST_ITEM, "checks.png, in the image " +
                      os.path.basename(folder))
    wait_for("the choice", lambda: row.getState().contains(pyatspi.STATE_SELECTED))
    dialog.settle()
    assert difference(first, dialog.shown(240, 160)) > 20, "the file changed nothing"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def box(styles):
    """A folder of styles in the box, with their titles."""
    path = os.path.join(folder, "box")
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "styles.ini"), "w") as index:
        for style in styles:
            name = os.path.basename(style)
            shutil.copy(style, path)
            index.write(f"[{name}]\nTitle={name[:-4].title()}\n\n")
    return path


def test_box(content, styles):
    """Without any other picture there are the styles in the box."""
    dialog = Dialog(content, [], "--styles", box(styles))
    dialog.find(pyatspi.ROLE_LIST_ITEM, "Waves, a style in the box")
    dialog.settle()
    dialog.keys("alt+y", "Down")
    row = dialog.find(pyatspi.ROLE_LIST_ITEM, "Checks, a style in the box")
    wait_for("the choice", lambda: row.getState().contains(pyatspi.STATE_SELECTED))
    dialog.settle()
    screenshot("box")
    worst = difference(dialog.shown(240, 160), engine_paints(content, styles[1], 1.0))
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    dialog.keys("Return")
    assert "style=" + os.path.join(folder, "box", "checks.png") in dialog.end()


def columns(lines, begin, end):
    return [line[3 * begin:3 * end] for line in lines]


def check_painted(dialog, left, right):
    """What is painted is what the preview has shown, and at the sides, away from the mask's
    edge, what the engine paints without a mask."""
    shown = dialog.shown(240, 160)
    dialog.keys("Return")
    out = dialog.end()
    painted = rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output))
    worst = difference(shown, painted)
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    for what, expected, part in (("left", left, (0, 16)), ("right", right, (224, 240))):
        worst = difference(columns(painted, *part), columns(expected, *part))
        assert worst <= 2, f"at the {what} it is painted otherwise, by {worst}/255"
    return out


def every_method():
    """What to start the dialog and the engine with for each method in turn: AdaIN with its
    shipped networks, and narrow ones for the others. MetaStyle's styles stay sketches."""
    yield ()
    for method in ("sanet", "metanet", "metastyle"):
        yield "--models", tiny_models(), "--method", method


def test_region(content, styles, mask):
    """A second style is painted where its region is, the first one elsewhere, by any method."""
    for method in every_method():
        dialog = Dialog(content, styles, "--mask", mask, *method)
        dialog.settle()
        mix(dialog)
        dialog.choose("Where checks.png is painted", "right.png (picture)")
        dialog.settle()
        screenshot("region")
        out = check_painted(dialog, engine_paints(content, styles[0], 1.0, *method),
                            engine_paints(content, styles[1], 1.0, *method))
        assert f"style={styles[0]} 1.00\n" in out, out
        assert f"style={styles[1]} 1.00 region={mask}" in out, out


def mix(dialog):
    """Adds the checks to the waves. A button takes its time to be pressed by its mnemonic."""
    dialog.keys("alt+x")
    wait_for("two styles", lambda: 2 == sum(
        n.name == "waves.png, in the mixture" for n in every(dialog.window)))
    dialog.keys("Down")
    dialog.find(pyatspi.ROLE_LIST_ITEM, "checks.png, in the mixture")


def test_mixture(content, styles):
    """Two styles without regions are mixed by their shares, in the preview, in the result and
    by the engine alike, by any method."""
    for method in every_method():
        dialog = Dialog(content, styles, *method)
        dialog.settle()
        first = dialog.shown(240, 160)
        mix(dialog)
        share = dialog.find(pyatspi.ROLE_SLIDER, "Share of checks.png")
        share.queryValue().currentValue = 0.5
        dialog.settle()
        screenshot("mixture")
        shown = dialog.shown(240, 160)
        if "metastyle" in method:
            assert difference(first, shown) <= 1, "sketches of MetaStyle's are all the same"
        elif not method:
            assert difference(first, shown) > 10, "the second style changed nothing"
        else:
            assert difference(first, shown) > 1, f"the second style changed nothing: {method}"
        out = check_painted(dialog, *[engine_paints(content, styles[0], 1.0, "--second", styles[1],
                                                    "--mix", str(1 / 3), *method)] * 2)
        assert f"style={styles[0]} 1.00\n" in out and f"style={styles[1]} 0.50\n" in out, out


def inside(box, frame):
    return (frame.x <= box.x and box.x + box.width <= frame.x + frame.width and
            frame.y <= box.y and box.y + box.height <= frame.y + frame.height)


def test_small_screen(content, styles, mask):
    """Where the screen has 1024 x 600 pixels and everything is open, two styles can be seen,
    and whatever is unfolded or has the keyboard is moved into sight."""
    dialog = Dialog(content, styles, "--styles", box(styles), "--mask", mask)
    dialog.settle()

    def place(role, name):
        return dialog.find(role, name).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    mix(dialog)
    window = dialog.window.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    assert window.height <= 600, f"the window is {window.height} pixels high"
    dialog.keys("alt+f")
    wait_for("what is unfolded",
             lambda: inside(place(pyatspi.ROLE_COMBO_BOX, "Keep colours by"), window))
    dialog.still(dialog.place())
    screenshot("small-screen")
    rows_seen = dialog.find(pyatspi.ROLE_LIST_BOX, "Style").parent.queryComponent() \
        .getExtents(pyatspi.DESKTOP_COORDS).height
    assert rows_seen >= 120, f"the list of styles is {rows_seen} pixels high"
    dialog.keys("alt+y")
    wait_for("the style", lambda: inside(place(pyatspi.ROLE_LIST_ITEM, "checks.png, in the image "
                                               + os.path.basename(folder)), window))
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_strength_map(content, styles, mask):
    """The strength is 0 where the map is black, and as set where it is white, by any method."""
    for method in every_method():
        dialog = Dialog(content, styles, "--mask", mask, *method)
        dialog.settle()
        dialog.keys("alt+f")
        dialog.choose("Strength map", "right.png (picture)")
        dialog.settle()
        screenshot("strength-map")
        out = check_painted(dialog, engine_paints(content, styles[0], 0.0, *method),
                            engine_paints(content, styles[0], 1.0, *method))
        assert f"strength-map={mask}" in out, out


def test_colours(content, styles):
    """How many of the picture's colours are kept, and by which method, shows at once, is painted,
    and is what the engine does with these settings."""
    dialog = Dialog(content, styles)
    dialog.settle()
    dial = dialog.find(pyatspi.ROLE_SLIDER, "Keep colours")
    for value, method in ((0.7, "luminance"), (0.4, "coral")):
        dial.queryValue().currentValue = 100 * value
        if method == "coral":
            dialog.keys("alt+f", "alt+b", "Down")
        dialog.settle()
        shown = dialog.shown(240, 160)
        expected = engine_paints(content, styles[0], 1.0, "--set", f"colour={value}",
                                 "--set", f"colour-method={method}")
        worst = difference(shown, expected)
        assert worst <= 1, f"{method} at {value} differs from the engine's by {worst}/255"
    assert difference(shown, engine_paints(content, styles[0], 1.0)) > 10, "the dial does nothing"
    screenshot("colours")
    out = check_shown(dialog, shown)
    assert "\ncolour=0.4" in out and "\ncolour-method=coral\n" in out, out


def test_selected(content, styles, mask):
    """Of a style whose image has a selection, only that part is looked at if one likes."""
    dialog = Dialog(content, styles[:1], "--selection", mask)
    dialog.settle()
    whole = dialog.shown(240, 160)
    dialog.press(pyatspi.ROLE_CHECK_BOX, "Only the selected part of it")
    dialog.settle()
    screenshot("selected")
    part = dialog.shown(240, 160)
    assert difference(whole, part) > 3, "a part of the style looks like all of it"
    worst = difference(part, engine_paints(content, masked(styles[0], mask, "part.png"), 1.0))
    assert worst <= 1, f"the part differs from the engine's by {worst}/255"
    out = check_shown(dialog, part)
    assert f"style={styles[0]} 1.00 selected\n" in out, out


class Watch:
    """What was to be seen in the middle of a preview, one picture after the other, while a block
    of statements runs."""

    def __init__(self, dialog, width, height):
        box = dialog.place()
        self.area = (box.x + (box.width - width + 1) // 2, box.y + (box.height - height + 1) // 2,
                     width, height)
        self.seen = [rows(screen(*self.area))]

    def look(self):
        now = rows(screen(*self.area))
        if now != self.seen[-1]:
            self.seen.append(now)
        return self.seen

    def until(self, what, condition, seconds=120.0):
        """Looks until the last picture meets a condition."""
        end = time.monotonic() + seconds
        while not condition(self.look()[-1]):
            if time.monotonic() > end:
                tell_failure()
                raise AssertionError(f"{what}: not within {seconds:.0f} s")
            time.sleep(0.005)


def average(lines):
    """The mean colour."""
    data = b"".join(lines)
    return [sum(data[k::3]) / len(data[k::3]) for k in range(3)]


def nearer(lines, one, other):
    """Whether a picture's mean colour is nearer to one than to another."""
    mean = average(lines)
    return sum((a - b) ** 2 for a, b in zip(mean, one)) < \
        sum((a - b) ** 2 for a, b in zip(mean, other))


def test_coarse_first(content, styles):
    """At 100 % a draft comes first, then the final picture, and nothing after it. A style that is
    chosen meanwhile shows while the picture is still being looked at, and the one before it
    never comes back."""
    width, height = 240, 160

    def middle(style, *options):
        lines = engine_paints(content, style, 1.0, *options)
        left, top = (len(lines[0]) // 3 - width) // 2, (len(lines) - height) // 2
        return columns(lines[top:top + height], left, left + width)

    final = [middle(style) for style in styles]
    means = [average(lines) for lines in final]
    others = [average(middle(style, "--method=sanet")) for style in styles]

    dialog = Dialog(content, styles)
    dialog.keys("ctrl+1")
    wait_for("the zoom", lambda: dialog.has_status("100 %"))
    watch = Watch(dialog, width, height)

    def is_final(style):
        return lambda lines: difference(lines, final[style]) <= 1

    watch.until("the final picture", is_final(0))
    drafts = [lines for lines in watch.seen if nearer(lines, means[0], means[1])
              and not is_final(0)(lines)]
    assert drafts, f"no draft among {len(watch.seen)} pictures"
    assert not is_sharp(drafts[-1]) and is_sharp(watch.seen[-1]), "the draft is not the coarser"
    dialog.settle()
    assert is_final(0)(watch.look()[-1]), "something else follows the final picture"

    # SANet has not seen the picture yet: that takes a while. Its colours tell which style it is.
    dialog.keys("alt+m", "Down")
    watch.until("another method", lambda lines: not is_final(0)(lines))
    dialog.keys("alt+y", "Down")
    watch.until("another style", lambda lines: nearer(lines, others[1], others[0]))
    begun = len(watch.seen)
    screenshot("meanwhile")
    while dialog.busy():
        watch.look()
    dialog.settle()
    watch.look()
    back = [lines for lines in watch.seen[begun:] if nearer(lines, others[0], others[1])]
    assert not back, f"the style before comes back {len(back)} times"
    assert is_sharp(watch.seen[-1]), "the last picture is a draft"
    assert len(watch.seen) > begun, "the other style came when all was done, not meanwhile"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_progress(content, styles):
    """How far a preview is that takes a while can be read, from the first survey for a large brush
    on, and it never goes back."""
    dialog = Dialog(content, styles, "--strength", "0.8")
    dialog.keys("alt+r", "ctrl+1")
    wait_for("the zoom", lambda: dialog.has_status("100 %"))
    line = wait_for("the busy mark", lambda: next(
        (n for n in every(dialog.window) if n.name.startswith("Refining the preview…")), None))
    told = []

    def tell():
        line.clear_cache()
        words = line.name.split()
        if words[-1] == "%" and (not told or told[-1] != int(words[-2])):
            told.append(int(words[-2]))
        if len(told) == 3:
            screenshot("progress")
        return not dialog.busy()
    wait_for("the finished preview", tell, 300)
    # How many there are depends on how fast the machine is.
    assert told and told[-1] <= 100, f"told is {told}"
    assert told == sorted(told), f"it goes back: {told}"
    dialog.settle()
    assert not dialog.has_status("Refining"), "what is done is still refined"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def drop(dialog, *what):
    """Drags what drag-source.py gives to the middle of the preview."""
    source = subprocess.Popen([sys.executable,
                               os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                            "drag-source.py"), *what],
                              stdout=subprocess.PIPE, text=True)
    try:
        assert source.stdout.readline() == "ready\n"
        place = dialog.place()
        x, y = place.x + place.width // 2, place.y + place.height // 2
        left = Gdk.get_default_root_window().get_width() - 16
        mouse(("mousemove", left, 16), ("mousedown", 1))
        for step in range(1, 11):
            mouse(("mousemove", left + (x - left) * step // 10, 16 + (y - 16) * step // 10))
            time.sleep(0.05)
        time.sleep(0.3)
        screenshot("drop")
        mouse(("mouseup", 1))
        yield
    finally:
        source.terminate()
        source.wait()


def check_chosen(dialog, name):
    row = dialog.find(pyatspi.ROLE_LIST_ITEM, f"{name}, in the image {os.path.basename(folder)}")
    wait_for("the choice", lambda: row.getState().contains(pyatspi.STATE_SELECTED))


def test_drop(content, styles):
    """A picture file that is dropped on the preview, or anywhere, is the style; so is a layer
    from a window of the host's, and one that is none is complained about."""
    dialog = Dialog(content, styles[:1])
    dialog.settle()
    for _ in drop(dialog, styles[1]):
        check_chosen(dialog, "checks.png")
    dialog.focus()
    dialog.settle()
    worst = difference(dialog.shown(240, 160), engine_paints(content, styles[1], 1.0))
    assert worst <= 1, f"what was dropped is painted otherwise, by {worst}/255"

    layer = ("--type", "application/x-scumble-demo")
    for _ in drop(dialog, *layer, "demo:0"):
        check_chosen(dialog, "waves.png")
    dialog.focus()
    dialog.settle()
    worst = difference(dialog.shown(240, 160), engine_paints(content, styles[0], 1.0))
    assert worst <= 1, f"the layer that was dropped is painted otherwise, by {worst}/255"
    for _ in drop(dialog, *layer, "elsewhere:0"):
        wait_for("the sentence", lambda: dialog.has_status("elsewhere:0 is no layer"))
    check_chosen(dialog, "waves.png")
    dialog.focus()
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def memory_told(content, styles):
    """The megabytes that the dialog says painting takes."""
    dialog = Dialog(content, styles)
    dialog.settle()
    told = wait_for("the memory", lambda: next(
        (n.name for n in every(dialog.window) if n.getRole() == pyatspi.ROLE_LABEL
         and n.name.startswith("Painting takes") and "MB" in n.name), None))
    dialog.keys("Escape")
    dialog.end()
    return float(told.split(" and ")[1].split()[0])


def test_memory(content, styles):
    """The memory that is told counts looking at the style: a large one takes more."""
    little = memory_told(content, styles[:1])
    large = memory_told(content, [enlarged(styles[0], "large-style.png", 960, 1280)])
    assert large > 2 * little, f"{large} MB with a large style, {little} MB with a small one"


def test_little_memory(content, styles):
    """Where memory does not do, it is said what to do, and where."""
    dialog = Dialog(content, styles, "--memory", "2")
    wait_for("the words", lambda: any(
        n.getRole() == pyatspi.ROLE_LABEL and "more working memory" in n.name and
        n.name.endswith("or use a smaller picture. Start it with more --memory.")
        and n.getState().contains(pyatspi.STATE_SHOWING) for n in every(dialog.window)))
    screenshot("little-memory")
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_little_memory_to_learn(content, styles):
    """Where memory does to paint but not to learn, learning is refused before it begins."""
    dialog = Dialog(content, styles, "--memory", "60", "--method", "metastyle")
    dialog.settle()
    wait_for("what painting takes", lambda: dialog.has_status("Painting takes about "))
    dialog.keys("alt+a")
    wait_for("the words", lambda: "Start it with more --memory." in
             dialog.status("Learning needs "))
    screenshot("little-memory-to-learn")
    wait_for("the sketch", lambda: dialog.has_status("A first sketch"))
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def tiny_models():
    """A folder with the goldens' models, as defaults of their methods."""
    golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
    path = os.path.join(folder, "models")
    os.makedirs(path, exist_ok=True)
    shutil.copy(os.path.join(golden, "tiny-encoder.safetensors"), path)
    for method in ("sanet", "metanet", "metastyle"):
        shutil.copy(os.path.join(golden, f"tiny-{method}.safetensors"),
                    os.path.join(path, f"{method}.safetensors"))
    return path


def check_shown(dialog, shown):
    """What is painted is what the preview has shown."""
    dialog.keys("alt+p")
    out = dialog.end()
    worst = difference(shown, rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output)))
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    return out


def test_more(content, styles, mask):
    """What a method has of its own is under a title after what all methods have, and shows at
    once."""
    dialog = Dialog(content, styles, "--models", tiny_models(), "--method", "sanet", "--mask",
                    mask)
    dialog.settle()
    first = dialog.shown(240, 160)
    dialog.keys("alt+f")
    slider = dialog.find(pyatspi.ROLE_SLIDER, "Blend strokes")
    wait_for("the slider", lambda: slider.getState().contains(pyatspi.STATE_SHOWING))
    screenshot("more")
    places = [dialog.find_showing(role, name).queryComponent().getExtents(
        pyatspi.DESKTOP_COORDS).y for role, name in (
            (pyatspi.ROLE_SLIDER, "Keep detail"), (pyatspi.ROLE_TOGGLE_BUTTON, "Strength map"),
            (pyatspi.ROLE_COMBO_BOX, "Keep colours by"), (pyatspi.ROLE_COMBO_BOX, "Join edges"),
            (pyatspi.ROLE_LABEL, "For SANet only"), (pyatspi.ROLE_SLIDER, "Blend strokes"),
            (pyatspi.ROLE_SLIDER, "Avoid repetition"))]
    assert places == sorted(places), f"the rows are at {places}"
    slider.queryValue().currentValue = 3.0
    dialog.settle()
    second = dialog.shown(240, 160)
    assert difference(first, second) > 1, "blending strokes changed nothing"
    dialog.find(pyatspi.ROLE_SLIDER, "Avoid repetition").queryValue().currentValue = 80
    dialog.settle()
    third = dialog.shown(240, 160)
    assert difference(second, third) > 1, "avoiding repetition changed nothing"
    worst = difference(third, engine_paints(content, styles[0], 1.0, "--models", tiny_models(),
                                            "--method", "sanet", "--set", "temperature=3",
                                            "--set", "repetition=0.8"))
    assert worst <= 1, f"SANet's sliders differ from the engine's settings by {worst}/255"
    title = dialog.find(pyatspi.ROLE_LABEL, "For SANet only")
    assert title.parent.getState().contains(pyatspi.STATE_VISIBLE), "the title is away"
    dialog.keys("alt+m", "Down")
    wait_for("no title over nothing",
             lambda: not title.parent.getState().contains(pyatspi.STATE_VISIBLE))
    dialog.keys("Up")
    wait_for("the title", lambda: title.parent.getState().contains(pyatspi.STATE_VISIBLE))
    dialog.settle()
    out = check_shown(dialog, third)
    assert "\ntemperature=3\n" in out and "\nrepetition=0.8" in out, out


def test_quality(content, styles):
    """An imported checkpoint is another quality of its method."""
    here = os.path.dirname(os.path.abspath(__file__))
    weights = os.path.join(here, "..", "weights")
    path, published = os.path.join(folder, "qualities"), os.path.join(folder, "published")
    for made in (path, published):
        os.makedirs(made, exist_ok=True)
    for name in ("encoder", "adain"):
        shutil.copy(os.path.join(weights, f"{name}.safetensors"), path)
    for command in (("tests/checkpoints.py", published),
                    ("weights/import.py", "adain", published, "--out", path)):
        subprocess.run([sys.executable, os.path.join(here, "..", command[0]), *command[1:]],
                       check=True, stdout=subprocess.DEVNULL)

    dialog = Dialog(content, styles, "--models", path)
    dialog.settle()
    first = dialog.shown(240, 160)
    dialog.keys("alt+f")
    combo = dialog.find(pyatspi.ROLE_COMBO_BOX, "Quality")
    wait_for("the qualities", lambda: combo.getState().contains(pyatspi.STATE_SHOWING))
    screenshot("quality")
    dialog.keys("alt+q", "Down")
    dialog.settle()
    second = dialog.shown(240, 160)
    assert difference(first, second) > 1, "the quality changed nothing"
    dialog.keys("alt+p")
    assert "\nquality=adain-imported\n" in dialog.end()
    worst = difference(second, rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output)))
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    worst = difference(second, engine_paints(content, styles[0], 1, "--models", path, "--model",
                                             "adain-imported"))
    assert worst <= 1, f"the imported model paints another picture, by {worst}/255"


def roughness(lines):
    """How much neighbours on a line differ, on average, from what lies between theirs."""
    bends = [abs(2 * line[i] - line[i - 3] - line[i + 3])
             for line in lines for i in range(3, len(line) - 3)]
    return sum(bends) / len(bends)


def is_sharp(lines):
    """Whether there is more to see than in a draft that has been enlarged."""
    height, width = len(lines), len(lines[0]) // 3
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(GLib.Bytes.new(b"".join(lines)),
                                             GdkPixbuf.Colorspace.RGB, False, 8, width, height,
                                             3 * width)
    draft = pixbuf.scale_simple(width // 4, height // 4, GdkPixbuf.InterpType.BILINEAR) \
                  .scale_simple(width, height, GdkPixbuf.InterpType.BILINEAR)
    return roughness(lines) > 2 * roughness(rows(draft))


def test_learn(content, styles):
    """A style is learned, and can be looked at meanwhile, also from near; stopped early, the
    best so far stays and is painted, kept and remembered as what it is: as many updates as the
    settings say paint the same picture."""
    home = os.path.join(folder, "stopped")
    shutil.rmtree(home, ignore_errors=True)
    dialog = Dialog(content, styles, "--method", "metastyle", "--folder", home)
    dialog.settle()
    assert dialog.has_status("A first sketch")
    wait_for("what learning takes", lambda: dialog.has_status("Learning takes about "))
    assert ". Painting takes about" in dialog.status("Learning takes ")
    dialog.keys("alt+a")
    bar = dialog.find_showing(pyatspi.ROLE_PROGRESS_BAR, "Progress of learning")
    wait_for("the third update", lambda: dialog.updates() >= 3)
    wait_for("the time left", lambda: bar.description.startswith("Learning… about ")
             and bar.description.endswith(" left"))
    wait_for("progress", lambda: bar.queryValue().currentValue >= 3 / 200)
    screenshot("learning")
    for name in ("Paint", "Reset"):
        button = dialog.find(pyatspi.ROLE_PUSH_BUTTON, name)
        assert not button.getState().contains(pyatspi.STATE_SENSITIVE), f"{name} while learning"

    dialog.keys("ctrl+1")
    wait_for("the zoom", lambda: dialog.has_status("100 %"))
    time.sleep(0.2)
    wait_for("a closer look", lambda: is_sharp(dialog.shown(240, 160)))
    assert dialog.updates() >= 3, "there was no closer look before all was learned"
    screenshot("learning-near")
    dialog.keys("alt+p")  # "Stop" has it while "Paint" cannot be pressed
    wait_for("the style", lambda: dialog.has_status("Stopped after "))
    dialog.settle()
    assert len(os.listdir(os.path.join(home, "learned-styles"))) == 1
    dialog.keys("alt+a")
    wait_for("an update", lambda: dialog.updates() >= 1)
    dialog.keys("Escape")
    wait_for("the style", lambda: dialog.has_status("Stopped after "))
    assert dialog.process.poll() is None, "stopping closed the dialog"
    dialog.settle()
    near = dialog.shown(240, 160)
    dialog.keys("alt+p")
    done = int(dialog.end().split("\nupdates=")[1].split("\n")[0])
    assert 0 < done < 200, f"{done} updates"
    painted = rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output))
    worst = difference(painted, engine_paints(content, styles[0], 1, "--method", "metastyle",
                                              "--updates", str(done)))
    assert worst <= 1, f"{done} updates paint another picture, by {worst}/255"
    left, top = (len(painted[0]) // 3 - 240) // 2, (len(painted) - 160) // 2
    worst = difference(near, columns(painted[top:top + 160], left, left + 240))
    assert worst <= 1, f"the preview differs from the result by {worst}/255"


def test_learn_small(content, styles):
    """Where the screen has 1024 x 600 pixels, all of MetaStyle's panel is in sight."""
    dialog = Dialog(content, styles, "--models", tiny_models(), "--method", "metastyle")
    dialog.settle()
    window = dialog.window.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    paint = dialog.find(pyatspi.ROLE_PUSH_BUTTON, "Paint").queryComponent() \
        .getExtents(pyatspi.DESKTOP_COORDS)
    more = next(n for n in every(dialog.window) if n.getRole() == pyatspi.ROLE_TOGGLE_BUTTON
                and n.name == "Further settings")
    box = more.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    screenshot("metastyle")
    assert inside(box, window) and box.y + box.height <= paint.y, \
        f"the last line of the panel ends at {box.y + box.height}, the buttons begin at {paint.y}"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_sketch(content, styles):
    """A style that has not learned is painted as it is, and that is what the settings say."""
    dialog = Dialog(content, styles, "--models", tiny_models(), "--method", "metastyle")
    dialog.settle()
    assert dialog.has_status("A first sketch")
    first = dialog.shown(240, 160)
    wait_for("what learning takes",
             lambda: " of memory. Painting takes about" in dialog.status("Learning takes about "))
    learn = dialog.find(pyatspi.ROLE_PUSH_BUTTON, "Learn")
    assert learn.getState().contains(pyatspi.STATE_SENSITIVE), "Learn cannot be pressed"
    dialog.keys("alt+n", "Home")
    wait_for("nothing to learn",
             lambda: not learn.getState().contains(pyatspi.STATE_SENSITIVE))
    dialog.keys("Down", "Down")
    wait_for("something to learn",
             lambda: learn.getState().contains(pyatspi.STATE_SENSITIVE))
    dialog.settle()
    dialog.keys("alt+p")
    settings = dialog.end()
    assert "\nupdates=0\n" in settings, settings
    worst = difference(first, rows(GdkPixbuf.Pixbuf.new_from_file(dialog.output)))
    assert worst <= 1, f"the preview differs from the result by {worst}/255"


def test_learned(content, styles):
    """What has been learned is there another time, until it is deleted."""
    options = ("--models", tiny_models(), "--method", "metastyle", "--folder",
               os.path.join(folder, "learned"))
    shutil.rmtree(options[-1], ignore_errors=True)
    dialog = Dialog(content, styles, *options)
    dialog.settle()
    dialog.keys("alt+n", "Home", "Down")
    dialog.settle()
    dialog.keys("alt+a")
    wait_for("the style", lambda: dialog.has_status("This style has been learned"), 300)
    dialog.settle()
    learned = dialog.shown(240, 160)
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"

    dialog = Dialog(content, styles, *options)
    dialog.settle()
    assert dialog.has_status("A first sketch")
    dialog.keys("alt+n", "Home", "Down")
    wait_for("the style", lambda: dialog.has_status("This style has been learned"))
    dialog.settle()
    worst = difference(learned, dialog.shown(240, 160))
    assert worst <= 1, f"the learned style is another one next time, by {worst}/255"
    dialog.type_space("Learned styles")
    dialog.press(pyatspi.ROLE_PUSH_BUTTON, f"Delete {os.path.basename(styles[0])}")
    screenshot("learned-styles")
    wait_for("the deletion", lambda: os.listdir(os.path.join(options[-1],
                                                             "learned-styles")) == [])
    dialog.press(pyatspi.ROLE_PUSH_BUTTON, "Close")
    dialog.focus()
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_photographs(content, styles):
    """A style can be learned on a folder of photographs, which is remembered while the layer is
    chosen and comes with a preset; what is learned on one is not what is learned on another. A
    folder without any is complained about."""
    home, forest = os.path.join(folder, "forester"), os.path.join(folder, "forest")
    for made in (home, forest):
        shutil.rmtree(made, ignore_errors=True)
        os.makedirs(made)
    with open(os.path.join(home, "Forest.preset"), "w") as file:
        file.write(f"[scumble]\nversion=1\nmethod=metastyle\nupdates=25\n"
                   f"photographs={forest}\n")
    dialog = Dialog(content, styles, "--models", tiny_models(), "--folder", home)
    dialog.settle()
    dialog.choose_menu("alt+t", "Return")
    wait_for("the preset", lambda: dialog.has_status("A first sketch"))
    dialog.settle()
    dialog.keys("alt+a")
    wait_for("a complaint", lambda: dialog.has_status("There is no photograph to learn on"))
    dialog.settle()

    enlarged(content, os.path.join("forest", "large.png"), 480, 320)
    dialog.keys("alt+a")
    wait_for("the style", lambda: dialog.has_status("This style has been learned"), 300)
    dialog.settle()
    assert not dialog.has_status("There is no photograph to learn on")
    dialog.keys("alt+f")
    where = dialog.find(pyatspi.ROLE_COMBO_BOX, "Learning from")
    wait_for("what is learned on", lambda: where.getState().contains(pyatspi.STATE_SHOWING))
    dialog.find_showing(pyatspi.ROLE_COMBO_BOX, "Folder of photographs")
    check_names(dialog)
    screenshot("photographs")
    dialog.keys("alt+g", "Up")
    wait_for("another style", lambda: dialog.has_status("A first sketch"))
    dialog.keys("alt+g", "Down")
    wait_for("the style", lambda: dialog.has_status("This style has been learned"))
    dialog.settle()
    dialog.keys("alt+p")
    out = dialog.end()
    assert f"\nphotographs={forest}\n" in out and "\nupdates=25\n" in out, out


def test_saved(content, styles):
    """A style is kept under a name, used without its picture, and deleted."""
    kept = os.path.join(folder, "kept")
    shutil.rmtree(kept, ignore_errors=True)
    dialog = Dialog(content, styles[:1], "--folder", kept)
    dialog.settle()
    first = dialog.shown(240, 160)
    dialog.keep_style("soft / 2", "waves.png")
    dialog.keys("Escape")
    dialog.end()

    dialog = Dialog(content, [], "--folder", kept)
    dialog.settle()
    screenshot("saved")
    worst = difference(first, dialog.shown(240, 160))
    assert worst <= 1, f"the saved style differs from the picture's by {worst}/255"
    dialog.type_space("Delete soft / 2")
    dialog.press(pyatspi.ROLE_PUSH_BUTTON, "Delete")
    wait_for("words of advice", lambda: dialog.has_status("There is no other layer"))
    assert not any(name.endswith(".safetensors")
                   for name in os.listdir(os.path.join(kept, "styles")))
    dialog.focus()
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_keep(content, styles):
    """The name that is suggested for a style is that of its layers, and none that is taken."""
    home = os.path.join(folder, "keep")
    shutil.rmtree(home, ignore_errors=True)
    dialog = Dialog(content, styles, "--folder", home)
    dialog.settle()

    def keep(suggested, key):
        dialog.keys("ctrl+s")
        dialog.focus("^Keep the Style")
        text = wait_for("the entry for the name", dialog.find_entry).queryText()
        assert text.getText(0, -1) == suggested, f"{text.getText(0, -1)} is suggested"
        dialog.keys(key)
        dialog.focus()
    keep("waves.png", "Return")
    dialog.find(pyatspi.ROLE_LIST_ITEM, "waves.png, a saved style")
    keep("waves.png 2", "Return")
    dialog.find(pyatspi.ROLE_LIST_ITEM, "waves.png 2, a saved style")
    dialog.keys("alt+y")
    mix(dialog)
    keep("waves.png + checks.png", "Escape")
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_samples(content, styles):
    """A click on a sample of the sheet sets the method and the strength."""
    dialog = Dialog(content, styles)
    dialog.settle()
    slider = dialog.find(pyatspi.ROLE_SLIDER, "Strength")
    dialog.keys("alt+e")
    name = "AdaIN, strength 50 %"
    sample = wait_for("a sample", lambda: next(
        (n for app in pyatspi.Registry.getDesktop(0) if app is not None for n in every(app)
         if n.name == name and n.getState().contains(pyatspi.STATE_SENSITIVE)), None))
    screenshot("samples")
    place = sample.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    mouse(("mousemove", place.x + place.width // 2, place.y + place.height // 2), ("click", 1))
    wait_for("the sample's strength", lambda: slider.queryValue().currentValue == 50)
    dialog.focus()
    dialog.settle()
    expected = engine_paints(content, styles[0], 0.5)
    worst = difference(dialog.shown(240, 160), expected)
    assert worst <= 1, f"the preview differs from the result by {worst}/255"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_sheet(content, styles):
    """Where the screen has 1024 x 600 pixels, all samples of the sheet are in sight, large enough
    to be told apart, below their methods and beside their strengths."""
    dialog = Dialog(content, styles)
    dialog.settle()
    dialog.keys("alt+e")
    application = dialog.window.getApplication()

    def find_samples():
        return [n for n in every(application) if ", strength " in n.name
                and n.getState().contains(pyatspi.STATE_SHOWING)]
    def words():
        return {n.description for n in find_samples()}
    wait_for("words on what samples wait for", lambda: {"Painting…", "Waiting…"} <= words())
    wait_for("the samples", lambda: len(find_samples()) == 12)
    wait_for("a picture", lambda: any(n.getState().contains(pyatspi.STATE_SENSITIVE)
                                      for n in find_samples()))
    time.sleep(1.0)
    screenshot("sheet")
    sheet = next(n for n in application if n.name == "Compare Methods and Strengths")
    frame = next(n for n in every(sheet) if n.getRole() == pyatspi.ROLE_SCROLL_PANE) \
        .queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    assert frame.x >= 0 and frame.x + frame.width <= 1024 and frame.y >= 0 and \
        frame.y + frame.height <= 600, f"the sheet is at {frame}"
    columns, lines = set(), set()
    for sample in find_samples():
        place = sample.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        assert inside(place, frame), f"{sample.name} is out of sight"
        assert place.width >= 100 and place.height >= 80, f"{sample.name} is too small"
        columns.add(place.x)
        lines.add(place.y)
    assert (len(columns), len(lines)) == (4, 3), f"samples at {columns}, {lines}"
    wait_for("MetaStyle's sketch", lambda: any(n.name == "MetaStyle\n(a first sketch)"
                                               for n in every(sheet)), 300)
    tops = {n.queryText().getCharacterExtents(0, pyatspi.DESKTOP_COORDS)[1] for n in every(sheet)
            if n.getRole() == pyatspi.ROLE_LABEL and n.name.split("\n")[0] in
            ("AdaIN", "SANet", "MetaNet", "MetaStyle")}
    assert len(tops) == 1, f"the methods' names are at {tops}"
    for label in ("AdaIN", "SANet", "MetaNet", "MetaStyle\n(a first sketch)", "Strength 50 %",
                  "Strength 100 %"):
        place = next(n for n in every(sheet) if n.getRole() == pyatspi.ROLE_LABEL
                     and n.name == label).queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        assert inside(place, frame), f"the label {label} is out of sight"
    dialog.focus("^Compare")
    dialog.keys("Escape")
    dialog.focus()
    dialog.settle()
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_sheet_of_one(content, styles):
    """What a saved style of one method is for the others is said in full in their columns, and
    the sheet stays on the screen. Of such a style nobody says that it has been learned."""
    home = os.path.join(folder, "one")
    shutil.rmtree(home, ignore_errors=True)
    dialog = Dialog(content, styles, "--folder", home)
    dialog.settle()
    dialog.keep_style("Woodcut", "waves.png")
    assert any(n.name == "For AdaIN only" for n in every(dialog.window)), "whom it is for"
    dialog.keys("alt+y", "Home", "Down", "Down")
    dialog.settle()
    dialog.keys("alt+e")
    sentence = "The style \"Woodcut\" was made for the method AdaIN. Choose that method, or " \
        "make the style again from its picture."
    application = dialog.window.getApplication()

    def sentences():
        return [n for n in every(application) if n.name == sentence
                and n.getState().contains(pyatspi.STATE_SHOWING)]
    wait_for("the sentences", lambda: len(sentences()) == 3)
    screenshot("sheet-of-one")
    sheet = next(n for n in application if n.name == "Compare Methods and Strengths")
    frame = next(n for n in every(sheet) if n.getRole() == pyatspi.ROLE_SCROLL_PANE) \
        .queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    for node in sentences():
        place = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        assert inside(place, frame), f"a sentence is at {place}, the sheet at {frame}"
        assert place.height >= 100, f"a sentence has {place.height} pixels"
    waiting = [n.name for n in every(sheet) if n.description in ("Waiting…", "Painting…")]
    assert not waiting, waiting
    dialog.focus("^Compare")
    dialog.keys("Escape")
    dialog.focus()
    dialog.settle()
    dialog.keys("alt+m", "End")
    wait_for("what is wrong with it", lambda: dialog.has_status(sentence))
    learned = dialog.status("This style has been learned")
    assert learned == "", f"of another method's style: {learned}"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_presets(content, styles):
    """Settings are kept under a name, found again, and those painted with are remembered."""
    presets = os.path.join(folder, "presets")
    shutil.rmtree(presets, ignore_errors=True)
    dialog = Dialog(content, styles, "--folder", presets, "--strength", "0.4")
    dialog.settle()
    dialog.choose_menu("alt+t", "s")
    dialog.focus("^Save as a Preset")
    entry = wait_for("the entry for the name", dialog.find_entry)
    entry.queryEditableText().setTextContents("soft_1 / 2")
    dialog.keys("Return")
    wait_for("the preset's file", lambda: os.path.isdir(presets) and any(
        "strength=0.4" in open(os.path.join(presets, name)).read()
        for name in os.listdir(presets)))
    dialog.focus()
    dialog.keys("alt+p")
    dialog.end()

    dialog = Dialog(content, styles, "--folder", presets)
    dialog.settle()
    slider = dialog.find(pyatspi.ROLE_SLIDER, "Strength")
    dialog.choose_menu("alt+t")
    screenshot("presets")
    dialog.keys("Return")
    wait_for("the preset's strength", lambda: abs(slider.queryValue().currentValue - 40) < 1e-6)
    dialog.keys("alt+r")
    wait_for("the reset strength", lambda: slider.queryValue().currentValue == 100)
    dialog.choose_menu("alt+t", "l", "Return")
    wait_for("the strength used last",
             lambda: abs(slider.queryValue().currentValue - 40) < 1e-6)
    dialog.settle()
    kept = [name for name in os.listdir(presets) if name.endswith(".preset")]
    dialog.choose_menu("alt+t", "d", "Return")
    dialog.find_showing(pyatspi.ROLE_LABEL, 'Delete the preset "soft_1 / 2"?')
    dialog.press(pyatspi.ROLE_PUSH_BUTTON, "Delete")
    wait_for("the deletion", lambda: not any(os.path.exists(os.path.join(presets, name))
                                             for name in kept))
    dialog.focus()
    dialog.choose_menu("alt+t")
    assert not any(n.name == "soft_1 / 2" for n in every(dialog.window.getApplication())), \
        "a deleted preset is still in the menu"
    dialog.keys("Escape")
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def answer_file(dialog, title, path):
    """Gives the path of a file to the window that asks for one."""
    dialog.focus(title)
    time.sleep(1.0)
    dialog.fits(title)
    assert any(n.name == "Presets" and n.getRole() != pyatspi.ROLE_TOGGLE_BUTTON
               for n in every(dialog.window.getApplication())), "any kind of file is listed"
    screenshot(f"file{title[1:].lower()}")
    dialog.keys("ctrl+a", "slash")
    wait_for("the entry for the path", dialog.find_entry).queryEditableText() \
        .setTextContents(path)
    time.sleep(0.5)
    dialog.keys("Return")
    dialog.focus()


def test_preset_file(content, styles):
    """Settings go to a file and come back."""
    presets, path = os.path.join(folder, "exports"), os.path.join(folder, "soft.preset")
    if os.path.exists(path):
        os.remove(path)
    dialog = Dialog(content, styles, "--folder", presets, "--strength", "0.4")
    dialog.settle()
    slider = dialog.find(pyatspi.ROLE_SLIDER, "Strength")
    dialog.choose_menu("alt+t", "e")
    answer_file(dialog, "^Export", path)
    wait_for("the file", lambda: os.path.exists(path) and "strength=0.4" in open(path).read())
    dialog.keys("alt+r")
    wait_for("the reset strength", lambda: slider.queryValue().currentValue == 100)
    dialog.choose_menu("alt+t", "i")
    answer_file(dialog, "^Import", path)
    wait_for("the file's strength", lambda: abs(slider.queryValue().currentValue - 40) < 1e-6)
    dialog.settle()
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_recent(content, styles):
    """A picture that has been painted with is there when its image is closed."""
    recent = os.path.join(folder, "recent")
    shutil.rmtree(recent, ignore_errors=True)
    dialog = Dialog(content, styles[:1], "--folder", recent)
    dialog.settle()
    first = dialog.shown(240, 160)
    dialog.keys("Return")
    dialog.end()

    dialog = Dialog(content, [], "--folder", recent)
    dialog.find(pyatspi.ROLE_LIST_ITEM, "waves.png, used recently")
    dialog.settle()
    worst = difference(first, dialog.shown(240, 160))
    assert worst <= 1, f"the recent style differs from the picture's by {worst}/255"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_cancel(content, styles):
    """Cancelling the painting keeps the dialog; a second Escape leaves it."""
    dialog = Dialog(content, styles, "--dawdle", "500")
    dialog.settle()

    def painting():
        return any(n.getRole() == pyatspi.ROLE_PROGRESS_BAR
                   and n.getState().contains(pyatspi.STATE_SHOWING) for n in every(dialog.window))
    dialog.keys("Return")
    wait_for("the progress bar", painting)
    screenshot("painting")
    dialog.keys("Escape")
    wait_for("the end of the painting", lambda: not painting())  # which dawdles
    dialog.settle()
    assert dialog.process.poll() is None, "cancelling closed the dialog"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"
    assert not os.path.exists(dialog.output), "cancelling left a picture"


def test_no_style(content):
    """Without a style the dialog says what to do, and cannot paint."""
    dialog = Dialog(content, [])
    wait_for("words of advice", lambda: dialog.has_status("There is no other layer"))
    screenshot("no-style")
    paint = dialog.find(pyatspi.ROLE_PUSH_BUTTON, "Paint")
    assert not paint.getState().contains(pyatspi.STATE_SENSITIVE), "Paint without a style"
    dialog.keys("Escape")
    assert dialog.end() == "given up\n"


def test_gestures():
    """Two fingers zoom; there is nothing like them on this X server but a test program."""
    subprocess.run([preview], check=True, stdout=subprocess.DEVNULL)


def main():
    os.makedirs(folder, exist_ok=True)
    small = picture("small.png", 240, 160, lambda x, y: (255 * x, 255 * y, 128 + 127 * (x - y)))
    large = picture("large.png", 1200, 900, lambda x, y: (255 * x * y, 255 * (1 - x),
                                                          255 * ((8 * x) % 1)))
    styles = [picture("waves.png", 96, 128, lambda x, y: (255 * ((6 * x + 3 * y) % 1), 90, 40)),
              picture("checks.png", 128, 96, lambda x, y: (30, 40, 255) if
                      (int(8 * x) + int(8 * y)) % 2 else (250, 230, 60))]
    right = picture("right.png", 240, 160, lambda x, y: [255 * (x >= 0.5)] * 3)
    huge = enlarged(large, "huge.png", 3000, 2250)
    tests = (
        (test_gestures,),
        (print_timings, small, styles),
        (test_tab, small, styles),
        (test_focus, small, styles),
        (test_buttons, small, styles, right),
        (test_status, huge, styles),
        (test_keyboard, small, styles),
        (test_scale, large, styles),
        (test_screen, small, styles),
        (test_ratio, small, styles),
        (test_percent, small, styles),
        (test_brush, small, styles),
        (test_begin, huge, styles),
        (test_detail, right, styles),
        (test_seamless, small, styles),
        (test_box, small, styles),
        (test_mixture, small, styles),
        (test_small_screen, small, styles, right),
        (test_learn_small, small, styles),
        (test_region, small, styles, right),
        (test_strength_map, small, styles, right),
        (test_colours, small, styles),
        (test_selected, small, styles, right),
        (test_more, small, styles, right),
        (test_quality, small, styles),
        (test_learn, large, styles),
        (test_sketch, small, styles),
        (test_learned, small, styles),
        (test_photographs, small, styles),
        (test_saved, small, styles),
        (test_keep, small, styles),
        (test_file, small, styles),
        (test_drop, small, styles),
        (test_coarse_first, huge, styles),
        (test_progress, huge, styles),
        (test_exact, large, styles),
        (test_mouse, large, styles),
        (test_samples, small, styles),
        (test_sheet, large, styles),
        (test_sheet_of_one, large, styles),
        (test_presets, small, styles),
        (test_preset_file, small, styles),
        (test_recent, small, styles),
        (test_memory, small, styles),
        (test_little_memory, large, styles),
        (test_little_memory_to_learn, large, styles),
        (test_cancel, huge, styles),
        (test_no_style, small),
    )
    for test, *arguments in tests:
        if not chosen or test.__name__ in chosen:
            test(*arguments)


main()
