"""Hashed features, exactly as Paraformer.Engine.Text computes them: FNV-1a over UTF-8, two slots a key, a 16-bit fingerprint of the slot's owner."""
import numpy as np

MASK = 0xFFFFFFFF


def fnv1a(data, state=0x811C9DC5):
    for byte in data:
        state = ((state ^ byte) * 0x01000193) & MASK
    return state


def hashes(key):
    """(first slot hash, second slot hash, fingerprint 1..65535)."""
    first = fnv1a(key.encode("utf-8"))
    second = fnv1a(b"\xff", first)
    third = fnv1a(b"\xfe", second)
    return first, second, (third >> 16) or 1


class Table:
    """A vocabulary without its words: row 0 is 'unknown', a key's row is the slot that holds its fingerprint."""

    def __init__(self, fingerprints):
        self.fingerprints = fingerprints
        self.slots = len(fingerprints)
        self.cache = {}
        self.rows = None

    @classmethod
    def build(cls, keys, slots):
        fingerprints = np.zeros(slots, np.uint16)
        placed, rows = 0, {}
        for key in keys:
            first, second, fingerprint = hashes(key)
            for slot in (first % slots, second % slots):
                if fingerprints[slot] == 0:
                    fingerprints[slot] = fingerprint
                    placed += 1
                    rows[key] = slot + 1
                    break
                if fingerprints[slot] == fingerprint:
                    rows[key] = slot + 1
                    break
            if placed >= slots * 0.93:
                break
        table = cls(fingerprints)
        table.rows = rows
        return table

    def row(self, key):
        if self.rows is not None:
            # While the vocabulary is at hand nothing need be hashed: a stranger takes an owner's fingerprint for its own three times in 100,000.
            return self.rows.get(key, 0)
        row = self.cache.get(key)
        if row is None:
            first, second, fingerprint = hashes(key)
            row = 0
            for slot in (first % self.slots, second % self.slots):
                if self.fingerprints[slot] == fingerprint:
                    row = slot + 1
                    break
            self.cache[key] = row
        return row


def shape(token):
    """Digits carry no meaning of their own."""
    return "".join("0" if c.isdigit() else c for c in token.lower())


def pair_key(before, word, language):
    return f"b{language}|{shape(before)}\t{shape(word)}"


def word_keys(before, word, language):
    """Keys of one word of a language written with spaces: (table 0: word), (table 1: endings and beginnings, the pair it ends)."""
    pair, word = pair_key(before, word, language), shape(word)
    return [f"w{language}|{word}"], [f"1{language}|{word[-1:]}", f"2{language}|{word[-2:]}", f"3{language}|{word[-3:]}", f"4{language}|{word[-4:]}", f"p{language}|{word[:3]}", f"q{language}|{word[:5]}", pair]


def character_keys(before2, before, character):
    """Keys of one character: (table 0: it, and the pair it ends), (table 1: the triple it ends)."""
    return [f"u|{character}", f"b|{before}\t{character}"], [f"t|{before2}\t{before}\t{character}"]
