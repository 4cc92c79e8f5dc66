"""Kaldi-compatible log-mel frames in double precision, written for checking: frame by frame, no FFT tricks."""
import json
import pathlib
import wave

import numpy as np


def read_wave(path):
    """16-bit mono samples at 16 kHz as they lie in the file."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2), path
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)


def fbank(samples, funasr, bins=80):
    """Frames [T, bins]. funasr: int16 scale, hamming, whole frames only, up to 8000 Hz; otherwise icefall: [-1, 1], povey, mirrored edges, up to 7600 Hz."""
    size, shift, fft = 400, 160, 512
    phase = 2 * np.pi * np.arange(size) / (size - 1)
    window = 0.54 - 0.46 * np.cos(phase) if funasr else (0.5 - 0.5 * np.cos(phase)) ** 0.85
    mel = lambda hertz: 1127 * np.log1p(hertz / 700)
    low, high = mel(20), mel(8000 if funasr else 7600)
    step = (high - low) / (bins + 1)
    bin_mel = mel(np.arange(fft // 2) * 16000 / fft)
    left = low + step * np.arange(bins)[:, None]
    up, down = (bin_mel - left) / step, (left + 2 * step - bin_mel) / step
    filters = np.where((bin_mel > left) & (bin_mel < left + 2 * step), np.minimum(up, down), 0)
    count = (len(samples) - size) // shift + 1 if funasr else (len(samples) + shift // 2) // shift
    frames = np.zeros((max(0, count), bins))
    for f in range(len(frames)):
        at = np.arange(size) + (f * shift if funasr else f * shift + shift // 2 - size // 2)
        while ((at < 0) | (at >= len(samples))).any():
            at = np.where(at < 0, -at - 1, at)
            at = np.where(at >= len(samples), 2 * len(samples) - 1 - at, at)
        x = samples[at] - samples[at].mean()
        x = np.concatenate([x[:1] * 0.03, x[1:] - 0.97 * x[:-1]]) * window
        power = np.abs(np.fft.rfft(x, fft))[: fft // 2] ** 2
        frames[f] = np.log(np.maximum(filters @ power, 1.1920929e-07))
    return frames


def low_frame_rate(frames, window, shift):
    """Every shift frames, window neighbours become one; the first and the last frame are repeated beyond the ends."""
    left = (window - 1) // 2
    rows = []
    for i in range(-(-len(frames) // shift)):
        at = np.clip(np.arange(window) + i * shift - left, 0, len(frames) - 1)
        rows.append(frames[at].reshape(-1))
    return np.array(rows)


class Golden:
    """Arrays in one binary file of little-endian floats, everything else in one JSON file."""

    def __init__(self, folder):
        self.folder, self.arrays, self.cases, self.data = pathlib.Path(folder), {}, [], []
        self.folder.mkdir(parents=True, exist_ok=True)

    def add(self, name, array):
        array = np.ascontiguousarray(array, "<f4")
        self.arrays[name] = {"offset": sum(len(d) for d in self.data) // 4, "shape": list(array.shape)}
        self.data.append(array.tobytes())

    def save(self):
        (self.folder / "golden.bin").write_bytes(b"".join(self.data))
        text = json.dumps({"arrays": self.arrays, "cases": self.cases}, ensure_ascii=False, indent=1)
        (self.folder / "golden.json").write_text(text + "\n", encoding="utf-8")
