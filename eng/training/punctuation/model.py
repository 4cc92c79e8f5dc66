"""The network: log-odds of marks around hashed keys and learned values of the keys, lined up with the gap that is judged, and gated causal convolutions.

Everything is causal, so that the engine computes each place once: the decision about unit t is read at place t + DELAY, and a place sees the units around it only.
"""
import torch
from torch import nn
from torch.nn import functional

# keys: of a unit in each table; around: units before and after a place whose counts are used; free: learned values of a key of the first table, seen from places
# up to `free_around` away; blocks: taps, dilation.
SHAPES = {
    "words": dict(width=128, bottleneck=48, head=80, keys=(1, 7), around=((-5, 4), (-3, 3)), free=24, free_around=(-3, 3), delay=3, blocks=[(5, 1), (5, 2), (5, 5)], languages=["en", "de", "fr", "ru", "ko"]),
    "characters": dict(width=128, bottleneck=48, head=80, keys=(2, 1), around=((-6, 6), (-4, 5)), free=14, free_around=(-3, 3), delay=5, blocks=[(5, 1), (5, 2), (5, 5)], languages=["zh", "yue", "ja"]),
}
MARKS, CASES = 5, 3
JUDGED, EXTRA, EXTRA_AROUND = 3, 3, (-1, 1)


def offsets(name, table):
    low, high = SHAPES[name]["around"][table]
    return list(range(low, high + 1))


def counted(name, table):
    """Counted values of a key: of comma, stop and question at each offset, then of a question's sentence and of the two capital casings."""
    return len(offsets(name, table)) * JUDGED + EXTRA


def columns(name, table):
    return counted(name, table) + (SHAPES[name]["free"] if table == 0 else 0)


def reach(name):
    """Units before and after a place that its first layer sees."""
    return -min(low for low, _ in SHAPES[name]["around"]), max(high for _, high in SHAPES[name]["around"])


def delay(name):
    return SHAPES[name]["delay"]


def look_ahead(name):
    return reach(name)[1] + delay(name)


def history(name):
    """Places before a place whose narrowed values its blocks need."""
    return max(dilation * (taps - 1) for taps, dilation in SHAPES[name]["blocks"])


def look_back(name):
    return reach(name)[0] + sum(dilation * (taps - 1) for taps, dilation in SHAPES[name]["blocks"]) - delay(name)


def pieces(name):
    """(table, offset, first column, columns) of each group of values that the first layer sees."""
    for table in (0, 1):
        for index, offset in enumerate(offsets(name, table)):
            yield table, offset, index * JUDGED, JUDGED
        for offset in range(EXTRA_AROUND[0], EXTRA_AROUND[1] + 1):
            yield table, offset, counted(name, table) - EXTRA, EXTRA
    for offset in range(SHAPES[name]["free_around"][0], SHAPES[name]["free_around"][1] + 1):
        yield 0, offset, counted(name, 0), SHAPES[name]["free"]


def begin_text(name, a, b):
    """Gives windows [..., units, keys] cut out of a longer text the rows of a text's beginning: nothing before it makes pairs and triples with it."""
    if name == "words":
        b[:, 0, -1] = 0
    else:
        a[:, 0, 1] = 0
        b[:, :2, 0] = 0


class LinedUp(torch.autograd.Function):
    """Values [batch, keys, columns, places] of both tables as the first layer sees them; by hand, as slicing would add a full-size gradient for each piece."""

    @staticmethod
    def forward(context, name, places, *values):
        context.name, context.places, context.shapes = name, places, [value.shape for value in values]
        before = reach(name)[0]
        return torch.cat([values[table][:, :, start:start + width, before + offset:before + offset + places].flatten(1, 2)
                          for table, offset, start, width in pieces(name)], 1)

    @staticmethod
    def backward(context, gradient):
        grown, channel, before = [gradient.new_zeros(shape) for shape in context.shapes], 0, reach(context.name)[0]
        for table, offset, start, width in pieces(context.name):
            keys = context.shapes[table][1]
            part = gradient[:, channel:channel + keys * width].unflatten(1, (keys, width))
            grown[table][:, :, start:start + width, before + offset:before + offset + context.places] += part
            channel += keys * width
        return (None, None, *grown)


class Block(nn.Module):
    def __init__(self, width, bottleneck, taps, dilation):
        super().__init__()
        self.back, self.dilation = dilation * (taps - 1), dilation
        self.narrow = nn.Conv1d(width, bottleneck, 1, bias=False)
        self.norm = nn.BatchNorm1d(bottleneck)
        self.conv = nn.Conv1d(bottleneck, 2 * width, taps, dilation=dilation)

    def forward(self, x):
        u = torch.relu(self.norm(self.narrow(x)))
        return x + functional.glu(self.conv(functional.pad(u, (self.back, 0))), dim=1)


class Punctuator(nn.Module):
    def __init__(self, name, slots):
        super().__init__()
        self.name, shape = name, SHAPES[name]
        # Row 0 is an unknown key, the last row what stands before the first unit and after the last: nothing.
        self.absent = [count + 1 for count in slots]
        self.tables = nn.ModuleList(nn.Embedding(slots[i] + 2, columns(name, i), padding_idx=slots[i] + 1) for i in (0, 1))
        for table in self.tables:
            table.weight.data.zero_()
        self.language = nn.Embedding(len(shape["languages"]), shape["width"])
        self.enter = nn.Conv1d(sum(shape["keys"][table] * width for table, _, _, width in pieces(name)), shape["width"], 1)
        self.blocks = nn.ModuleList(Block(shape["width"], shape["bottleneck"], *block) for block in shape["blocks"])
        self.narrow = nn.Conv1d(shape["width"], shape["head"], 1, bias=False)
        self.norm = nn.BatchNorm1d(shape["head"])
        self.out = nn.Conv1d(shape["head"], MARKS + CASES, 1)
        nn.init.normal_(self.language.weight, std=0.1)

    def forward(self, a, b, language):
        """Rows [batch, units, keys] of both tables, `absent` where there is no unit, to scores [batch, marks and casings, units]."""
        before, after = reach(self.name)
        wait, count = delay(self.name), a.shape[1]
        values = []
        for table, rows, absent in zip(self.tables, (a, b), self.absent):
            rows = functional.pad(rows, (0, 0, before, after + wait), value=absent)
            values.append(table(rows).permute(0, 2, 3, 1))
        x = LinedUp.apply(self.name, count + wait, *values)
        x = torch.relu(self.enter(x) + self.language(language)[:, :, None])
        for block in self.blocks:
            x = block(x)
        return self.out(torch.relu(self.norm(self.narrow(x[:, :, wait:]))))
