# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what torch.save wrote, with numpy alone and without trusting it.

A pickle is a program, and pickle.load() runs it. The reader here is a machine of its own that
knows the two dozen instructions which tensors, dicts, lists, tuples, texts and numbers are made
of, and calls nothing but the functions below. All else is refused with a sentence, before
anything of it was done.

Two formats are known: the one until torch 1.5 (a row of pickles, then the numbers), and the zip
archive since then. Types: float16, float32, float64.
"""
import io
import os
import pickletools
import struct
import zipfile

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C   # the first pickle of the older format
PROTOCOL = 1001                  # the second
MOST_PICKLE = 4 << 20            # bytes of a description of tensors; true ones have kilobytes
MOST_DIMENSIONS = 8
TYPES = {"HalfStorage": "<f2", "FloatStorage": "<f4", "DoubleStorage": "<f8"}
WRAPPERS = ("state_dict", "model")   # keys that checkpoints put their tensors under
# What zipfile raises for archives that are none.
ZIP_FAULTS = (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, OverflowError, RuntimeError,
              ValueError, struct.error)


class Refused(Exception):
    """The file is not what it should be; str() is a sentence for the user."""


class _Storage:
    """Numbers somewhere in the file: dtype, how many, and once they are read, the array."""

    def __init__(self, dtype, count):
        self.dtype, self.count, self.array = dtype, count, None


class _Tensor:
    """A view of a storage, as the file describes it; array() checks and makes it."""

    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self, name):
        """A float32 copy."""
        self._check(name)
        item = self.storage.array.itemsize
        view = np.lib.stride_tricks.as_strided(
            self.storage.array[self.offset:], self.shape, [n * item for n in self.strides],
            writeable=False)
        with np.errstate(over="ignore"):
            copy = np.array(view, np.float32, order="C")
        if not np.isfinite(copy).all():
            raise Refused('The tensor "%s" has values that are not finite.' % name)
        return copy

    def _check(self, name):
        """Every element inside the storage, and no element twice: shape and strides from a
        hostile file could reach all of memory, or make a terabyte of four bytes."""
        numbers = (self.offset, *self.shape, *self.strides)
        if len(self.shape) != len(self.strides) or len(self.shape) > MOST_DIMENSIONS:
            raise Refused('The tensor "%s" has %d dimensions and %d strides.'
                          % (name, len(self.shape), len(self.strides)))
        if not all(type(n) is int and 0 <= n < 1 << 48 for n in numbers):
            raise Refused('The tensor "%s" has a place, shape or strides that are no sizes.' % name)
        count, last = 1, self.offset
        for extent, stride in zip(self.shape, self.strides):
            count *= extent
            last += (extent - 1) * stride
        if count == 0:
            raise Refused('The tensor "%s" is empty.' % name)
        if count > self.storage.count or last >= self.storage.count:
            raise Refused('The tensor "%s" of shape %s reaches beyond its %d numbers.'
                          % (name, " x ".join(map(str, self.shape)), self.storage.count))


# What a pickle may name, and what becomes of it.

def _tensor(storage, offset, shape, strides, *_):
    if type(storage) is not _Storage or type(shape) is not tuple or type(strides) is not tuple:
        raise Refused("It makes a tensor of something that is none.")
    return _Tensor(storage, offset, shape, strides)


def _parameter(tensor, *_):
    if type(tensor) is not _Tensor:
        raise Refused("It makes a parameter of something that is no tensor.")
    return tensor


def _ordered_dict(pairs=()):
    try:
        return dict(pairs)
    except (TypeError, ValueError):
        raise Refused("It makes a dict of something that is none.")


class _Type:
    """A type of numbers; only ever an argument."""

    def __init__(self, dtype):
        self.dtype = np.dtype(dtype)


GLOBALS = {
    ("collections", "OrderedDict"): _ordered_dict,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    **{("torch", name): _Type(dtype) for name, dtype in TYPES.items()},
}


class _Machine:
    """Runs one pickle. persistent turns the tuple of a persistent id into an object."""

    def __init__(self, persistent):
        self.persistent, self.stack, self.marks, self.memo = persistent, [], [], {}

    def run(self, stream):
        """The object that the pickle at the stream's position makes; reads no further.

        stream: a BytesIO: a file would set aside whatever length a damaged text claims.
        """
        try:
            for opcode, argument, _ in pickletools.genops(stream):
                step = self.STEPS.get(opcode.name)
                if step is None:
                    raise Refused("It has the instruction %s, which tensors do not need."
                                  % opcode.name)
                step(self, argument)
        except (ValueError, IndexError, KeyError, TypeError, UnicodeDecodeError):
            raise Refused("Its pickle is damaged.")
        return self.stack.pop() if len(self.stack) == 1 else self._damaged()

    def _damaged(self):
        raise Refused("Its pickle is damaged.")

    def _push(self, value):
        self.stack.append(value)

    def _since_mark(self):
        at = self.marks.pop()
        values = self.stack[at:]
        del self.stack[at:]
        return values

    def _tuple_of(self, n):
        values = tuple(self.stack[len(self.stack) - n:])
        del self.stack[len(self.stack) - n:]
        self._push(values)

    def _find(self, module, name):
        if (module, name) not in GLOBALS:
            raise Refused("It asks for %s.%s, which is no tensor: it may do harm, or is of a type "
                          "that is not known here." % (module[:80], name[:80]))
        self._push(GLOBALS[module, name])

    def _reduce(self, _):
        arguments, function = self.stack.pop(), self.stack.pop()
        if function not in (_tensor, _parameter, _ordered_dict) or type(arguments) is not tuple:
            raise Refused("It calls something that is no function for tensors.")
        self._push(function(*arguments))

    def _build(self, _):
        """An ordered dict's attributes, which say versions of layers; nobody needs them."""
        self.stack.pop()
        if type(self.stack[-1]) is not dict:
            raise Refused("It gives attributes to something other than a dict.")

    def _items(self, target, values):
        if type(target) is not dict or len(values) % 2 != 0:
            self._damaged()
        target.update(zip(values[::2], values[1::2]))

    def _append(self, target, values):
        if type(target) is not list:
            self._damaged()
        target.extend(values)

    def _set_items(self, _):
        values = self._since_mark()
        self._items(self.stack[-1], values)

    def _set_item(self, _):
        self.stack, values = self.stack[:-2], self.stack[-2:]
        self._items(self.stack[-1], values)

    def _append_all(self, _):
        values = self._since_mark()
        self._append(self.stack[-1], values)

    def _append_one(self, _):
        value = self.stack.pop()
        self._append(self.stack[-1], [value])

    def _global(self, argument):
        self._find(*argument.split(" ", 1))

    def _stack_global(self, _):
        name, module = self.stack.pop(), self.stack.pop()
        if type(name) is not str or type(module) is not str:
            self._damaged()
        self._find(module, name)

    STEPS = {
        **dict.fromkeys(("PROTO", "FRAME", "STOP"), lambda self, _: None),
        **dict.fromkeys(("BINUNICODE", "SHORT_BINUNICODE", "BINSTRING", "SHORT_BINSTRING", "BININT",
                         "BININT1", "BININT2", "LONG1", "BINFLOAT"), _push),
        "NONE": lambda self, _: self._push(None),
        "NEWTRUE": lambda self, _: self._push(True),
        "NEWFALSE": lambda self, _: self._push(False),
        "EMPTY_DICT": lambda self, _: self._push({}),
        "EMPTY_LIST": lambda self, _: self._push([]),
        "EMPTY_TUPLE": lambda self, _: self._push(()),
        "MARK": lambda self, _: self.marks.append(len(self.stack)),
        "TUPLE": lambda self, _: self._push(tuple(self._since_mark())),
        "TUPLE1": lambda self, _: self._tuple_of(1),
        "TUPLE2": lambda self, _: self._tuple_of(2),
        "TUPLE3": lambda self, _: self._tuple_of(3),
        "SETITEM": _set_item,
        "SETITEMS": _set_items,
        "APPEND": _append_one,
        "APPENDS": _append_all,
        **dict.fromkeys(("BINPUT", "LONG_BINPUT"),
                        lambda self, i: self.memo.__setitem__(i, self.stack[-1])),
        "MEMOIZE": lambda self, _: self.memo.__setitem__(len(self.memo), self.stack[-1]),
        **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda self, i: self._push(self.memo[i])),
        "GLOBAL": _global,
        "STACK_GLOBAL": _stack_global,
        "BINPERSID": lambda self, _: self._push(self.persistent(self.stack.pop())),
        "REDUCE": _reduce,
        "BUILD": _build,
    }


