#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures our server side by side with its peers, in turns; prints a table, then one line of JSON.

Usage: compare.py [--measures LIST] [--runs N] [--seconds N]   (bench/serve.sh sets what it needs in the environment)
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import chats  # noqa: E402
import loads  # noqa: E402
import servers  # noqa: E402
from machine import machine  # noqa: E402

# The rows: name, unit, whether the peer's share counts or our own value, and what is to be reached.
ROWS = {
    "locust_rps": ("requests/s", "ours", ">=", 8500), "locust_p99_ms": ("ms", "ours", "<=", 42),
    "locust_error_rate": ("", "ours", "<=", 0.0001), "wrk_1000_rps": ("requests/s", "ours", ">=", 8500),
    "wrk_1000_p99_ms": ("ms", "ours", None, None), "fixed_8500_p99_ms": ("ms", "ours", "<=", 42),
    "triton_http_rps_64": ("requests/s", "ratio", ">=", 1.3), "triton_http_p99_64": ("ms", "ratio", "<=", 0.8),
    "triton_http_rps_1000": ("requests/s", "ratio", ">=", 1.3), "triton_http_p99_1000": ("ms", "ratio", "<=", 0.8),
    "triton_grpc_rps_64": ("requests/s", "ratio", ">=", 1.0),
    "llama_chat_16_tokens": ("tokens/s", "ratio", ">=", 4), "llama_chat_16_ttft": ("ms", "ratio", "<=", 0.5),
    "observability_cost": ("", "ours", "<=", 0.05),
}
PATH, USERS, RATE = "/v2/models/linear/infer", 1000, 8500
VALUES = [float(index % 5) for index in range(64)]
BODY = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 64], "data": VALUES}]}
EXPECTED = [sum(VALUES[row] * ((row * 8 + column) % 7 - 3) / 8 for row in range(64)) + column for column in range(8)]


class Measurements:
    """What was measured, by row and side."""

    def __init__(self):
        self.values = {}

    def note(self, name, value, side="ours"):
        self.values.setdefault(name, {"ours": [], "peer": []})[side].append(value)
        print(f"  {name} {side}: {value:.4g}", file=sys.stderr)

    def row(self, name):
        unit, of, sign, target = ROWS[name]
        mine, other = self.values[name]["ours"], self.values[name]["peer"]
        ours, peer = statistics.median(mine), statistics.median(other) if other else None
        row = {"measure": name, "ours": round(ours, 5), "peer": None if peer is None else round(peer, 3),
               "ratio": round(ours / peer, 3) if peer else None, "unit": unit}
        verdict = ""
        if sign:
            value = row["ratio"] if of == "ratio" else ours
            row["target"], row["reached"] = target, value <= target if sign == "<=" else value >= target
            verdict = f"{of} {sign} {target} {'reached' if row['reached'] else 'missed'}"
        span = f"{min(mine):.4g} to {max(mine):.4g}" + (f", {min(other):.4g} to {max(other):.4g}" if other else "")
        text = ("–" if peer is None else f"{peer:.1f}", "–" if not peer else f"{row['ratio']:.2f}")
        print(f"{name:<22}{ours:>12.4g}{text[0]:>10}{text[1]:>8}  {verdict:<26}{unit}; {span}")
        return row


