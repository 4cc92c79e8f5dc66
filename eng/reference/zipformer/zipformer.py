"""Writes small streaming models with the public zipformer interface and what they answer: zipformer.py AUDIO OUT.

OUT/v2 and OUT/v1: encoder, decoder and joiner of a transducer; OUT/ctc: one graph. Each with tokens.txt, golden.json and golden.bin: features, encoder
output, the caches at the end, tokens, frames and scores, with and without hot words.
"""
import pathlib
import sys

import numpy as np
import onnx
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from fbank import Golden, fbank, read_wave
from networks import JOINER, Decoder, Encoder, Joiner
from search import ContextGraph, ctc_greedy, modified_beam

PIECES = ["▁THE", "▁HE", "▁WAS", "▁MAN", "▁YOUNG", "▁NOT", "▁AN", "▁IT", "▁YOU", "▁WE", "ING", "ED", "S", "ER", "LY", "UN", "▁", "'", "A", "O", "▁GERMAN", "Ü", "É"]
TOKENS = ["<blk>", "<sos/eos>", "<unk>"] + PIECES
BYTES = ["<blk>", "<sos/eos>", "<unk>"] + list("今天气我他们好") + ["▁"] + [f"<0x{i:02X}>" for i in range(256)]
CLIPS = [("austen-0880.wav", 0, 45000), ("austen-0930.wav", 4000, 30011)]


def frames_of(samples, model):
    """Features as a stream gives them, silence behind it: only frames that lie within what has come."""
    samples = np.concatenate([samples / 32768, np.zeros((model.frames + model.chunk) * 160)])
    count = (len(samples) - 280) // 160 + 1
    return fbank(samples, False)[:count].astype(np.float32)


def run(model, features):
    states, rows, at = [value for _, value in model.states()], [], 0
    with torch.no_grad():
        while at + model.frames < len(features):
            out, *states = model(torch.tensor(features[at:at + model.frames])[None], *states)
            rows.append(out[0].numpy())
            at += model.chunk
    return np.concatenate(rows), np.concatenate([s.numpy().astype(np.float32).reshape(-1) for s in states])


def stir(module, seed, gain):
    torch.manual_seed(seed)
    for parameter in module.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, 0, gain / (parameter[0].numel()) ** 0.5)
        elif not isinstance(module, torch.nn.LayerNorm):
            torch.nn.init.uniform_(parameter, 0.0, 0.4)
    for part in module.modules():
        if isinstance(part, torch.nn.LayerNorm):
            torch.nn.init.ones_(part.weight)


def export(module, inputs, path, inputs_names, outputs_names, metadata, batch):
    torch.onnx.export(module, inputs, str(path), opset_version=13, input_names=inputs_names, output_names=outputs_names, dynamic_axes=batch)
    file = onnx.load(str(path))
    for node in file.graph.node:
        node.doc_string = ""
    onnx.helper.set_model_props(file, {key: str(value) for key, value in metadata.items()})
    onnx.checker.check_model(file)
    onnx.save(file, str(path))


def batch_axes(model, out):
    axis = lambda name: 2 if model.version == 1 and any(k in name for k in ("_key", "_val")) else 0 if any(k in name for k in ("conv", "embed", "processed")) and model.version == 2 else 1
    names = [name for name, _ in model.states()]
    return {"x": {0: "N"}, out: {0: "N"}, **{name: {axis(name): "N"} for name in names}, **{"new_" + name: {axis(name): "N"} for name in names}}


def write(folder, model, out):
    names = [name for name, _ in model.states()]
    states = [value for _, value in model.states()]
    export(model, (torch.zeros(1, model.frames, 80), *states), folder / ("model.onnx" if model.ctc else "encoder.onnx"), ["x"] + names,
           [out] + ["new_" + name for name in names], model.metadata(), batch_axes(model, out))


def pick(model, features, outputs):
    """Centres the network so that what is heard decides."""
    with torch.no_grad():
        model.eval()
        rows = np.concatenate([run(model, f)[0] for f in features])
        if not model.ctc:
            model.out.bias -= torch.tensor(rows.mean(0))
            model.out.weight *= outputs / max(1e-3, rows.std())
            model.out.bias *= outputs / max(1e-3, rows.std())
    return model


