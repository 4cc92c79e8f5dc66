"""Collected text to arrays: prepare.py TEXT OUT {words|characters} [test].

Writes OUT/<model>-<split>-<language>-<source>.npz (features, marks, case, ends of lines) and OUT/<model>-tables.npz (fingerprints); with `test` the test texts
only, by the tables that are there.
"""
import collections
import pathlib
import random
import sys

import numpy as np

from features import Table, character_keys, pair_key, shape, word_keys
from text import STOP, tokens_of, usable

TEXT, OUT, MODEL = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
LANGUAGES = {"words": ["en", "de", "fr", "ru", "ko"], "characters": ["zh", "yue", "ja"]}[MODEL]
SLOTS = {"words": (32767, 49151), "characters": (45055, 36863)}[MODEL]
PAIRS = {"en": 9000, "de": 2500, "fr": 2500, "ru": 2000, "ko": 1000}
SHARE = {"en": 0.42, "de": 0.17, "fr": 0.14, "ru": 0.16, "ko": 0.11}
LIMIT = {"shu": 1_500_000, "modern-translations": 1_000_000, "aozora": 2_000_000, "jaquad": 1_800_000, "persona-chat": 1_200_000, "counsel": 5_000_000, "debates": 4_500_000,
         "debates-traditional": 1_200_000, "eltec": 13_000_000, "novels": 11_000_000, "plays": 7_000_000, "podcasts": 20_000_000}
DEFAULT_LIMIT = {"words": 20_000_000, "characters": 900_000}[MODEL]
MINIMUM = 4


def streams(split):
    for language in LANGUAGES:
        for path in sorted((TEXT / split / language).glob("*.txt")):
            lines = path.read_text(encoding="utf-8").splitlines()
            limit = LIMIT.get(path.stem, DEFAULT_LIMIT // (2 if path.stem.endswith("-traditional") else 1))
            if split == "train" and sum(map(len, lines)) > limit:
                start = random.Random(3).randrange(20)
                # Blocks of neighbouring paragraphs from all over the source.
                keep = limit / sum(map(len, lines))
                lines = [line for number, line in enumerate(lines) if (number // 40 + start) % 20 < round(20 * keep)]
            tokens, marks, case, ends = [], [], [], []
            for line in lines:
                found = tokens_of(line, language)
                if not usable(found, language):
                    continue
                # A paragraph's end is a sentence's end.
                if found[-1][1] < STOP or found[-1][1] > STOP + 1:
                    found[-1][1] = STOP
                for token, mark, kind in found:
                    tokens.append(shape(token))
                    marks.append(mark)
                    case.append(kind)
                ends.append(len(tokens))
            if tokens:
                yield language, path.stem, tokens, np.array(marks, np.uint8), np.array(case, np.uint8), np.array(ends, np.int64)


def tables(train):
    if MODEL == "words":
        words, parts = [], collections.Counter()
        for language in LANGUAGES:
            counts = collections.Counter()
            for name, _, tokens, *_ in train:
                if name == language:
                    counts.update(tokens)
            counts = [(word, count) for word, count in counts.most_common(int(SLOTS[0] * SHARE[language])) if count >= MINIMUM]
            words += [(count, word_keys("", word, language)[0][0]) for word, count in counts]
            affixes = collections.Counter()
            for word, count in counts:
                for key in word_keys("", word, language)[1][:-1]:
                    affixes[key] += count
            parts.update(dict(affixes.most_common(int((SLOTS[1] - sum(PAIRS.values())) * SHARE[language]))))
            pairs = collections.Counter()
            for name, _, tokens, *_ in train:
                if name == language:
                    pairs.update(zip(tokens, tokens[1:]))
            parts.update({pair_key(*pair, language): count for pair, count in pairs.most_common(PAIRS[language])})
        words.sort(reverse=True)
        return Table.build((key for _, key in words), SLOTS[0]), Table.build((key for key, _ in parts.most_common()), SLOTS[1])
    single, triple = collections.Counter(), collections.Counter()
    for language, source, tokens, *_ in train:
        weight = 3 if language == "yue" else 1
        for count, key in ((collections.Counter(tokens), lambda c: f"u|{c}"), (collections.Counter(zip(tokens, tokens[1:])), lambda p: f"b|{p[0]}\t{p[1]}")):
            for item, times in count.items():
                if times > 1:
                    single[key(item)] += times * weight * (20 if isinstance(item, str) else 1)
        for item, times in collections.Counter(zip(tokens, tokens[1:], tokens[2:])).items():
            if times > 1:
                triple["t|" + "\t".join(item)] += times * weight
    return Table.build((key for key, count in single.most_common() if count >= MINIMUM), SLOTS[0]), Table.build((key for key, _ in triple.most_common()), SLOTS[1])


def rows(language, tokens, first, second):
    numbers = {"": 0}
    ids = np.array([numbers.setdefault(token, len(numbers)) for token in tokens], np.int64)
    names = list(numbers)
    before = np.concatenate(([0], ids[:-1]))
    if MODEL == "words":
        keys = [word_keys("", word, language) for word in names]
        a = np.array([[first.row(key) for key in words] for words, _ in keys], np.int32)[ids]
        b = np.array([[second.row(key) for key in parts] for _, parts in keys], np.int32)[ids]
        unique, inverse = np.unique(before * len(names) + ids, return_inverse=True)
        pairs = np.array([second.row(pair_key(names[code // len(names)], names[code % len(names)], language)) for code in unique.tolist()], np.int32)
        b[:, -1] = pairs[inverse]
        return a, b
    before2 = np.concatenate(([0, 0], ids[:-2]))
    unique, inverse = np.unique((before2 * len(names) + before) * len(names) + ids, return_inverse=True)
    a, b = np.zeros((len(unique), 2), np.int32), np.zeros((len(unique), 1), np.int32)
    for index, code in enumerate(unique.tolist()):
        code, last = divmod(code, len(names))
        singles, triples = character_keys(names[code // len(names)], names[code % len(names)], names[last])
        a[index] = [first.row(key) for key in singles]
        b[index, 0] = second.row(triples[0])
    return a[inverse], b[inverse]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    train = []
    if len(sys.argv) > 4:
        made = np.load(OUT / f"{MODEL}-tables.npz")
        first, second = Table(made["first"]), Table(made["second"])
    else:
        train = list(streams("train"))
        first, second = tables(train)
        np.savez(OUT / f"{MODEL}-tables.npz", first=first.fingerprints, second=second.fingerprints)
    for split, items in (("train", train), ("test", streams("test"))):
        for language, source, tokens, marks, case, ends in items:
            a, b = rows(language, tokens, first, second)
            np.savez(OUT / f"{MODEL}-{split}-{language}-{source}.npz", a=a, b=b, marks=marks, case=case, ends=ends)
            print(split, language, source, len(tokens), "known %.3f %.3f" % ((a[:, -1] > 0).mean(), (b[:, -1] > 0).mean()), np.bincount(marks, minlength=5).tolist(), flush=True)


if __name__ == "__main__":
    main()
