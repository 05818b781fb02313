#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times Haystack's or LangGraph's steps that do nothing; prints one line of JSON.

Usage: orchestrator-peers.py haystack|langgraph STEPS WIDTH
The same work as `autoglm bench orchestrator`: a chain of STEPS steps, each of which passes on what the one before it gave,
and, where the peer has such a thing, WIDTH turns at the same time. A step's share of the best of several runs counts.
"""
import json
import operator
import sys
import time
from typing import Annotated, Any, TypedDict

RUNS = 7


def microseconds(run, steps):
    run()
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best * 1e6 / steps


def haystack(steps, _):
    from haystack import Pipeline, component

    @component
    class Echo:
        @component.output_types(value=str)
        def run(self, value: str):
            return {"value": value}

    pipeline = Pipeline()
    for index in range(steps):
        pipeline.add_component(f"s{index}", Echo())
    for index in range(1, steps):
        pipeline.connect(f"s{index - 1}.value", f"s{index}.value")

    def run():
        result = pipeline.run({"s0": {"value": "nothing"}})
        assert result[f"s{steps - 1}"]["value"] == "nothing"

    return {"step": microseconds(run, steps)}


def langgraph(steps, width):
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import Send

    class Chain(TypedDict):
        value: str

    chain = StateGraph(Chain)
    for index in range(steps):
        chain.add_node(f"s{index}", lambda state: {"value": state["value"]})
        chain.add_edge(START if index == 0 else f"s{index - 1}", f"s{index}")
    chain.add_edge(f"s{steps - 1}", END)
    compiled = chain.compile()

    def run_chain():
        assert compiled.invoke({"value": "nothing"}, {"recursion_limit": steps + 10})["value"] == "nothing"

    class Wide(TypedDict):
        results: Annotated[list[Any], operator.add]

    wide = StateGraph(Wide)
    wide.add_node("turn", lambda state: {"results": [state["item"]]})
    wide.add_conditional_edges(START, lambda _: [Send("turn", {"item": index}) for index in range(width)], ["turn"])
    wide.add_edge("turn", END)
    compiled_wide = wide.compile()

    def run_wide():
        assert len(compiled_wide.invoke({"results": []})["results"]) == width

    return {"step": microseconds(run_chain, steps), "turn": microseconds(run_wide, width)}


if len(sys.argv) != 4 or sys.argv[1] not in ("haystack", "langgraph"):
    sys.exit(__doc__.strip())
print(json.dumps({"haystack": haystack, "langgraph": langgraph}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))))
