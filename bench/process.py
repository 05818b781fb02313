#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program to its end and prints one line of JSON: when its first output came, how long it ran, its peak memory.

Usage: process.py PROGRAM ARGUMENT…
The program's stderr is ours. The time counts from before the program is started; the peak is the kernel's ru_maxrss.
"""
import json
import os
import sys
import time

import children


def main(command):
    start = time.perf_counter()
    with children.running(command, stdout=children.subprocess.PIPE) as child:
        output = os.read(child.stdout.fileno(), 1 << 16)
        first = time.perf_counter() - start
        output += child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
    if child.returncode != 0:
        sys.exit(f"error: {command[0]} ended with status {child.returncode}.")
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps({
        "first_output_ms": round(first * 1000, 2) if output else None, "wall_ms": round(wall * 1000, 2),
        "peak_mb": round(usage.ru_maxrss * unit / 1e6, 2), "output": output.decode(errors="replace"),
    }))


if len(sys.argv) < 2:
    sys.exit(__doc__.strip())
main(sys.argv[1:])
