"""The features of eng/reference/fbank.py, fast, and what rooms, microphones and machines do to a voice."""
import numpy as np

RATE, SIZE, SHIFT, FFT, BINS = 16000, 400, 160, 512, 80


def _filters():
    mel = lambda hertz: 1127 * np.log1p(hertz / 700)
    low, step = mel(20), (mel(8000) - mel(20)) / (BINS + 1)
    at, left = mel(np.arange(FFT // 2) * RATE / FFT), low + step * np.arange(BINS)[:, None]
    return np.maximum(0, np.minimum((at - left) / step, (left + 2 * step - at) / step)).T.astype(np.float32)


FILTERS = _filters()
WINDOW = (0.54 - 0.46 * np.cos(2 * np.pi * np.arange(SIZE) / (SIZE - 1))).astype(np.float32)


def fbank(samples):
    """Log-mel frames [T, 80] of 16-bit samples."""
    count = max(0, (len(samples) - SIZE) // SHIFT + 1)
    if count == 0:
        return np.zeros((0, BINS), np.float32)
    x = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32), SIZE)[:: SHIFT][:count]
    x = x - x.mean(1, keepdims=True)
    x = np.concatenate([x[:, :1] * 0.03, x[:, 1:] - 0.97 * x[:, :-1]], 1) * WINDOW
    power = np.abs(np.fft.rfft(x, FFT)[:, : FFT // 2]) ** 2
    return np.log(np.maximum(power.astype(np.float32) @ FILTERS, 1.1920929e-07))


def low_frame_rate(frames, window=7, shift=6):
    rows = np.arange(-(-len(frames) // shift))[:, None] * shift + np.arange(window) - (window - 1) // 2
    return frames[np.clip(rows, 0, len(frames) - 1)].reshape(len(rows), -1)


def coloured(rng, count):
    """Noise of a random slope, its level wandering."""
    size = 1 << (count - 1).bit_length()
    spectrum = np.fft.rfft(rng.standard_normal(size).astype(np.float32))
    spectrum[1:] *= np.arange(1, len(spectrum), dtype=np.float32) ** -rng.uniform(0, 1)
    noise = np.fft.irfft(spectrum)[:count]
    slow = np.interp(np.arange(count), np.linspace(0, count, 8), rng.uniform(0.5, 1.5, 8))
    return noise * slow


def room(rng, samples):
    """A microphone's response, and in two of five clips a room."""
    size = 1 << (len(samples) + 4000 - 1).bit_length()
    at = np.linspace(0, 1, size // 2 + 1)
    response = rng.uniform(-1.2, 1.2) * at
    for wave in (1, 2, 3, 4):
        response += rng.uniform(-0.35, 0.35) * np.cos(np.pi * wave * at + rng.uniform(0, 6.28))
    spectrum = np.fft.rfft(samples, size) * np.exp(response)
    if rng.random() < 0.4:
        length = int(rng.uniform(0.05, 0.4) * RATE)
        echo = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
        echo *= rng.uniform(0.1, 0.7) / np.sqrt((echo ** 2).sum())
        echo[0] = 1
        spectrum *= np.fft.rfft(echo, size)
    return np.fft.irfft(spectrum)[: len(samples)]


def augment(rng, samples, others):
    """A clip as it might have been heard: other speed, silence around, room, noise, sometimes other voices, some level."""
    x = samples.astype(np.float32)
    if rng.random() < 0.75:
        x = np.interp(np.arange(0, len(x) - 1, rng.uniform(0.86, 1.16)), np.arange(len(x)), x)
    x = np.concatenate([np.zeros(int(rng.uniform(0.1, 0.95) * RATE)), x, np.zeros(int(rng.uniform(0.05, 0.8) * RATE))])
    loud = np.sqrt((x ** 2).mean()) + 1e-3
    if rng.random() < 0.85:
        x = room(rng, x)
        x *= loud / (np.sqrt((x ** 2).mean()) + 1e-3)
    if rng.random() < 0.1:
        other = np.resize(others[rng.integers(len(others))], len(x)).astype(np.float32)
        x += other * (loud * 10 ** -rng.uniform(0.7, 1.3) / (np.sqrt((other ** 2).mean()) + 1e-3))
    noise = coloured(rng, len(x))
    x += noise * (loud * 10 ** -rng.uniform(0.45, 2.2) / (np.sqrt((noise ** 2).mean()) + 1e-3))
    x *= 32767 * 10 ** -rng.uniform(0.05, 1.4) / (np.abs(x).max() + 1)
    return np.rint(x)