def transducer(folder, audio, version):
    shapes = dict(chunk=32, dims=[8, 12], layers=[1, 2], heads=[2, 2], query=[4, 6], value=[3, 3] if version == 2 else [2, 3], kernels=[7, 5], left=[16, 8])
    vocabulary = len(TOKENS)
    samples = [read_wave(audio / name)[begin:begin + count] for name, begin, count in CLIPS]
    best = None
    for seed in range(5):
        model = Encoder(version, outputs=JOINER, ctc=False, **shapes)
        stir(model, seed, 1.3)
        features = [frames_of(s, model) for s in samples]
        pick(model, features, 1.5)
        decoder, joiner = Decoder(vocabulary).eval(), Joiner(vocabulary).eval()
        stir(decoder, seed + 100, 0.8)
        stir(joiner, seed + 200, 4.0)
        with torch.no_grad():
            joiner.out.bias.zero_()
            joiner.out.bias[0] = 2.5
            joiner.out.bias[1:3] = -20
        decode = lambda contexts: decoder(torch.tensor(contexts)).detach().numpy()
        join = lambda a, b: joiner(torch.tensor(a), torch.tensor(b)).detach().numpy()
        outputs = [run(model, f) for f in features]
        results = [modified_beam(rows, decode, join, None, 2) for rows, _ in outputs]
        quality = min(r[4] for r in results) * (min(len(set(r[0])) for r in results) >= 5)
        if best is None or quality > best[0]:
            best = (quality, model, decoder, joiner, decode, join, features, outputs, results)
    quality, model, decoder, joiner, decode, join, features, outputs, results = best
    print(version, "margin", quality)
    golden = Golden(folder)
    for i, ((name, begin, count), rows) in enumerate(zip(CLIPS, outputs)):
        golden.add(f"features{i}", features[i])
        golden.add(f"encoder{i}", rows[0])
        golden.add(f"states{i}", rows[1])
        plain = results[i]
        # Phrases: a piece of what was heard with another ending, and one that was not heard.
        phrases = [] , [([plain[0][1], plain[0][0]], 2.0), (plain[0][2:4] + [9], 1.5)], [(plain[0][0:2], -3.0), ([5, 12, 13], 4.0)]
        for hot in phrases:
            tokens, frames, logs, score, _ = modified_beam(rows[0], decode, join, ContextGraph(hot) if hot else None, 2)
            golden.cases.append({"audio": name, "begin": begin, "count": count, "features": f"features{i}", "encoder": f"encoder{i}", "states": f"states{i}",
                                 "phrases": [{"tokens": t, "score": s} for t, s in hot], "tokens": tokens, "frames": frames, "logs": [float(v) for v in logs], "score": float(score)})
            print("".join(TOKENS[t] for t in tokens), round(float(score), 3))
    golden.save()
    write(folder, model, "encoder_out")
    export(decoder, (torch.zeros(1, 2, dtype=torch.int64),), folder / "decoder.onnx", ["y"], ["decoder_out"], {"vocab_size": vocabulary, "context_size": 2}, {"y": {0: "N"}, "decoder_out": {0: "N"}})
    export(joiner, (torch.zeros(1, JOINER), torch.zeros(1, JOINER)), folder / "joiner.onnx", ["encoder_out", "decoder_out"], ["logit"], {"joiner_dim": JOINER},
           {"encoder_out": {0: "N"}, "decoder_out": {0: "N"}, "logit": {0: "N"}})
    (folder / "tokens.txt").write_text("".join(f"{token} {i}\n" for i, token in enumerate(TOKENS)), encoding="utf-8")


def ctc(folder, audio):
    samples = [read_wave(audio / name)[begin:begin + count] for name, begin, count in CLIPS]
    best = None
    for seed in range(5):
        model = Encoder(2, chunk=64, dims=[8, 12], layers=[1, 1], heads=[2, 2], query=[4, 4], value=[3, 3], kernels=[5, 7], left=[32, 16], outputs=len(BYTES), ctc=True)
        stir(model, seed, 1.3)
        features = [frames_of(s, model) for s in samples]
        model.ctc = False
        with torch.no_grad():
            model.eval()
            model.out.weight *= 3 / np.concatenate([run(model, f)[0] for f in features]).std(0).mean()
            rows = np.concatenate([run(model, f)[0] for f in features])
            model.out.bias -= torch.tensor(rows.mean(0))
            model.out.bias[1:3] -= 50
            model.out.bias[11:] -= 50
            # The bytes of 气 are heard as well.
            model.out.bias[[11 + b for b in "气".encode()]] += 50
            model.out.bias[0] += 4
        model.ctc = True
        outputs = [run(model, f) for f in features]
        rows = np.sort(np.concatenate([o[0] for o in outputs]), 1)
        quality = (rows[:, -1] - rows[:, -2]).min() * (min(len(set(ctc_greedy(o[0])[0])) for o in outputs) >= 5)
        if best is None or quality > best[0]:
            best = (quality, model, features, outputs)
    quality, model, features, outputs = best
    print("ctc margin", quality)
    golden = Golden(folder)
    for i, ((name, begin, count), rows) in enumerate(zip(CLIPS, outputs)):
        golden.add(f"features{i}", features[i])
        golden.add(f"encoder{i}", rows[0])
        golden.add(f"states{i}", rows[1])
        tokens, frames = ctc_greedy(rows[0])
        golden.cases.append({"audio": name, "begin": begin, "count": count, "features": f"features{i}", "encoder": f"encoder{i}", "states": f"states{i}", "phrases": [],
                             "tokens": tokens, "frames": frames, "logs": [float(rows[0][f][t]) for f, t in zip(frames, tokens)]})
        print("".join(BYTES[t] for t in tokens))
    golden.save()
    write(folder, model, "log_probs")
    (folder / "tokens.txt").write_text("".join(f"{token} {i}\n" for i, token in enumerate(BYTES)), encoding="utf-8")


def main():
    audio, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    torch.set_num_threads(1)
    for name in ("v2", "v1", "ctc"):
        (out / name).mkdir(parents=True, exist_ok=True)
    transducer(out / "v2", audio, 2)
    transducer(out / "v1", audio, 1)
    ctc(out / "ctc", audio)


if __name__ == "__main__":
    main()
