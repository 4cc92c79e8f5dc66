"""The network: log-odds of marks around hashed keys, lined up with the gap that is judged, and gated convolutions over what they say."""
import torch
from torch import nn
from torch.nn import functional

# keys: of a unit in each table; around: units before and after a gap whose counts are used; blocks: taps, dilation, taps ahead.
SHAPES = {
    "words": dict(keys=(1, 4), around=((-5, 5), (-3, 4)), blocks=[(5, 2, 0), (5, 6, 0), (3, 1, 1)], languages=["en", "de", "fr", "ru", "ko"]),
    "characters": dict(keys=(2, 1), around=((-6, 6), (-4, 5)), blocks=[(5, 2, 1), (5, 8, 0), (3, 1, 1)], languages=["zh", "yue", "ja"]),
}
WIDTH, BOTTLENECK, HEAD, MARKS, CASES = 64, 24, 48, 5, 3
JUDGED, EXTRA, EXTRA_AROUND = 3, 3, (-1, 1)


def offsets(name, table):
    low, high = SHAPES[name]["around"][table]
    return list(range(low, high + 1))


def columns(name, table):
    """Values a key has: of comma, stop and question at each offset, then of a question's sentence and of the two capital casings."""
    return len(offsets(name, table)) * JUDGED + EXTRA


def look_ahead(name):
    return max(high for _, high in SHAPES[name]["around"]) + sum(dilation * ahead for _, dilation, ahead in SHAPES[name]["blocks"])


def look_back(name):
    return -min(low for low, _ in SHAPES[name]["around"]) + sum(dilation * (taps - 1 - ahead) for taps, dilation, ahead in SHAPES[name]["blocks"])


def pieces(name):
    """(table, offset, first column, columns) of each group of values that the first layer sees."""
    for table in (0, 1):
        for index, offset in enumerate(offsets(name, table)):
            yield table, offset, index * JUDGED, JUDGED
        for offset in range(EXTRA_AROUND[0], EXTRA_AROUND[1] + 1):
            yield table, offset, columns(name, table) - EXTRA, EXTRA


def shifted(x, offset):
    """What stands `offset` places later, nothing beyond the ends."""
    if offset == 0:
        return x
    return functional.pad(x[:, offset:], (0, 0, 0, offset)) if offset > 0 else functional.pad(x[:, :offset], (0, 0, -offset, 0))


class Block(nn.Module):
    def __init__(self, taps, dilation, ahead):
        super().__init__()
        self.pad = (dilation * (taps - 1 - ahead), dilation * ahead)
        self.dilation = dilation
        self.narrow = nn.Conv1d(WIDTH, BOTTLENECK, 1, bias=False)
        self.norm = nn.BatchNorm1d(BOTTLENECK)
        self.conv = nn.Conv1d(BOTTLENECK, 2 * WIDTH, taps, dilation=dilation)

    def forward(self, x, mask):
        u = torch.relu(self.norm(self.narrow(x))) * mask
        return x + functional.glu(self.conv(functional.pad(u, self.pad)), dim=1)


class Punctuator(nn.Module):
    def __init__(self, name, slots):
        super().__init__()
        self.name, shape = name, SHAPES[name]
        self.tables = nn.ModuleList(nn.Embedding(slots[i] + 1, columns(name, i)) for i in (0, 1))
        for table in self.tables:
            table.weight.data.zero_()
        self.language = nn.Embedding(len(shape["languages"]), WIDTH)
        self.enter = nn.Linear(sum(shape["keys"][table] * width for table, _, _, width in pieces(name)), WIDTH)
        self.blocks = nn.ModuleList(Block(*block) for block in shape["blocks"])
        self.narrow = nn.Conv1d(WIDTH, HEAD, 1, bias=False)
        self.norm = nn.BatchNorm1d(HEAD)
        self.out = nn.Conv1d(HEAD, MARKS + CASES, 1)
        nn.init.normal_(self.language.weight, std=0.1)

    def forward(self, a, b, language, mask):
        values = [table(rows) for table, rows in zip(self.tables, (a, b))]
        x = torch.cat([shifted(values[table][..., start:start + width].flatten(2), offset) for table, offset, start, width in pieces(self.name)], 2)
        x = torch.relu(self.enter(x) + self.language(language)[:, None])
        x = x.transpose(1, 2)
        mask = mask[:, None]
        for block in self.blocks:
            x = block(x, mask)
        return self.out(torch.relu(self.norm(self.narrow(x))))
