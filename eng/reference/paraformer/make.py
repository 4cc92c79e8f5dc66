"""Makes small Paraformer models with random weights and the published interface, and what they must give (python3-torch, python3-onnx).

Usage: make.py WAVE FOLDER    WAVE: 16 kHz mono speech
Whole audio is computed at once wherever the mathematics allows it; the engine under test computes it in pieces.
"""
import json
import pathlib
import sys
import types

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from fbank import Golden, fbank, low_frame_rate, read_wave  # noqa: E402
from graphs import BIAS_TOKENS, FEATURES, Biased, Embedder, Offline, StreamingDecoder, StreamingEncoder, export_embedder, export_offline, export_streaming  # noqa: E402
from streaming import stream  # noqa: E402

CHARACTERS = "今天气很好我们去公园走吧的一是在不了有和人这中大为上个国"
PIECES = ["hel@@", "lo", "wor@@", "ld", "n", "b", "a", "stream@@", "ing", "the"]
TOKENS = ["<blank>", "<s>", "</s>", *CHARACTERS, *PIECES, "<nobias>", "<unk>"]
SIZE = types.SimpleNamespace(width=16, inner=32, heads=4, layers=2, vocabulary=len(TOKENS), no_bias=len(TOKENS) - 2)


def statistics(frames):
    mean, scale = -frames.mean(0), 1 / np.maximum(frames.std(0), 1e-3)
    text = lambda v: ",".join(f"{x:.5f}" for x in v)
    return np.array([float(x) for x in text(mean).split(",")]), np.array([float(x) for x in text(scale).split(",")]), text(mean), text(scale)


def write_mvn(path, mean, scale):
    n = len(mean.split(","))
    vector = lambda v: f"<LearnRateCoef> 0 [ {v.replace(',', ' ')} ]"
    path.write_text(f"<Nnet>\n<Splice> {n} {n}\n[ 0 ]\n<AddShift> {n} {n}\n{vector(mean)}\n<Rescale> {n} {n}\n{vector(scale)}\n</Nnet>\n")


def soften(model, seed, rate):
    """Random weights that make something happen: clear maxima, about one token in 1 / rate frames."""
    torch.manual_seed(seed)
    for name, p in model.named_parameters():
        if p.dim() > 1:
            torch.nn.init.normal_(p, std=1.2 / p[0].numel() ** 0.5)
        elif "norm" not in name:
            torch.nn.init.normal_(p, std=0.1)
    if hasattr(model, "predictor"):
        torch.nn.init.constant_(model.predictor.out.bias, float(np.log(rate / (1 - rate))))
    if hasattr(model, "out"):
        torch.nn.init.normal_(model.out.weight, std=2 / SIZE.width ** 0.5)
        torch.nn.init.normal_(model.out.bias[:3], mean=-2)
    return model.eval()


def frames_of(samples, mean, scale):
    return (low_frame_rate(fbank(samples, True), 7, 6) + mean) * scale


def stamp(peaks, alphas, count):
    """Begin and end of every token in steps of 20 ms, from weights at that rate."""
    threshold, n = 1 - 1e-4, len(peaks)
    fires = [i - 1.5 for i in range(n) if peaks[i] > threshold]
    if len(fires) != count + 1:
        share, fires, total = alphas * ((count + 1) / alphas.sum()), [], 0.0
        for i in range(n):
            total += share[i]
            if total >= threshold:
                fires.append(i - 1.5)
                total -= threshold
    spans = []
    for i in range(count):
        begin = fires[min(i, len(fires) - 1)]
        end = fires[min(i + 1, len(fires) - 1)]
        spans.append([begin, begin + 30 if i + 1 < count and end - begin >= 30 else end])
    spans[-1][1] = (n + fires[-1]) / 2 if n - fires[-1] > 5 else n
    return np.array(spans)


