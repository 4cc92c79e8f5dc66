"""Trains one network within a budget of processor time: train.py DATA {words|characters} SECONDS OUT.pt [START.pt [SEED]].

Going on from START needs a seed of its own, or the same windows would be seen again."""
import math
import pathlib
import sys
import time

import numpy as np
import torch
from torch.nn import functional

from model import MARKS, SHAPES, Punctuator, begin_text, counted, look_ahead, offsets

DATA, MODEL, SECONDS, OUT = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4]
WEIGHT = {"en": 0.46, "de": 0.15, "fr": 0.13, "ru": 0.15, "ko": 0.11, "zh": 0.64, "yue": 0.12, "ja": 0.24}
WINDOWS = {"words": (96, 40), "characters": (128, 56)}[MODEL]
# Old novels and plays are plentiful, but less like what is said today.
OLD, OLD_SHARE = ("eltec", "plays", "novels", "shu", "aozora", "luxun", "modern-translations", "standardebooks"), 0.35
# What is written as news, encyclopedias and meetings are is scarcer than it will be asked for; manuals are the other way round, and collections of short sentences
# hardly have commas.
SCARCE = {"news": 2.5, "news-ca": 2, "cmrc": 2, "drcd": 2, "xquad": 2, "encyclopedia": 2, "wiki-split": 2, "jaquad": 1.3, "parliament": 1.5, "tatoeba": 2, "tales": 0.7, "react": 0.6, "vue": 0.6,
          "javaguide": 0.5, "mdn": 0.6, "rustbook": 0.6, "rust": 0.6, "d2l": 0.6, "iot": 0.7, "grade-school": 0.5, "common-voice": 0.3, "zh-tw": 0.3, "schema-guided": 0.5, "multiwoz": 0.6, "multiwoz-zh": 0.6, "crosswoz": 0.8}
TOKENS, RATE, UNKNOWN, COUNTED, OLD_COUNTED = 8064, 4e-3, 0.04, 4_000_000, 1_500_000
LINES = 0.4
LANGUAGES = SHAPES[MODEL]["languages"]
AHEAD = look_ahead(MODEL)
random = np.random.default_rng(int(sys.argv[6]) if len(sys.argv) > 6 else 7)


class Source:
    def __init__(self, path):
        data = np.load(path)
        self.a, self.b, self.marks, self.case = data["a"], data["b"], data["marks"], data["case"]
        self.language = LANGUAGES.index(path.stem.split("-")[2])
        self.old = any(name in path.stem for name in OLD)
        self.share = SCARCE.get("-".join(path.stem.split("-")[3:]), 1.0)
        cut = int(len(self.marks) * 0.98)
        self.end = cut
        ends = np.flatnonzero((self.marks == 2) | (self.marks == 3))
        self.starts = np.concatenate(([0], ends + 1))
        self.starts = self.starts[self.starts < cut - WINDOWS[0] - 1]
        questions = np.flatnonzero(self.marks == 3)
        self.questions = questions[questions < cut - WINDOWS[0] - 1]

    def window(self, window):
        """A window's place, its length and how many of its last tokens do not count."""
        short = window < WINDOWS[0]
        if len(self.questions) and random.random() < 0.25:
            near = max(0, int(self.questions[random.integers(len(self.questions))]) - int(random.integers(3, window)))
        else:
            near = int(random.integers(0, max(1, self.end - window - 1)))
        if (short or random.random() < 0.7) and len(self.starts):
            near = int(self.starts[min(len(self.starts) - 1, np.searchsorted(self.starts, near))])
        length = window
        if short:
            # A line of one to three sentences.
            ends = np.flatnonzero((self.marks[near:near + window] == 2) | (self.marks[near:near + window] == 3))
            if len(ends):
                return near, int(ends[min(len(ends) - 1, int(random.integers(0, 3)))]) + 1, 0
            return near, length, AHEAD
        ends = np.flatnonzero((self.marks[near:near + length] == 2) | (self.marks[near:near + length] == 3))
        if len(ends) and random.random() < 0.75:
            return near, int(ends[-1]) + 1, 0
        return near, length, AHEAD


