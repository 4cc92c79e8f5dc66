"""Writes what the engine embeds: export.py DATA {words|characters} MODEL.pt OUT [biases.json].

OUT/punctuation-<model>.onnx: int8 weights, float arithmetic; OUT/punctuation-<model>.bin: the fingerprints of its two hashed vocabularies.

The graph computes the places that a window of rows [R = before + T + after] surrounds. `history` holds the narrowed values of the places before them (zeros
before the first place), `narrowed` those of these places, to be given as history next time. Place p decides about unit p - delay. Row 0 of a table is an unknown
key, its last row is used where there is no unit.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from model import CASES, MARKS, SHAPES, Punctuator, columns, history, pieces, reach


def quantised(weight, axis=None):
    """int8 values and their scale: one for all, or one for each index of the axis."""
    reduce = None if axis is None else tuple(i for i in range(weight.ndim) if i != axis)
    top = np.abs(weight).max() if axis is None else np.abs(weight).max(axis=reduce, keepdims=True)
    scale = np.maximum(top, 1e-8) / 127
    return np.clip(np.rint(weight / scale), -127, 127).astype(np.int8), np.asarray(scale, np.float32)


class Graph:
    def __init__(self):
        self.nodes, self.initializers, self.count = [], [], 0

    def constant(self, value, name=None):
        self.count += 1
        name = name or f"c{self.count}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind, inputs, output=None, **attributes):
        self.count += 1
        output = output or f"t{self.count}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def weight(self, value, axis=0):
        # Cast and multiplication fold away when the session loads; a DequantizeLinear would run each time.
        integers, scale = quantised(value, axis)
        return self.node("Mul", [self.node("Cast", [self.constant(integers)], to=TensorProto.FLOAT), self.constant(scale)])

    def gather(self, table, indices, width):
        integers = np.clip(np.rint(table * 127 / 4), -127, 127).astype(np.int8)
        rows = self.node("Cast", [self.node("Gather", [self.constant(integers), indices], axis=0)], to=TensorProto.FLOAT)
        return self.node("Reshape", [self.node("Mul", [rows, self.constant(np.float32(4 / 127))]), self.constant(np.array([-1, width], np.int64))])


def folded(conv, norm):
    factor = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()
    return conv.weight.detach().numpy() * factor[:, None, None], norm.bias.detach().numpy() - norm.running_mean.numpy() * factor


def store(net):
    """Gives the network the weights that its int8 form holds."""
    rounded = lambda weight, axis: np.multiply(*quantised(weight, axis))
    with torch.no_grad():
        for table in net.tables:
            table.weight.copy_(torch.from_numpy(np.clip(np.rint(table.weight.numpy() * 127 / 4), -127, 127).astype(np.float32) * 4 / 127))
        for conv, norm in [(block.narrow, block.norm) for block in net.blocks] + [(net.narrow, net.norm)]:
            factor = (norm.weight / torch.sqrt(norm.running_var + norm.eps))[:, None, None]
            conv.weight.copy_(torch.from_numpy(rounded(folded(conv, norm)[0], 0)) / factor)
        for conv in (net.enter, net.out, *(block.conv for block in net.blocks)):
            conv.weight.copy_(torch.from_numpy(rounded(conv.weight.numpy(), 0)))
    return net


def lined_up(name):
    """For each value of the first layer, where it lies in a window of rows of both tables, flattened; and the columns of a row."""
    keys, widths = SHAPES[name]["keys"], (columns(name, 0), columns(name, 1))
    base, row = (0, keys[0] * widths[0]), keys[0] * widths[0] + keys[1] * widths[1]
    return [(reach(name)[0] + offset) * row + base[table] + key * widths[table] + start + column
            for table, offset, start, width in pieces(name) for key in range(keys[table]) for column in range(width)], row


def build(name, net, biases):
    graph, shape = Graph(), SHAPES[name]
    array = lambda parameter: parameter.detach().numpy()
    number = lambda *values: graph.constant(np.array(values, np.int64))
    keys, (before, after), back = shape["keys"], reach(name), history(name)
    values = [graph.gather(array(net.tables[i].weight), ("first", "second")[i], keys[i] * columns(name, i)) for i in (0, 1)]
    # A place's values are picked out of its window of rows: one gather instead of a convolution that is mostly zeros.
    picked, row = lined_up(name)
    rows = graph.node("Gather", [graph.node("Shape", ["first"]), graph.constant(np.array(0, np.int64))], axis=0)
    scalar = lambda value: graph.constant(np.array(value, np.int64))
    places = graph.node("Range", [scalar(0), graph.node("Mul", [graph.node("Sub", [rows, scalar(before + after)]), scalar(row)]), scalar(row)])
    index = graph.node("Add", [graph.node("Unsqueeze", [places, number(1)]), graph.constant(np.array([picked], np.int64))])
    flat = graph.node("Reshape", [graph.node("Concat", values, axis=1), number(-1)])
    language = graph.node("Gather", [graph.constant(array(net.language.weight) + array(net.enter.bias)), "language"], axis=0)
    x = graph.node("MatMul", [graph.node("Gather", [flat, index], axis=0), graph.weight(array(net.enter.weight)[:, :, 0].T, 1)])
    x = graph.node("Relu", [graph.node("Add", [x, language])])
    x = graph.node("Unsqueeze", [graph.node("Transpose", [x], perm=[1, 0]), number(0)])
    memory = [f"h{i}" for i in range(len(net.blocks))]
    past = graph.node("Unsqueeze", [graph.node("Transpose", ["history"], perm=[1, 0]), number(0)])
    graph.nodes.append(helper.make_node("Split", [past, number(*[shape["bottleneck"]] * len(memory))], memory, axis=1))
    kept = []
    for block, before_it in zip(net.blocks, memory):
        weight, bias = folded(block.narrow, block.norm)
        u = graph.node("Relu", [graph.node("Conv", [x, graph.weight(weight), graph.constant(bias)], kernel_shape=[1])])
        kept.append(u)
        if block.back < back:
            before_it = graph.node("Slice", [before_it, number(back - block.back), number(back), number(2)])
        v = graph.node("Conv", [graph.node("Concat", [before_it, u], axis=2), graph.weight(array(block.conv.weight)), graph.constant(array(block.conv.bias))],
                       kernel_shape=[block.conv.weight.shape[2]], dilations=[block.dilation])
        graph.count += 1
        left, right = f"l{graph.count}", f"r{graph.count}"
        graph.nodes.append(helper.make_node("Split", [v, number(shape["width"], shape["width"])], [left, right], axis=1))
        x = graph.node("Add", [x, graph.node("Mul", [left, graph.node("Sigmoid", [right])])])
    graph.node("Transpose", [graph.node("Squeeze", [graph.node("Concat", kept, axis=1), number(0)])], "narrowed", perm=[1, 0])
    weight, bias = folded(net.narrow, net.norm)
    x = graph.node("Relu", [graph.node("Conv", [x, graph.weight(weight), graph.constant(bias)], kernel_shape=[1])])
    x = graph.node("Conv", [x, graph.weight(array(net.out.weight)), graph.constant(array(net.out.bias))], kernel_shape=[1])
    x = graph.node("Transpose", [graph.node("Squeeze", [x, number(0)])], perm=[1, 0])
    graph.nodes.append(helper.make_node("Split", [x, number(MARKS, CASES)], ["m", "k"], axis=1))
    tuned = np.zeros((len(shape["languages"]), MARKS), np.float32)
    for index, code in enumerate(shape["languages"]):
        tuned[index] = biases.get(code, [0] * MARKS)
    graph.node("Softmax", [graph.node("Add", ["m", graph.node("Gather", [graph.constant(tuned), "language"], axis=0)])], "marks", axis=1)
    graph.node("Softmax", ["k"], "cases", axis=1)
    channels = shape["bottleneck"] * len(net.blocks)
    inputs = [helper.make_tensor_value_info("first", TensorProto.INT32, ["R", keys[0]]), helper.make_tensor_value_info("second", TensorProto.INT32, ["R", keys[1]]),
              helper.make_tensor_value_info("language", TensorProto.INT32, [1]), helper.make_tensor_value_info("history", TensorProto.FLOAT, [back, channels])]
    outputs = [helper.make_tensor_value_info("marks", TensorProto.FLOAT, ["T", MARKS]), helper.make_tensor_value_info("cases", TensorProto.FLOAT, ["T", CASES]),
               helper.make_tensor_value_info("narrowed", TensorProto.FLOAT, ["T", channels])]
    model = helper.make_model(helper.make_graph(graph.nodes, "punctuation-" + name, inputs, outputs, graph.initializers), opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {"languages": ",".join(shape["languages"]), "before": str(before), "after": str(after), "delay": str(shape["delay"])})
    onnx.checker.check_model(model)
    return model


def main():
    data, name, out = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[4])
    tables = np.load(data / f"{name}-tables.npz")
    net = Punctuator(name, (len(tables["first"]), len(tables["second"])))
    net.load_state_dict(torch.load(sys.argv[3]))
    net.eval()
    biases = json.loads(pathlib.Path(sys.argv[5]).read_text()) if len(sys.argv) > 5 else {}
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"punctuation-{name}.onnx"
    onnx.save(build(name, net, biases), str(path))
    fingerprints = b"".join(np.array([len(t)], "<u4").tobytes() + t.astype("<u2").tobytes() for t in (tables["first"], tables["second"]))
    (out / f"punctuation-{name}.bin").write_bytes(fingerprints)
    print(name, path.stat().st_size, len(fingerprints))


if __name__ == "__main__":
    main()
