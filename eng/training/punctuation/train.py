"""Trains one network within a time budget: train.py DATA {words|characters} SECONDS OUT.pt [START.pt [SEED]].

Going on from START needs a seed of its own, or the same windows would be seen again."""
import math
import pathlib
import sys
import time

import numpy as np
import torch
from torch.nn import functional

from model import MARKS, SHAPES, Punctuator, counted, look_ahead, offsets

DATA, MODEL, SECONDS, OUT = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4]
WEIGHT = {"en": 0.46, "de": 0.15, "fr": 0.13, "ru": 0.15, "ko": 0.11, "zh": 0.64, "yue": 0.12, "ja": 0.24}
WINDOW = {"words": 96, "characters": 128}[MODEL]
# Old novels and plays are plentiful, but less like what is said today.
OLD, OLD_SHARE = ("eltec", "plays", "novels", "shu", "aozora", "luxun", "modern-translations", "standardebooks"), 0.5
BATCH, RATE, UNKNOWN, COUNTED = 56, 4e-3, 0.04, 1_500_000
LANGUAGES = SHAPES[MODEL]["languages"]
AHEAD = look_ahead(MODEL)
random = np.random.default_rng(int(sys.argv[6]) if len(sys.argv) > 6 else 7)


class Source:
    def __init__(self, path):
        data = np.load(path)
        self.a, self.b, self.marks, self.case = data["a"], data["b"], data["marks"], data["case"]
        self.language = LANGUAGES.index(path.stem.split("-")[2])
        self.old = any(name in path.stem for name in OLD)
        cut = int(len(self.marks) * 0.98)
        self.end = cut
        ends = np.flatnonzero((self.marks == 2) | (self.marks == 3))
        self.starts = np.concatenate(([0], ends + 1))
        self.starts = self.starts[self.starts < cut - WINDOW - 1]
        questions = np.flatnonzero(self.marks == 3)
        self.questions = questions[questions < cut - WINDOW - 1]

    def window(self):
        """A window's place and the number of its tokens that count."""
        if len(self.questions) and random.random() < 0.25:
            near = max(0, int(self.questions[random.integers(len(self.questions))]) - int(random.integers(3, WINDOW)))
        else:
            near = int(random.integers(0, max(1, self.end - WINDOW - 1)))
        if random.random() < 0.75 and len(self.starts):
            near = int(self.starts[min(len(self.starts) - 1, np.searchsorted(self.starts, near))])
        length = WINDOW if random.random() < 0.7 else int(random.integers(4, WINDOW // 2))
        ends = np.flatnonzero((self.marks[near:near + length] == 2) | (self.marks[near:near + length] == 3))
        if len(ends) and random.random() < 0.75:
            return near, int(ends[-1]) + 1, 0
        return near, length, AHEAD


def batch(sources, weights, count, absent):
    a = np.full((count, WINDOW, sources[0].a.shape[1]), absent[0], np.int64)
    b = np.full((count, WINDOW, sources[0].b.shape[1]), absent[1], np.int64)
    marks = np.full((count, WINDOW), -100, np.int64)
    case = np.full((count, WINDOW), -100, np.int64)
    seen = 0
    language = np.zeros(count, np.int64)
    for row, index in enumerate(random.choice(len(sources), count, p=weights)):
        source = sources[index]
        near, length, unknown_end = source.window()
        piece = slice(near, near + length)
        length = len(source.marks[piece])
        a[row, :length], b[row, :length] = source.a[piece], source.b[piece]
        judged = max(1, length - unknown_end)
        marks[row, :judged] = source.marks[piece][:judged]
        case[row, :judged] = source.case[piece][:judged]
        seen += length
        language[row] = source.language
    a[(random.random(a.shape) < UNKNOWN) & (a != absent[0])] = 0
    b[(random.random(b.shape) < UNKNOWN) & (b != absent[1])] = 0
    return [torch.from_numpy(x) for x in (a, b, marks, case, language)] + [seen]


def statistics(sources, table, part, rows, around, prior=15.0):
    """How much more often than usual each mark stands around a key, whether its sentences are questions, and its casing: log-odds, in columns."""
    totals = np.zeros((len(around), rows, 4))
    asked, cased = np.zeros((rows, 2)), np.zeros((rows, 3))
    for source in sources:
        take = slice(0, min(source.end, COUNTED))
        keys = (source.b if table else source.a)[take, part].astype(np.int64)
        marks = np.where(source.marks[take] == 4, 1, source.marks[take]).astype(np.int64)
        for index, offset in enumerate(around):
            totals[index] += np.bincount(keys * 4 + np.roll(marks, offset), minlength=rows * 4).reshape(rows, 4)
        ends = np.flatnonzero(marks >= 2)
        if len(ends):
            question = marks[ends[np.minimum(np.searchsorted(ends, np.arange(len(marks))), len(ends) - 1)]] == 3
            asked += np.bincount(keys * 2 + question, minlength=rows * 2).reshape(rows, 2)
        cased += np.bincount(keys * 3 + source.case[take], minlength=rows * 3).reshape(rows, 3)
    groups = []
    for counts in (*totals, asked, cased):
        share = (counts.sum(0) + 1) / (counts.sum() + counts.shape[1])
        ratio = np.log((counts + prior * share) / (counts.sum(1, keepdims=True) + prior)) - np.log(share)
        groups.append(ratio[:, 1:])
    return np.concatenate(groups, 1)


def fill_tables(net, sources):
    for index, table in enumerate(net.tables):
        rows = table.weight.shape[0]
        # A row belongs to one key, so what its other columns count is nothing.
        values = sum(statistics(sources, index, part, rows, offsets(MODEL, index)) for part in range(SHAPES[MODEL]["keys"][index]))
        values[[0, rows - 1]] = 0
        table.weight.data[:, :counted(MODEL, index)] = torch.from_numpy(np.clip(values, -4, 4)).float()


def main():
    torch.set_num_threads(1)
    torch.manual_seed(5)
    tables = np.load(DATA / f"{MODEL}-tables.npz")
    net = Punctuator(MODEL, (len(tables["first"]), len(tables["second"])))
    if len(sys.argv) > 5:
        net.load_state_dict(torch.load(sys.argv[5]))
    sources = [s for s in map(Source, sorted(DATA.glob(f"{MODEL}-train-*.npz"))) if len(s.marks) > 4000]
    fresh = True if len(sys.argv) <= 5 else None
    if fresh:
        fill_tables(net, sources)
        print(f"counted in {time.process_time():.0f} s of CPU", flush=True)
    weights = np.array([math.sqrt(min(len(s.marks), 5_000_000)) * (OLD_SHARE if s.old else 1) for s in sources])
    for number, language in enumerate(LANGUAGES):
        own = np.array([s.language == number for s in sources])
        weights[own] *= WEIGHT[language] / weights[own].sum()
    weights /= weights.sum()
    parameters = [p for name, p in net.named_parameters() if not name.startswith("tables")]
    optimizer = torch.optim.AdamW([dict(params=parameters, weight_decay=0.01, scale=1.0), dict(params=list(net.tables.parameters()), weight_decay=0.0, scale=2.0)],
                                  lr=RATE, betas=(0.9, 0.98))
    began, step, seen, total = time.time(), 0, 0, 0.0
    while (done := (time.time() - began) / SECONDS) < 1:
        # The counts are a good start, so they hold still until the layers above have learned to read them.
        net.tables.requires_grad_(fresh is None or done > 0.06)
        factor = min(1.0, (step + 1) / 40) * (0.5 * (1 + math.cos(math.pi * done)) * 0.99 + 0.01)
        for group in optimizer.param_groups:
            group["lr"] = RATE * factor * group["scale"]
        a, b, marks, case, language, count = batch(sources, weights, BATCH, net.absent)
        out = net(a, b, language)
        loss = functional.cross_entropy(out[:, :MARKS], marks)
        if MODEL == "words":
            loss = loss + 0.4 * functional.cross_entropy(out[:, MARKS:], case)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 2.0)
        optimizer.step()
        step, seen, total = step + 1, seen + count, total + loss.item()
        if step % 50 == 0:
            print(f"{time.time() - began:.0f} s ({time.process_time():.0f} s of CPU) step {step} tokens {seen / 1e6:.2f} M loss {total / 50:.4f}", flush=True)
            total = 0.0
            torch.save(net.state_dict(), OUT)
    torch.save(net.state_dict(), OUT)


if __name__ == "__main__":
    main()
