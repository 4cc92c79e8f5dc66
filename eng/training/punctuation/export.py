"""Writes what the engine embeds: export.py DATA {words|characters} MODEL.pt OUT [biases.json].

OUT/punctuation-<model>.onnx: int8 weights, float arithmetic; OUT/punctuation-<model>.bin: the fingerprints of its two hashed vocabularies.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from model import CASES, MARKS, SHAPES, WIDTH, Punctuator, columns, look_ahead, look_back, pieces


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


def build(name, net, biases):
    graph, shape = Graph(), SHAPES[name]
    array = lambda parameter: parameter.detach().numpy()
    keys, widths = shape["keys"], (columns(name, 0), columns(name, 1))
    values = [graph.gather(array(net.tables[i].weight), ("first", "second")[i], keys[i] * widths[i]) for i in (0, 1)]
    x = graph.node("Unsqueeze", [graph.node("Transpose", [graph.node("Concat", values, axis=1)], perm=[1, 0]), graph.constant(np.array([0], np.int64))])
    low, high = min(o[0] for o in shape["around"]), max(o[1] for o in shape["around"])
    # Lining the values up with the judged gap and the first layer are one convolution, zero where an offset is not used.
    kernel, column = np.zeros((WIDTH, keys[0] * widths[0] + keys[1] * widths[1], high - low + 1), np.float32), 0
    for table, offset, start, width in pieces(name):
        for key in range(keys[table]):
            channel = table * keys[0] * widths[0] + key * widths[table] + start
            kernel[:, channel:channel + width, offset - low] = array(net.enter.weight)[:, column:column + width]
            column += width
    x = graph.node("Conv", [x, graph.weight(kernel), graph.constant(array(net.enter.bias))], kernel_shape=[high - low + 1], pads=[-low, high])
    x = graph.node("Relu", [graph.node("Add", [x, graph.node("Gather", [graph.constant(array(net.language.weight)[:, :, None]), "language"], axis=0)])])
    for block in net.blocks:
        weight, bias = folded(block.narrow, block.norm)
        u = graph.node("Relu", [graph.node("Conv", [x, graph.weight(weight), graph.constant(bias)], kernel_shape=[1])])
        v = graph.node("Conv", [u, graph.weight(array(block.conv.weight)), graph.constant(array(block.conv.bias))],
                       kernel_shape=[block.conv.weight.shape[2]], dilations=[block.dilation], pads=list(block.pad))
        graph.count += 1
        left, right = f"l{graph.count}", f"r{graph.count}"
        graph.nodes.append(helper.make_node("Split", [v, graph.constant(np.array([WIDTH, WIDTH], np.int64))], [left, right], axis=1))
        x = graph.node("Add", [x, graph.node("Mul", [left, graph.node("Sigmoid", [right])])])
    weight, bias = folded(net.narrow, net.norm)
    x = graph.node("Relu", [graph.node("Conv", [x, graph.weight(weight), graph.constant(bias)], kernel_shape=[1])])
    bias = array(net.out.bias).copy()
    x = graph.node("Conv", [x, graph.weight(array(net.out.weight)), graph.constant(bias)], kernel_shape=[1])
    x = graph.node("Transpose", [graph.node("Squeeze", [x, graph.constant(np.array([0], np.int64))])], perm=[1, 0])
    graph.nodes.append(helper.make_node("Split", [x, graph.constant(np.array([MARKS, CASES], np.int64))], ["m", "k"], axis=1))
    tuned = np.zeros((len(shape["languages"]), MARKS), np.float32)
    for index, code in enumerate(shape["languages"]):
        tuned[index] = biases.get(code, [0] * MARKS)
    graph.node("Softmax", [graph.node("Add", ["m", graph.node("Gather", [graph.constant(tuned), "language"], axis=0)])], "marks", axis=1)
    graph.node("Softmax", ["k"], "cases", axis=1)
    inputs = [helper.make_tensor_value_info("first", TensorProto.INT32, ["T", keys[0]]), helper.make_tensor_value_info("second", TensorProto.INT32, ["T", keys[1]]),
              helper.make_tensor_value_info("language", TensorProto.INT32, [1])]
    outputs = [helper.make_tensor_value_info("marks", TensorProto.FLOAT, ["T", MARKS]), helper.make_tensor_value_info("cases", TensorProto.FLOAT, ["T", CASES])]
    model = helper.make_model(helper.make_graph(graph.nodes, "punctuation-" + name, inputs, outputs, graph.initializers), opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {"languages": ",".join(shape["languages"]), "look_ahead": str(look_ahead(name)), "look_back": str(look_back(name))})
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
