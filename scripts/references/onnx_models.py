#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small ONNX models and what ONNX Runtime answers with them, for Tests/ServingCoreTests.

Usage: onnx_models.py FOLDER   (needs onnx, onnxruntime and numpy from PyPI)
"""
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(sys.argv[1])
RANDOM = numpy.random.default_rng(20261129)
TYPES = {"BOOL": TensorProto.BOOL, "UINT8": TensorProto.UINT8, "UINT16": TensorProto.UINT16, "UINT32": TensorProto.UINT32,
         "UINT64": TensorProto.UINT64, "INT8": TensorProto.INT8, "INT16": TensorProto.INT16, "INT32": TensorProto.INT32,
         "INT64": TensorProto.INT64, "FP16": TensorProto.FLOAT16, "FP32": TensorProto.FLOAT, "FP64": TensorProto.DOUBLE,
         "BF16": TensorProto.BFLOAT16}


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def write(name, nodes, inputs, outputs, constants=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(constants))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, FOLDER / f"{name}.onnx")


def answers(name, **inputs):
    session = onnxruntime.InferenceSession(FOLDER / f"{name}.onnx", providers=["CPUExecutionProvider"])
    given = {key: [float(x) for x in array.ravel()] for key, array in inputs.items()}
    outputs = session.run(None, inputs)
    names = [output.name for output in session.get_outputs()]
    return {"inputs": given, "outputs": {key: [float(x) for x in array.ravel()] for key, array in zip(names, outputs)},
            "shapes": {key: list(array.shape) for key, array in zip(names, outputs)}}


def floats(*shape):
    return RANDOM.standard_normal(shape).astype(numpy.float32)


# A linear layer, 64 to 8: the model that this server is compared with Triton by.
write("linear", [helper.make_node("Gemm", ["INPUT0", "weights", "bias"], ["OUTPUT0"])],
      [value("INPUT0", TensorProto.FLOAT, ["batch", 64])], [value("OUTPUT0", TensorProto.FLOAT, ["batch", 8])],
      [numpy_helper.from_array(floats(64, 8), "weights"), numpy_helper.from_array(floats(8), "bias")])
# Two inputs and two outputs of any length, without a batch of its own.
write("lengths", [helper.make_node("Einsum", ["left", "right"], ["product"], equation="ij,jk->ik"),
                  helper.make_node("ReduceSum", ["product"], ["sum"], keepdims=0)],
      [value("left", TensorProto.FLOAT, [2, "n"]), value("right", TensorProto.FLOAT, ["n", 3])],
      [value("product", TensorProto.FLOAT, [2, 3]), value("sum", TensorProto.FLOAT, [])])
# Every type of elements that can be served, each row of two turned round.
write("types",
      [helper.make_node("Concat", [f"in_{key}", f"in_{key}"], [f"both_{key}"], axis=1) for key in TYPES]
      + [helper.make_node("Slice", [f"both_{key}", "from", "to", "axis"], [f"out_{key}"]) for key in TYPES],
      [value(f"in_{key}", kind, ["batch", 2]) for key, kind in TYPES.items()],
      [value(f"out_{key}", kind, ["batch", 2]) for key, kind in TYPES.items()],
      [numpy_helper.from_array(numpy.array([number], numpy.int64), name)
       for name, number in [("from", 1), ("to", 3), ("axis", 1)]])
write("strings", [helper.make_node("Identity", ["INPUT0"], ["OUTPUT0"])],
      [value("INPUT0", TensorProto.STRING, ["batch", 1])], [value("OUTPUT0", TensorProto.STRING, ["batch", 1])])
# Values in another file, at a place that is none of the model's.
outside = numpy_helper.from_array(floats(4), "weights")
outside.ClearField("raw_data")
outside.data_location = TensorProto.EXTERNAL
outside.external_data.add(key="location", value="../../secret.bin")
graph = helper.make_graph([helper.make_node("Add", ["INPUT0", "weights"], ["OUTPUT0"])], "outside",
                          [value("INPUT0", TensorProto.FLOAT, [4])], [value("OUTPUT0", TensorProto.FLOAT, [4])], [outside])
(FOLDER / "outside.onnx").write_bytes(
    helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())

expected = {"linear": answers("linear", INPUT0=floats(5, 64)),
            "lengths": answers("lengths", left=floats(2, 4), right=floats(4, 3))}
(FOLDER / "expected.json").write_text(json.dumps(expected) + "\n", encoding="utf-8")
