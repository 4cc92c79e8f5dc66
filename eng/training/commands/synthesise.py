"""Has Debian's speech synthesisers read generated sentences.

Usage: synthesise.py SPEECH.pkl [SCALE]    needs espeak-ng, flite, festival with festvox-kallpc16k, festvox-kdlpc16k, festvox-us-slt-hts
Writes a list of (set, voice, words, 16-bit samples at 16 kHz). SCALE multiplies the number of sentences.
"""
import io
import pathlib
import pickle
import subprocess
import sys
import tempfile
import wave

import numpy as np
from scipy.signal import resample_poly

from grammar import BREAK, sentence

DIALECTS = "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-029 en-us-nyc".split()
VARIANTS = "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 klatt klatt2 klatt3".split()
PLAN = [  # set, synthesiser, voice, sentences
    ("train", "espeak", "espeak", 2000), ("train", "flite", "kal16", 200), ("train", "flite", "awb", 400), ("train", "flite", "slt", 400),
    ("train", "festival", "kal_diphone", 300), ("train", "festival", "ked_diphone", 400), ("train", "festival", "cmu_us_slt_arctic_hts", 200),
    ("held-out", "espeak", "espeak", 60), ("held-out", "flite", "awb", 30), ("held-out", "flite", "slt", 30), ("held-out", "festival", "ked_diphone", 30),
    ("new-voice", "flite", "rms", 150),
]


def text_of(words):
    return " ".join(words).replace(" " + BREAK, BREAK)


def read(data):
    with wave.open(io.BytesIO(data)) as file:
        rate, samples = file.getframerate(), np.frombuffer(file.readframes(-1), np.int16)
    if rate == 16000:
        return samples
    up, down = 16000 // np.gcd(16000, rate), rate // np.gcd(16000, rate)
    return np.clip(resample_poly(samples.astype(np.float32), up, down), -32768, 32767).astype(np.int16)


def espeak(rng, words):
    voice = f"{rng.choice(DIALECTS)}+{rng.choice(VARIANTS)}"
    run = ["espeak-ng", "--stdout", "-v", voice, "-s", str(rng.integers(110, 200)), "-p", str(rng.integers(20, 80)), text_of(words)]
    return voice, read(subprocess.run(run, check=True, capture_output=True).stdout)


def flite(rng, voice, words, folder):
    path = folder / "flite.wav"
    run = ["flite", "-voice", voice, "--setf", f"duration_stretch={rng.uniform(0.8, 1.25):.2f}", "-t", text_of(words), "-o", str(path)]
    subprocess.run(run, check=True, capture_output=True)
    return read(path.read_bytes())


def festival(rng, voice, sentences, folder):
    """All sentences in one run: the program takes longer to start than to speak."""
    lines = [f"(voice_{voice})"]
    for i, words in enumerate(sentences):
        lines.append(f"(Parameter.set 'Duration_Stretch {rng.uniform(0.8, 1.25):.2f})")
        lines.append(f'(utt.save.wave (utt.synth (Utterance Text "{text_of(words)}")) "{folder}/{i}.wav" \'riff)')
    script = folder / "speak.scm"
    script.write_text("\n".join(lines))
    subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True)
    return [read((folder / f"{i}.wav").read_bytes()) for i in range(len(sentences))]


def main():
    out, scale = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng, seen, clips = np.random.default_rng(1), set(), []
    for group, program, voice, count in PLAN:
        sentences = []
        while len(sentences) < max(1, int(count * scale)):
            words = sentence(rng)
            key = tuple(w for w in words if w != BREAK)
            if group == "train":
                seen.add(key)
            elif len(key) > 2 and key in seen:
                continue
            sentences.append(words)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            if program == "festival":
                spoken = [(voice, s) for s in festival(rng, voice, sentences, folder)]
            elif program == "flite":
                spoken = [(voice, flite(rng, voice, s, folder)) for s in sentences]
            else:
                spoken = [espeak(rng, s) for s in sentences]
        clips += [(group, v, [w for w in words if w != BREAK], s) for words, (v, s) in zip(sentences, spoken)]
        print(group, voice, len(sentences), f"{sum(len(s) for _, s in spoken) / 16000:.0f} s", flush=True)
    pathlib.Path(out).write_bytes(pickle.dumps(clips))


main()
