#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the results of bench/orchestrator.sh; prints a table of medians and ratios, then one line of JSON.

Usage: orchestrator-report.py FOLDER HAYSTACK_VERSION LANGGRAPH_VERSION
Results are named SIDE.TURN: what `autoglm bench orchestrator`, orchestrator-peers.py and, as ours, scripts/crash.sh printed.
"""
import json
import statistics
import sys

from turns import read

# The rows in their order: name, our measure, its unit, the peer and its measure, and what is to be reached.
ROWS = [
    ("step_memory_haystack", "step_memory_us", "µs", ("haystack", "step"), 20),
    ("step_memory_langgraph", "step_memory_us", "µs", ("langgraph", "step"), 20),
    ("turn_memory_langgraph", "turn_memory_us", "µs", ("langgraph", "turn"), None),
    ("step_memory_us", "step_memory_us", "µs", None, 20),
    ("turn_memory_us", "turn_memory_us", "µs", None, 20),
    # Against the end of the process; the row below waits for the disk at every step.
    ("step_durable_us", "step_durable_us", "µs", None, 150),
    ("step_durable_power_us", "step_durable_power_us", "µs", None, None),
    ("long_run_growth_mb", "long_run_growth_mb", "MB", None, 4),
    ("wide_run_growth_mb", "wide_run_growth_mb", "MB", None, 4),
    ("stored_run_growth_mb", "stored_run_growth_mb", "MB", None, 4),
    ("crash_lost", "crash_lost", "steps", None, 0),
    ("crash_doubled", "crash_doubled", "steps", None, 0),
]


def row_of(sides, name, measure, unit, peer, target):
    ours = statistics.median(sides["ours"][measure])
    row = {"measure": name, "ours": round(ours, 3), "peer": None, "unit": unit, "better": "lower"}
    if measure.startswith("crash_"):
        row |= {count: sides["ours"][count][0] for count in ("runs", "kills")}
    if peer:
        row["peer"] = round(statistics.median(sides[peer[0]][peer[1]]), 2)
        row["ratio"] = round(row["peer"] / ours, 1)
    if target is not None:
        row["target"], row["reached"] = target, row["ratio"] >= target if peer else ours <= target
    return row


def line_of(row):
    peer = f"{row['peer']:.1f}" if row["peer"] else "–"
    ratio = f"{row['ratio']:.1f}" if "ratio" in row else ""
    target = ""
    if "target" in row:
        target = f"{'≥' if 'ratio' in row else '≤'} {row['target']:g} {'reached' if row['reached'] else 'missed'}"
    return f"{row['measure']:<24}{row['ours']:>10.2f}{peer:>12}{ratio:>8}  {target:<15}{row['unit']}"


def main(folder, haystack, langgraph):
    sides, machine = read(folder)
    rows = [row_of(sides, *row) for row in ROWS if row[1] in sides["ours"]]
    print(f"{'measure':<24}{'ours':>10}{'peer':>12}{'ratio':>8}  {'wanted':<15}unit; medians, ratio = peer's time / ours")
    for row in rows:
        print(line_of(row))
    machine |= {"haystack": haystack, "langgraph": langgraph}
    print("step_durable_us: safe against kill -9 (--durability process); step_durable_power_us: each step waits for the disk")
    print(f"{machine.get('cpu')}, {machine.get('cores')} cores; Haystack {haystack}, LangGraph {langgraph}")
    print(json.dumps({"bench": "orchestrator", "machine": machine, "rows": rows}, ensure_ascii=False))


if len(sys.argv) != 4:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
