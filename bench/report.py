#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the results of bench/llama.sh; prints a table of medians and ratios, then one line of JSON.

Usage: report.py FOLDER THREADS LLAMA_VERSION
Results are named MEASURE.FORMAT.TURN.SIDE: what each program printed, as the readers below expect it.
"""
import json
import math
import pathlib
import statistics
import sys

from machine import machine

# The rows in their order: name, measure and tensor type that give it, the ratio to reach (at most it, where lower is better).
ROWS = [
    ("prefill_512_q4_1", "prefill", "q4_1", 5), ("prefill_512_q4_0", "prefill", "q4_0", 2),
    ("prefill_512_q8_0", "prefill", "q8_0", 2), ("decode_1_q4_1", "decode", "q4_1", 2),
    ("decode_1_q4_0", "decode", "q4_0", None), ("decode_1_q8_0", "decode", "q8_0", None),
    ("decode_16_q4_1", "streams", "q4_1", 4), ("decode_32_q4_1", "streams", "q4_1", 4),
    ("mix_16_q4_1", "mix", "q4_1", 4), ("ttft_cached", "cached", "q4_1", 0.05),
    ("peak_memory", "memory", "q4_1", 1), ("cold_start", "start", "q4_1", 1),
]
UNITS = {"cached": "ms", "memory": "MB", "start": "ms"}  # The others are tokens/s, where more is better.


# --- What each program prints: readers give numbers by the first part of a row's name, or raise.

def engine(text):
    """`autoglm bench engine --output json`."""
    values = {}
    for row in json.loads(text)["rows"]:
        values[row["measure"]] = row["ours"]
        if "cold_ms" in row:
            values["cold_ms"] = row["cold_ms"]
    return values


def llama_bench(text):
    """`llama-bench -o json`."""
    values = {}
    for test in json.loads(text):
        if (test["n_prompt"], test["n_gen"]) == (512, 0):
            values["prefill_512"] = test["avg_ts"]
        elif (test["n_prompt"], test["n_gen"]) == (0, 128):
            values["decode_1"] = test["avg_ts"]
    return values


def batched_bench(text):
    """`llama-batched-bench --output-format jsonl`."""
    tests = [json.loads(line) for line in text.splitlines() if line.strip()]
    return {f"decode_{test['pl']}": test["speed_tg"] for test in tests}


def mix(text):
    """bench/mix.py."""
    result = json.loads(text)
    return {f"mix_{result['clients']}": result["tokens_per_second"]}


def peak(text):
    """bench/process.py with llama-batched-bench, which must have filled all of its context."""
    result = json.loads(text)
    filled = json.loads(result["output"].strip())["n_kv"]
    if filled != 16 * 1024:
        raise ValueError(f"{filled} tokens of context were filled, not {16 * 1024}")
    return {"peak_memory": result["peak_mb"]}


def start(text):
    """bench/process.py with a program that prints one token."""
    result = json.loads(text)
    if result["output"].strip() != "Paris":
        raise ValueError(f"the answer is {result['output'].strip()!r}, not 'Paris'")
    return {"cold_start": result["first_output_ms"]}


READERS = {
    ("prefill", "peer"): llama_bench, ("decode", "peer"): llama_bench, ("streams", "peer"): batched_bench,
    ("mix", "peer"): mix, ("memory", "peer"): peak, ("start", "peer"): start, ("start", "ours"): start,
}


def samples_in(folder):
    """All results, as {(measure, format, side): [numbers of a run]}."""
    samples = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".ours", ".peer")):
        try:
            measure, form, _, side = path.name.split(".")
            text = path.read_text(encoding="utf-8")
        except (ValueError, OSError) as error:
            sys.exit(f"error: {path} cannot be read as the result of a turn: {error}")
        try:
            values = READERS.get((measure, side), engine)(text)
            for name, value in values.items():
                if not (isinstance(value, (int, float)) and math.isfinite(value) and value > 0):
                    raise ValueError(f"{name} is {value}, no positive number")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            sys.exit(f"error: {path} is not in the form agreed on ({type(error).__name__}: {error}): {text[:300]!r}")
        samples.setdefault((measure, form, side), []).append(values)
    if not samples:
        sys.exit(f"error: {folder} holds no results, which are named MEASURE.FORMAT.TURN.ours or .peer.")
    return samples


def column(samples, measure, form, side, name):
    """A row's numbers of one side."""
    runs = samples.get((measure, form, side), [])
    values = [run[name] for run in runs if name in run]
    if not values or len(values) < len(runs):
        sys.exit(f"error: the results {measure}.{form}.*.{side} have {len(values)} times '{name}', not {max(1, len(runs))}.")
    return values


def row_of(samples, name, measure, form, target):
    """A row for the JSON, and the two sides' numbers."""
    key = name.removesuffix(f"_{form}")
    ours, lower = column(samples, measure, form, "ours", key), measure in UNITS
    row = {"measure": name, "ours": round(statistics.median(ours), 2)}
    if measure == "cached":  # Our own cold time takes the peer's place.
        peer, base = [], column(samples, measure, form, "ours", "cold_ms")
    else:
        peer = base = column(samples, measure, form, "peer", key)
    ratio = statistics.median(ours) / statistics.median(base)
    row["peer"] = round(statistics.median(peer), 2) if peer else None
    row["ratio"] = round(ratio, 3)
    row["unit"] = UNITS.get(measure, "tokens/s")
    if lower:
        row["better"] = "lower"
    if not peer:
        row["cold_ms"] = round(statistics.median(base), 2)
    if target is not None:
        row["target"], row["reached"] = target, ratio <= target if lower else ratio >= target
    return row, ours, peer


def line_of(row, ours, peer):
    target = ""
    if "target" in row:
        target = f"{'≤' if 'better' in row else '≥'} {row['target']:g} {'reached' if row['reached'] else 'missed'}"
    middle = f"{row['peer']:.1f}" if peer else "–"
    spans = " ".join(f"({min(side):.4g} to {max(side):.4g})" for side in (ours, peer) if side)
    notes = ["lower is better"] if "better" in row else []
    notes += [f"cold {row['cold_ms']:.1f} ms"] if "cold_ms" in row else []
    return (f"{row['measure']:<18}{row['ours']:>10.1f}{middle:>12}{row['ratio']:>8.2f}  {target:<15}"
            f"{row['unit']}{''.join(f', {note}' for note in notes)}; {spans}, {len(ours)} turns")


def main(folder, threads, llama):
    samples = samples_in(pathlib.Path(folder))
    measured = {(measure, form) for measure, form, _ in samples}
    for measure, form in measured - {row[1:3] for row in ROWS}:
        sys.exit(f"error: {folder} has results {measure}.{form}, which belong to no row.")
    rows = [row_of(samples, *row) for row in ROWS if row[1:3] in measured]
    print(f"{'measure':<18}{'ours':>10}{'llama.cpp':>12}{'ratio':>8}  {'at least':<15}unit; medians (lowest to highest)")
    for row in rows:
        print(line_of(*row))
    about = machine(threads, **{"llama.cpp": llama})
    print(f"{about['cpu']}, {about['cores']} cores, {threads} threads, {' '.join(about['isa'])}; "
          f"Swift {about['swift']}, llama.cpp {llama}")
    print(json.dumps({"bench": "llama", "machine": about, "rows": [row for row, _, _ in rows]}, ensure_ascii=False))


if len(sys.argv) != 4:
    sys.exit(__doc__.strip())
main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