class _Storages:
    """The storages that a pickle names by its persistent ids."""

    def __init__(self):
        self.by_key = {}

    def __call__(self, ident):
        """ident: ("storage", type, key, device, count), and until 1.5 a view, which is None."""
        if (type(ident) is not tuple or len(ident) not in (5, 6) or ident[0] != "storage" or
                type(ident[1]) is not _Type or type(ident[2]) is not str or
                type(ident[4]) is not int or ident[4] < 0):
            raise Refused("It names its numbers in a way that is not known.")
        if len(ident) == 6 and ident[5] is not None:
            raise Refused("It has views of storages, as torch wrote before 0.4. Load and save it "
                          "with a newer torch.")
        storage = self.by_key.setdefault(ident[2], _Storage(ident[1].dtype, ident[4]))
        if (storage.dtype, storage.count) != (ident[1].dtype, ident[4]):
            raise Refused('It describes the storage "%s" in two ways.' % ident[2][:80])
        return storage


def _read_older(stream, size):
    """Magic number, protocol, system, the object, the storages' keys: five pickles; then for
    every key the count as int64 and the numbers, little-endian."""
    head = io.BytesIO(stream.read(MOST_PICKLE))

    def plain():
        return _Machine(lambda _: None).run(head)

    if plain() != MAGIC or plain() != PROTOCOL:
        raise Refused("It is not a file that torch.save wrote.")
    system = plain()
    if type(system) is not dict or system.get("little_endian") is not True:
        raise Refused("It was written on a machine of the other byte order.")
    storages = _Storages()
    top = _Machine(storages).run(head)
    keys = plain()
    if (type(keys) is not list or not all(type(key) is str for key in keys) or
            sorted(keys) != sorted(storages.by_key)):
        raise Refused("Its list of storages does not fit its tensors.")
    stream.seek(head.tell())
    for key in keys:
        storage = storages.by_key[key]
        need = storage.count * storage.dtype.itemsize
        head = stream.read(8)
        if len(head) < 8 or need > size - stream.tell():
            raise Refused('It ends within the storage "%s": the download is not complete.' % key[:80])
        if struct.unpack("<q", head)[0] != storage.count:
            raise Refused('The storage "%s" is not as long as its tensors need.' % key[:80])
        storage.array = np.frombuffer(stream.read(need), storage.dtype)
    return top


