#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses a server through the openai client as its users do; each check prints a line, the first that fails ends it.

Usage: check-openai-client.py URL
"""
import json
import sys

import openai

MODEL = "smollm2"
QUESTION = [{"role": "user", "content": "What is the capital of France? Answer in one word."}]
WEATHER = {"type": "function", "function": {
    "name": "weather", "description": "Tells the weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
                   "required": ["city"]}}}
SCHEMA = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 12}, "age": {"type": "integer"}},
          "required": ["name", "age"], "additionalProperties": False}


def chat(client):
    reply = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=24)
    assert "Paris" in reply.choices[0].message.content, reply
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens, reply


def stream(client):
    whole = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=24)
    chunks = list(client.chat.completions.create(
        model=MODEL, messages=QUESTION, temperature=0, max_tokens=24, stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content, (text, whole)
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] in ("stop", "length")
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens, chunks[-1]


def completions(client):
    reply = client.chat.completions.create(model=MODEL, messages=QUESTION, n=2, seed=7, temperature=1, max_tokens=8)
    assert [choice.index for choice in reply.choices] == [0, 1], reply


def log_probabilities(client):
    reply = client.chat.completions.create(
        model=MODEL, messages=QUESTION, temperature=0, max_tokens=4, logprobs=True, top_logprobs=3)
    tokens = reply.choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == reply.choices[0].message.content, tokens
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 3 for token in tokens), tokens


def stop(client):
    reply = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=24, stop=["Paris"])
    assert "Paris" not in reply.choices[0].message.content and reply.choices[0].finish_reason == "stop", reply


def tools(client):
    messages = [{"role": "user", "content": "What is the weather in Paris?"}]
    reply = client.chat.completions.create(
        model=MODEL, messages=messages, tools=[WEATHER], tool_choice="required", temperature=0.8, seed=1, max_tokens=256)
    call = reply.choices[0].message.tool_calls[0]
    assert call.function.name == "weather" and json.loads(call.function.arguments)["city"] in ("Paris", "Rome"), reply
    assert reply.choices[0].finish_reason == "tool_calls", reply
    messages += [reply.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "Sunny, 24 degrees."}]
    answer = client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER], temperature=0, max_tokens=48)
    assert answer.choices[0].message.content or answer.choices[0].message.tool_calls, answer


def json_schema(client):
    reply = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Describe a person."}], temperature=0, max_tokens=128,
        response_format={"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": SCHEMA}})
    person = json.loads(reply.choices[0].message.content)
    assert isinstance(person["name"], str) and isinstance(person["age"], int) and len(person) == 2, person


def models(client):
    assert [model.id for model in client.models.list()] == [MODEL]
    assert client.models.retrieve(MODEL).object == "model"


def errors(client):
    for kind, status, members in [
        (openai.NotFoundError, 404, {"model": "none"}), (openai.BadRequestError, 400, {"messages": []}),
        (openai.BadRequestError, 400, {"temperature": 9}), (openai.BadRequestError, 400, {"extra_body": {"n": "two"}}),
        (openai.BadRequestError, 400, {"messages": [{"role": "user", "content": "long " * 20_000}]}),
    ]:
        try:
            client.chat.completions.create(**{"model": MODEL, "messages": QUESTION, **members})
        except kind as error:
            assert error.status_code == status and error.body["message"] and error.code, error
        else:
            raise AssertionError(f"no error for {members}")


def main(url):
    client = openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0)
    for check in (chat, stream, completions, log_probabilities, stop, tools, json_schema, models, errors):
        check(client)
        print(f"{check.__name__.replace('_', ' ')}: fine")
    print(f"The openai client {openai.__version__} works against {url}.")


if len(sys.argv) != 2:
    sys.exit(__doc__.strip())
main(sys.argv[1])
