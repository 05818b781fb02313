# SPDX-License-Identifier: Apache-2.0
"""What the checks of all clients share: the questions they ask, and how they are run."""
import sys

MODEL = "smollm2"
CAPITAL = "What is the capital of France? Answer in one word."
SCHEMA = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 12}, "age": {"type": "integer"}},
          "required": ["name", "age"], "additionalProperties": False}
WEATHER_ARGUMENTS = {"type": "object", "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
                     "required": ["city"]}


def check_person(person):
    """Whether a value fits SCHEMA."""
    assert isinstance(person["name"], str) and isinstance(person["age"], int) and len(person) == 2, person


def expect(kind, call, *arguments, **members):
    """The error of this kind that a call ends with."""
    try:
        call(*arguments, **members)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} for {members}")


def run(name, version, connect, checks):
    """Runs checks with a client of the server that the command line names; the first that fails ends the program."""
    if len(sys.argv) != 2:
        sys.exit(f"Usage: {sys.argv[0]} URL")
    client = connect(sys.argv[1])
    for check in checks:
        check(client)
        print(f"{name}: {check.__name__.replace('_', ' ')}: fine")
    print(f"{name} {version} works against {sys.argv[1]}.")
