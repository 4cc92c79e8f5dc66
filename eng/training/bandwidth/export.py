"""export.py OUT.bin LOW_BANDS MODEL.npz: writes the embedded resource.

Little-endian: int32 magic "BWE1", int32 low bands, int32 hidden units and, as 16-bit floats, W1 [input, hidden], b1, W2 [hidden, hidden],
b2, W3 [hidden, output], V [input, output], b3.
"""
import struct
import sys

import numpy as np

out, low_bands, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
weights = np.load(path)
inputs, hidden = weights["W1"].shape
if inputs != 9 * low_bands + 1:
    raise ValueError(f"{path}: {inputs} inputs do not fit {low_bands} low bands")
data = struct.pack("<III", 0x31455742, low_bands, hidden)
for name in ("W1", "b1", "W2", "b2", "W3", "V", "b3"):
    data += weights[name].astype("<f2").tobytes()
with open(out, "wb") as file:
    file.write(data)
print(len(data), "bytes")
