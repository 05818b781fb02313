#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures two proxies before one backend, in turns; prints a table, then one line of JSON.

Usage: compare.py AUTOGLM LITELLM_VENV TOOLS [--quick] [--runs N] [--connections N] [--measures LIST]
"""
import argparse
import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import children  # noqa: E402
from machine import machine, output_of  # noqa: E402

PROXY_CPU, LOAD_CPU = ["taskset", "-c", "0"], ["taskset", "-c", "1"]
# The rows: name, unit, target of the ratio or of our own value, if there is one.
ROWS = {
    "proxy_rps": ("requests/s", "ratio", ">=", 20), "proxy_stream_rps": ("requests/s", "ratio", ">=", 20),
    "proxy_p99_added_ms": ("ms", "ours", "<=", 1), "proxy_p99_floor_ms": ("ms", "ours", None, None),
    "proxy_memory_growth_mb": ("MB", "ours", "<=", 1),
}


def question(streams):
    """What is asked, in OpenAI's form."""
    system = "You are a helpful assistant that answers in one sentence."
    user = ("Tell me what the fox does, where the dog lies, and how long it will sleep. "
            "Do not explain anything else, and do not repeat the question.")
    body = {"model": "mock", "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "temperature": 0.5, "max_tokens": 64}
    return json.dumps(body | ({"stream": True} if streams else {}), separators=(",", ":"))


class Load:
    """The load of the measurements."""

    # What the right answer holds.
    EXPECTED = {"whole": ["sleeps until noon.", '"completion_tokens":16'],
                "stream": ['"content":" noon"', '"stop"', "data: [DONE]"]}

    def __init__(self, tools, connections, folder):
        self.program, self.connections, self.folder = str(tools / "load"), str(connections), folder
        for kind in self.EXPECTED:
            (folder / f"{kind}.json").write_text(question(kind == "stream"))

    def run(self, port, kind="whole", requests=1000, rate=0):
        """Sends requests; gives what the load printed, and stops everything when an answer was wrong."""
        command = LOAD_CPU + [self.program, str(port), "/v1/chat/completions", str(self.folder / f"{kind}.json"),
                              self.connections, str(int(requests)), str(rate), *self.EXPECTED[kind]]
        with children.running(command, stdout=subprocess.PIPE, text=True) as child:
            output = child.stdout.read()
            if child.wait() != 0:
                sys.exit(f"error: answers were wrong or broken: {output}")
        return json.loads(output)

    def for_seconds(self, port, kind, seconds):
        """As many requests as take about this long, after some to warm up."""
        rate = self.run(port, kind, 200)["rps"]
        rate = self.run(port, kind, max(200, rate / 2))["rps"]
        return self.run(port, kind, max(200, rate * seconds))


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(port, child, name, log):
    """Waits until a chat is answered."""
    body = json.dumps({"model": "mock", "messages": [{"role": "user", "content": "Hello"}]}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/chat/completions", body,
        {"content-type": "application/json", "authorization": "Bearer sk-load"})
    for _ in range(600):
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(request, timeout=5).status == 200:
                return
        if child.poll() is not None:
            break
        time.sleep(0.2)
    sys.exit(f"error: {name} does not answer. The end of its log {log}:\n{pathlib.Path(log).read_text()[-1500:]}")


@contextlib.contextmanager
def program(command, log, **environment):
    with open(log, "w") as output:
        with children.running(command, stdout=output, stderr=output, env={**os.environ, **environment}) as child:
            yield child


@contextlib.contextmanager
def listening(command):
    """A program that prints the port on which it listens."""
    with children.running(command, stdout=subprocess.PIPE, text=True) as child:
        yield int(child.stdout.readline().split()[-1])


def backend(tools):
    return listening(LOAD_CPU + [str(tools / "mock"), "0"])


def floor(tools, backend_port, busy):
    """A proxy that does nothing but keep the processor busy for so many seconds a request."""
    return listening(PROXY_CPU + [str(tools / "floor"), "0", str(backend_port), f"{busy * 1e6:.1f}"])


@contextlib.contextmanager
def ours(autoglm, folder, backend_port):
    config, port = folder / "autoglm.yaml", free_port()
    config.write_text(
        "models:\n  mock:\n    backend: openai\n    model: mock\n"
        f"    url: http://127.0.0.1:{backend_port}/v1\n    prices: {{prompt: 1, completion: 2}}\n")
    command = PROXY_CPU + [autoglm, "serve", "--config", str(config), "--port", str(port)]
    with program(command, folder / "ours.log") as child:
        wait_for(port, child, "autoglm serve", folder / "ours.log")
        yield port, child.pid


@contextlib.contextmanager
def peer(venv, folder, backend_port):
    config, port = folder / "litellm.yaml", free_port()
    config.write_text(
        "model_list:\n  - model_name: mock\n    litellm_params:\n      model: openai/mock\n"
        f"      api_base: http://127.0.0.1:{backend_port}/v1\n      api_key: sk-mock\n"
        "      input_cost_per_token: 0.000001\n      output_cost_per_token: 0.000002\n")
    command = PROXY_CPU + [f"{venv}/bin/litellm", "--config", str(config), "--host", "127.0.0.1", "--port", str(port),
                           "--num_workers", "1", "--telemetry", "False"]
    with program(command, folder / "litellm.log", LITELLM_LOG="ERROR", LITELLM_MODE="PRODUCTION",
                 LITELLM_LOCAL_MODEL_COST_MAP="True",
                 LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY="true") as child:  # Neither side asks for a key.
        wait_for(port, child, "LiteLLM", folder / "litellm.log")
        yield port, child.pid


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    sys.exit(f"error: process {pid} has no resident memory.")


def added_p99(load, port, direct_port, most, seconds):
    """What a proxy adds to the 99th percentile at half of the most requests/s that it reached: the median of three pairs."""
    rate = most / 2
    requests = max(500, rate * seconds / 3)

    def pair():
        direct = load.run(direct_port, requests=requests, rate=rate)["p99_ms"]
        return load.run(port, requests=requests, rate=rate)["p99_ms"] - direct

    return statistics.median(pair() for _ in range(3))


def floor_p99(load, tools, direct_port, most, seconds):
    """What a proxy adds that does nothing but be as busy as ours: the tail that is the machine's."""
    with floor(tools, direct_port, 0) as port:
        idle = load.for_seconds(port, "whole", 1)["rps"]
    with floor(tools, direct_port, max(0, 1 / most - 1 / idle)) as port:
        return added_p99(load, port, direct_port, most, seconds)


def row(name, ours_values, peer_values):
    unit, of, sign, target = ROWS[name]
    mine = statistics.median(ours_values)
    other = statistics.median(peer_values) if peer_values else None
    result = {"measure": name, "ours": round(mine, 3), "peer": None if other is None else round(other, 3),
              "ratio": None if not other else round(mine / other, 3), "unit": unit}
    if unit in ("ms", "MB"):
        result["better"] = "lower"
    value = result["ratio"] if of == "ratio" else mine
    verdict = ""
    if sign:
        result["target"] = target
        result["reached"] = value is not None and (value <= target if sign == "<=" else value >= target)
        verdict = f"{of} {sign} {target} {'reached' if result['reached'] else 'missed'}"
    span = f"({min(ours_values):.4g} to {max(ours_values):.4g})"
    if peer_values:
        span += f" ({min(peer_values):.4g} to {max(peer_values):.4g})"
    ratio = "–" if result["ratio"] is None else f"{result['ratio']:.2f}"
    text = "–" if other is None else f"{other:.2f}"
    print(f"{name:<24}{mine:>12.2f}{text:>12}{ratio:>9}  {verdict:<24}{unit}; {span}")
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("autoglm")
    parser.add_argument("litellm")
    parser.add_argument("tools", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--measures", default="rps,stream,p99,memory")
    options = parser.parse_args()
    runs, seconds = options.runs or (1 if options.quick else 3), 3 if options.quick else 6
    measures, values = options.measures.split(","), {}

    def note(name, side, value):
        values.setdefault(name, {"ours": [], "peer": []})[side].append(value)
        print(f"  {name} {side}: {value:.3f}", file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder, backend(options.tools) as direct:
        folder = pathlib.Path(folder)
        load = Load(options.tools, options.connections, folder)
        with ours(options.autoglm, folder, direct) as mine, peer(options.litellm, folder, direct) as other:
            for _ in range(runs):
                for side, port in (("ours", mine[0]), ("peer", other[0])):
                    if "rps" in measures or "p99" in measures:
                        most = load.for_seconds(port, "whole", seconds)["rps"]
                        note("proxy_rps", side, most)
                    if "stream" in measures:
                        note("proxy_stream_rps", side, load.for_seconds(port, "stream", seconds)["rps"])
                    if "p99" in measures:
                        note("proxy_p99_added_ms", side, added_p99(load, port, direct, most, seconds))
                        if side == "ours":
                            note("proxy_p99_floor_ms", side, floor_p99(load, options.tools, direct, most, seconds))
            if "memory" in measures:
                load.run(mine[0], requests=20_000)
                before = resident_mb(mine[1])
                load.run(mine[0], requests=20_000 if options.quick else 200_000)
                note("proxy_memory_growth_mb", "ours", resident_mb(mine[1]) - before)
        version = output_of(f"{options.litellm}/bin/pip", "show", "litellm").partition("Version: ")[2].split("\n")[0]
    print(f"{'measure':<24}{'ours':>12}{'LiteLLM':>12}{'ratio':>9}  {'target':<24}unit; medians (lowest to highest)")
    rows = [row(name, **{f"{side}_values": list_ for side, list_ in values[name].items()}) for name in ROWS if name in values]
    about = machine(1, LiteLLM=version)
    print(f"{about['cpu']}, proxy on one core, backend and load on another, {options.connections} connections; "
          f"Swift {about['swift']}, LiteLLM {version}")
    print(json.dumps({"bench": "gateway", "machine": about, "rows": rows}, ensure_ascii=False))


main()
