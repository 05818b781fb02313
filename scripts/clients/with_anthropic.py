#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses a server through the anthropic client as its users do."""
import anthropic
from checks import CAPITAL, MODEL, WEATHER_ARGUMENTS, expect, run

QUESTION = [{"role": "user", "content": CAPITAL}]
# Newer versions of the client take the temperature only as an extra.
GREEDY = {"extra_body": {"temperature": 0}}
WEATHER = {"name": "weather", "description": "Tells the weather in a city.", "input_schema": WEATHER_ARGUMENTS}


def message(client):
    reply = client.messages.create(model=MODEL, messages=QUESTION, max_tokens=24, system="Be short.", **GREEDY)
    assert "Paris" in reply.content[0].text and reply.stop_reason in ("end_turn", "max_tokens"), reply
    assert reply.usage.input_tokens + reply.usage.cache_read_input_tokens > 0 and reply.usage.output_tokens > 0, reply


def stream(client):
    whole = client.messages.create(model=MODEL, messages=QUESTION, max_tokens=24, **GREEDY)
    with client.messages.stream(model=MODEL, messages=QUESTION, max_tokens=24, **GREEDY) as events:
        text = "".join(events.text_stream)
        final = events.get_final_message()
    assert text == whole.content[0].text == final.content[0].text, (text, whole, final)
    assert final.usage.output_tokens == whole.usage.output_tokens and final.stop_reason == whole.stop_reason, final


def stop(client):
    reply = client.messages.create(model=MODEL, messages=QUESTION, max_tokens=24, stop_sequences=["Paris"], **GREEDY)
    assert all("Paris" not in block.text for block in reply.content), reply


def tools(client):
    messages = [{"role": "user", "content": "What is the weather in Paris?"}]
    ask = {"model": MODEL, "max_tokens": 256, "tools": [WEATHER], "tool_choice": {"type": "any"},
           "extra_body": {"temperature": 0.8, "seed": 1}}
    reply = client.messages.create(messages=messages, **ask)
    call = next(block for block in reply.content if block.type == "tool_use")
    assert call.name == "weather" and call.input["city"] in ("Paris", "Rome"), reply
    assert reply.stop_reason == "tool_use", reply
    with client.messages.stream(messages=messages, **ask) as events:
        final = events.get_final_message()
    assert next(block for block in final.content if block.type == "tool_use").input == call.input, final
    messages += [{"role": "assistant", "content": reply.content}, {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": call.id, "content": "Sunny, 24 degrees."}]}]
    answer = client.messages.create(model=MODEL, messages=messages, tools=[WEATHER], max_tokens=48, **GREEDY)
    assert answer.content, answer


def count(client):
    assert client.messages.count_tokens(model=MODEL, messages=QUESTION).input_tokens > 5


def errors(client):
    for kind, status, members in [
        (anthropic.NotFoundError, 404, {"model": "none"}), (anthropic.BadRequestError, 400, {"messages": []}),
        (anthropic.BadRequestError, 400, {"extra_body": {"temperature": 9}}),
        (anthropic.BadRequestError, 400, {"messages": [{"role": "user", "content": "long " * 20_000}]}),
    ]:
        error = expect(kind, client.messages.create,
                       **{"model": MODEL, "messages": QUESTION, "max_tokens": 5, **members})
        assert error.status_code == status and error.body["type"] == "error", error.body
        assert error.body["error"]["message"], error.body


run("anthropic", anthropic.__version__,
    lambda url: anthropic.Anthropic(base_url=url, api_key="unused", max_retries=0),
    [message, stream, stop, tools, count, errors])
