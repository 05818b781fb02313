#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the results of bench/llama.sh; prints a table of medians and ratios, then one line of JSON.

Usage: report.py FOLDER THREADS
Results are named FORMAT.RUN.ours.json (of `autoglm bench engine`) and FORMAT.RUN.llama.json (of `llama-bench -o json`).
"""
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

MEASURES = ["prefill_512", "decode_1"]
FLAGS = ["avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_int8",
         "asimd", "asimddp", "i8mm", "sve"]


def first_value(path, keys):
    """The first value of one of the keys in a file of `key : value` lines."""
    for line in pathlib.Path(path).read_text().splitlines() if os.path.exists(path) else []:
        key, _, value = line.partition(":")
        if key.strip() in keys:
            return value.strip()
    return ""


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip()
    except OSError:
        return ""


def machine(threads, llama):
    flags = set(first_value("/proc/cpuinfo", ["flags", "Features"]).split())
    swift = output_of("swift", "--version").partition("Swift version ")[2].split(" ")[0]
    return {
        "cpu": first_value("/proc/cpuinfo", ["model name"]) or platform.processor() or platform.machine(),
        "cores": os.cpu_count(), "threads": threads, "isa": [flag for flag in FLAGS if flag in flags],
        "os": f"{platform.system()} {platform.release()} {platform.machine()}", "swift": swift,
        "ours": output_of("git", "rev-parse", "--short", "HEAD"), "llama.cpp": llama,
    }


def ours(result):
    return {row["measure"]: row["ours"] for row in result["rows"]}


def peer(result):
    rates = {}
    for test in result:
        if test["n_prompt"] == 512 and test["n_gen"] == 0:
            rates["prefill_512"] = test["avg_ts"]
        elif test["n_prompt"] == 0 and test["n_gen"] == 128:
            rates["decode_1"] = test["avg_ts"]
    return rates


def main(folder, threads):
    samples, llama = {}, ""
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        form, _, side, _ = path.name.split(".")
        try:
            result = json.loads(path.read_text())
            if side == "llama":
                llama = result[0]["build_commit"]
            rates = ours(result) if side == "ours" else peer(result)
            for measure in MEASURES:
                samples.setdefault((form, measure, side), []).append(float(rates[measure]))
        except (ValueError, KeyError, IndexError, TypeError) as error:
            sys.exit(f"error: {path.name} is not in the form agreed on ({error!r}): {path.read_text()[:300]}")

    rows = []
    print(f"{'measure':<18}{'ours':>10}{'llama.cpp':>12}{'ratio':>8}   tokens/s; medians (lowest to highest)")
    for form in sorted({key[0] for key in samples}, key=["q4_1", "q4_0", "q8_0"].index):
        for measure in MEASURES:
            a, b = samples[form, measure, "ours"], samples[form, measure, "llama"]
            row = {"measure": f"{measure}_{form}", "ours": round(statistics.median(a), 1),
                   "peer": round(statistics.median(b), 1), "unit": "tokens/s"}
            row["ratio"] = round(statistics.median(a) / statistics.median(b), 2)
            rows.append(row)
            print(f"{row['measure']:<18}{row['ours']:>10.1f}{row['peer']:>12.1f}{row['ratio']:>8.2f}   "
                  f"({min(a):.0f} to {max(a):.0f}) ({min(b):.0f} to {max(b):.0f}), {len(a)} turns")
    about = machine(threads, llama)
    print(f"{about['cpu']}, {about['cores']} cores, {threads} threads, {' '.join(about['isa'])}; "
          f"Swift {about['swift']}, llama.cpp {llama}")
    order = ["measure", "ours", "peer", "ratio", "unit"]
    rows = [{key: row[key] for key in order} for row in rows]
    print(json.dumps({"bench": "llama", "machine": about, "rows": rows}, ensure_ascii=False))


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(sys.argv[1], int(sys.argv[2]))
