"""Kaldi's MFCC as the pack's conf/mfcc.conf asks for them (13 cepstra of 23 bands, no dither)."""
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "bandwidth"))
from mel import FFT, FILTERS, HOP, POVEY, WINDOW  # noqa: E402

CEPSTRA, LIFTER, PIECE = 13, 22, 2000
TINY = 1.19e-7


def cosines():
    bands = FILTERS.shape[1]
    order, band = np.arange(CEPSTRA)[:, None], np.arange(bands)
    rows = np.sqrt(np.where(order == 0, 1, 2) / bands) * np.cos(np.pi / bands * (band + 0.5) * order)
    return (rows * (1 + 0.5 * LIFTER * np.sin(np.pi * order / LIFTER))).T.astype(np.float32)


COSINES, WEIGHTS, TAPER = cosines(), FILTERS.astype(np.float32), POVEY.astype(np.float32)


def mfcc(samples):
    """[frames, 13] of 16-bit samples at 16 kHz."""
    samples, parts = samples.astype(np.float32), []
    for start in range(0, max(1, len(samples) - WINDOW + 1), HOP * PIECE):
        piece = samples[start : start + HOP * (PIECE - 1) + WINDOW]
        frames = np.lib.stride_tricks.sliding_window_view(piece, WINDOW)[::HOP]
        frames = frames - frames.mean(1, keepdims=True)
        emphasised = frames.copy()
        emphasised[:, 1:] -= np.float32(0.97) * frames[:, :-1]
        emphasised[:, 0] -= np.float32(0.97) * frames[:, 0]
        spectrum = np.fft.rfft(emphasised * TAPER, FFT)
        energies = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ WEIGHTS
        parts.append(np.log(np.maximum(energies, TINY)) @ COSINES)
    return np.concatenate(parts).astype(np.float32)


def speech_weight(samples, frames):
    """1 in the louder frames, nearly nothing in the rest, as Vosk weighs frames for the speaker vector."""
    power = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32) ** 2, WINDOW)[::HOP].mean(1)
    level = np.log(power + 1)[:frames]
    return np.where(level > np.percentile(level, 95) - 6, 1.0, 0.001)
