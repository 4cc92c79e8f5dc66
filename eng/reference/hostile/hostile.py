"""Writes graphs with the interface of Silero VAD that are meant to do harm: hostile.py FOLDER. Needs the Python package onnx."""

import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def constant(name, values, dtype):
    return numpy_helper.from_array(np.array(values, dtype), name)


def graph(name, nodes, initializers=(), output=(FLOAT, [None, 1]), state=(FLOAT, [2, None, 128]), keep_state=True, valid=True):
    """A graph whose nodes make 'output'; the state goes through as it is."""
    inputs = [
        helper.make_tensor_value_info("input", FLOAT, [None, None]),
        helper.make_tensor_value_info("state", FLOAT, [2, None, 128]),
        helper.make_tensor_value_info("sr", INT64, []),
    ]
    outputs = [helper.make_tensor_value_info("output", *output), helper.make_tensor_value_info("stateN", *state)]
    nodes = list(nodes) + ([helper.make_node("Identity", ["state"], ["stateN"])] if keep_state else [])
    model = helper.make_model(
        helper.make_graph(nodes, name, inputs, outputs, list(initializers)), opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    if valid:
        checker.check_model(model)
    save(model, f"{sys.argv[1]}/{name}.onnx")


def mean(target="output"):
    return helper.make_node("ReduceMean", ["input"], [target], axes=[0, 1], keepdims=1)


def loop(name, count_nodes, initializers):
    """2^62 additions of nothing where 'count' says so."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go_on"], ["goes_on"]), helper.make_node("Add", ["value", "value"], ["doubled"])],
        "body",
        [helper.make_tensor_value_info("i", INT64, []), helper.make_tensor_value_info("go_on", BOOL, []), helper.make_tensor_value_info("value", FLOAT, [None, None])],
        [helper.make_tensor_value_info("goes_on", BOOL, []), helper.make_tensor_value_info("doubled", FLOAT, [None, None])])
    graph(name, count_nodes + [mean("start"), helper.make_node("Loop", ["count", "", "start"], ["output"], body=body)], initializers)


loop("endless", [], [constant("count", 1 << 62, np.int64)])

# Only for sound: silence at first shows nothing.
loop("endless-for-sound",
     [helper.make_node("ReduceMax", ["input"], ["peak"], axes=[0, 1], keepdims=0), helper.make_node("Greater", ["peak", "zero"], ["loud"]),
      helper.make_node("Cast", ["loud"], ["times"], to=INT64), helper.make_node("Mul", ["times", "many"], ["count"])],
     [constant("zero", 0, np.float32), constant("many", 1 << 62, np.int64)])

graph("huge",
      [helper.make_node("Shape", ["input"], ["shape"]), helper.make_node("Mul", ["shape", "many"], ["size"]),
       helper.make_node("ConstantOfShape", ["size"], ["values"], value=helper.make_tensor("one", FLOAT, [1], [1.0])),
       helper.make_node("ReduceMean", ["values"], ["output"], axes=[0, 1], keepdims=1)],
      [constant("many", [1 << 20, 1 << 20], np.int64)])
graph("huge-constant",
      [helper.make_node("ConstantOfShape", ["size"], ["values"], value=helper.make_tensor("one", FLOAT, [1], [1.0])),
       helper.make_node("ReduceMean", ["values"], ["output"], axes=[0, 1], keepdims=1)],
      [constant("size", [1 << 20, 1 << 20], np.int64)])
graph("no-number", [mean("m"), helper.make_node("Sub", ["m", "infinite"], ["d"]), helper.make_node("Add", ["d", "infinite"], ["output"])], [constant("infinite", [[np.inf]], np.float32)])
graph("whole-numbers", [mean("m"), helper.make_node("Cast", ["m"], ["output"], to=INT64)], output=(INT64, [None, 1]))
graph("two-values", [mean("m"), helper.make_node("Concat", ["m", "m"], ["output"], axis=1)], output=(FLOAT, [None, None]))
graph("another-rank", [helper.make_node("ReduceMean", ["input"], ["output"], axes=[0, 1], keepdims=0)], output=(FLOAT, []))
graph("another-state", [mean(), helper.make_node("Concat", ["state", "state"], ["stateN"], axis=2)], state=(FLOAT, [2, None, None]), keep_state=False)

# Weights that say to be far more than the file holds.
weights = TensorProto(name="weights", data_type=FLOAT, dims=[1 << 31, 1 << 10], raw_data=b"\0" * 4)
graph("promised", [helper.make_node("ReduceMean", ["weights"], ["m"], axes=[0, 1], keepdims=1), mean("n"), helper.make_node("Add", ["m", "n"], ["output"])], [weights], valid=False)