def _entries(archive, size):
    """{name in the archive's folder: entry}, when nothing about them is strange.

    torch stores its entries without compression. So what they expand to is what the file has,
    and an archive that says otherwise is a bomb.
    """
    entries, folders, total = {}, set(), 0
    for info in archive.infolist():
        folder, _, name = info.filename.partition("/")
        if (not folder or not name or "\\" in info.filename or
                any(part in ("", ".", "..") for part in info.filename.split("/"))):
            raise Refused('It has an entry with the name "%s".' % info.filename[:80])
        if (info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size or
                info.flag_bits & 1):
            raise Refused('Its entry "%s" is compressed or locked, which torch does not do.'
                          % name[:80])
        if name in entries:
            raise Refused('It has two entries "%s".' % name[:80])
        entries[name] = info
        folders.add(folder)
        total += info.file_size
    if total > size:
        raise Refused("Its entries overlap.")
    if len(folders) != 1 or "data.pkl" not in entries:
        raise Refused("It is a zip archive, but not one that torch.save wrote.")
    return entries


def _read_zip(stream, size):
    """FOLDER/data.pkl is the object, FOLDER/data/KEY the numbers, FOLDER/byteorder (since torch 2)
    their order."""
    with zipfile.ZipFile(stream) as archive:
        entries = _entries(archive, size)
        if entries["data.pkl"].file_size > MOST_PICKLE:
            raise Refused("Its description of tensors is too long for one.")
        storages = _Storages()
        top = _Machine(storages).run(io.BytesIO(archive.read(entries["data.pkl"])))
        order = "little"
        if "byteorder" in entries and entries["byteorder"].file_size < 16:
            order = archive.read(entries["byteorder"]).decode("ascii", "replace").strip()
        if order not in ("little", "big"):
            raise Refused("It is in an unknown byte order.")
        for key, storage in storages.by_key.items():
            entry = entries.get("data/" + key)
            if entry is None:
                raise Refused('It lacks the storage "%s".' % key[:80])
            if entry.file_size != storage.count * storage.dtype.itemsize:
                raise Refused('The storage "%s" is not as long as its tensors need.' % key[:80])
            dtype = storage.dtype if order == "little" else storage.dtype.newbyteorder(">")
            storage.array = np.frombuffer(archive.read(entry), dtype)
    return top


def _tensors(top):
    """{name: _Tensor} of a state dict, or of one that lies in a dict under a usual key."""
    for key in WRAPPERS:
        if type(top) is dict and type(top.get(key)) is dict:
            top = top[key]
    if type(top) is not dict:
        raise Refused("It holds no dict of tensors.")
    found = {name: value for name, value in top.items()
             if type(name) is str and type(value) is _Tensor}
    if not found:
        raise Refused("It holds no tensors.")
    # DataParallel puts a word before every name.
    if all(name.startswith("module.") for name in found):
        found = {name[len("module."):]: tensor for name, tensor in found.items()}
    return found


def _arrays(top, size):
    """The tensors as arrays. Many views of one storage would not fit in memory."""
    found = _tensors(top)
    arrays, numbers = {}, 0
    for name, tensor in found.items():
        arrays[name] = tensor.array(name)
        numbers += arrays[name].size
        if numbers > size:
            raise Refused("Its tensors share their numbers.")
    return arrays


def read(path):
    """{name: float32 array} of a file that torch.save wrote, in its order.

    Raises Refused, with a sentence that names the file, for anything else; OSError.
    """
    size = os.path.getsize(path)
    with open(path, "rb") as stream:
        try:
            is_zip = stream.read(4) == b"PK\x03\x04"
            stream.seek(0)
            top = _read_zip(stream, size) if is_zip else _read_older(stream, size)
            return _arrays(top, size)
        except ZIP_FAULTS:
            raise Refused('"%s" cannot be used. It is a damaged zip archive: the download may not be '
                          'complete.' % path) from None
        except Refused as fault:
            raise Refused('"%s" cannot be used. %s' % (path, fault)) from None
