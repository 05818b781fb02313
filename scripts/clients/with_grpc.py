# SPDX-License-Identifier: Apache-2.0
"""Uses autoglm.v1 through gRPC's own client: only the address is known, everything else comes by reflection."""
import json
import queue
import sys

import grpc
from checks import MODEL
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

channel = grpc.insecure_channel(sys.argv[1])
database = ProtoReflectionDescriptorDatabase(channel)
pool = DescriptorPool(database)
service = pool.FindServiceByName("autoglm.v1.AutoGLM")


def passed(what):
    print(f"  ✔ {what}")


def message(kind, **fields):
    return GetMessageClass(pool.FindMessageTypeByName(f"autoglm.v1.{kind}"))(**fields)


def method(name):
    found = service.methods_by_name[name]
    make = getattr(channel, {
        (False, False): "unary_unary", (False, True): "unary_stream", (True, True): "stream_stream",
    }[(found.client_streaming, found.server_streaming)])
    return make(
        f"/autoglm.v1.AutoGLM/{name}", request_serializer=lambda value: value.SerializeToString(),
        response_deserializer=GetMessageClass(found.output_type).FromString)


def begin(text, **fields):
    conversation = message("Conversation", messages=[message("Message", role="user", text=text)])
    return message("GenerateRequest", begin=message("GenerateBegin", model=MODEL, conversation=conversation, **fields))


def generate(requests):
    text, reason = "", None
    for event in method("Generate")(requests, timeout=120):
        text += event.text.text
        if event.WhichOneof("event") == "finish":
            reason, usage = event.finish.reason, event.finish.usage
            assert reason == "cancelled" or usage.prompt_tokens > 0, event
    return text, reason


services = set(database.get_services())
assert services >= {"autoglm.v1.AutoGLM", "inference.GRPCInferenceService", "grpc.health.v1.Health"}, services
passed("reflection: " + ", ".join(sorted(services)))

listing = method("ListModels")(message("ListModelsRequest"))
names = {model.name: model for model in listing.models}
assert names[MODEL].is_language_model and names["add_sub"].ready, listing
assert list(listing.pipelines) == ["task-flow"], listing
assert method("ModelReady")(message("ModelReadyRequest", name="add_sub")).ready
method("UnloadModel")(message("UnloadModelRequest", name="add_sub", unload_dependents=True))
assert not method("ModelReady")(message("ModelReadyRequest", name="add_sub")).ready
method("LoadModel")(message("LoadModelRequest", name="add_sub"))
assert method("ModelReady")(message("ModelReadyRequest", name="add_sub")).ready
passed("models: listed, unloaded, loaded")

sampling = message("Sampling", temperature=0)
text, reason = generate(iter([begin("What is the capital of France?", sampling=sampling, max_tokens=20)]))
assert "Paris" in text, text
passed(f"generate: {text.strip()!r}, {reason}")

cities = {"city": {"enum": ["Paris", "Rome"]}}
schema = json.dumps({"type": "object", "properties": cities, "required": ["city"], "additionalProperties": False})
text, reason = generate(iter([begin("Which is the capital of France?", sampling=sampling, json_schema=schema)]))
assert json.loads(text)["city"] in ["Paris", "Rome"], text
passed(f"generate by a schema: {text.strip()}")

waiting = queue.Queue()
waiting.put(begin("Count from 1 to 1000, one number a line.", sampling=sampling, max_tokens=2000))
count, last = 0, None
for event in method("Generate")(iter(waiting.get, None), timeout=120):
    count += 1
    if count == 3:
        waiting.put(message("GenerateRequest", cancel=message("GenerateCancel")))
    last = event
assert last.finish.reason == "cancelled" and count < 1000, last
waiting.put(None)
passed(f"generate, cancelled after {count} messages")

inputs = json.dumps({"text": "What is the capital of France?"})
events = list(method("RunPipeline")(message("RunPipelineRequest", pipeline="task-flow", inputs_json=inputs), timeout=300))
assert events[0].started.step and json.loads(events[-1].result.output_json)["answer"], events[-1]
passed(f"pipeline: {len(events)} events, {events[-1].result.output_json}")

for request, code, reason in [
    (begin("x", tool_choice="hammer"), grpc.StatusCode.INVALID_ARGUMENT, "llm.invalid-request"),
    (message("GenerateRequest"), grpc.StatusCode.INVALID_ARGUMENT, "llm.invalid-request"),
    (message("GenerateRequest", begin=message("GenerateBegin", model="nothing")), grpc.StatusCode.NOT_FOUND,
     "llm.unknown-model"),
]:
    try:
        generate(iter([request]))
        raise AssertionError("not refused")
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        assert error.code() == code and reason.encode() in status.details[0].value, error
passed("errors: google.rpc.Status with this project's codes")

# Bytes that are no message, and one that ends inside a field.
for bytes_ in [b"\xff" * 64, b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x7f" + b"\x0a\x7f" * 50]:
    raw = channel.stream_stream("/autoglm.v1.AutoGLM/Generate")
    try:
        list(raw(iter([bytes_]), timeout=20))
        raise AssertionError("not refused")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
assert method("ModelReady")(message("ModelReadyRequest", name=MODEL)).ready
passed("hostile bytes are refused, and the server serves on")
