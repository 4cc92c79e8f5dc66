"""Kaldi's online speaker vectors, from the files of the pack's ivector folder."""
import os
import struct

import numpy as np

GAUSSIANS, LEAST_POSTERIOR, POSTERIOR_SCALE, PRIOR_FRAMES = 5, 0.025, 0.1, 100
WINDOW, GLOBAL_FRAMES, CONTEXT = 600, 200, 3


def matrix(data, at):
    kind = "<f4" if data[at : at + 3] == b"FM " else "<f8"
    rows, columns = struct.unpack_from("<i", data, at + 4)[0], struct.unpack_from("<i", data, at + 9)[0]
    values = np.frombuffer(data, kind, rows * columns, at + 13).reshape(rows, columns)
    return values.astype(np.float64), at + 13 + values.nbytes


def vector(data, at):
    kind = "<f4" if data[at : at + 3] == b"FV " else "<f8"
    return np.frombuffer(data, kind, struct.unpack_from("<i", data, at + 4)[0], at + 8).astype(np.float64)


def packed(data, at):
    (size,) = struct.unpack_from("<i", data, at + 4)
    values = np.frombuffer(data, "<f8", size * (size + 1) // 2, at + 8)
    full = np.zeros((size, size))
    full[np.tril_indices(size)] = values
    return full + full.T - np.diag(np.diag(full)), at + 8 + values.nbytes


class Extractor:
    def __init__(self, folder):
        def read(name):
            with open(os.path.join(folder, name), "rb") as file:
                return file.read()

        def after(data, token):
            return data.find(token + b" ") + len(token) + 1

        self.lda, _ = matrix(read("final.mat"), 2)
        data = read("final.dubm")
        self.constants = vector(data, after(data, b"<GCONSTS>"))
        self.means, _ = matrix(data, after(data, b"<MEANS_INVVARS>"))
        self.inverse, _ = matrix(data, after(data, b"<INV_VARS>"))
        sums = np.array(read("global_cmvn.stats").decode().replace("[", "").replace("]", "").split(), float).reshape(2, -1)
        self.mean = sums[0, :-1] / sums[0, -1]
        data = read("final.ie")
        at = after(data, b"<M>")
        (count,) = struct.unpack_from("<i", data, at + 1)
        projections, precisions, at = [], [], at + 5
        for _ in range(count):
            values, at = matrix(data, at)
            projections.append(values)
        at = after(data, b"<SigmaInv>")
        for _ in range(count):
            values, at = packed(data, at)
            precisions.append(values)
        self.offset = struct.unpack_from("<d", data, after(data, b"<IvectorOffset>") + 1)[0]
        self.linear = np.einsum("gde,gdk->gek", np.array(precisions), np.array(projections))
        self.quadratic = np.einsum("gdk,gdl->gkl", np.array(projections), self.linear)

    def project(self, features):
        count = len(features)
        padded = np.pad(features, ((CONTEXT, CONTEXT), (0, 0)), "edge")
        spliced = np.hstack([padded[i : i + count] for i in range(2 * CONTEXT + 1)])
        return spliced @ self.lda[:, :-1].T + self.lda[:, -1]

    def __call__(self, mfcc, weight, period=50):
        """mfcc of one speaker: a vector for each `period` frames, made of all frames up to the period's end."""
        features, count = mfcc.astype(np.float64), len(mfcc)
        sums = np.vstack([np.zeros(features.shape[1]), np.cumsum(features, 0)])
        end = np.arange(1, count + 1)
        first = np.maximum(0, end - WINDOW)
        own = (end - first)[:, None]
        borrowed = np.clip(WINDOW - own, 0, GLOBAL_FRAMES)
        means = ((sums[end] - sums[first]) + borrowed * self.mean) / (own + borrowed)
        raw, normal = self.project(features), self.project(features - means)
        likelihoods = self.constants + normal @ self.means.T - 0.5 * normal**2 @ self.inverse.T
        best = np.argpartition(-likelihoods, GAUSSIANS, axis=1)[:, :GAUSSIANS]
        shares = np.take_along_axis(likelihoods, best, 1)
        shares = np.exp(shares - shares.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        shares[shares < LEAST_POSTERIOR] = 0
        shares *= POSTERIOR_SCALE * weight[:, None] / shares.sum(1, keepdims=True)
        size = self.linear.shape[2]
        quadratic, linear, frames, prior, vectors = np.eye(size), np.zeros(size), 0.0, 1.0, []
        linear[0] = self.offset
        for start in range(0, count, period):
            part = slice(start, min(start + period, count))
            counts, totals = np.zeros(len(self.constants)), np.zeros((len(self.constants), raw.shape[1]))
            for k in range(GAUSSIANS):
                np.add.at(counts, best[part, k], shares[part, k])
                np.add.at(totals, best[part, k], shares[part, k][:, None] * raw[part])
            quadratic = quadratic + np.tensordot(counts, self.quadratic, 1)
            linear = linear + np.tensordot(totals, self.linear, 2)
            frames += counts.sum()
            wanted = max(1.0, frames / PRIOR_FRAMES)
            quadratic = quadratic + (wanted - prior) * np.eye(size)
            linear[0] += (wanted - prior) * self.offset
            prior = wanted
            found = np.linalg.solve(quadratic, linear)
            found[0] -= self.offset
            vectors.append(found)
        return np.array(vectors, np.float32)