def batch(sources, weights, absent):
    window = WINDOWS[int(random.random() < LINES)]
    count = TOKENS // window
    a = np.full((count, window, sources[0].a.shape[1]), absent[0], np.int64)
    b = np.full((count, window, sources[0].b.shape[1]), absent[1], np.int64)
    marks = np.full((count, window), -100, np.int64)
    case = np.full((count, window), -100, np.int64)
    seen = 0
    language = np.zeros(count, np.int64)
    for row, index in enumerate(random.choice(len(sources), count, p=weights)):
        source = sources[index]
        near, length, unknown_end = source.window(window)
        piece = slice(near, near + length)
        length = len(source.marks[piece])
        a[row, :length], b[row, :length] = source.a[piece], source.b[piece]
        judged = max(1, length - unknown_end)
        marks[row, :judged] = source.marks[piece][:judged]
        case[row, :judged] = source.case[piece][:judged]
        seen += length
        language[row] = source.language
    begin_text(MODEL, a, b)
    a[(random.random(a.shape) < UNKNOWN) & (a != absent[0])] = 0
    b[(random.random(b.shape) < UNKNOWN) & (b != absent[1])] = 0
    return [torch.from_numpy(x) for x in (a, b, marks, case, language)] + [seen]


def statistics(sources, table, part, rows, around, prior=15.0):
    """How much more often than usual each mark stands around a key, whether its sentences are questions, and its casing: log-odds, in columns."""
    totals = np.zeros((len(around), rows, 4))
    asked, cased = np.zeros((rows, 2)), np.zeros((rows, 3))
    for source in sources:
        take = slice(0, min(source.end, OLD_COUNTED if source.old else COUNTED))
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
    # Moments of rows that are seldom met fade to numbers which are slow to compute with.
    torch.set_flush_denormal(True)
    tables = np.load(DATA / f"{MODEL}-tables.npz")
    net = Punctuator(MODEL, (len(tables["first"]), len(tables["second"])))
    if len(sys.argv) > 5:
        net.load_state_dict(torch.load(sys.argv[5]))
    sources = [s for s in map(Source, sorted(DATA.glob(f"{MODEL}-train-*.npz"))) if len(s.marks) > 4000]
    fresh = True if len(sys.argv) <= 5 else None
    if fresh:
        fill_tables(net, sources)
        print(f"counted in {time.process_time():.0f} s of CPU", flush=True)
    weights = np.array([math.sqrt(min(len(s.marks), 5_000_000)) * (OLD_SHARE if s.old else s.share) for s in sources])
    for number, language in enumerate(LANGUAGES):
        own = np.array([s.language == number for s in sources])
        weights[own] *= WEIGHT[language] / weights[own].sum()
    weights /= weights.sum()
    parameters = [p for name, p in net.named_parameters() if not name.startswith("tables")]
    optimizer = torch.optim.AdamW([dict(params=parameters, weight_decay=0.01, scale=1.0), dict(params=list(net.tables.parameters()), weight_decay=0.0, scale=2.0)],
                                  lr=RATE, betas=(0.9, 0.98))
    began, step, seen, total = time.process_time(), 0, 0, 0.0
    while (done := (time.process_time() - began) / SECONDS) < 1:
        # The counts are a good start, so they hold still until the layers above have learned to read them.
        net.tables.requires_grad_(fresh is None or done > 0.06)
        factor = min(1.0, (step + 1) / 40) * (0.5 * (1 + math.cos(math.pi * done)) * 0.99 + 0.01)
        for group in optimizer.param_groups:
            group["lr"] = RATE * factor * group["scale"]
        a, b, marks, case, language, count = batch(sources, weights, net.absent)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = net(a, b, language)
        out = out.float()
        loss = functional.cross_entropy(out[:, :MARKS], marks)
        if MODEL == "words":
            loss = loss + 0.4 * functional.cross_entropy(out[:, MARKS:], case)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 2.0)
        optimizer.step()
        step, seen, total = step + 1, seen + count, total + loss.item()
        if step % 50 == 0:
            print(f"{time.process_time() - began:.0f} s of CPU, step {step} tokens {seen / 1e6:.2f} M loss {total / 50:.4f}", flush=True)
            total = 0.0
            torch.save(net.state_dict(), OUT)
    torch.save(net.state_dict(), OUT)


if __name__ == "__main__":
    main()
