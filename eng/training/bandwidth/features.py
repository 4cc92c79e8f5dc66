"""The predictor's inputs; UpperBandFeatures.cs computes the same from a stream."""
import numpy as np
from scipy.signal import lfilter

OFFSETS = [-6, -4, -2, -1, 0, 1]


def running_mean(values, frames):
    rate = 1 / frames
    sums = lfilter([rate], [1, rate - 1], values, axis=0)
    return sums / (1 - (1 - rate) ** np.arange(1, len(values) + 1))[:, None]


def noise_floor(values, rise=0.01):
    ramp = np.arange(len(values))[:, None] * rise
    return np.minimum.accumulate(values - ramp, axis=0) + ramp


def features(low):
    """low: [frames, bands] log energies. Returns the inputs and each frame's level, which they are relative to."""
    count = len(low)
    level = low.mean(1, keepdims=True)
    index = np.arange(count)
    parts = [low[np.clip(index + offset, 0, count - 1)] - level for offset in OFFSETS]
    parts += [running_mean(low, 30) - level, running_mean(low, 200) - level, noise_floor(low) - level, (level - 17) * 0.5]
    return np.concatenate(parts, 1).astype(np.float32) / 3, level
