#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the results of bench/bus.sh; prints a table of medians and ratios, then one line of JSON.

Usage: report.py FOLDER SERVER_VERSION NATS_PY_VERSION [PICTURE.svg]
Results are named SIDE.TURN: what `autoglm bench bus`, nats_py.py and polling.py printed.
"""
import json
import pathlib
import statistics
import sys

from picture import picture

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from turns import read  # noqa: E402

# The rows in their order: name, unit, the peer and its measure, and what is to be reached.
ROWS = [
    ("bus_memory_rate", "messages/s", ("polling", "rate"), 2_000_000), ("bus_memory_p50_us", "µs", ("polling", "p50_us"), 2),
    ("bus_memory_asleep_p50_us", "µs", None, None), ("bus_nats_rate", "messages/s", ("nats-py", "rate"), 100_000),
    ("bus_nats_p50_us", "µs", ("nats-py", "p50_us"), 300), ("bus_nats_request_p50_us", "µs", None, None),
    ("bus_durable_rate", "messages/s", ("nats-py", "durable_rate"), 20_000),
]


def row_of(sides, name, unit, peer, target):
    is_time = unit == "µs"
    row = {"measure": name, "ours": round(statistics.median(sides["ours"][name]), 2), "peer": None, "unit": unit}
    if is_time:
        row["better"] = "lower"
    if peer:
        row["peer"], row["peer_name"] = round(statistics.median(sides[peer[0]][peer[1]]), 2), peer[0]
        row["ratio"] = round(row["peer"] / row["ours"] if is_time else row["ours"] / row["peer"], 2)
    if target is not None:
        row["target"], row["reached"] = target, row["ours"] <= target if is_time else row["ours"] >= target
    return row


def line_of(row):
    peer = f"{row['peer']:,.1f} {row['peer_name']}" if row["peer"] else "–"
    ratio = f"{row['ratio']:,.1f}" if "ratio" in row else ""
    target = ""
    if "target" in row:
        target = f"{'≤' if 'better' in row else '≥'} {row['target']:,} {'reached' if row['reached'] else 'missed'}"
    return f"{row['measure']:<26}{row['ours']:>14,.1f}{peer:>22}{ratio:>12}  {target:<24}{row['unit']}"


def main(folder, server, nats_py, drawing=None):
    sides, machine = read(folder)
    rows = [row_of(sides, *row) for row in ROWS]
    polling = {name: statistics.median(values) for name, values in sides["polling"].items()}
    rows += [
        {"measure": "polling_rate", "ours": round(polling["rate"], 2), "peer": None, "unit": "messages/s"},
        {"measure": "polling_p50_us", "ours": round(polling["p50_us"], 2), "peer": None, "unit": "µs", "better": "lower"},
    ]
    ours = {row["measure"]: row["ours"] for row in rows}
    print(f"{'':<34}{'latency (p50)':>16}{'messages/s':>16}")
    buses = [
        ("event bus in the process", ours["bus_memory_p50_us"], ours["bus_memory_rate"]),
        ("event bus over NATS", ours["bus_nats_p50_us"], ours["bus_nats_rate"]),
        (f"HTTP, polled every {polling['interval_ms']:.0f} ms", polling["p50_us"], polling["rate"]),
    ]
    for name, time, rate in buses:
        print(f"{name:<34}{time / 1000:>13.4f} ms{rate:>16,.0f}")
    print()
    print(f"{'measure':<26}{'ours':>14}{'peer':>22}{'ratio':>12}  {'wanted':<24}unit; medians")
    for row in rows:
        print(line_of(row))
    machine |= {"nats-server": server.rpartition(" ")[2], "nats-py": nats_py}
    about = f"{machine.get('cpu')}, {machine.get('cores')} cores; {server}, nats-py {nats_py}"
    print(f"{about}; times over NATS are one way")
    if drawing:
        pathlib.Path(drawing).write_text(picture(buses, f"bench/bus.sh on {about}"), encoding="utf-8")
    print(json.dumps({"bench": "bus", "machine": machine, "rows": rows}, ensure_ascii=False))


if len(sys.argv) not in (4, 5):
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
