# SPDX-License-Identifier: Apache-2.0
"""What the checks of all clients share: the questions they ask, and how they are run."""
import sys

MODEL = "smollm2"
ENCODER = "encoder"
# The second says what the first does, the third something else.
SENTENCES = ["A cat sits on the mat.", "A kitten is sitting on a rug.", "Interest rates rose again this year."]
CAPITAL = "What is the capital of France? Answer in one word."
SCHEMA = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 12}, "age": {"type": "integer"}},
          "required": ["name", "age"], "additionalProperties": False}
WEATHER_ARGUMENTS = {"type": "object", "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
                     "required": ["city"]}


def check_person(person):
    """Whether a value fits SCHEMA."""
    assert isinstance(person["name"], str) and isinstance(person["age"], int) and len(person) == 2, person


def check_vectors(vectors):
    """Whether vectors of SENTENCES have length 1, and know which two say the same."""
    assert len(vectors) == 3 and {len(vector) for vector in vectors} == {384}, vectors

    def product(one, other):
        return sum(a * b for a, b in zip(one, other))

    assert all(abs(product(vector, vector) - 1) < 1e-3 for vector in vectors), vectors
    assert product(vectors[0], vectors[1]) > 0.5 > 0.2 > product(vectors[0], vectors[2]), vectors


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