def check(port):
    """Stops everything when a server gives a wrong answer: it would be quick, and worth nothing."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{PATH}", json.dumps(BODY).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        given = json.load(reply)["outputs"][0]["data"]
    if max(abs(one - other) for one, other in zip(given, EXPECTED)) > 1e-4:
        sys.exit(f"error: port {port} answers {given}, not {EXPECTED}.")


def many_users(tools, folder, body, seconds, notes):
    """A thousand users, with traces, metrics and a log line for each request."""
    with servers.autoglm(tools["autoglm"], tools["models"], folder, telemetry=True) as (http, _):
        check(http)
        wanted = notes.wanted
        if "locust" in wanted:
            result = loads.locust(tools["locust"], http, USERS, seconds, folder)
            for key in ("rps", "p99_ms", "error_rate"):
                notes.note(f"locust_{key}", result[key])
            result = loads.wrk(http, PATH, body, USERS, seconds)
            notes.note("wrk_1000_rps", result["rps"])
            notes.note("wrk_1000_p99_ms", result["p99_ms"])
        if "fixed" in wanted:
            loads.fixed_rate(tools["load"], http, PATH, body, USERS, RATE, 1, '"y"')
            result = loads.fixed_rate(tools["load"], http, PATH, body, USERS, RATE, seconds, '"y"')
            notes.note("fixed_8500_p99_ms", result["p99_ms"])


def beside_triton(tools, folder, body, seconds, notes):
    """HTTP and gRPC, our server and Triton one after the other."""
    with servers.autoglm(tools["autoglm"], tools["models"], folder) as ours:
        sides = {"ours": ours, "peer": (tools["triton_http"], tools["triton_grpc"])}
        message = folder / "message"
        subprocess.run([tools["grpc_python"], pathlib.Path(__file__).with_name("messages.py"), message,
                        *(str(grpc) for _, grpc in sides.values())], check=True, timeout=120)
        for side, (http, grpc) in sides.items():
            check(http)
            loads.wrk(http, PATH, body, 64, 1)
        if "triton" in notes.wanted:
            for connections in (64, 1000):
                for side, (http, _) in sides.items():
                    result = loads.wrk(http, PATH, body, connections, seconds)
                    notes.note(f"triton_http_rps_{connections}", result["rps"], side)
                    notes.note(f"triton_http_p99_{connections}", result["p99_ms"], side)
        if "grpc" in notes.wanted:
            for side, (_, grpc) in sides.items():
                result = loads.h2load(grpc, "/inference.GRPCInferenceService/ModelInfer", message, 64, seconds)
                notes.note("triton_grpc_rps_64", result["rps"], side)


def beside_llama(tools, folder, notes):
    """Sixteen chats that stream, our server and llama.cpp's one after the other."""
    sides = {"ours": servers.autoglm_chat(tools["autoglm"], tools["model"], folder),
             "peer": servers.llama_chat(tools["llama"], tools["model"], 16, 512, folder)}
    for side, server in sides.items():
        with server as port:
            result = chats.measure(port, tools["model"] if side == "ours" else "default")
        notes.note("llama_chat_16_tokens", result["tokens_per_second"], side)
        notes.note("llama_chat_16_ttft", result["ttft_ms"], side)


def watched(tools, folder, body, seconds, notes):
    """What traces, metrics and log lines cost: the median of pairs."""
    with servers.autoglm(tools["autoglm"], tools["models"], folder) as (plain, _), \
            servers.autoglm(tools["autoglm"], tools["models"], folder, telemetry=True) as (telling, _):
        for port in (plain, telling):
            loads.wrk(port, PATH, body, 64, 1)
        pairs = [[loads.wrk(port, PATH, body, 64, max(1, seconds // 3))["rps"] for port in (plain, telling)] for _ in range(3)]
    notes.note("observability_cost", statistics.median(1 - telling / plain for plain, telling in pairs))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--measures", required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    options = parser.parse_args()
    tools = {name.removeprefix("SERVE_").lower(): value for name, value in os.environ.items() if name.startswith("SERVE_")}
    notes = Measurements()
    notes.wanted = set(options.measures.split(","))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        body = folder / "body.json"
        body.write_text(json.dumps(BODY, separators=(",", ":")))
        for turn in range(options.runs):
            print(f"  turn {turn + 1} of {options.runs}", file=sys.stderr)
            if notes.wanted & {"locust", "fixed"}:
                many_users(tools, folder, body, options.seconds, notes)
            if notes.wanted & {"triton", "grpc"}:
                beside_triton(tools, folder, body, options.seconds, notes)
            if "llama" in notes.wanted:
                beside_llama(tools, folder, notes)
            if "observability" in notes.wanted:
                watched(tools, folder, body, options.seconds, notes)
    print(f"{'measure':<22}{'ours':>12}{'peer':>10}{'ratio':>8}  {'target':<26}unit; lowest to highest")
    rows = [notes.row(name) for name in ROWS if name in notes.values]
    about = machine(os.cpu_count())
    print(f"{about['cpu']}, {about['cores']} cores shared with the load; {options.seconds} s a load; Swift {about['swift']}")
    print(json.dumps({"bench": "serve", "machine": about, "rows": rows}, ensure_ascii=False))


main()
