"""Word error rates of a trained model, heard in the engine's chunks.

Usage: evaluate.py MODEL.pt SPEECH.pkl [DIGITS]
DIGITS: a folder of single digits spoken by a person, 0.g722 to 9.g722 (asterisk-core-sounds-en-g722; needs ffmpeg): strings of them are put together.
"""
import pathlib
import pickle
import subprocess
import sys

import numpy as np
import torch

from features import augment, fbank, low_frame_rate
from grammar import DIGITS, TOKENS
from model import LEFT, NEW, RIGHT, SIZE, Model

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "reference" / "paraformer"))
from streaming import stream  # noqa: E402


def errors(said, heard):
    """Words to insert, to leave out and to replace."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def hear(model, known, samples):
    frames = (low_frame_rate(fbank(samples)) + known["mean"]) * known["scale"]
    found = stream(model.encoder, model.decoder, SIZE, frames, len(samples), LEFT, NEW, RIGHT)
    return [TOKENS[i] for i in found["ids"]]


def in_room(rng, samples):
    """Half a second of a quiet room before and behind."""
    room = lambda: rng.normal(0, 8, 8000)
    return np.rint(np.concatenate([room(), samples + rng.normal(0, 8, len(samples)), room()]))


def spoken_digits(folder, rng, count):
    clips = []
    for digit in range(10):
        run = ["ffmpeg", "-loglevel", "error", "-f", "g722", "-i", str(pathlib.Path(folder) / f"{digit}.g722"), "-f", "s16le", "-"]
        clips.append(np.frombuffer(subprocess.run(run, check=True, capture_output=True).stdout, np.int16))
    for _ in range(count):
        digits = rng.integers(0, 10, rng.integers(3, 8))
        pause = lambda: np.zeros(int(rng.uniform(0.02, 0.25) * 16000))
        yield "a person's digits", "Allison", [DIGITS[d] for d in digits], np.concatenate([x for d in digits for x in (clips[d], pause())])


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    known, model = torch.load(sys.argv[1]), Model()
    model.load_state_dict(known["state"])
    model.eval()
    rng = np.random.default_rng(7)
    with open(sys.argv[2], "rb") as file:
        clips = [c for c in pickle.load(file) if c[0] != "train"]
    if len(sys.argv) > 3:
        clips += spoken_digits(sys.argv[3], rng, 100)
    totals = {}
    for group, voice, words, samples in clips:
        noisy = augment(rng, samples, [clips[0][3]])
        for name, heard in ((group, in_room(rng, samples)), (group + ", augmented", noisy)):
            found = hear(model, known, heard)
            total = totals.setdefault(name, [0, 0, 0, 0])
            total[0] += errors(words, found)
            total[1] += len(words)
            total[2] += words != found
            total[3] += 1
            if words != found and "augmented" not in name:
                print(f"{name} {voice}: {' '.join(words)}  ->  {' '.join(found)}")
    for name, (wrong, words, sentences, count) in totals.items():
        print(f"{name}: {wrong / words:.1%} of {words} words, {sentences / count:.0%} of {count} sentences")


main()
