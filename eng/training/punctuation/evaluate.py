"""Measures a network: evaluate.py DATA {words|characters} MODEL.pt [tune BIASES.json | report BIASES.json].

`tune` chooses the biases of the marks on the held-out tail of the training sources (never on the test domains).
"""
import json
import pathlib
import sys

import numpy as np
import torch

from model import MARKS, SHAPES, Punctuator

NAMES = ["none", "comma", "stop", "question", "enumeration"]
CHUNK = 2000


def load(data, name, path):
    tables = np.load(data / f"{name}-tables.npz")
    net = Punctuator(name, (len(tables["first"]), len(tables["second"])))
    net.load_state_dict(torch.load(path))
    return net.eval()


def logits(net, a, b, language):
    out = []
    with torch.no_grad():
        for start in range(0, len(a), CHUNK):
            low, high = max(0, start - 64), min(len(a), start + CHUNK + 32)
            mask = torch.ones(1, high - low)
            y = net(torch.from_numpy(a[None, low:high].astype(np.int64)), torch.from_numpy(b[None, low:high].astype(np.int64)), torch.tensor([language]), mask)[0].T.numpy()
            out.append(y[start - low:min(start + CHUNK, len(a)) - low])
    return np.concatenate(out)


def scores(truth, guess):
    """Precision, recall and F1 of comma (with the enumeration comma), stop, question; of all three together; of sentence ends."""
    truth, guess = np.where(truth == 4, 1, truth), np.where(guess == 4, 1, guess)
    rows = {}
    for name, wanted in (("comma", [1]), ("stop", [2]), ("question", [3]), ("end", [2, 3])):
        t, g = np.isin(truth, wanted), np.isin(guess, wanted)
        hit = int((t & g).sum())
        p, r = hit / max(1, g.sum()), hit / max(1, t.sum())
        rows[name] = (p, r, 2 * p * r / max(1e-9, p + r), int(t.sum()))
    hit, t, g = int(((truth == guess) & (truth > 0)).sum()), int((truth > 0).sum()), int((guess > 0).sum())
    p, r = hit / max(1, g), hit / max(1, t)
    rows["micro"] = (p, r, 2 * p * r / max(1e-9, p + r), t)
    rows["macro"] = (0, 0, np.mean([rows[name][2] for name in ("comma", "stop", "question") if rows[name][3]]), t)
    return rows


def baselines(marks):
    """Majority: never a mark but a stop at the end.  Rule: a stop after every mean sentence length."""
    every = int(round(len(marks) / max(1, np.isin(marks, (2, 3)).sum())))
    majority, rule = np.zeros_like(marks), np.zeros_like(marks)
    majority[-1] = 2
    rule[every - 1::every] = 2
    return {"majority": majority, "rule": rule}


def best_biases(sets):
    """Coordinate search for the biases with the best mean F1 of the marks."""
    y, truth = np.concatenate([s[0] for s in sets]), np.concatenate([s[1] for s in sets])
    bias = np.zeros(MARKS)
    measure = lambda b: scores(truth, (y + b).argmax(1))["macro"][2] + scores(truth, (y + b).argmax(1))["end"][2] * 0.5
    best = measure(bias)
    for _ in range(2):
        for mark in (1, 2, 3, 4):
            for delta in (-0.8, -0.4, -0.2, 0.2, 0.4, 0.8):
                trial = bias.copy()
                trial[mark] += delta
                score = measure(trial)
                if score > best + 1e-4:
                    best, bias = score, trial
    return bias.round(2).tolist()


def main():
    data, name, path = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    mode, file = (sys.argv[4], pathlib.Path(sys.argv[5])) if len(sys.argv) > 4 else ("report", None)
    torch.set_num_threads(1)
    net = load(data, name, path)
    biases = json.loads(file.read_text()) if file and file.exists() else {}
    held = {}
    for split in (("train",) if mode == "tune" else ("train", "test")):
        pooled = {}
        for source in sorted(data.glob(f"{name}-{split}-*.npz")):
            arrays = np.load(source)
            language = source.stem.split("-")[2]
            size = len(arrays["marks"])
            tail = slice(max(int(size * 0.98), size - 12_000) if split == "train" else 0, size if split == "train" else 60_000)
            if size - (tail.start or 0) < 300:
                continue
            y = logits(net, arrays["a"][tail], arrays["b"][tail], SHAPES[name]["languages"].index(language))
            marks, case = arrays["marks"][tail], arrays["case"][tail]
            held.setdefault(language, []).append((y[:, :MARKS], marks))
            guess = (y[:, :MARKS] + np.array(biases.get(language, [0] * MARKS))).argmax(1)
            pooled.setdefault(language, []).append((marks, guess, case, y[:, MARKS:].argmax(1), "-".join(source.stem.split("-")[3:])))
        for language, parts in pooled.items() if mode != "tune" else ():
            for label, chosen in [(part[4], [part]) for part in parts if split == "test"] + [("all", parts)]:
                marks, guess, case, guessed = (np.concatenate([part[i] for part in chosen]) for i in range(4))
                rows = scores(marks, guess)
                line = " ".join(f"{key} {100 * v[0]:.1f}/{100 * v[1]:.1f}/{100 * v[2]:.1f}" for key, v in rows.items())
                cased = f" case {100 * (case == guessed).mean():.2f}" if name == "words" and language != "ko" else ""
                print(f"{split} {language} {label} ({len(marks)}) {line}{cased}", flush=True)
                if split == "test" and label == "all":
                    for rule, other in baselines(marks).items():
                        rows = scores(marks, other)
                        print(f"  baseline {rule}: " + " ".join(f"{key} {100 * v[2]:.1f}" for key, v in rows.items()), flush=True)
    if mode == "tune":
        biases.update({language: best_biases(sets) for language, sets in held.items()})
        file.write_text(json.dumps(biases, indent=1) + "\n")
        print(biases)


if __name__ == "__main__":
    main()
