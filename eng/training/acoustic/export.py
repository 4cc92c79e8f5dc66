"""export.py FINAL.mdl STUDENT.npz OUT.patch [PATCHED.mdl]: the embedded patch, and the patched network.

Little-endian: magic "AMP1", SHA-256 of the network that the patch is for, SHA-256 of the patched one, then compressed (zlib): the number of
arrays and per array its offset in the file, its rows and columns (int32 each), a step per row (float32), rows * columns differences (int8).
A value becomes value + step * difference.
"""
import hashlib
import re
import struct
import sys
import zlib

import numpy as np

STEP = 0.5


def arrays(data):
    """Name, "w" or "b" -> offset of the first number, rows, columns."""
    marks = list(re.finditer(rb"<ComponentName> ([\w.\-]+) <(\w+Component)> ", data))
    for mark, end in zip(marks, [m.start() for m in marks[1:]] + [len(data)]):
        name = mark.group(1).decode()
        for kind, tokens in (("w", (b"<LinearParams> ", b"<Params> ")), ("b", (b"<BiasParams> ",))):
            at = max(data.find(token, mark.end(), end) + len(token) if data.find(token, mark.end(), end) >= 0 else -1 for token in tokens)
            if at >= 0 and kind == "w":
                yield (name, kind), (at + 13, *(struct.unpack_from("<i", data, at + skip)[0] for skip in (4, 9)))
            elif at >= 0:
                yield (name, kind), (at + 8, 1, struct.unpack_from("<i", data, at + 4)[0])


def main(network, student, out, patched=None):
    with open(network, "rb") as file:
        original = file.read()
    result, trained = bytearray(original), np.load(student)
    body, records = b"", 0
    for (name, kind), (offset, rows, columns) in arrays(original):
        if f"{name}.{kind}" not in trained or columns == 0:
            continue
        before = np.frombuffer(original, "<f4", rows * columns, offset).reshape(rows, columns)
        delta = trained[f"{name}.{kind}"].reshape(rows, columns) - before
        step = np.maximum(STEP * np.sqrt((delta**2).mean(1)), np.abs(delta).max(1) / 127).astype("<f4")
        step[step == 0] = 1
        steps = np.round(delta / step[:, None]).astype("i1")
        after = before + step[:, None] * steps.astype("<f4")
        result[offset : offset + 4 * rows * columns] = after.astype("<f4").tobytes()
        body += struct.pack("<iii", offset, rows, columns) + step.tobytes() + steps.tobytes()
        records += 1
    packed = zlib.compress(struct.pack("<i", records) + body, 9)
    with open(out, "wb") as file:
        file.write(b"AMP1" + hashlib.sha256(original).digest() + hashlib.sha256(result).digest() + packed)
    print(records, "arrays,", 68 + len(packed), "bytes; patched", hashlib.sha256(result).hexdigest())
    if patched:
        with open(patched, "wb") as file:
            file.write(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
