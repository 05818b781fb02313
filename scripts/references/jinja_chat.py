# SPDX-License-Identifier: Apache-2.0
"""Renders chat templates with real Jinja2, set up as transformers' `apply_chat_template` sets it up.

    python3 -m venv venv && venv/bin/pip install 'jinja2>=3.1.6,<3.2'
    venv/bin/python scripts/references/jinja_chat.py

Writes Tests/PromptTemplatesTests/Fixtures/chat_cases.json from the templates in jinja_chat_templates.py. With a folder
of `.jinja` files and a target as arguments it does the same with those; the tests read every `chat_cases*.json` there
is, so real models' templates can be checked without being committed.
"""
import calendar
import datetime
import json
import pathlib
import sys

import jinja2
from jinja2 import ext, sandbox

import jinja_chat_templates
from jinja_cases import Generation

TARGET = pathlib.Path(__file__).parents[2] / "Tests/PromptTemplatesTests/Fixtures/chat_cases.json"
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)
BOS, EOS = "<s>", "</s>"

WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "Tells the weather, \"now\" & later.",
    "parameters": {"type": "object", "required": ["city"], "properties": {
        "city": {"type": "string", "description": "城市 or city"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
        "days": {"type": "integer"}, "flags": {"type": "array", "items": {"type": "string"}}}}}}
CLOCK = {"type": "function", "function": {
    "name": "clock", "description": "Tells the time.", "parameters": {"type": "object", "properties": {}}}}

USER = {"role": "user", "content": "Hi there!"}
SYSTEM = {"role": "system", "content": "Be brief.\n  你好 <b>"}
CALL = {"role": "assistant", "content": "", "tool_calls": [{"id": "abcdef123", "type": "function", "function": {
    "name": "get_weather", "arguments": {"city": "Köln", "days": 2, "deep": {"a": [1, 2.5, None, True]}}}}]}
RESULT = {"role": "tool", "tool_call_id": "abcdef123", "name": "get_weather", "content": "{\"temperature\": 21}"}
TURNS = [USER, {"role": "assistant", "content": " Hello.  "}, {"role": "user", "content": "  And\n\nnow?  "}]
THOUGHT = {"role": "assistant", "content": "<think>\nhm\n</think>\n\nHello."}

CONVERSATIONS = {
    "user": {"messages": [USER]},
    "no_prompt": {"messages": [USER], "add_generation_prompt": False},
    "system": {"messages": [SYSTEM, USER]},
    "turns": {"messages": [SYSTEM, *TURNS]},
    "turns_closed": {"messages": [*TURNS, {"role": "assistant", "content": "Fine."}], "add_generation_prompt": False},
    "thought": {"messages": [USER, THOUGHT, {"role": "user", "content": "More"}]},
    "reasoning": {"messages": [USER, {"role": "assistant", "content": "Yes.", "reasoning_content": "so"},
                               {"role": "user", "content": "More"}]},
    "tools": {"messages": [SYSTEM, USER], "tools": [WEATHER, CLOCK]},
    "call": {"messages": [USER, CALL, RESULT], "tools": [WEATHER]},
    "call_answered": {"messages": [SYSTEM, USER, CALL, RESULT, {"role": "assistant", "content": "21 °C"},
                                   {"role": "user", "content": "Thanks"}], "tools": [WEATHER, CLOCK]},
    "calls": {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [
        *CALL["tool_calls"], {"id": "abcdef456", "type": "function", "function": {"name": "clock", "arguments": {}}}]},
        RESULT, {"role": "tool", "tool_call_id": "abcdef456", "name": "clock", "content": "noon"}],
        "tools": [WEATHER, CLOCK]},
    "thinking_on": {"messages": [USER], "variables": {"enable_thinking": True}},
    "thinking_off": {"messages": [SYSTEM, USER], "variables": {"enable_thinking": False, "reasoning_effort": "low"}},
    "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]}]},
    "image": {"messages": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}]},
    "documents": {"messages": [USER], "documents": [{"title": "T", "text": "Body"}, {"title": "U", "text": "More"}]},
    "two_users": {"messages": [USER, USER]},
    "assistant_first": {"messages": [{"role": "assistant", "content": "I begin."}, USER]},
    "odd_role": {"messages": [{"role": "developer", "content": "Dev."}, USER]},
    "empty": {"messages": []},
}


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    made = sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, ext.loopcontrols])
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = NOW.strftime
    return made


def alias(message):
    """transformers passes reasoning under its older names, too."""
    names = ("reasoning_content", "thinking", "reasoning")
    found = next((message[name] for name in names if message.get(name) is not None), None)
    return message if found is None else {"thinking": found, **message, "reasoning_content": found}


def render(template, conversation):
    try:
        return {"text": template.render(
            messages=[alias(message) for message in json.loads(json.dumps(conversation["messages"]))],
            tools=conversation.get("tools"), documents=conversation.get("documents"),
            add_generation_prompt=conversation.get("add_generation_prompt", True), bos_token=BOS, eos_token=EOS,
            **conversation.get("variables", {}))}
    except Exception as error:  # noqa: BLE001 every failure is a result here
        return {"error": type(error).__name__, "message": str(error)}


def main(templates, target):
    cases = []
    for name, source in templates.items():
        try:
            template = environment().from_string(source)
        except jinja2.TemplateSyntaxError as error:
            print(f"{name}: real Jinja2 refuses it: {error}")
            continue
        for conversation in CONVERSATIONS:
            cases.append({"template": name, "conversation": conversation, **render(template, CONVERSATIONS[conversation])})
    document = {"now": calendar.timegm(NOW.timetuple()), "bos": BOS, "eos": EOS, "templates": templates,
                "conversations": CONVERSATIONS, "cases": cases}
    target.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(cases)} cases of {len(templates)} templates, {sum('error' in c for c in cases)} errors -> {target}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        files = sorted(pathlib.Path(sys.argv[1]).glob("*.jinja"))
        main({file.stem: file.read_text(encoding="utf-8") for file in files}, pathlib.Path(sys.argv[2]))
    else:
        main(jinja_chat_templates.TEMPLATES, TARGET)
