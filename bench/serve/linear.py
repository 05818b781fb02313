# SPDX-License-Identifier: Apache-2.0
"""Writes the linear model of bench/serve.sh as a repository with an ONNX file.

Usage: linear.py FOLDER   (needs the package onnx)
"""
import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

CONFIGURATION = """\
name: "linear"
platform: "onnxruntime_onnx"
max_batch_size: 32
input [ { name: "x", data_type: TYPE_FP32, dims: [ 64 ] } ]
output [ { name: "y", data_type: TYPE_FP32, dims: [ 8 ] } ]
dynamic_batching { }
"""


def model():
    row, column = numpy.mgrid[0:64, 0:8]
    weights = ((row * 8 + column) % 7 - 3).astype(numpy.float32) / 8
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "W", "b"], ["y"])], "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 8])],
        [numpy_helper.from_array(weights, "W"), numpy_helper.from_array(numpy.arange(8, dtype=numpy.float32), "b")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


folder = pathlib.Path(sys.argv[1]) / "linear"
(folder / "1").mkdir(parents=True, exist_ok=True)
(folder / "config.pbtxt").write_text(CONFIGURATION)
onnx.save(model(), folder / "1" / "model.onnx")
