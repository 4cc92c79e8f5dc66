"""The graphs as they are published: a streaming pair, a whole-utterance model, one with timestamps and hot words, and its embedder."""
import pathlib

import onnx
import torch
from torch import nn

from modules import (Decoder, Encoder, Predictor, TimestampPredictor, fire_all, mask_of, positions)

FEATURES = 560
TAIL = 0.45
BIAS_TOKENS = 10


class StreamingEncoder(nn.Module):
    """Neither scales nor adds positions: the host does."""

    def __init__(self, size):
        super().__init__()
        self.encoder, self.predictor = Encoder(FEATURES, size.width, size.inner, size.heads, size.layers), Predictor(size.width)

    def forward(self, speech, speech_lengths):
        mask = mask_of(speech_lengths, speech.shape[1])
        enc = self.encoder(speech, mask)
        return enc, speech_lengths + 0, self.predictor(enc, mask)


class StreamingDecoder(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.decoder = Decoder(size.width, size.inner, size.heads, size.layers, streaming=True)
        self.out = nn.Linear(size.width, size.vocabulary)

    def forward(self, enc, enc_len, acoustic_embeds, acoustic_embeds_len, *caches):
        mask, encoded_mask = mask_of(acoustic_embeds_len, acoustic_embeds.shape[1]), mask_of(enc_len, enc.shape[1])
        x, caches = self.decoder(acoustic_embeds, mask, enc, encoded_mask, list(caches))
        logits = torch.log_softmax(self.out(x), -1)
        return (logits, logits.argmax(-1), *caches)


class Offline(nn.Module):
    """Scales and adds positions itself."""

    def __init__(self, size):
        super().__init__()
        self.size = size
        self.encoder, self.predictor = Encoder(FEATURES, size.width, size.inner, size.heads, size.layers), Predictor(size.width)
        self.decoder = Decoder(size.width, size.inner, size.heads, size.layers, streaming=False)
        self.out = nn.Linear(size.width, size.vocabulary)

    def acoustics(self, speech, speech_lengths):
        mask = mask_of(speech_lengths, speech.shape[1])
        steps = torch.cumsum(torch.ones_like(speech[0, :, :1]), 0)
        half = FEATURES // 2
        rates = torch.exp(torch.arange(half, dtype=torch.float32) * (-9.210340371976184 / (half - 1)))
        place = torch.cat([torch.sin(steps * rates), torch.cos(steps * rates)], 1)
        enc = self.encoder(speech * self.size.width ** 0.5 + place[None], mask)
        alphas = self.predictor(enc, mask)
        last = torch.ones_like(alphas[:, :1])
        embeds, count = fire_all(torch.cat([enc, enc[:, :1] * 0], 1), torch.cat([alphas, last * TAIL], 1))
        return enc, mask, alphas, embeds, count

    def forward(self, speech, speech_lengths):
        enc, mask, alphas, embeds, count = self.acoustics(speech, speech_lengths)
        x, _ = self.decoder(embeds, mask_of(count, embeds.shape[1]), enc, mask)
        return torch.log_softmax(self.out(x), -1), count.to(torch.int32)


class Biased(Offline):
    """With hot words (SeACo): where the bias decoder finds one, its word counts; and with weights for timestamps."""

    def __init__(self, size):
        super().__init__(size)
        self.bias = Decoder(size.width, size.inner, size.heads, 1, streaming=False)
        self.bias_out = nn.Linear(size.width, size.vocabulary)
        self.stamps = TimestampPredictor(size.width)

    def forward(self, speech, speech_lengths, bias_embed):
        enc, mask, alphas, embeds, count = self.acoustics(speech, speech_lengths)
        tokens = mask_of(count, embeds.shape[1])
        x, _ = self.decoder(embeds, tokens, enc, mask)
        words = torch.ones_like(bias_embed[:, :, 0])
        heard, _ = self.bias(embeds, tokens, bias_embed, words)
        said, _ = self.bias(x, tokens, bias_embed, words)
        own, wanted = torch.log_softmax(self.out(x), -1), torch.log_softmax(self.bias_out(heard + said), -1)
        plain = (wanted.argmax(-1) == self.size.no_bias).to(torch.float32)[..., None]
        us_alphas, us_cif_peak = self.stamps(enc, mask, count)
        return own * plain + wanted * (1 - plain), count.to(torch.int32), us_alphas, us_cif_peak


class Embedder(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.table, self.lstm = nn.Embedding(size.vocabulary, size.width), nn.LSTM(size.width, size.width)

    def forward(self, hotword):
        return self.lstm(self.table(hotword.to(torch.int64)).transpose(0, 1))[0]


def export(model, inputs, names, outputs, axes, path, properties):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(model, inputs, str(path), input_names=names, output_names=outputs, dynamic_axes=axes, opset_version=13)
    graph = onnx.load(str(path))
    for key, value in properties.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, str(value)
    graph.producer_name, graph.doc_string = "", ""
    for node in graph.graph.node:
        node.doc_string, node.name = "", ""
    onnx.save(graph, str(path))


def export_streaming(encoder, decoder, size, folder, properties):
    n = range(size.layers)
    export(encoder, (torch.randn(1, 20, FEATURES), torch.tensor([20], dtype=torch.int32)), ["speech", "speech_lengths"], ["enc", "enc_len", "alphas"],
           {"speech": {0: "B", 1: "T"}, "speech_lengths": {0: "B"}, "enc": {0: "B", 1: "T"}, "enc_len": {0: "B"}, "alphas": {0: "B", 1: "T"}},
           folder / "encoder.onnx", properties)
    caches = [torch.randn(1, size.width, 10) for _ in n]
    names = ["enc", "enc_len", "acoustic_embeds", "acoustic_embeds_len"] + [f"in_cache_{i}" for i in n]
    outputs = ["logits", "sample_ids"] + [f"out_cache_{i}" for i in n]
    axes = {"enc": {0: "B", 1: "T"}, "enc_len": {0: "B"}, "acoustic_embeds": {0: "B", 1: "U"}, "acoustic_embeds_len": {0: "B"},
            "logits": {0: "B", 1: "U"}, "sample_ids": {0: "B", 1: "U"}}
    axes.update({f"{way}_cache_{i}": {0: "B"} for way in ("in", "out") for i in n})
    inputs = (torch.randn(1, 20, size.width), torch.tensor([20], dtype=torch.int32), torch.randn(1, 3, size.width), torch.tensor([3], dtype=torch.int32), *caches)
    export(decoder, inputs, names, outputs, axes, folder / "decoder.onnx", {})


def export_offline(model, folder, properties):
    biased = isinstance(model, Biased)
    inputs = (torch.randn(1, 30, FEATURES), torch.tensor([30], dtype=torch.int32))
    names, outputs = ["speech", "speech_lengths"], ["logits", "token_num"]
    axes = {"speech": {0: "B", 1: "T"}, "speech_lengths": {0: "B"}, "logits": {0: "B", 1: "U"}, "token_num": {0: "B"}}
    if biased:
        inputs, names, outputs = (*inputs, torch.randn(1, 4, model.size.width)), [*names, "bias_embed"], [*outputs, "us_alphas", "us_cif_peak"]
        axes.update({"bias_embed": {0: "B", 1: "H"}, "us_alphas": {0: "B", 1: "T3"}, "us_cif_peak": {0: "B", 1: "T3"}})
    export(model, inputs, names, outputs, axes, folder / "model.onnx", properties)


def export_embedder(model, folder):
    export(model, (torch.ones(4, BIAS_TOKENS, dtype=torch.int32),), ["hotword"], ["hw_embed"], {"hotword": {0: "H"}, "hw_embed": {1: "H"}}, folder / "model_eb.onnx", {})
