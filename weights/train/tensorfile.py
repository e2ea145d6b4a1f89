# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes the safetensors format with numpy alone.

A file is: uint64 little-endian header length, a JSON header {name: {dtype, shape,
data_offsets}, "__metadata__": {string: string}}, then the tensors' bytes without gaps.
"""
import json
import os
import struct

import numpy as np

DTYPES = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}


def read(path):
    """Returns ({name: float32 array}, metadata)."""
    with open(path, "rb") as f:
        length = struct.unpack("<Q", f.read(8))[0]
        header, body = json.loads(f.read(length)), f.read()
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = np.frombuffer(body[begin:end], DTYPES[entry["dtype"]])
        arrays[name] = flat.reshape(entry["shape"]).astype(np.float32)
    return arrays, metadata


def write(path, arrays, metadata, dtype="F16"):
    """Writes arrays {name: array} as dtype; refuses values that dtype cannot hold."""
    header, chunks, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(arrays):
        with np.errstate(over="ignore"):
            data = np.ascontiguousarray(arrays[name], DTYPES[dtype])
        if not np.isfinite(data).all():
            raise ValueError("%s: not finite as %s" % (name, dtype))
        header[name] = {"dtype": dtype, "shape": list(data.shape),
                        "data_offsets": [offset, offset + data.nbytes]}
        chunks.append(data.tobytes())
        offset += data.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".part", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        f.writelines(chunks)
    os.replace(path + ".part", path)
