# SPDX-License-Identifier: Apache-2.0
"""Uses a server through NVIDIA's client, over HTTP, gRPC and asyncio."""
import asyncio
import queue
import sys
import urllib.request

import numpy as np
import tritonclient.grpc as grpcclient
import tritonclient.grpc.aio as grpcaio
import tritonclient.http as httpclient
import tritonclient.http.aio as httpaio
from checks import MODEL
from tritonclient.utils import InferenceServerException

HTTP, GRPC, METRICS = sys.argv[1:]
A = np.arange(16, dtype=np.int32).reshape(1, 16)
B = np.full((1, 16), 100, dtype=np.int32)


def passed(what):
    print(f"  ✔ {what}")


def refuses(call, *words):
    try:
        call()
    except InferenceServerException as error:
        assert all(word in str(error) for word in words), error
        return
    raise AssertionError(f"not refused: {words}")


def tensors(module, names, values, datatype, **form):
    inputs = []
    for name, value in zip(names, values):
        tensor = module.InferInput(name, list(value.shape), datatype)
        tensor.set_data_from_numpy(value, **form)
        inputs.append(tensor)
    return inputs


def describe(client, is_grpc):
    form = {"as_json": True} if is_grpc else {}
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("add_sub")
    assert not client.is_model_ready("nothing")
    assert client.get_server_metadata(**form)["name"] == "open-autoglm"
    metadata = client.get_model_metadata("add_sub", **form)
    assert [int(n) for n in metadata["inputs"][0]["shape"]] == [-1, 16], metadata
    config = client.get_model_config("add_sub", **form)
    config = config.get("config", config)
    assert int(config["max_batch_size"]) == 32 and "dynamic_batching" in config, config
    refuses(lambda: client.get_model_metadata("nothing"), "nothing")


def infer(module, client, forms):
    for form in forms:
        inputs = tensors(module, ["INPUT0", "INPUT1"], [A, B], "INT32", **form)
        outputs = [module.InferRequestedOutput(n, **form) for n in ["OUTPUT0", "OUTPUT1"]]
        answer = client.infer("add_sub", inputs, outputs=outputs, request_id="7", priority=1, timeout=10_000_000)
        assert (answer.as_numpy("OUTPUT0") == A + B).all() and (answer.as_numpy("OUTPUT1") == A - B).all()
        ensemble = client.infer("twice", tensors(module, ["A", "B"], [A, B], "INT32", **form))
        assert (ensemble.as_numpy("C") == 2 * A).all()
        texts = [np.array([[b"1", b"-20"]], dtype=np.object_), np.array([[b"2", b"5"]], dtype=np.object_)]
        answer = client.infer("texts", tensors(module, ["INPUT0", "INPUT1"], texts, "BYTES", **form))
        assert answer.as_numpy("OUTPUT0").tolist() == [[b"3", b"-15"]], answer.as_numpy("OUTPUT0")
        floats = np.random.rand(4, 1000).astype(np.float32)
        answer = client.infer("identity", tensors(module, ["INPUT0"], [floats], "FP32", **form))
        assert np.allclose(answer.as_numpy("OUTPUT0"), floats)
    wrong = tensors(module, ["INPUT0"], [A], "INT32")
    refuses(lambda: client.infer("add_sub", wrong), "INPUT1")


def sequences(module, client):
    for sequence in [5, "five"]:
        for step, expected in enumerate([1, 3, 6]):
            inputs = tensors(module, ["INPUT"], [np.array([[step + 1]], dtype=np.int32)], "INT32")
            answer = client.infer(
                "sums", inputs, sequence_id=sequence, sequence_start=step == 0, sequence_end=step == 2)
            assert answer.as_numpy("OUTPUT")[0][0] == expected
    inputs = tensors(module, ["INPUT"], [np.array([[1]], dtype=np.int32)], "INT32")
    refuses(lambda: client.infer("sums", inputs, sequence_id=77), "sequence_start")


def control(client, is_grpc):
    form = {"as_json": True} if is_grpc else {}
    index = client.get_model_repository_index(**form)
    index = index.get("models", index) if is_grpc else index
    names = {line["name"] for line in index}
    assert names >= {"add_sub", "identity", "repeat", "sums", "texts", "twice", MODEL}, index
    client.unload_model("texts")
    assert not client.is_model_ready("texts")
    client.load_model("texts")
    assert client.is_model_ready("texts")
    config = '{"backend":"identity","input":[{"name":"I","data_type":"TYPE_FP32","dims":[1]}],' \
             '"output":[{"name":"O","data_type":"TYPE_FP32","dims":[1]}]}'
    client.load_model("sent", config=config, files={"file:3/weights": b"abc"})
    assert client.is_model_ready("sent", "3")
    client.unload_model("sent")
    refuses(lambda: client.load_model("nothing"), "nothing")
    statistics = client.get_inference_statistics("add_sub", **form)["model_stats"][0]
    assert int(statistics["inference_stats"]["success"]["count"]) > 0 and statistics["batch_stats"], statistics
    assert int(statistics["inference_count"]) >= int(statistics["execution_count"])
    assert client.get_trace_settings(**form) and client.get_log_settings(**form)
    changed = client.update_log_settings({"log_verbose_level": 0, "log_info": True}, **form)
    assert changed
    assert not client.get_system_shared_memory_status(**form) or is_grpc
    client.unregister_system_shared_memory()