def main():
    wave, folder = sys.argv[1:]
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    samples, folder = read_wave(wave), pathlib.Path(folder)
    golden = Golden(folder)
    mean, scale, mean_text, scale_text = statistics(low_frame_rate(fbank(samples, True), 7, 6))
    common = dict(vocab_size=SIZE.vocabulary, lfr_window_size=7, lfr_window_shift=6, neg_mean=mean_text, inv_stddev=scale_text)

    encoder, decoder = soften(StreamingEncoder(SIZE), 1, 0.3), soften(StreamingDecoder(SIZE), 2, 0.3)
    streaming = dict(common, model_type="paraformer", encoder_output_size=SIZE.width, decoder_num_blocks=SIZE.layers, decoder_kernel_size=11)
    export_streaming(encoder, decoder, SIZE, folder / "streaming", streaming)
    (folder / "streaming" / "tokens.txt").write_text("".join(f"{t} {i}\n" for i, t in enumerate(TOKENS)), encoding="utf-8")

    offline = soften(Offline(SIZE), 3, 0.3)
    export_offline(offline, folder / "offline", common)
    (folder / "offline" / "tokens.txt").write_text("".join(f"{t} {i}\n" for i, t in enumerate(TOKENS)), encoding="utf-8")

    # As the hub has it: no metadata, statistics and vocabulary beside the graph.
    biased, embedder = soften(Biased(SIZE), 4, 0.3), soften(Embedder(SIZE), 5, 0.3)
    torch.nn.init.constant_(biased.bias_out.bias[SIZE.no_bias:SIZE.no_bias + 1], 3.0)
    torch.nn.init.constant_(biased.stamps.out.bias, -1.0)
    export_offline(biased, folder / "biased", {})
    export_embedder(embedder, folder / "biased")
    write_mvn(folder / "biased" / "am.mvn", mean_text, scale_text)
    (folder / "biased" / "tokens.json").write_text(json.dumps(TOKENS, ensure_ascii=False), encoding="utf-8")
    (folder / "biased" / "seg_dict").write_text("hello\thel@@ lo\nworld\twor@@ ld\n", encoding="utf-8")

    golden.add("frames", frames_of(samples, mean, scale))
    for count in (len(samples), 9600 * 3, 9600 * 2 + 4000, 9600 * 2 + 7000, 9600 + 900, 5000, 9599, 1500):
        for left, new, right in ((5, 10, 5), (5, 8, 3), (4, 5, 4)):
            if (left, new, right) != (5, 10, 5) and count not in (len(samples), 9600 * 2 + 7000):
                continue
            case = f"{left}-{new}-{right}/{count}"
            found = stream(encoder, decoder, SIZE, frames_of(samples[:count], mean, scale), count, left, new, right)
            for name in ("alphas", "encoded", "fired", "logits"):
                if len(found[name]) and (count == 9600 * 2 + 7000 or name == "alphas" or name == "fired"):
                    golden.add(f"{case}/{name}", found[name])
            golden.cases.append(dict(kind="streaming", name=case, samples=count, left=left, new=new, right=right, ids=found["ids"], fires=found["fires"]))

    words = [[TOKENS.index(c) for c in "今天"], [TOKENS.index("hel@@"), TOKENS.index("lo")], [TOKENS.index(c) for c in "公园"]]
    rows = [w + [0] * (BIAS_TOKENS - len(w)) for w in words] + [[1] + [0] * (BIAS_TOKENS - 1)]
    embedded = embedder(torch.tensor(rows, dtype=torch.int32))
    bias = torch.stack([embedded[len(w) - 1, i] for i, w in enumerate([*words, [1]])])[None]
    golden.add("bias_embed", bias[0].numpy())
    blank = embedder(torch.tensor(rows[-1:], dtype=torch.int32))[0][None]
    for count in (len(samples), 30000, 9000):
        x = torch.tensor(frames_of(samples[:count], mean, scale), dtype=torch.float32)[None]
        lengths = torch.tensor([x.shape[1]], dtype=torch.int32)
        for kind, run in (("offline", lambda: offline(x, lengths)), ("biased", lambda: biased(x, lengths, bias)), ("unbiased", lambda: biased(x, lengths, blank))):
            logits, number, *stamps = run()
            case = f"{kind}/{count}"
            golden.add(f"{case}/logits", logits[0].numpy())
            for name, array in zip(("us_alphas", "us_cif_peak"), stamps):
                golden.add(f"{case}/{name}", array[0].numpy())
            if stamps:
                for fewer in (0, 1):
                    golden.add(f"{case}/spans-{fewer}", stamp(stamps[1][0].numpy(), stamps[0][0].numpy().astype(float), int(number[0]) - fewer))
            golden.cases.append(dict(kind=kind, name=case, samples=count, number=int(number[0]), ids=logits[0].argmax(-1).tolist()))
    golden.save()
    for case in golden.cases:
        print(case["name"], len(case["ids"]), " ".join(TOKENS[i] for i in case["ids"]))


main()
