# SPDX-License-Identifier: Apache-2.0
"""What bench/serve.sh asks the linear model by gRPC.

Usage: messages.py FILE PORT…   writes the request to a file, as h2load sends it, and checks what the servers answer to it.
Needs the package tritonclient.
"""
import pathlib
import struct
import sys

import grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc

VALUES = [float(index % 5) for index in range(64)]
EXPECTED = [sum(VALUES[row] * ((row * 8 + column) % 7 - 3) / 8 for row in range(64)) + column for column in range(8)]


def request():
    tensor = service_pb2.ModelInferRequest.InferInputTensor(name="x", datatype="FP32", shape=[1, 64])
    return service_pb2.ModelInferRequest(
        model_name="linear", inputs=[tensor], raw_input_contents=[struct.pack("<64f", *VALUES)])


for port in sys.argv[2:]:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request(), timeout=30)
    given = list(struct.unpack("<8f", answer.raw_output_contents[0]))
    if max(abs(one - other) for one, other in zip(given, EXPECTED)) > 1e-4:
        sys.exit(f"error: port {port} answers {given}, not {EXPECTED}.")
message = request().SerializeToString()
pathlib.Path(sys.argv[1]).write_bytes(b"\0" + struct.pack(">I", len(message)) + message)
