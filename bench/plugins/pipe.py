#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Round trips of a JSON object between two Python processes over multiprocessing.Pipe; prints the median of each run in µs.

Usage: pipe.py RUNS CALLS
"""
import json
import multiprocessing
import statistics
import sys
import time


def echo(pipe):
    while True:
        text = pipe.recv_bytes()
        if not text:
            return
        pipe.send_bytes(json.dumps(json.loads(text)).encode())


def run(pipe, calls):
    times = []
    for _ in range(calls):
        start = time.perf_counter_ns()
        pipe.send_bytes(json.dumps({"text": "What is the capital of France?"}).encode())
        json.loads(pipe.recv_bytes())
        times.append((time.perf_counter_ns() - start) / 1000)
    return statistics.median(times)


def main(runs, calls):
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=echo, args=(theirs,))
    process.start()
    samples = [run(ours, calls) for _ in range(runs)]
    ours.send_bytes(b"")
    process.join()
    print(json.dumps({"isolated_us": samples, "python": sys.version.split()[0]}))


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(int(sys.argv[1]), int(sys.argv[2]))
