"""prepare.py PACK WIDEN OUT SPEAKER.s16...: cepstra and speaker vectors of every file, clean and coded.

SPEAKER.s16: half a minute or more of one speaker, 16-bit, 16 kHz, mono. PACK: the folder of vosk-en. WIDEN: a program that the project's resampler and
BandwidthExtender are built into: `WIDEN 8000 1 IN.s16 OUT.s16` takes 8 kHz to 16 kHz as the engine does. FFmpeg with libopencore-amrnb, libopus,
libmp3lame, libspeex and libgsm codes.
"""
import os
import random
import subprocess
import sys

import numpy as np

from ivector import Extractor
from mfcc import mfcc, speech_weight

REACH = 1600
WIDE = {
    "mp3_16": ("libmp3lame", "mp3", ["16k", "24k", "24k", "24k", "32k", "32k", "48k"]),
    "aac_16": ("aac", "m4a", ["16k", "20k", "24k", "24k", "32k"]),
    "opus_16": ("libopus", "opus", ["9k", "12k", "16k", "16k", "20k", "24k"]),
}
TELEPHONE = {
    "pcm_8": ("pcm_s16le", "wav", [None]),
    "pcm_8b": (None, "wav", ["pcm_alaw", "pcm_mulaw", "pcm_s16le"]),
    "amr": ("libopencore_amrnb", "amr", ["4.75k", "5.15k", "5.9k", "6.7k", "7.4k", "7.95k", "10.2k", "12.2k", "12.2k"]),
}
SOMETIMES = {
    "mp3_8": ("libmp3lame", "mp3", ["8k", "16k", "24k", "32k"]),
    "speex_8": ("libspeex", "ogg", ["6k", "8k", "11k", "15k"]),
    "opus_8": ("libopus", "opus", ["8k", "12k", "24k"]),
    "gsm": ("libgsm", "gsm", [None]),
}


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def aligned(clean, coded):
    count = min(len(clean), len(coded), 480000)
    size = 1 << (count + REACH).bit_length()
    match = np.fft.irfft(np.fft.rfft(clean[:count], size).conj() * np.fft.rfft(coded[:count], size))
    lag = max(range(-REACH, REACH + 1), key=lambda shift: match[shift])
    moved = coded[lag:] if lag >= 0 else np.concatenate([np.zeros(-lag, np.int16), coded])
    return np.pad(moved, (0, max(0, len(clean) - len(moved))))[: len(clean)]


def coded(source, rate, codec, extension, bits, out):
    file, ffmpeg = f"{out}.{extension}", ["ffmpeg", "-v", "error", "-y"]
    if codec is None:
        codec, bits = bits, None
    run(*ffmpeg, "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", source, "-ar", str(rate), "-c:a", codec, *(["-b:a", bits] if bits else []), file)
    with open(out, "wb") as plain:
        plain.write(run(*ffmpeg, "-i", file, "-f", "s16le", "-ar", str(rate), "-ac", "1", "-"))
    os.remove(file)
    if rate == 8000:
        run(widen, "8000", "1", out, out + ".wide")
        os.replace(out + ".wide", out)
    samples = np.fromfile(out, "<i2")
    os.remove(out)
    return samples


pack, widen, folder, *sources = sys.argv[1:]
extractor, chance = Extractor(os.path.join(pack, "ivector")), random.Random(0)
os.makedirs(folder, exist_ok=True)
for number, source in enumerate(sources):
    clean = np.fromfile(source, "<i2")
    versions = {"clean": clean}
    one = chance.choice(list(SOMETIMES))
    for name, (codec, extension, bits) in {**WIDE, **TELEPHONE, one: SOMETIMES[one]}.items():
        rate = 16000 if name in WIDE else 8000
        versions[name] = aligned(clean, coded(source, rate, codec, extension, chance.choice(bits), os.path.join(folder, "coded")))
    for name, samples in versions.items():
        cepstra = mfcc(samples)
        vectors = extractor(cepstra, speech_weight(clean, len(cepstra)))
        np.savez(os.path.join(folder, f"{number:04d}.{name}.npz"), mfcc=cepstra, ivectors=vectors)
