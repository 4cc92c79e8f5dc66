"""Kaldi's default mel energies (23 bands, 20-8000 Hz, 25/10 ms) of 16 kHz audio, and narrow-band versions of it."""
from math import gcd

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

RATE, HOP, WINDOW, FFT, BANDS = 16000, 160, 400, 512, 23
FLOOR = 1e3


def to_mel(hertz):
    return 1127 * np.log(1 + np.asarray(hertz) / 700)


def filters():
    low, high = to_mel(20.0), to_mel(8000.0)
    step = (high - low) / (BANDS + 1)
    bins = to_mel(np.arange(FFT // 2 + 1) * RATE / FFT)
    weights = np.maximum(0, 1 - np.abs(bins[:, None] - (low + step * np.arange(1, BANDS + 1))) / step)
    weights[-1] = 0
    return weights


FILTERS = filters()
POVEY = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85


def energies(samples):
    """[frames, bands] energies of samples on the 16-bit scale."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    frames = frames - frames.mean(1, keepdims=True)
    emphasised = frames.copy()
    emphasised[:, 1:] -= 0.97 * frames[:, :-1]
    emphasised[:, 0] -= 0.97 * frames[:, 0]
    return np.abs(np.fft.rfft(emphasised * POVEY, FFT)) ** 2 @ FILTERS


def load(path):
    rate, samples = wavfile.read(path)
    if rate != RATE or samples.ndim != 1:
        raise ValueError(f"{path}: want 16 kHz mono, got {rate} Hz, shape {samples.shape}")
    return samples.astype(float)


def narrow(samples, rate):
    """The same signal after a trip through a lower sampling rate."""
    divisor = gcd(rate, RATE)
    up, down = rate // divisor, RATE // divisor
    return resample_poly(resample_poly(samples, up, down), down, up)[: len(samples)]
