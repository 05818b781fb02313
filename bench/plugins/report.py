#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the results of bench/plugins.sh; prints a table, then one line of JSON.

Usage: report.py OURS PEER
OURS is what `autoglm bench plugins` printed, PEER what pipe.py printed.
"""
import json
import pathlib
import statistics
import sys

# What is to be reached, at most.
TARGETS = {"plugin_call_ns": 1000, "plugin_isolated_call_us": 60, "plugin_swap_failures": 0, "plugin_swap_growth_mb": 8}


def line_of(row):
    peer = f"{row['peer']:.1f}" if row["peer"] is not None else "–"
    target = f"≤ {row['target']:g} {'reached' if row['reached'] else 'missed'}" if "target" in row else ""
    return f"{row['measure']:<28}{row['ours']:>12.2f}{peer:>10}  {target:<16}{row['unit']}"


def main(ours, peer):
    result = json.loads(pathlib.Path(ours).read_text(encoding="utf-8"))
    pipe = json.loads(pathlib.Path(peer).read_text(encoding="utf-8"))
    rows = result["rows"]
    for row in rows:
        if row["measure"] == "plugin_isolated_call_us":
            row["peer"] = round(statistics.median(pipe["isolated_us"]), 2)
            row["ratio"] = round(row["peer"] / row["ours"], 2)
        if row["measure"] in TARGETS:
            row["target"] = TARGETS[row["measure"]]
            row["reached"] = row["ours"] <= row["target"]
    print(f"{'measure':<28}{'ours':>12}{'peer':>10}  {'wanted':<16}unit; medians of runs; peer: Python's multiprocessing.Pipe")
    for row in rows:
        print(line_of(row))
    result["machine"]["python"] = pipe["python"]
    print(f"{result['machine'].get('cpu')}, {result['machine'].get('cores')} cores; Python {pipe['python']}")
    print(json.dumps({"bench": "plugins", "machine": result["machine"], "rows": rows}, ensure_ascii=False))


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
