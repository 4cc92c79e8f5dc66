"""Small streaming networks with the inputs, outputs, caches and metadata of the public zipformer exports.

They are not zipformers: a block has the attention, the second value product, the non-linear attention and the convolutions that the caches of the
real one belong to, and every cache counts in the output, but scalings, bypasses and normalisation are simpler.
"""
import torch
from torch import nn

JOINER = 16


def shift_in(cache, new, axis):
    """The cache with the new values behind it, and the next cache: its last values."""
    both = torch.cat([cache, new], axis)
    return both, both.narrow(axis, both.shape[axis] - cache.shape[axis], cache.shape[axis])


def weights(q, k, heads, valid):
    """Attention weights [N, heads, T, S] of q [T, N, D] on k [S, N, D]; the oldest of k are ignored until they have been heard."""
    head = lambda t: t.reshape(t.shape[0], t.shape[1], heads, t.shape[2] // heads).permute(1, 2, 0, 3)
    scores = head(q) @ head(k).transpose(-2, -1) * (q.shape[2] // heads) ** -0.5
    return scores.masked_fill(~valid[:, None, None, :], -1000.0).softmax(-1)


def gather(w, v):
    """w [N, heads, T, S] on v [S, N, D] gives [T, N, D]."""
    heads = w.shape[1]
    values = v.reshape(v.shape[0], v.shape[1], heads, v.shape[2] // heads).permute(1, 2, 0, 3)
    return (w @ values).permute(2, 0, 1, 3).reshape(w.shape[2], v.shape[1], v.shape[2])


class Memory(nn.Module):
    """A causal depth-wise convolution with a cache [N, D, kernel]."""

    def __init__(self, width, cache):
        super().__init__()
        self.convolution = nn.Conv1d(width, width, cache + 1, groups=width)

    def forward(self, x, cache):
        both, cache = shift_in(cache, x.permute(1, 2, 0), 2)
        return torch.tanh(self.convolution(both)).permute(2, 0, 1), cache


class Block(nn.Module):
    """version 2: query, key and two values of heads·size; version 1 (size of the value half of the key) has a running mean instead of the non-linear attention."""

    def __init__(self, width, query, value, heads, cache, version):
        super().__init__()
        self.heads, self.version = heads, version
        self.query, self.key = nn.Linear(width, query), nn.Linear(width, query)
        self.value1, self.value2 = nn.Linear(width, value), nn.Linear(width, value)
        self.out1, self.out2 = nn.Linear(value, width), nn.Linear(value, width)
        self.memory1, self.memory2 = Memory(width, cache), Memory(width, cache)
        self.gate = nn.Linear(width, 3 * width // 4 if version == 2 else width)
        self.gate_out = nn.Linear(3 * width // 4 if version == 2 else width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x, state, heard):
        """heard: int64 [N], the frames before these."""
        key, extra, value1, value2, conv1, conv2 = state
        left, time = key.shape[0], x.shape[0]
        at = torch.arange(left)
        cached = (left - 1 - at)[None, :] < heard[:, None]
        valid = torch.cat([cached, torch.ones_like(cached[:, :1]).expand(-1, time)], 1)
        keys, key = shift_in(key, self.key(x), 0)
        w = weights(self.query(x), keys, self.heads, valid)
        gates = torch.tanh(self.gate(x))
        if self.version == 2:
            both, extra = shift_in(extra, gates.permute(1, 0, 2)[None], 2)
            mixed = (w[:, 0] @ both[0]).permute(1, 0, 2)
        else:
            count = heard.to(x.dtype)[None, :, None]
            at = torch.arange(1, time + 1).to(x.dtype)[:, None, None]
            mixed = (extra[None] * count + gates.cumsum(0)) / (count + at)
            extra = mixed[-1]
        values, value1 = shift_in(value1, self.value1(x), 0)
        x = x + self.gate_out(mixed) + self.out1(gather(w, values))
        m, conv1 = self.memory1(x, conv1)
        x = x + m
        values, value2 = shift_in(value2, self.value2(x), 0)
        x = x + self.out2(gather(w, values))
        m, conv2 = self.memory2(x, conv2)
        return self.norm(x + m), [key, extra, value1, value2, conv1, conv2]


class Encoder(nn.Module):
    """Stacks at 20 ms and at 40 ms a frame, over a convolution that halves the rate; 40 ms a frame in the end."""

    def __init__(self, version, chunk, dims, layers, heads, query, value, kernels, left, outputs, ctc):
        super().__init__()
        self.version, self.chunk, self.dims, self.layers, self.heads = version, chunk, dims, layers, heads
        self.query, self.value, self.kernels, self.left, self.ctc = query, value, kernels, left, ctc
        self.frames = chunk + (13 if version == 2 else 7)
        wide = 128 if version == 2 else 16
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(1, 4, 3, padding=(0, 1)), nn.Conv2d(4, 6, 3, stride=2), nn.Conv2d(6, wide, 3, stride=(1, 2))
        if version == 2:
            self.deep, self.up, self.down = nn.Conv2d(128, 128, 7, groups=128, padding=(0, 3)), nn.Conv2d(128, 8, 1), nn.Conv2d(8, 128, 1)
        self.project = nn.Linear(wide * 19, dims[0])
        self.enter = nn.ModuleList(nn.Linear(dims[max(0, s - 1)], dims[s]) for s in range(len(dims)))
        self.blocks = nn.ModuleList(nn.ModuleList(
            Block(dims[s], query[s] * heads[s], value[s] * heads[s], heads[s], kernels[s] // 2 if version == 2 else kernels[s] - 1, version)
            for _ in range(layers[s])) for s in range(len(dims)))
        self.out = nn.Linear(dims[-1], outputs)

    def metadata(self):
        join = lambda numbers: ",".join(str(n) for n in numbers)
        entries = {"model_type": "zipformer2" if self.version == 2 else "zipformer", "version": 1, "encoder_dims": join(self.dims), "num_encoder_layers": join(self.layers),
                   "cnn_module_kernels": join(self.kernels), "left_context_len": join(self.left), "T": self.frames, "decode_chunk_len": self.chunk, "comment": "reference"}
        if self.version == 2:
            entries |= {"query_head_dims": join(self.query), "value_head_dims": join(self.value), "num_heads": join(self.heads)}
        else:
            entries |= {"attention_dims": join(q * h for q, h in zip(self.query, self.heads))}
        return entries

    def states(self):
        """Names and initial values, in the order of the graph's inputs."""
        named = []
        per_layer = ["key", "nonlin_attn", "val1", "val2", "conv1", "conv2"]
        shapes = lambda s: [(self.left[s], 1, self.query[s] * self.heads[s]), (1, 1, self.left[s], 3 * self.dims[s] // 4), (self.left[s], 1, self.value[s] * self.heads[s]),
                            (self.left[s], 1, self.value[s] * self.heads[s]), (1, self.dims[s], self.kernels[s] // 2), (1, self.dims[s], self.kernels[s] // 2)]
        if self.version == 2:
            index = 0
            for s, count in enumerate(self.layers):
                for _ in range(count):
                    named += [(f"cached_{name}_{index}", torch.zeros(shape)) for name, shape in zip(per_layer, shapes(s))]
                    index += 1
            return named + [("embed_states", torch.zeros(1, 128, 3, 19)), ("processed_lens", torch.zeros(1, dtype=torch.int64))]
        for name in ("len", "avg", "key", "val", "val2", "conv1", "conv2"):
            for s, count in enumerate(self.layers):
                q, v, c = self.query[s] * self.heads[s], self.value[s] * self.heads[s], self.kernels[s] - 1
                shape = {"len": (count, 1), "avg": (count, 1, self.dims[s]), "key": (count, self.left[s], 1, q), "val": (count, self.left[s], 1, v),
                         "val2": (count, self.left[s], 1, v)}.get(name, (count, 1, self.dims[s], c))
                named.append((f"cached_{name}_{s}", torch.zeros(shape, dtype=torch.int64 if name == "len" else torch.float32)))
        return named

    def forward(self, x, *states):
        states = list(states)
        x = torch.relu(self.conv3(torch.relu(self.conv2(torch.relu(self.conv1(x[:, None]))))))
        if self.version == 2:
            embedded, heard = states[-2], states[-1]
            both = torch.cat([embedded, x], 2)
            embedded = x[:, :, x.shape[2] - 6:x.shape[2] - 3]
            x = x[:, :, :x.shape[2] - 3] + self.down(torch.relu(self.up(self.deep(both))))
        x = self.project(x.permute(0, 2, 1, 3).reshape(x.shape[0], -1, x.shape[1] * 19)).permute(1, 0, 2)
        time, following, index, stacks = x.shape[0], [], 0, len(self.dims)
        columns = [[] for _ in range(7)]
        for s in range(stacks):
            x = self.enter[s](x)
            if s == 1:
                x = (x[0::2] + x[1::2]) / 2
            if self.version == 2:
                for block in self.blocks[s]:
                    x, new = block(x, states[index:index + 6], heard // (1 + s))
                    following += new
                    index += 6
                continue
            length, average, key, value, value2, conv1, conv2 = [states[kind * stacks + s] for kind in range(7)]
            kept = [[] for _ in range(7)]
            for i, block in enumerate(self.blocks[s]):
                x, (k, a, v1, v2, c1, c2) = block(x, [key[i], average[i], value[i], value2[i], conv1[i], conv2[i]], length[i])
                for column, item in zip(kept, (length[i] + x.shape[0], a, k, v1, v2, c1, c2)):
                    column.append(item)
            for column, items in zip(columns, kept):
                column.append(torch.stack(items))
        x = self.out(x).permute(1, 0, 2)
        if self.ctc:
            x = x.log_softmax(-1)
        following = following + [embedded, heard + time] if self.version == 2 else [item for column in columns for item in column]
        return (x, *following)


class Decoder(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embedding, self.convolution = nn.Embedding(vocabulary, JOINER), nn.Conv1d(JOINER, JOINER, 2, groups=4)

    def forward(self, y):
        rows = self.embedding(y.clamp(min=0)) * (y >= 0).unsqueeze(-1)
        return torch.relu(self.convolution(rows.permute(0, 2, 1)).permute(0, 2, 1)).squeeze(1)


class Joiner(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.out = nn.Linear(JOINER, vocabulary)

    def forward(self, encoder_out, decoder_out):
        return self.out(torch.tanh(encoder_out + decoder_out))
