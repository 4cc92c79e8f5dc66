"""prepare.py OUT.pkl NAME=GLOB...: mel energies of every speaker's 16 kHz mono recordings, wideband and through 8 kHz, in pieces of 20 s."""
import glob
import pickle
import sys

from mel import RATE, energies, load, narrow

NARROW_BANDS = 18


def pieces(paths):
    for path in sorted(paths):
        samples = load(path)
        for start in range(0, len(samples), 20 * RATE):
            piece = samples[start : start + 20 * RATE]
            if len(piece) >= RATE // 4:
                low = energies(narrow(piece, 8000))[:, :NARROW_BANDS]
                yield energies(piece).astype("float32"), low.astype("float32")


speakers = {}
for argument in sys.argv[2:]:
    name, pattern = argument.split("=", 1)
    speakers[name] = list(pieces(glob.glob(pattern)))
    print(name, sum(len(wide) for wide, _ in speakers[name]) / 100, "s")
with open(sys.argv[1], "wb") as file:
    pickle.dump(speakers, file)
