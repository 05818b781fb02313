#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses a server through the openai client as its users do: chat, completions and responses."""
import json

import openai
from checks import CAPITAL, ENCODER, MODEL, SCHEMA, SENTENCES, WEATHER_ARGUMENTS, check_person, check_vectors, expect, run

QUESTION = [{"role": "user", "content": CAPITAL}]
FUNCTION = {"name": "weather", "description": "Tells the weather in a city.", "parameters": WEATHER_ARGUMENTS}
WEATHER = {"type": "function", "function": FUNCTION}


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


def several_answers(client):
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
    check_person(json.loads(reply.choices[0].message.content))


def completions(client):
    members = {"model": MODEL, "prompt": "The capital of France is", "temperature": 0, "max_tokens": 8}
    reply = client.completions.create(**members, echo=True)
    assert reply.choices[0].text.startswith(members["prompt"]) and reply.usage.completion_tokens <= 8, reply
    text = "".join(chunk.choices[0].text for chunk in client.completions.create(**members, stream=True))
    assert members["prompt"] + text == reply.choices[0].text, (text, reply)
    several = client.completions.create(**{**members, "prompt": ["One, two,", "Red, green,"]}, n=2, seed=3, logprobs=2)
    assert [choice.index for choice in several.choices] == [0, 1, 2, 3], several
    for choice in several.choices:
        assert "".join(choice.logprobs.tokens) == choice.text and choice.logprobs.text_offset[0] == 0, choice


def responses(client):
    reply = client.responses.create(model=MODEL, input=CAPITAL, temperature=0, max_output_tokens=24)
    assert "Paris" in reply.output_text and reply.status in ("completed", "incomplete") and reply.store is False, reply
    with client.responses.stream(model=MODEL, input=CAPITAL, temperature=0, max_output_tokens=24) as events:
        kinds = [event.type for event in events]
        final = events.get_final_response()
    assert kinds[0] == "response.created" and "response.output_text.delta" in kinds, kinds
    assert final.output_text == reply.output_text and final.usage.output_tokens == reply.usage.output_tokens, final


def responses_tools(client):
    tool = {"type": "function", "strict": False, **FUNCTION}
    asked = [{"role": "user", "content": "What is the weather in Paris?"}]
    reply = client.responses.create(
        model=MODEL, input=asked, tools=[tool], tool_choice="required", temperature=0.8, max_output_tokens=256,
        extra_body={"seed": 1})
    call = next(item for item in reply.output if item.type == "function_call")
    assert call.name == "weather" and json.loads(call.arguments)["city"] in ("Paris", "Rome"), reply
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "Sunny, 24 degrees."}
    answer = client.responses.create(
        model=MODEL, input=[*asked, *reply.output, result], tools=[tool], temperature=0, max_output_tokens=48)
    assert answer.output, answer


def responses_schema(client):
    reply = client.responses.create(
        model=MODEL, input="Describe a person.", temperature=0, max_output_tokens=128,
        text={"format": {"type": "json_schema", "name": "person", "strict": True, "schema": SCHEMA}})
    check_person(json.loads(reply.output_text))


def embeddings(client):
    # The client asks for Base64 unless it is told otherwise.
    packed = [item.embedding for item in client.embeddings.create(model=ENCODER, input=SENTENCES).data]
    numbers = [item.embedding for item in client.embeddings.create(
        model=ENCODER, input=SENTENCES, encoding_format="float").data]
    check_vectors(packed)
    assert all(abs(a - b) < 1e-6 for one, other in zip(packed, numbers) for a, b in zip(one, other)), numbers


def models(client):
    assert [model.id for model in client.models.list()] == [MODEL, ENCODER]
    assert client.models.retrieve(MODEL).object == "model"


def errors(client):
    for kind, status, members in [
        (openai.NotFoundError, 404, {"model": "none"}), (openai.BadRequestError, 400, {"messages": []}),
        (openai.BadRequestError, 400, {"temperature": 9}), (openai.BadRequestError, 400, {"extra_body": {"n": "two"}}),
        (openai.BadRequestError, 400, {"messages": [{"role": "user", "content": "long " * 20_000}]}),
    ]:
        error = expect(kind, client.chat.completions.create, **{"model": MODEL, "messages": QUESTION, **members})
        assert error.status_code == status and error.body["message"] and error.code, error
    error = expect(openai.BadRequestError, client.responses.create, model=MODEL, input="a", previous_response_id="resp_1")
    assert error.code == "previous_response_not_found", error
    expect(openai.BadRequestError, client.completions.create, model=MODEL, prompt="a", suffix="b")


run("openai", openai.__version__,
    lambda url: openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0),
    [chat, stream, several_answers, log_probabilities, stop, tools, json_schema, completions, responses, responses_tools,
     responses_schema, embeddings, models, errors])
