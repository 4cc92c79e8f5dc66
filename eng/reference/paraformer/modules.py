"""Paraformer's parts in PyTorch, after the published papers: SAN-M encoder, continuous integrate-and-fire, FSMN decoder, bias decoder, timestamp predictor."""
import math

import torch
import torch.nn.functional as F
from torch import nn

KERNEL = 11


def mask_of(lengths, count):
    return (torch.arange(count, device=lengths.device)[None, :] < lengths[:, None]).to(torch.float32)


def positions(first, count, width):
    """Sines in the first half, cosines in the second; positions count from 1."""
    half = width // 2
    rates = torch.exp(torch.arange(half, dtype=torch.float32) * (-math.log(10000) / (half - 1)))
    angles = (torch.arange(count, dtype=torch.float32) + first)[:, None] * rates[None, :]
    return torch.cat([torch.sin(angles), torch.cos(angles)], 1)


def attend(query, key, value, heads, mask):
    batch, length, width = query.shape
    split = lambda x: x.reshape(batch, -1, heads, width // heads).transpose(1, 2)
    scores = split(query) @ split(key).transpose(2, 3) / math.sqrt(width // heads)
    weights = torch.softmax(scores + (mask[:, None, None, :] - 1) * 1e9, -1) * mask[:, None, None, :]
    return (weights @ split(value)).transpose(1, 2).reshape(batch, length, width)


class Memory(nn.Module):
    """FSMN: every channel filtered over time, plus itself."""

    def __init__(self, width, left, right):
        super().__init__()
        self.left, self.right = left, right
        self.filter = nn.Conv1d(width, width, left + right + 1, groups=width, bias=False)

    def forward(self, x, mask):
        x = x * mask[:, :, None]
        return (self.filter(F.pad(x.transpose(1, 2), (self.left, self.right))).transpose(1, 2) + x) * mask[:, :, None]

    def continued(self, x, cache, mask):
        """The same with what was there before in the cache, [batch, width, left]."""
        x = x * mask[:, :, None]
        whole = torch.cat([cache, x.transpose(1, 2)], 2)
        return self.filter(whole).transpose(1, 2) + x, whole[:, :, -self.left:]


class EncoderLayer(nn.Module):
    def __init__(self, inputs, width, inner, heads):
        super().__init__()
        self.same, self.heads = inputs == width, heads
        self.norm1, self.norm2 = nn.LayerNorm(inputs), nn.LayerNorm(width)
        self.mix = nn.Linear(inputs, 3 * width)
        self.memory = Memory(width, KERNEL // 2, KERNEL // 2)
        self.out, self.up, self.down = nn.Linear(width, width), nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x, mask):
        q, k, v = torch.chunk(self.mix(self.norm1(x)), 3, -1)
        y = self.out(attend(q, k, v, self.heads, mask)) + self.memory(v, mask)
        x = x + y if self.same else y
        return x + self.down(torch.relu(self.up(self.norm2(x))))


class Encoder(nn.Module):
    def __init__(self, inputs, width, inner, heads, layers):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(inputs if i == 0 else width, width, inner, heads) for i in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, x, mask):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


class Predictor(nn.Module):
    """One weight a frame: how much of a token it holds."""

    def __init__(self, width):
        super().__init__()
        self.conv, self.out = nn.Conv1d(width, width, 3, padding=1), nn.Linear(width, 1)

    def forward(self, x, mask):
        y = torch.relu(self.conv((x * mask[:, :, None]).transpose(1, 2))).transpose(1, 2)
        return torch.sigmoid(self.out(y))[..., 0] * mask


class TimestampPredictor(nn.Module):
    """Weights at three times the rate, scaled to the number of tokens."""

    def __init__(self, width):
        super().__init__()
        self.up = nn.ConvTranspose1d(width, width, 3, 3)
        self.lstm = nn.LSTM(width, width, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * width, 1)

    def forward(self, x, mask, count):
        y = torch.relu(self.up(x.transpose(1, 2))).transpose(1, 2)
        y, _ = self.lstm(y)
        alphas = torch.sigmoid(self.out(y))[..., 0] * mask[:, :, None].repeat(1, 1, 3).reshape(mask.shape[0], -1)
        alphas = alphas * (count / alphas.sum(1))[:, None]
        threshold = 1 - 1e-4
        total = torch.cumsum(alphas, 1)
        fired = torch.floor((total - alphas) / threshold)
        return alphas, total - fired * threshold


def fire_all(hidden, alphas):
    """Integrate-and-fire of a whole utterance without a loop: token u is the stretch from u to u + 1 of the weights' running sum."""
    total = torch.cumsum(alphas, 1)
    before = total - alphas
    count = torch.floor(total[:, -1] + 1e-6)
    tokens = torch.arange(512, dtype=torch.float32)[: count.max().to(torch.int64)]
    share = torch.minimum(total[:, None, :], tokens[None, :, None] + 1) - torch.maximum(before[:, None, :], tokens[None, :, None])
    return torch.relu(share) @ hidden, count


def fire_stepwise(steps, carried):
    """The same as a loop, with what was left of earlier steps. Yields step numbers and embeddings; returns what is left."""
    left_alpha, left_hidden = carried
    integrate, frame = 0.0, torch.zeros_like(left_hidden)
    fires = []
    for i, (hidden, alpha) in enumerate([(left_hidden, left_alpha), *steps]):
        if integrate + alpha < 1.0:
            integrate, frame = integrate + alpha, frame + alpha * hidden
        else:
            fires.append((i - 1, frame + (1 - integrate) * hidden))
            integrate = integrate + alpha - 1.0
            frame = integrate * hidden
    return fires, (integrate, frame / integrate if integrate > 0 else frame)


class FeedForward(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.up, self.norm, self.down = nn.Linear(width, inner), nn.LayerNorm(inner), nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.down(self.norm(torch.relu(self.up(x))))


class DecoderLayer(nn.Module):
    def __init__(self, width, inner, heads, streaming):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.feed = FeedForward(width, inner)
        self.memory = Memory(width, KERNEL - 1, 0) if streaming else Memory(width, KERNEL // 2, KERNEL // 2)
        self.query, self.pair, self.out = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)

    def forward(self, x, mask, encoded, encoded_mask, cache=None):
        y = self.norm2(self.feed(self.norm1(x)))
        if cache is None:
            y = self.memory(y, mask)
        else:
            y, cache = self.memory.continued(y, cache, mask)
        x = x + y
        k, v = torch.chunk(self.pair(encoded), 2, -1)
        return x + self.out(attend(self.query(self.norm3(x)), k, v, self.heads, encoded_mask)), cache


class Decoder(nn.Module):
    def __init__(self, width, inner, heads, layers, streaming):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(width, inner, heads, streaming) for _ in range(layers))
        self.norm1, self.feed, self.norm = nn.LayerNorm(width), FeedForward(width, inner), nn.LayerNorm(width)

    def forward(self, x, mask, encoded, encoded_mask, caches=None):
        left = []
        for i, layer in enumerate(self.layers):
            x, cache = layer(x, mask, encoded, encoded_mask, caches[i] if caches else None)
            left.append(cache)
        return self.norm(self.feed(self.norm1(x))), left
