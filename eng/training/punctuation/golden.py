"""What the networks say of a few sentences, for the engine's tests: golden.py DATA MODELS BIASES.json OUT.json.

MODELS holds words.pt, characters.pt or both; what OUT.json has of the other stays.
"""
import json
import pathlib
import sys

import numpy as np
import torch

from evaluate import load
from export import store
from features import Table, character_keys, word_keys
from model import MARKS, SHAPES
from text import tokens_of

SENTENCES = {
    "en": "Well, I don't know what Mister Smith said on Monday. Did he go to New York by well-known roads? They've got 25 of them, haven't they?",
    "de": "Ich weiß nicht, ob er morgen kommt. Hast du die Straße schon gesehen?",
    "fr": "Je crois qu'il viendra demain, mais l'homme n'a rien dit. Où est-il allé?",
    "ru": "Я не знаю, что он сказал. Где ты был вчера?",
    "ko": "저는 내일 학교에 갑니다. 당신은 어디에 있습니까?",
    "zh": "我们下周三开会，预算大概是一百二十万左右。你觉得GDP增长5.3%怎么样？",
    "yue": "佢哋話聽日會落雨，你帶咗遮未呀？我唔知。",
    "ja": "今日は天気がいいですね。明日はどこへ行きますか？",
}


def main():
    data, models, biases = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), json.loads(pathlib.Path(sys.argv[3]).read_text())
    out = pathlib.Path(sys.argv[4])
    cases = json.loads(out.read_text(encoding="utf-8")) if out.exists() else []
    for name, shape in SHAPES.items():
        if not (models / f"{name}.pt").exists():
            continue
        cases = [case for case in cases if case["language"] not in shape["languages"]]
        net, arrays = store(load(data, name, models / f"{name}.pt")), np.load(data / f"{name}-tables.npz")
        first, second = Table(arrays["first"]), Table(arrays["second"])
        for number, language in enumerate(shape["languages"]):
            units = [token[0].lower() for token in tokens_of(SENTENCES[language], language, speak=False)]
            keys = [word_keys(units[i - 1] if i else "", units[i], language) for i in range(len(units))]
            if name == "characters":
                shapes = [word.translate(str.maketrans("123456789", "000000000")) for word in units]
                keys = [character_keys(shapes[i - 2] if i > 1 else "", shapes[i - 1] if i else "", shapes[i]) for i in range(len(shapes))]
            a = torch.tensor([[[first.row(key) for key in pair[0]] for pair in keys]])
            b = torch.tensor([[[second.row(key) for key in pair[1]] for pair in keys]])
            with torch.no_grad():
                scores = net(a, b, torch.tensor([number]))[0].T
            marks = torch.softmax(scores[:, :MARKS] + torch.tensor(biases.get(language, [0.0] * MARKS)), 1)
            casings = torch.softmax(scores[:, MARKS:], 1)
            cases.append({"language": language, "units": units, "known": [int(x) for x in (a > 0).sum(2)[0]], "marks": marks.numpy().round(4).tolist(), "cases": casings.numpy().round(4).tolist()})
    rounded = json.dumps(cases, ensure_ascii=False)
    out.write_text(json.dumps(json.loads(rounded, parse_float=lambda x: round(float(x), 4)), ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
