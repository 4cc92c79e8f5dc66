"""Trains the model on one processor for a given time.

Usage: train.py SPEECH.pkl MODEL.pt MINUTES [FROM.pt]
FROM.pt: a model to go on from, at half the learning rate.
"""
import pickle
import sys
import time

import numpy as np
import torch

from features import augment, fbank, low_frame_rate
from grammar import TOKENS
from model import Model

BATCH, RATE, WARM_UP = 24, 2e-3, 150


def statistics(rng, clips):
    frames = np.concatenate([low_frame_rate(fbank(augment(rng, c[3], [clips[0][3]]))) for c in clips[:400]])
    return -frames.mean(0), 1 / frames.std(0)


def mask_bands(rng, mel):
    """Hides a few bands and a moment."""
    if rng.random() < 0.5:
        first, width = rng.integers(0, 72), rng.integers(2, 9)
        mel[:, first:first + width] = mel.mean()
    return mel


def batches(rng, clips, mean, scale):
    """Endless batches of sentences of like length."""
    numbers = {t: i for i, t in enumerate(TOKENS)}
    while True:
        order = sorted(range(len(clips)), key=lambda i: len(clips[i][3]) * rng.uniform(0.9, 1.1))
        groups = [order[i:i + BATCH] for i in range(0, len(order), BATCH)]
        for g in rng.permutation(len(groups)):
            rows = []
            for i in groups[g]:
                mel = mask_bands(rng, fbank(augment(rng, clips[i][3], [clips[rng.integers(len(clips))][3]])))
                rows.append((((low_frame_rate(mel) + mean) * scale).astype(np.float32), [numbers[w] for w in clips[i][2]]))
            lengths = torch.tensor([len(f) for f, _ in rows])
            counts = torch.tensor([len(t) for _, t in rows])
            frames, targets = torch.zeros(len(rows), int(lengths.max()), 560), torch.zeros(len(rows), int(counts.max()), dtype=torch.long)
            for row, (f, t) in enumerate(rows):
                frames[row, :len(f)], targets[row, :len(t)] = torch.from_numpy(f), torch.tensor(t)
            yield frames, lengths, targets, counts


def main():
    speech, out, minutes = sys.argv[1], sys.argv[2], float(sys.argv[3])
    known = torch.load(sys.argv[4]) if len(sys.argv) > 4 else None
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(1 if known else 0)
    with open(speech, "rb") as file:
        clips = [c for c in pickle.load(file) if c[0] == "train"]
    rng.shuffle(clips)
    mean, scale = (known["mean"], known["scale"]) if known else statistics(rng, clips)
    model = Model()
    if known:
        model.load_state_dict(known["state"])
    print(sum(p.numel() for n, p in model.named_parameters() if not n.startswith("ctc")), "parameters", len(clips), "sentences", flush=True)
    optimizer = torch.optim.Adam(model.parameters(), RATE, betas=(0.9, 0.98))
    average = {k: v.clone() for k, v in model.state_dict().items()}
    began, seen, sums = time.monotonic(), known["sentences"] if known else 0, np.zeros(5)
    save = lambda: torch.save(dict(state=average, mean=mean, scale=scale, sentences=seen), out)
    for step, batch in enumerate(batches(rng, clips, mean, scale), 1):
        share = (time.monotonic() - began) / 60 / minutes
        if share >= 1:
            break
        rate = RATE * (0.5 if known else 1) * min(1, step / WARM_UP) * (0.5 + 0.5 * np.cos(np.pi * share))
        for group in optimizer.param_groups:
            group["lr"] = rate
        tokens, number, place, aligned, right = model(*batch)
        optimizer.zero_grad()
        (tokens + number + 0.5 * place + 0.3 * aligned).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        keep = min(0.995, step / (step + 20))
        for key, value in model.state_dict().items():
            average[key].mul_(keep).add_(value, alpha=1 - keep)
        seen += len(batch[0])
        sums += [float(tokens), float(number), float(place), float(aligned), float(right)]
        if step % 50 == 0:
            print(f"{share * minutes:5.1f} min  {seen} sentences  " + "  ".join(f"{v:.3f}" for v in sums / 50), flush=True)
            sums[:] = 0
            save()
    save()


if __name__ == "__main__":
    main()
