"""The recogniser's acoustic network (Kaldi nnet3, a chain of factored TDNN layers) as a differentiable function of log mel energies."""
import re
import struct

import numpy as np
import torch

BANDS, CEPSTRA, LIFTER, STRIDE, IVECTOR = 23, 13, 22, 3, 30


def matrix(data, at):
    rows, columns = struct.unpack_from("<i", data, at + 4)[0], struct.unpack_from("<i", data, at + 9)[0]
    return torch.from_numpy(np.frombuffer(data, "<f4", rows * columns, at + 13).reshape(rows, columns).copy())


def vector(data, at):
    (size,) = struct.unpack_from("<i", data, at + 4)
    return torch.from_numpy(np.frombuffer(data, "<f4", size, at + 8).copy())


def mfcc_matrix():
    order, band = np.arange(CEPSTRA)[:, None], np.arange(BANDS)
    cosines = np.sqrt(np.where(order == 0, 1, 2) / BANDS) * np.cos(np.pi / BANDS * (band + 0.5) * order)
    lifter = 1 + 0.5 * LIFTER * np.sin(np.pi * order / LIFTER)
    return torch.from_numpy((cosines * lifter).T.astype(np.float32))


class AcousticModel:
    """Reads final.mdl. Call it with log mel energies [batch, frames, 23]; it gives both outputs [batch, frames / 3, pdfs] for a neutral speaker vector."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.mfcc, self.parts = mfcc_matrix(), {}
        marks = list(re.finditer(rb"<ComponentName> ([\w.\-]+) <(\w+Component)> ", data))
        for mark, following in zip(marks, [m.start() for m in marks[1:]] + [len(data)]):
            self.parts[mark.group(1).decode()] = self.read(data, mark.end(), following)

    @staticmethod
    def read(data, start, end):
        def find(token):
            at = data.find(token + b" ", start, end)
            return None if at < 0 else at + len(token) + 1

        part = {}
        weights = find(b"<LinearParams>") or find(b"<Params>")
        if weights:
            part["weights"] = matrix(data, weights)
        if find(b"<BiasParams>"):
            part["bias"] = vector(data, find(b"<BiasParams>"))
        if find(b"<TimeOffsets>"):
            (count,) = struct.unpack_from("<i", data, find(b"<TimeOffsets>") + 1)
            part["offsets"] = struct.unpack_from(f"<{count}i", data, find(b"<TimeOffsets>") + 5)
        if find(b"<StatsMean>"):
            epsilon, target = (struct.unpack_from("<f", data, find(token) + 1)[0] for token in (b"<Epsilon>", b"<TargetRms>"))
            part["scale"] = target / (vector(data, find(b"<StatsVar>")) + epsilon).sqrt()
            part["shift"] = -vector(data, find(b"<StatsMean>")) * part["scale"]
        return part

    def affine(self, x, name, frames=1):
        part = self.parts[name]
        if "offsets" in part:
            index = torch.arange(x.shape[1])
            x = torch.cat([x[:, (index + offset // frames).clamp(0, x.shape[1] - 1)] for offset in part["offsets"]], -1)
        y = x @ part["weights"].T
        return y + part["bias"] if len(part.get("bias", ())) else y

    def normalised(self, x, name):
        return x * self.parts[name]["scale"] + self.parts[name]["shift"]

    def head(self, x, name, output):
        x = self.normalised(torch.relu(self.affine(x, f"{name}.affine")), f"{name}.batchnorm1")
        return self.affine(self.normalised(self.affine(x, f"{name}.linear"), f"{name}.batchnorm2"), output)

    def offsets(self, layer):
        return self.parts[f"tdnnf{layer}.linear"]["offsets"] + self.parts[f"tdnnf{layer}.affine"]["offsets"]

    def __call__(self, log_mel, phase=0):
        x = log_mel @ self.mfcc
        count = x.shape[1]
        index = torch.arange(count)
        neighbours = [x[:, (index + offset).clamp(0, count - 1)] for offset in (-1, 0, 1)]
        x = self.affine(torch.cat([*neighbours, x.new_zeros(x.shape[0], count, IVECTOR)], -1), "lda")
        x = self.normalised(torch.relu(self.affine(x, "tdnn1.affine")), "tdnn1.batchnorm")
        layers = sorted(int(name[5:-7]) for name in self.parts if re.fullmatch(r"tdnnf\d+\.linear", name))
        frames = 1
        for layer in layers:
            if frames == 1 and all(o % STRIDE == 0 for rest in layers if rest >= layer for o in self.offsets(rest)):
                x, frames = x[:, phase::STRIDE], STRIDE
            y = self.affine(self.affine(x, f"tdnnf{layer}.linear", frames), f"tdnnf{layer}.affine", frames)
            x = 0.66 * x + self.normalised(torch.relu(y), f"tdnnf{layer}.batchnorm")
        x = self.affine(x, "prefinal-l")
        return self.head(x, "prefinal-chain", "output.affine"), self.head(x, "prefinal-xent", "output-xent.affine")
