"""Trains the predictor of upper mel bands: mean squared error of log energies, Adam, plain numpy, one core, minutes."""
import argparse
import pickle

import numpy as np

from features import features
from mel import BANDS, FLOOR

LOW_BANDS = 17

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("data", help="file made by prepare.py")
parser.add_argument("out", help=".npz to write")
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--steps", type=int, default=3000)
parser.add_argument("--equaliser", type=float, default=1.0, help="strength of the random equaliser")
parser.add_argument("--mean-discount", type=float, default=0.6, help="share of a piece's mean error that is forgiven")
parser.add_argument("--synthetic-weight", type=float, default=0.5, help="weight of speakers named tts_*")
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()

random = np.random.default_rng(options.seed)
with open(options.data, "rb") as file:
    speakers = pickle.load(file)
names = list(speakers)
shares = np.sqrt([sum(len(wide) for wide, _ in speakers[name]) for name in names])
shares *= [options.synthetic_weight if name.startswith("tts_") else 1.0 for name in names]
shares /= shares.sum()


def augment(wide, low):
    """Random level, equaliser, background noise, and loss at both ends of the low band."""
    axis = np.linspace(-1, 1, BANDS)
    shift = np.full(BANDS, random.uniform(-5, 2))
    if random.random() < 0.8:
        wave = np.cos(np.pi * (axis + random.uniform(-1, 1)) * random.uniform(0.5, 2))
        shift += options.equaliser * (random.normal(0, 0.5) * axis + 0.35 * random.normal() * wave)
    wide, low = wide * np.exp(shift), low * np.exp(shift[: low.shape[1]])
    if random.random() < 0.5:
        level = np.exp(np.log(wide.mean() + 1e-9) - random.uniform(2, 9))
        spectrum = level * np.exp(random.uniform(-1.5, 1.0) * axis + 0.3 * random.normal(size=BANDS))
        freedom = np.linspace(2, 20, BANDS)
        noise = spectrum * random.gamma(freedom, 1 / freedom, size=wide.shape)
        kept = np.ones(low.shape[1])
        kept[16:] = [0.8, 0.1]
        wide, low = wide + noise, low + noise[:, : low.shape[1]] * kept
    low = low.copy()
    if random.random() < 0.2:
        low[:, LOW_BANDS - 1] *= np.exp(-random.uniform(0, 0.6))
    if random.random() < 0.2:
        low[:, :3] *= np.exp(-random.uniform(0, 2.5) * np.array([1, 0.6, 0.2]))
    return wide, low


def sample():
    pieces = speakers[names[random.choice(len(names), p=shares)]]
    wide, low = pieces[random.integers(len(pieces))]
    length = int(random.uniform(150, 900))
    start = random.integers(0, max(1, len(wide) - length))
    wide, low = augment(wide[start : start + length], low[start : start + length])
    inputs, level = features(np.log(low[:, :LOW_BANDS] + FLOOR))
    return inputs, (np.log(wide[:, LOW_BANDS:] + FLOOR) - level).astype(np.float32)


inputs_count, hidden, outputs = sample()[0].shape[1], options.hidden, BANDS - LOW_BANDS
shapes = {
    "W1": (inputs_count, hidden), "b1": (hidden,), "W2": (hidden, hidden), "b2": (hidden,),
    "W3": (hidden, outputs), "V": (inputs_count, outputs), "b3": (outputs,),
}
scales = {"W1": inputs_count**-0.5, "W2": hidden**-0.5, "W3": 0.1 * hidden**-0.5}
weights = {k: (scales.get(k, 0) * random.normal(size=s)).astype(np.float32) for k, s in shapes.items()}
first = {k: np.zeros_like(v) for k, v in weights.items()}
second = {k: np.zeros_like(v) for k, v in weights.items()}
squares = None
for step in range(1, options.steps + 1):
    batch = [sample() for _ in range(6)]
    x, target = (np.concatenate(parts) for parts in zip(*batch))
    h1 = np.maximum(x @ weights["W1"] + weights["b1"], 0)
    h2 = np.maximum(h1 @ weights["W2"] + weights["b2"], 0)
    error = h2 @ weights["W3"] + x @ weights["V"] + weights["b3"] - target
    mean = (error**2).mean(0)
    squares = mean if squares is None else 0.99 * squares + 0.01 * mean
    if options.mean_discount > 0:
        for part in np.split(error, np.cumsum([len(b[0]) for b in batch])[:-1]):
            part -= options.mean_discount * part.mean(0)
    error = np.clip(error, -4, 4) / len(x)
    gradient = {"W3": h2.T @ error, "b3": error.sum(0), "V": x.T @ error}
    back = (error @ weights["W3"].T) * (h2 > 0)
    gradient |= {"W2": h1.T @ back, "b2": back.sum(0)}
    back = (back @ weights["W2"].T) * (h1 > 0)
    gradient |= {"W1": x.T @ back, "b1": back.sum(0)}
    rate = 2e-3 * min(1, step / 100) * (0.5 + 0.5 * np.cos(np.pi * step / options.steps))
    for k, value in weights.items():
        first[k] = 0.9 * first[k] + 0.1 * gradient[k]
        second[k] = 0.999 * second[k] + 0.001 * gradient[k] ** 2
        move = first[k] / (1 - 0.9**step) / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)
        value -= (rate * (move + (0 if k[0] == "b" else 1e-4 * value))).astype(np.float32)
    if step % 500 == 0:
        print(step, "rms error per band (nepers of energy)", np.sqrt(squares).round(2), flush=True)
np.savez(options.out, **weights)