def stream():
    answers = queue.Queue()
    client = grpcclient.InferenceServerClient(GRPC)
    client.start_stream(callback=lambda result, error: answers.put((result, error)))
    values = np.array([4, 5, 6], dtype=np.int32)
    client.async_stream_infer(
        "repeat", tensors(grpcclient, ["IN"], [values], "INT32"), request_id="1", enable_empty_final_response=True)
    got = []
    while True:
        result, error = answers.get(timeout=20)
        assert error is None, error
        response = result.get_response()
        if response.parameters["triton_final_response"].bool_param:
            break
        got.append(int(result.as_numpy("OUT")[0]))
    assert got == [4, 5, 6], got
    for step in range(3):
        client.async_stream_infer(
            "sums", tensors(grpcclient, ["INPUT"], [np.array([[step + 1]], dtype=np.int32)], "INT32"),
            sequence_id=9, sequence_start=step == 0, sequence_end=step == 2)
    assert sorted(int(answers.get(timeout=20)[0].as_numpy("OUTPUT")[0][0]) for _ in range(3)) == [1, 3, 6]
    client.async_stream_infer("nothing", tensors(grpcclient, ["IN"], [values], "INT32"))
    assert "nothing" in str(answers.get(timeout=20)[1])
    client.stop_stream()
    refuses(lambda: client.infer("repeat", tensors(grpcclient, ["IN"], [values], "INT32")), "decoupled")


async def concurrent():
    for module, client in [(httpaio, httpaio.InferenceServerClient(HTTP)), (grpcaio, grpcaio.InferenceServerClient(GRPC))]:
        inputs = tensors(module, ["INPUT0", "INPUT1"], [A, B], "INT32")
        answers = await asyncio.gather(*(client.infer("add_sub", inputs) for _ in range(64)))
        assert all((answer.as_numpy("OUTPUT0") == A + B).all() for answer in answers)
        await client.close()


def main():
    http = httpclient.InferenceServerClient(HTTP, concurrency=8)
    grpc = grpcclient.InferenceServerClient(GRPC)
    for module, client, name in [(httpclient, http, "HTTP"), (grpcclient, grpc, "gRPC")]:
        describe(client, name == "gRPC")
        passed(f"{name}: health, metadata, configuration")
        infer(module, client, [{"binary_data": True}, {"binary_data": False}] if name == "HTTP" else [{}])
        passed(f"{name}: numbers, texts, an ensemble" + (", as bytes and as JSON" if name == "HTTP" else ""))
        sequences(module, client)
        passed(f"{name}: sequences")
        control(client, name == "gRPC")
        passed(f"{name}: repository, statistics, settings")
    pending = [http.async_infer("add_sub", tensors(httpclient, ["INPUT0", "INPUT1"], [A, B], "INT32")) for _ in range(32)]
    assert all((request.get_result().as_numpy("OUTPUT0") == A + B).all() for request in pending)
    passed("HTTP: many at a time")
    floats = np.tile(np.arange(100, dtype=np.float32), (4, 100))
    for algorithm in ["gzip", "deflate"]:
        for form in [{"binary_data": True}, {"binary_data": False}]:
            answer = http.infer(
                "identity", tensors(httpclient, ["INPUT0"], [floats], "FP32", **form),
                outputs=[httpclient.InferRequestedOutput("OUTPUT0", **form)],
                request_compression_algorithm=algorithm, response_compression_algorithm=algorithm)
            assert (answer.as_numpy("OUTPUT0") == floats).all()
    passed("HTTP: compressed both ways")
    for algorithm in ["gzip", "deflate"]:
        answer = grpc.infer("add_sub", tensors(grpcclient, ["INPUT0", "INPUT1"], [A, B], "INT32"), compression_algorithm=algorithm)
        assert (answer.as_numpy("OUTPUT0") == A + B).all()
    passed("gRPC: compressed")
    stream()
    passed("gRPC: streams, decoupled answers, errors within a stream")
    asyncio.run(concurrent())
    passed("HTTP and gRPC: asyncio")
    metrics = urllib.request.urlopen(f"http://{METRICS}/metrics").read().decode()
    assert 'nv_inference_request_success{model="add_sub",version="1"}' in metrics, metrics
    passed("metrics")


main()
print("every check passed")
