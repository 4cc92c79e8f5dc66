"""A graph with the tensors of a CT-Transformer punctuation pack and small random weights, with what it answers: ct_transformer_graph.py OUT [online].

Writes OUT/model.onnx, OUT/tokens.json and OUT/golden.json (units, class numbers by a computation in numpy, the assembled text).
"""
import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLASSES = ["<unk>", "_", "，", "。", "？", "、"]
TOKENS = ["<blank>", "<s>", "</s>"] + list("我们你他是不在有这个人来去说好会开下周三点预算大概一百二十万左右今天气怎么样吗呢的了很高兴见到谢再可以") + ["hello", "world", "ok", "python", "<unk>"]
WIDTH, SEEN = 8, 5


def network(ids, weights):
    """Each unit's logits: its own row, its neighbours' and the mean of all, so that the whole window counts."""
    rows = weights["embedding"][np.clip(ids, 0, len(TOKENS) - 1)]
    following = np.concatenate([rows[1:], np.zeros((1, WIDTH), np.float32)])
    return np.tanh(rows + 0.7 * following + 0.2 * rows.mean(0, keepdims=True)) @ weights["out"] + weights["bias"]


def graph(weights, online):
    constants = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    constants += [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in
                  (("one", [1]), ("far", [np.iinfo(np.int64).max]), ("axis", [1]), ("pads", [0, 0, 0, 0, 1, 0]), ("axes", [0, 1]))]
    constants += [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in (("w1", 0.7), ("w2", 0.2))]
    node = helper.make_node
    nodes = [
        node("Gather", ["embedding", "inputs"], ["rows"]), node("Slice", ["rows", "one", "far", "axis"], ["shifted"]), node("Pad", ["shifted", "pads"], ["following"]),
        node("ReduceMean", ["rows"], ["mean"], axes=[1], keepdims=1), node("Mul", ["following", "w1"], ["f"]), node("Mul", ["mean", "w2"], ["m"]),
        node("Add", ["rows", "f"], ["s"]), node("Add", ["s", "m"], ["sum"]), node("Tanh", ["sum"], ["hidden"]), node("MatMul", ["hidden", "out"], ["product"]), node("Add", ["product", "bias"], ["plain"]),
    ]
    inputs = [helper.make_tensor_value_info("inputs", TensorProto.INT32, [1, "T"]), helper.make_tensor_value_info("text_lengths", TensorProto.INT32, [1])]
    # A length that is not the number of units, or a mask that is not all ones, changes the answer.
    nodes += [node("Shape", ["inputs"], ["shape"]), node("ReduceProd", ["shape"], ["units"], axes=[0], keepdims=1), node("Cast", ["text_lengths"], ["length"], to=TensorProto.INT64),
              node("Sub", ["units", "length"], ["wrong"]), node("Cast", ["wrong"], ["wrongly"], to=TensorProto.FLOAT)]
    last = "wrongly"
    if online:
        inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, "T", "T"]) for name in ("vad_masks", "sub_masks")]
        constants.append(numpy_helper.from_array(np.array(2, np.float32), "both"))
        nodes += [node("ReduceMean", ["vad_masks"], ["v"], keepdims=0), node("ReduceMean", ["sub_masks"], ["u"], keepdims=0), node("Add", ["v", "u"], ["vu"]), node("Sub", ["both", "vu"], ["masked"]),
                  node("Add", ["wrongly", "masked"], ["w"])]
        last = "w"
    nodes += [node("Mul", [last, "penalty"], ["p"]), node("Add", ["plain", "p"], ["logits"])]
    constants.append(numpy_helper.from_array(np.array([0, 0, 100, 0, 0, 0], np.float32), "penalty"))
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "T", len(CLASSES)])]
    model = helper.make_model(helper.make_graph(nodes, "ct-transformer", inputs, outputs, constants), opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def punctuate(units, weights):
    """Section 6.2 of the models' description: 20 units at a time behind what is open; the last window takes everything."""
    ids = [TOKENS.index(unit) if unit in TOKENS else TOKENS.index("<unk>") for unit in units]
    marks, settled, taken = [1] * len(ids), 0, 0
    while taken < len(ids):
        taken = min(len(ids), taken + 20)
        window = network(np.array(ids[settled:taken]), weights).argmax(1)
        marks[settled:taken] = window.tolist()
        if taken == len(ids):
            break
        cut = next((i for i in range(len(window) - 2, 0, -1) if window[i] in (3, 4)), None)
        if cut is None and len(window) > 200:
            cut = next((i for i in range(len(window) - 2, 0, -1) if window[i] == 2), None)
            if cut is not None:
                marks[settled + cut] = 3
        settled += 0 if cut is None else cut + 1
    if marks[-1] not in (3, 4):
        marks[-1] = 3
    return marks


def main():
    out, online = pathlib.Path(sys.argv[1]), len(sys.argv) > 2
    random = np.random.default_rng(20)
    weights = {"embedding": random.normal(0, 1, (len(TOKENS), WIDTH)).astype(np.float32), "out": random.normal(0, 0.8, (WIDTH, len(CLASSES))).astype(np.float32),
               "bias": np.array([-9, 1.2, 0.2, -0.3, -0.6, -0.6], np.float32)}
    out.mkdir(parents=True, exist_ok=True)
    onnx.save(graph(weights, online), str(out / "model.onnx"))
    (out / "tokens.json").write_text(json.dumps(TOKENS, ensure_ascii=False), encoding="utf-8")
    cases = []
    for length in (1, 2, 7, 19, 20, 21, 45, 90, 260):
        units = [TOKENS[i] for i in random.integers(3, len(TOKENS) - 1, length)]
        if length == 45:
            units[7] = "鑫"
        marks = punctuate(units, weights)
        cases.append({"words": units, "marks": ["" if mark < 2 else CLASSES[mark] for mark in marks]})
    (out / "golden.json").write_text(json.dumps(cases, ensure_ascii=False, indent=0), encoding="utf-8")
    print([sum(1 for mark in case["marks"] if mark) for case in cases])


if __name__ == "__main__":
    main()
