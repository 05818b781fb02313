# SPDX-License-Identifier: Apache-2.0
"""Clients of what the server keeps: experiments with outcomes, and pipelines over autoglm.v1."""
import json

import grpc
from clients import LENGTH, PROMPTS, Cut, Wrong, bearer, expect, openai_client, said
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


class Refused(Exception):
    """An answer with a status that is no success."""

    def __init__(self, status, answer):
        super().__init__(f"{status} {answer}")
        self.status_code = status


class Experiments:
    """Puts users into arms, lets the experiment answer them, and tells what came of it."""

    def __init__(self, server, known):
        self.server, self.known, self.client = server, known, openai_client(server)
        # What the server has said that it has kept: each user's arm.
        self.arms, self.outcomes = {}, set()

    def ask(self, number):
        user = f"user-{number}"
        arm = self.post("assignments", {"user": user})["arm"]
        # Who was put into an arm before stays there.
        expect(arm, self.arms.setdefault(user, arm), "the arm of " + user)
        if number % 4 == 0:
            prompt = PROMPTS[number % len(PROMPTS)]
            reply = self.client.chat.completions.create(
                model="greeting", messages=said(prompt), user=user, temperature=0, max_tokens=LENGTH)
            expect(reply.choices[0].message.content, self.known.chats[prompt], "greeting")
        self.post("outcomes", {"user": user, "values": {"liked": number % 2}})
        self.outcomes.add(user)

    def post(self, path, body):
        status, answer = self.server.ask("POST", f"/v1/experiments/greeting/{path}", body)
        if status != 200:
            raise Refused(status, answer)
        return answer

    def missing(self):
        """How many assignments and outcomes are not there that the server had said to have."""
        _, report = self.server.ask("GET", "/v1/experiments/greeting")
        units = sum(arm["units"] for arm in report["arms"])
        counted = sum(arm["metrics"].get("liked", {"count": 0})["count"] for arm in report["arms"])
        moved = sum(self.server.ask("GET", f"/v1/experiments/greeting/assignment?user={user}")[1]["arm"] != arm
                    for user, arm in list(self.arms.items())[-500:])
        return max(0, len(self.arms) - units) + max(0, len(self.outcomes) - counted) + moved


class Pipelines:
    """Runs a pipeline over autoglm.v1, whose messages reflection tells."""

    def __init__(self, server):
        self.channel, self.metadata = grpc.insecure_channel(server.grpc), list(bearer(server).items())
        # Reflection takes no metadata of a client's own, so the key goes with every call of the channel.
        channel = grpc.intercept_channel(self.channel, WithMetadata(self.metadata))
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        method = pool.FindServiceByName("autoglm.v1.AutoGLM").methods_by_name["RunPipeline"]
        self.message = GetMessageClass(method.input_type)
        self.run = self.channel.unary_stream(
            "/autoglm.v1.AutoGLM/RunPipeline", request_serializer=lambda value: value.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString)

    def ask(self, number):
        request = self.message(pipeline="echo", inputs_json=json.dumps({"text": f"word {number}"}))
        events = list(self.run(request, metadata=self.metadata, timeout=60))
        if not events or events[-1].WhichOneof("event") != "result":
            raise Cut("autoglm.v1: a pipeline without its result")
        output = json.loads(events[-1].result.output_json)
        if f"You said word {number}." not in json.dumps(output):
            raise Wrong(f"autoglm.v1: {output}")


class WithMetadata(grpc.StreamStreamClientInterceptor):
    def __init__(self, metadata):
        self.metadata = metadata

    def intercept_stream_stream(self, continuation, details, requests):
        class Details(grpc.ClientCallDetails):
            method, timeout, credentials = details.method, details.timeout, details.credentials
            metadata = self.metadata
        return continuation(Details(), requests)
