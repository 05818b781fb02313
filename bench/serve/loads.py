# SPDX-License-Identifier: Apache-2.0
"""The programs that make load for bench/serve.sh, each as a function that gives what it measured."""
import csv
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def run(command, seconds, **environment):
    """A program's output; ends everything when it fails or takes much longer than it should."""
    done = subprocess.run(
        [str(part) for part in command], env={**os.environ, **environment}, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=seconds + 180)
    return done.stdout + done.stderr


def found(pattern, text, program):
    match = re.search(pattern, text, re.M)
    if not match:
        sys.exit(f"error: {program} said nothing of use:\n{text[-2000:]}")
    return match


def wrk(port, path, body, connections, seconds):
    """Requests one after the other on each connection."""
    output = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", HERE / "request.lua",
                  f"http://127.0.0.1:{port}"], seconds, SERVE_PATH=path, SERVE_BODY=str(body))
    result = json.loads(found(r"^SERVE (.*)$", output, "wrk").group(1))
    if result["errors"]:
        print(f"  {result['errors']} requests of wrk failed", file=sys.stderr)
    return {**result, "rps": result["requests"] / result["seconds"]}


def fixed_rate(program, port, path, body, connections, rate, seconds, expected):
    """Requests that are due at fixed times, each counted from when it was due; every answer is looked at."""
    output = run([program, port, path, body, connections, int(rate * seconds), rate, expected], seconds)
    return json.loads(found(r"^(\{.*\})$", output, "the load").group(1))


def h2load(port, path, body, connections, seconds):
    """gRPC: a unary call after the other on each connection."""
    output = run(["h2load", "-t1", f"-c{connections}", "-m1", f"-D{seconds}", "--warm-up-time=1", "-d", body,
                  "-H", "content-type: application/grpc", "-H", "te: trailers", f"http://127.0.0.1:{port}{path}"], seconds)
    rate = found(r"^finished in [^,]+, ([\d.]+) req/s", output, "h2load").group(1)
    failed = found(r"(\d+) failed, (\d+) errored", output, "h2load")
    return {"rps": float(rate), "errors": int(failed.group(1)) + int(failed.group(2))}


def locust(program, port, users, seconds, folder):
    """Locust's users, in as many processes as there are processors; what came while users were still added is left out."""
    run([program, "-f", HERE.parent / "locust" / "serve.py", "--headless", "--host", f"http://127.0.0.1:{port}",
         "--users", users, "--spawn-rate", users // 2, "--run-time", f"{seconds + 4}s", "--reset-stats",
         "--processes", os.cpu_count(), "--csv", folder / "locust", "--only-summary"], seconds + 60)
    stats = folder / "locust_stats.csv"
    if not stats.exists():
        sys.exit("error: Locust left no figures.")
    total = next(row for row in csv.DictReader(stats.open()) if row["Name"] == "Aggregated")
    requests = int(total["Request Count"])
    return {"rps": float(total["Requests/s"]), "p99_ms": float(total["99%"]),
            "error_rate": int(total["Failure Count"]) / max(1, requests)}
