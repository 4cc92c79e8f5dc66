"""The streaming Paraformer of eng/reference/paraformer as it is trained: all chunks of a batch of sentences at once."""
import pathlib
import sys
import types

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "reference" / "paraformer"))
from graphs import FEATURES, StreamingDecoder, StreamingEncoder  # noqa: E402
from modules import mask_of, positions  # noqa: E402

from grammar import TOKENS  # noqa: E402

SIZE = types.SimpleNamespace(width=96, inner=256, heads=4, layers=2, encoder_layers=5, vocabulary=len(TOKENS))
LEFT, NEW, RIGHT = 5, 10, 5
CONTEXT = LEFT + RIGHT

# Weights that sum up to a little more than one complete their token at once; the remainder of a whole sentence is no token's.
SURPLUS = 1.03


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        encoder = types.SimpleNamespace(**{**vars(SIZE), "layers": SIZE.encoder_layers})
        self.encoder, self.decoder = StreamingEncoder(encoder), StreamingDecoder(SIZE)
        self.ctc = nn.Linear(SIZE.width, SIZE.vocabulary)
        nn.init.constant_(self.encoder.predictor.out.bias, -1.5)

    def forward(self, frames, lengths, targets, counts):
        """Losses: tokens (cross entropy), their number, their places, and the auxiliary alignment's (CTC)."""
        enc, alphas, seen = self.chunks(frames, lengths)
        batch, chunks = seen.shape[:2]
        active = slice(LEFT, LEFT + NEW)
        hidden, weights = enc[:, :, active].reshape(batch, -1, SIZE.width), alphas[:, :, active].reshape(batch, -1)
        total = weights.sum(1)
        number = (total - SURPLUS * counts).abs().mean()
        weights = weights * (counts / total.clamp(min=1e-3))[:, None]
        embeds, at = fire(hidden, weights, targets.shape[1])
        scores = self.decode(embeds, mask_of(counts, targets.shape[1]), enc, seen, at)
        tokens = F.cross_entropy(scores.reshape(-1, SIZE.vocabulary), targets.reshape(-1), ignore_index=0, label_smoothing=0.05)
        # Frame j of what is active is frame j - LEFT of the sentence.
        paths, known_frames = torch.log_softmax(self.ctc(hidden), -1).transpose(0, 1), (lengths + LEFT).clamp(max=chunks * NEW)
        aligned = F.ctc_loss(paths, targets, known_frames, counts, reduction="none", zero_infinity=True)
        place = (torch.cumsum(alphas[:, :, active].reshape(batch, -1), 1) - torch.cumsum(spikes(paths, aligned, counts), 1)).abs().mean()
        aligned = (aligned / counts).mean()
        with torch.no_grad():
            known = targets > 0
            right = ((scores.argmax(-1) == targets) & known).sum() / known.sum()
        return tokens, number, place, aligned, right

    def chunks(self, frames, lengths):
        """Cuts sentences as the engine does: ten old frames before every ten new ones, silence before the first."""
        scaled = frames * SIZE.width ** 0.5 + positions(1, frames.shape[1], FEATURES)[None]
        count = -(-(frames.shape[1] + RIGHT) // NEW)
        padded = F.pad(scaled, (0, 0, CONTEXT, count * NEW - frames.shape[1]))
        x = padded.unfold(1, CONTEXT + NEW, NEW).transpose(2, 3)[:, :count]
        at = torch.arange(count)[:, None] * NEW - CONTEXT + torch.arange(CONTEXT + NEW)[None]
        seen = (at[None] < lengths[:, None, None]).to(torch.float32)
        enc = self.encoder.encoder(x.reshape(-1, CONTEXT + NEW, FEATURES), seen.reshape(-1, CONTEXT + NEW))
        alphas = self.encoder.predictor(enc, seen.reshape(-1, CONTEXT + NEW))
        shape = (len(frames), count, CONTEXT + NEW)
        return enc.reshape(*shape, SIZE.width), alphas.reshape(shape), seen

    def decode(self, embeds, mask, enc, seen, at):
        """The decoder, each token seeing only the chunk that it was completed in."""
        batch, count, width = embeds.shape
        rows = torch.arange(batch)[:, None]
        x, visible = embeds, seen[rows, at]
        for layer in self.decoder.decoder.layers:
            y = layer.memory(layer.norm2(layer.feed(layer.norm1(x))), mask)
            x = x + y
            pair = layer.pair(enc)[rows, at]
            k, v = torch.chunk(pair.reshape(batch, count, CONTEXT + NEW, 2, layer.heads, width // layer.heads), 2, 3)
            q = layer.query(layer.norm3(x)).reshape(batch, count, 1, layer.heads, width // layer.heads)
            scores = (q * k[:, :, :, 0]).sum(-1) / (width // layer.heads) ** 0.5
            scores = scores + (visible[..., None] - 1) * 1e9
            mixed = (torch.softmax(scores, 2)[..., None] * v[:, :, :, 0]).sum(2)
            x = x + layer.out(mixed.reshape(batch, count, width))
        return self.decoder.out(self.decoder.decoder.norm(self.decoder.decoder.feed(self.decoder.decoder.norm1(x))))


def spikes(paths, losses, counts):
    """Where the alignment sees tokens, given what was said: each token's weight lies on its frames. From the loss's own gradient."""
    gradient, = torch.autograd.grad(losses.sum(), paths, retain_graph=True)
    weights = (1 - (paths[..., 0].exp() - gradient[..., 0])).clamp(0, 1).transpose(0, 1).detach()
    return weights * (SURPLUS * counts / weights.sum(1).clamp(min=1e-3))[:, None]


def fire(hidden, weights, count):
    """Integrate-and-fire of whole sentences: embeddings, and the chunk that each token is completed in, sometimes a little early."""
    total = torch.cumsum(weights, 1)
    before = total - weights
    number = torch.arange(count, dtype=torch.float32)[None, :, None]
    share = torch.relu(torch.minimum(total[:, None], number + 1) - torch.maximum(before[:, None], number))
    done = total[:, None] >= number + 1 - 0.02 - 0.2 * torch.rand(len(hidden), count, 1)
    frame = done.to(torch.float32).argmax(2)
    return share @ hidden, frame // NEW
