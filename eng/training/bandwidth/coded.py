"""coded.py FINAL.mdl ORIGINAL.wav CODED.wav [ORIGINAL.wav CODED.wav...]: what a coder takes from the recogniser (16 kHz mono, decoded again).

Per mel band, over the louder half of the frames: the mean difference of the log energies and the share of frames in which more than three nepers are
missing. Then the divergence of the acoustic model's posteriors from the original's: as coded, with only the bands below FIRST coded, with only those
from FIRST on coded, and with what is missing filled up to the original's energies.
"""
import sys

import numpy as np
import torch

from acoustic import AcousticModel
from mel import energies, load

FIRST, FLOOR, REACH = 8, 1e3, 3000


def aligned(original, coded):
    count = min(len(original), len(coded))
    original, coded = original[:count], coded[:count]
    size = 1 << (count + REACH).bit_length()
    match = np.fft.irfft(np.fft.rfft(original, size).conj() * np.fft.rfft(coded, size))
    return original, np.roll(coded, -max(range(-REACH, REACH + 1), key=lambda lag: match[lag]))


def posteriors(mel):
    with torch.no_grad():
        return model(torch.from_numpy(np.log(mel + FLOOR).astype(np.float32))[None])[1].log_softmax(-1)


def divergence(wanted, heard):
    return (wanted.exp() * (wanted - heard)).sum(-1).mean().item()


model = AcousticModel(sys.argv[1])
differences, holes, divergences = [], [], []
for original, coded in zip(sys.argv[2::2], sys.argv[3::2]):
    wide, narrow = (energies(samples) for samples in aligned(load(original), load(coded)))
    loud = wide.sum(1) > np.median(wide.sum(1))
    difference = (np.log(narrow + FLOOR) - np.log(wide + FLOOR))[loud]
    differences.append(difference.mean(0))
    holes.append((difference < -3).mean(0))
    below, above = np.hstack([narrow[:, :FIRST], wide[:, FIRST:]]), np.hstack([wide[:, :FIRST], narrow[:, FIRST:]])
    wanted = posteriors(wide)
    divergences.append([divergence(wanted, posteriors(mel)) for mel in (narrow, below, above, np.maximum(narrow, wide))])
print("mean difference", np.mean(differences, 0).round(1))
print("share of holes", np.mean(holes, 0).round(2))
print("divergence: coded, low bands coded, high bands coded, filled", np.mean(divergences, 0).round(3))
