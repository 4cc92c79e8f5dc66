"""Measures a network: evaluate.py DATA {words|characters} MODEL.pt [tune BIASES.json | report BIASES.json].

Test texts are fed as one long row of units ("run-on"), line by line, a paragraph or turn a line, with the end of each line known ("lines"), and so with lines of one,
two and three sentences in turn ("short lines").

`tune` chooses the biases of the marks on the held-out tail of the training sources (never on the test domains).
"""
import json
import pathlib
import sys

import numpy as np
import torch

from model import CASES, MARKS, SHAPES, Punctuator, begin_text, look_ahead, look_back
from text import CAPITAL, LOWER, QUESTION, STOP

NAMES = ["none", "comma", "stop", "question", "enumeration"]
CHUNK = 2000


def load(data, name, path):
    tables = np.load(data / f"{name}-tables.npz")
    net = Punctuator(name, (len(tables["first"]), len(tables["second"])))
    net.load_state_dict(torch.load(path))
    return net.eval()


def logits(net, a, b, language):
    """One long row of units."""
    out, back, ahead = [], look_back(net.name) + 8, look_ahead(net.name)
    with torch.no_grad():
        for start in range(0, len(a), CHUNK):
            low, high = max(0, start - back), min(len(a), start + CHUNK + ahead)
            y = net(torch.from_numpy(a[None, low:high].astype(np.int64)), torch.from_numpy(b[None, low:high].astype(np.int64)), torch.tensor([language]))[0].T.numpy()
            out.append(y[start - low:min(start + CHUNK, len(a)) - low])
    return np.concatenate(out)


def logits_of_lines(net, a, b, ends, language):
    """Each line by itself, its end known."""
    out = np.zeros((len(a), MARKS + CASES), np.float32)
    starts = np.concatenate(([0], ends[:-1]))
    order = np.argsort(ends - starts)
    with torch.no_grad():
        for group in np.array_split(order, max(1, len(order) // 32)):
            width = int((ends[group] - starts[group]).max())
            first = np.full((len(group), width, a.shape[1]), net.absent[0], np.int64)
            second = np.full((len(group), width, b.shape[1]), net.absent[1], np.int64)
            for row, line in enumerate(group):
                first[row, :ends[line] - starts[line]], second[row, :ends[line] - starts[line]] = a[starts[line]:ends[line]], b[starts[line]:ends[line]]
            begin_text(net.name, first, second)
            y = net(torch.from_numpy(first), torch.from_numpy(second), torch.full((len(group),), language)).permute(0, 2, 1).numpy()
            for row, line in enumerate(group):
                out[starts[line]:ends[line]] = y[row, :ends[line] - starts[line]]
    return out


def lines_of(marks):
    """Ends of lines of one, two and three sentences in turn."""
    ends = np.flatnonzero(np.isin(marks, (STOP, QUESTION))) + 1
    picked, at = [], -1
    while at + 1 + len(picked) % 3 < len(ends):
        at += 1 + len(picked) % 3
        picked.append(ends[at])
    return np.array(picked, np.int64)


def decided(y, bias, last):
    """Marks; what is last in its text gets a stop or a question mark."""
    y = y[:, :MARKS] + bias
    marks = y.argmax(1)
    marks[last] = np.where(y[last, QUESTION] > y[last, STOP], QUESTION, STOP)
    return marks


def cased(y, marks):
    """Casings as the engine writes them: what follows a sentence's end begins with a capital letter."""
    kinds = y[:, MARKS:].argmax(1)
    starts = np.concatenate(([True], np.isin(marks[:-1], (STOP, QUESTION))))
    return np.where(starts & (kinds == LOWER), CAPITAL, kinds), starts


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


def line_of(split, language, label, mode, parts, with_case):
    truth, guess, case, kinds, inner = (np.concatenate([part[i] for part in parts]) for i in range(5))
    rows = scores(truth, guess)
    text = " ".join(f"{key} {100 * v[0]:.1f}/{100 * v[1]:.1f}/{100 * v[2]:.1f}" for key, v in rows.items())
    extra = f" case {100 * (case == kinds).mean():.2f} inside {100 * (case == kinds)[inner].mean():.2f}" if with_case else ""
    print(f"{split} {language} {label} {mode} ({len(truth)}) {text}{extra}", flush=True)
    return truth


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
            language, label = source.stem.split("-")[2], "-".join(source.stem.split("-")[3:])
            size = len(arrays["marks"])
            tail = slice(max(int(size * 0.98), size - 12_000) if split == "train" else 0, size if split == "train" else 60_000)
            if size - (tail.start or 0) < 300:
                continue
            a, b, marks, case = (arrays[key][tail] for key in ("a", "b", "marks", "case"))
            number, bias = SHAPES[name]["languages"].index(language), np.array(biases.get(language, [0] * MARKS))
            y = logits(net, a, b, number)
            if mode == "tune":
                held.setdefault(language, []).append((y[:, :MARKS], marks))
                lines = lines_of(marks)
                if len(lines):
                    y = logits_of_lines(net, a[:lines[-1]], b[:lines[-1]], lines, number)
                    inner = np.setdiff1d(np.arange(lines[-1]), lines - 1)
                    held[language].append((y[inner, :MARKS], marks[inner]))
                continue
            ends = np.array([len(marks)])
            for run in ("run-on", "lines", "short lines") if split == "test" else ("run-on",):
                if run != "run-on":
                    ends = arrays["ends"] if run == "lines" else lines_of(marks)
                    ends = np.unique(np.concatenate((ends[ends <= len(marks)], [len(marks)])))
                    y = logits_of_lines(net, a, b, ends, number)
                guess = decided(y, bias, ends - 1)
                kinds, starts = cased(y, guess)
                true_starts = np.concatenate(([True], np.isin(marks[:-1], (STOP, QUESTION))))
                pooled.setdefault((language, run), []).append((marks, guess, case, kinds, ~(starts | true_starts), label))
        for (language, run), parts in pooled.items() if mode != "tune" else ():
            with_case = name == "words" and language != "ko"
            for part in parts if split == "test" else ():
                line_of(split, language, part[5], run, [part], with_case)
            truth = line_of(split, language, "all", run, parts, with_case)
            if split == "test" and run == "run-on":
                for rule, other in baselines(truth).items():
                    print(f"  baseline {rule}: " + " ".join(f"{key} {100 * v[2]:.1f}" for key, v in scores(truth, other).items()), flush=True)
    if mode == "tune":
        biases.update({language: best_biases(sets) for language, sets in held.items()})
        file.write_text(json.dumps(biases, indent=1) + "\n")
        print(biases)


if __name__ == "__main__":
    main()
