# SPDX-License-Identifier: Apache-2.0
"""Runs the load of bench/serve.sh, and tells what came of it."""
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from machine import machine  # noqa: E402

url, server, model, connections, seconds, runs = sys.argv[1:]
connections, seconds, runs, server = int(connections), int(seconds), int(runs), int(server)


def load(duration):
    script = str(pathlib.Path(__file__).with_name("request.lua"))
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{duration}s", "--timeout", "10s", "-s", script, url],
        env={**os.environ, "SERVE_MODEL": model}, capture_output=True, text=True, timeout=duration + 120)
    found = re.search(r"^SERVE (.*)$", done.stdout, re.M)
    if not found:
        sys.exit(f"error: wrk said nothing of use:\n{done.stdout}{done.stderr}")
    return json.loads(found.group(1))


def counts():
    with urllib.request.urlopen(f"{url}/v2/models/{model}/stats") as reply:
        figures = json.load(reply)["model_stats"][0]
    return figures["inference_count"], figures["execution_count"]


def memory():
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{server}/status").read_text()).group(1)) / 1024


try:
    load(2)
    before = counts()
    results = [load(seconds) for _ in range(runs)]
    after = counts()
    for result in results:
        result["rps"] = result["requests"] / result["seconds"]
    median = sorted(results, key=lambda result: result["rps"])[len(results) // 2]
    batch = (after[0] - before[0]) / max(1, after[1] - before[1])
    total = sum(result["requests"] for result in results)
    failed = sum(result["errors"] for result in results)
    peak = memory()
    print(f"{'model':<10} {'connections':>11} {'requests/s':>11} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} {'errors':>7} {'batch':>6} {'MiB':>6}")
    for result in results:
        print(f"{model:<10} {connections:>11} {result['rps']:>11.0f} {result['p50_ms']:>8.1f} {result['p99_ms']:>8.1f} "
              f"{result['max_ms']:>8.1f} {result['errors']:>7} {batch:>6.1f} {peak:>6.0f}")
    print(json.dumps({
        "bench": "serve", "machine": machine(os.cpu_count()), "model": model, "connections": connections, "seconds": seconds, "runs": runs,
        "measures": {
            "serve_rps": round(median["rps"]), "serve_p99_ms": round(statistics.median(r["p99_ms"] for r in results), 2),
            "serve_errors": failed / max(1, total),
        },
        "mean_batch": round(batch, 2), "peak_mib": round(peak),
    }))
finally:
    os.kill(server, signal.SIGTERM)
