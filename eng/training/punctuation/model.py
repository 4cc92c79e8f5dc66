"""The network: hashed embeddings, gated convolutions with little look-ahead, two heads."""
import torch
from torch import nn
from torch.nn import functional

# (taps, dilation, taps ahead) of each block; look-ahead = sum of dilation x taps ahead.
SHAPES = {
    "words": dict(first=(1, 64), second=(4, 32), blocks=[(5, 1, 2), (5, 2, 1), (5, 1, 2), (5, 4, 0), (5, 1, 1)], languages=["en", "de", "fr", "ru", "ko"]),
    "characters": dict(first=(2, 64), second=(1, 32), blocks=[(7, 1, 3), (5, 3, 1), (7, 1, 3), (5, 8, 0), (5, 1, 2)], languages=["zh", "yue", "ja"]),
}
WIDTH, BOTTLENECK, HEAD, MARKS, CASES = 96, 32, 64, 5, 3


def look_ahead(name):
    return sum(dilation * ahead for _, dilation, ahead in SHAPES[name]["blocks"])


def look_back(name):
    return sum(dilation * (taps - 1 - ahead) for taps, dilation, ahead in SHAPES[name]["blocks"])


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
        shape = SHAPES[name]
        (self.n1, d1), (self.n2, d2) = shape["first"], shape["second"]
        self.first = nn.Embedding(slots[0] + 1, d1)
        self.second = nn.Embedding(slots[1] + 1, d2)
        self.language = nn.Embedding(len(shape["languages"]), WIDTH)
        self.enter = nn.Linear(self.n1 * d1 + self.n2 * d2, WIDTH)
        self.blocks = nn.ModuleList(Block(*block) for block in shape["blocks"])
        self.narrow = nn.Conv1d(WIDTH, HEAD, 1, bias=False)
        self.norm = nn.BatchNorm1d(HEAD)
        self.out = nn.Conv1d(HEAD, MARKS + CASES, 1)
        for table in (self.first, self.second, self.language):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, a, b, language, mask):
        x = torch.cat((self.first(a).flatten(2), self.second(b).flatten(2)), 2)
        x = self.enter(functional.dropout(x, 0.1, self.training)) + self.language(language)[:, None]
        x = x.transpose(1, 2)
        mask = mask[:, None]
        for block in self.blocks:
            x = block(x, mask)
        x = functional.dropout(torch.relu(self.norm(self.narrow(x))), 0.1, self.training)
        return self.out(x)
