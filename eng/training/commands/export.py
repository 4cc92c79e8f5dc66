"""Writes a trained model as a pack with the public interface, its weights in 8 bits, and a few held-out clips to hear with it.

Usage: export.py MODEL.pt PACK [SPEECH.pkl CLIPS]
"""
import pathlib
import pickle
import sys
import wave

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from grammar import TOKENS
from model import SIZE, Model

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "reference" / "paraformer"))
from graphs import export_streaming  # noqa: E402

LEAST, CLIPS = 1000, {"held-out": 10, "new-voice": 8}


def quantise(path):
    """Weights as 8-bit numbers with a scale a column, turned back into floats when the graph is loaded: a third of the size, exact in batches."""
    model = onnx.load(str(path))
    graph, nodes, kept = model.graph, [], []
    for weight in graph.initializer:
        value = numpy_helper.to_array(weight)
        if value.dtype != np.float32 or value.ndim < 2 or value.size < LEAST:
            kept.append(weight)
            continue
        axis = value.ndim - 1 if value.ndim == 2 else 0
        others = tuple(i for i in range(value.ndim) if i != axis)
        scale = np.maximum(np.abs(value).max(others), 1e-9).astype(np.float32) / 127
        spread = scale.reshape([-1 if i == axis else 1 for i in range(value.ndim)])
        small = np.clip(np.rint(value / spread), -127, 127).astype(np.int8)
        kept += [numpy_helper.from_array(small, weight.name + "_q"), numpy_helper.from_array(scale, weight.name + "_s")]
        nodes.append(helper.make_node("DequantizeLinear", [weight.name + "_q", weight.name + "_s"], [weight.name], axis=axis))
    rest = list(graph.node)
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes + rest)
    graph.initializer.extend(kept)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write_clips(speech, folder):
    """Half a second of a quiet room before and behind each clip."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, left = np.random.default_rng(11), dict(CLIPS)
    with open(speech, "rb") as file:
        clips = pickle.load(file)
    lines = []
    for i in rng.permutation(len(clips)):
        group, voice, words, samples = clips[i]
        if left.get(group, 0) == 0 or len(words) < 3:
            continue
        left[group] -= 1
        room = lambda count: rng.normal(0, 8, count)
        heard = np.concatenate([room(8000), samples + room(len(samples)), room(8000)])
        name = f"{group}-{CLIPS[group] - left[group]:02}.wav"
        with wave.open(str(folder / name), "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(np.clip(np.rint(heard), -32768, 32767).astype("<i2").tobytes())
        lines.append(f"{name}\t{voice}\t{' '.join(words)}\n")
    (folder / "clips.tsv").write_text("".join(sorted(lines)))


def main():
    folder = pathlib.Path(sys.argv[2])
    known, model = torch.load(sys.argv[1]), Model()
    model.load_state_dict(known["state"])
    model.eval()
    text = lambda values: ",".join(f"{v:.6f}" for v in values)
    properties = dict(vocab_size=SIZE.vocabulary, lfr_window_size=7, lfr_window_shift=6, neg_mean=text(known["mean"]), inv_stddev=text(known["scale"]),
                      model_type="paraformer", encoder_output_size=SIZE.width, decoder_num_blocks=SIZE.layers, decoder_kernel_size=11)
    with torch.no_grad():
        export_streaming(model.encoder, model.decoder, SIZE, folder, properties)
    for name in ("encoder.onnx", "decoder.onnx"):
        quantise(folder / name)
        print(name, (folder / name).stat().st_size)
    (folder / "tokens.txt").write_text("".join(f"{t} {i}\n" for i, t in enumerate(TOKENS)))
    if len(sys.argv) > 3:
        write_clips(sys.argv[3], pathlib.Path(sys.argv[4]))


main()
