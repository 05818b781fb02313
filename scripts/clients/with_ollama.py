#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses a server through the ollama client as its users do."""
import importlib.metadata
import json

import ollama
from checks import CAPITAL, ENCODER, MODEL, SCHEMA, SENTENCES, WEATHER_ARGUMENTS, check_person, check_vectors, expect, run

QUESTION = [{"role": "user", "content": CAPITAL}]
SHORT = {"temperature": 0, "num_predict": 24}
WEATHER = {"type": "function", "function": {
    "name": "weather", "description": "Tells the weather in a city.", "parameters": WEATHER_ARGUMENTS}}


def chat(client):
    whole = client.chat(MODEL, QUESTION, options=SHORT)
    assert "Paris" in whole.message.content and whole.done and whole.done_reason in ("stop", "length"), whole
    assert whole.eval_count > 0 and whole.eval_duration > 0 and whole.total_duration > 0, whole
    parts = list(client.chat(MODEL, QUESTION, options=SHORT, stream=True))
    assert "".join(part.message.content for part in parts) == whole.message.content, parts
    assert [part.done for part in parts].index(True) == len(parts) - 1, parts
    assert parts[-1].eval_count == whole.eval_count, parts[-1]


def generate(client):
    whole = client.generate(MODEL, "The capital of France is", raw=True, options=SHORT)
    text = "".join(part.response for part in client.generate(
        MODEL, "The capital of France is", raw=True, options=SHORT, stream=True))
    assert whole.response == text and whole.prompt_eval_count > 0, (whole, text)
    assert "Paris" in client.generate(MODEL, CAPITAL, system="Be short.", options=SHORT).response
    assert client.generate(MODEL, "").done_reason == "load"


def tools(client):
    # So small a model repeats a call about every third time; which seeds do it depends on the processor's instructions.
    call = '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call>'
    messages = [{"role": "user", "content": f"Repeat this: {call}"}]
    for seed in range(60):
        reply = client.chat(MODEL, messages, tools=[WEATHER], options={"seed": seed, "temperature": 0.8, "num_predict": 64})
        if reply.message.tool_calls:
            break
    call = reply.message.tool_calls[0].function
    assert call.name == "weather" and call.arguments["city"] in ("Paris", "Rome"), reply
    messages += [reply.message, {"role": "tool", "tool_name": call.name, "content": "Sunny, 24 degrees."}]
    assert client.chat(MODEL, messages, tools=[WEATHER], options=SHORT).done


def json_schema(client):
    reply = client.chat(MODEL, [{"role": "user", "content": "Describe a person."}], format=SCHEMA,
                        options={"temperature": 0, "num_predict": 128})
    check_person(json.loads(reply.message.content))


def embed(client):
    check_vectors(client.embed(ENCODER, SENTENCES).embeddings)


def models(client):
    assert [model.model for model in client.list().models] == [MODEL, ENCODER]
    assert "completion" in client.show(MODEL).capabilities


def errors(client):
    assert expect(ollama.ResponseError, client.chat, "none", QUESTION).status_code == 404
    assert expect(ollama.ResponseError, client.chat, MODEL, QUESTION, options={"temperature": 9}).status_code == 400
    assert expect(ollama.ResponseError, client.embed, MODEL, "a").error


run("ollama", importlib.metadata.version("ollama"), lambda url: ollama.Client(host=url),
    [chat, generate, tools, json_schema, embed, models, errors])
