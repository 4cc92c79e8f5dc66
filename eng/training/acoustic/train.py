"""train.py FINAL.mdl FOLDER OUT.npz [--steps N] [--rate R]: the network learns to answer coded sound as it answers clean sound.

Teacher and student are the published network; the student's affine layers below the chain output are trained (Adam). Loss: divergence of the student's
softmax scores from the teacher's, and 0.05 of the squared difference of the scores without their means.
"""
import argparse
import glob
import os
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import linear

sys.path.insert(0, str(Path(__file__).parent.parent / "bandwidth"))
from acoustic import STRIDE, AcousticModel  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("network")
parser.add_argument("folder", help="made by prepare.py")
parser.add_argument("out")
parser.add_argument("--steps", type=int, default=400)
parser.add_argument("--rate", type=float, default=4e-5)
options = parser.parse_args()

CONTEXT, OUTPUTS, PIECES, PERIOD, LAST_FULL_RATE = 34, 60, 8, 50, 5
LENGTH = 2 * CONTEXT + STRIDE * (OUTPUTS - 1) + 1
SHARES = {"clean": 2.5, "pcm_8": 2, "mp3_16": 3, "aac_16": 1.5, "opus_16": 1.2, "amr": 1.5, "gsm": 0.8}


class Pieces(AcousticModel):
    """The network on pieces of cepstra with their context, each with a speaker vector."""

    def plain(self, x, name):
        bias = self.parts[name].get("bias")
        return linear(x, self.parts[name]["weights"], bias if bias is not None and len(bias) else None)

    def spliced(self, x, name, frames):
        offsets = self.parts[name]["offsets"]
        if len(offsets) == 1:
            return self.plain(x, name)
        gap = (offsets[1] - offsets[0]) // frames
        return self.plain(torch.cat([x[:, : x.shape[1] - gap], x[:, gap:]], -1), name)

    def scores(self, cepstra, speakers):
        count = cepstra.shape[1] - 2
        x = torch.cat([cepstra[:, i : i + count] for i in range(3)] + [speakers[:, None].expand(-1, count, -1)], -1)
        x = self.normalised(torch.relu(self.plain(self.plain(x, "lda"), "tdnn1.affine")), "tdnn1.batchnorm")
        frames, layer = 1, 2
        while f"tdnnf{layer}.linear" in self.parts:
            if layer == LAST_FULL_RATE + 1:
                x, frames = x[:, ::STRIDE], STRIDE
            before = -self.parts[f"tdnnf{layer}.linear"]["offsets"][0] // frames
            after = self.parts[f"tdnnf{layer}.affine"]["offsets"][-1] // frames
            y = self.spliced(self.spliced(x, f"tdnnf{layer}.linear", frames), f"tdnnf{layer}.affine", frames)
            x = 0.66 * x[:, before : x.shape[1] - after] + self.normalised(torch.relu(y), f"tdnnf{layer}.batchnorm")
            layer += 1
        x = self.plain(x, "prefinal-l")
        x = self.normalised(torch.relu(self.plain(x, "prefinal-chain.affine")), "prefinal-chain.batchnorm1")
        return self.plain(self.normalised(self.plain(x, "prefinal-chain.linear"), "prefinal-chain.batchnorm2"), "output.affine")


def batch():
    lists = []
    for index in random.choice(len(keys), PIECES, p=shares):
        number, name = keys[index]
        (heard, speaker), (clean, clean_speaker) = data[number, name], data[number, "clean"]
        start = random.integers(len(clean) - LENGTH)
        moment = min(len(speaker) - 1, (start + LENGTH // 2) // PERIOD)
        lists.append((heard[start : start + LENGTH].copy(), speaker[moment], clean[start : start + LENGTH].copy(), clean_speaker[moment]))
    heard, speaker, clean, clean_speaker = (torch.from_numpy(np.stack(part)) for part in zip(*lists))
    # The same change of level and tilt for both.
    shift = torch.from_numpy(random.normal(0, [6, 1.5], (PIECES, 2)).astype(np.float32))[:, None]
    heard[:, :, :2] += shift
    clean[:, :, :2] += shift
    return heard, speaker, clean, clean_speaker


torch.set_num_threads(1)
random = np.random.default_rng(0)
data = {}
for path in sorted(glob.glob(os.path.join(options.folder, "*.npz"))):
    number, name = os.path.basename(path)[:-4].split(".")
    values = np.load(path)
    if len(values["mfcc"]) > LENGTH:
        data[number, name] = values["mfcc"], values["ivectors"]
keys = [key for key in data if (key[0], "clean") in data]
shares = np.array([SHARES.get(name, 1) for _, name in keys])
shares = shares / shares.sum()
teacher, student = Pieces(options.network), Pieces(options.network)
trained = {}
for name, part in student.parts.items():
    if "weights" in part and name != "lda" and "xent" not in name:
        trained[f"{name}.w"] = part["weights"] = part["weights"].clone().requires_grad_()
        if len(part.get("bias", ())):
            trained[f"{name}.b"] = part["bias"] = part["bias"].clone().requires_grad_()
optimiser = torch.optim.Adam(trained.values(), lr=options.rate, betas=(0.9, 0.98))
history = []
for step in range(options.steps):
    for group in optimiser.param_groups:
        group["lr"] = options.rate * min(1, (step + 1) / 60) * (0.51 + 0.5 * np.cos(np.pi * step / options.steps))
    heard, speaker, clean, clean_speaker = batch()
    with torch.no_grad():
        wanted = teacher.scores(clean, clean_speaker)
    scores = student.scores(heard, speaker)
    divergence = (wanted.softmax(-1) * (wanted.log_softmax(-1) - scores.log_softmax(-1))).sum(-1).mean()
    difference = (scores - scores.mean(-1, keepdim=True)) - (wanted - wanted.mean(-1, keepdim=True))
    optimiser.zero_grad()
    (divergence + 0.05 * (difference**2).mean()).backward()
    torch.nn.utils.clip_grad_norm_(trained.values(), 2.0)
    optimiser.step()
    history.append(divergence.item())
    if step % 20 == 19:
        print(step + 1, "divergence", round(float(np.mean(history[-20:])), 4), flush=True)
        np.savez(options.out, **{name: value.detach().numpy() for name, value in trained.items()})
np.savez(options.out, **{name: value.detach().numpy() for name, value in trained.items()})
