#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the results of bench/training.sh; prints a table of medians and ratios, then one line of JSON.

Usage: compare.py FOLDER THREADS
Results are named ours.TURN, what bench/process.py printed of `autoglm train intent`, pytorch.TURN, what pytorch.py printed, and perhaps
single.TURN and ddp.TURN, the first with one process and with two, and teacher and student, what `autoglm evaluate intent` printed.
"""
import json
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from machine import machine  # noqa: E402


def read(folder, side):
    """The results of one side, turn by turn."""
    results = []
    for path in sorted(pathlib.Path(folder).glob(f"{side}.*")):
        if path.suffix == ".log":
            continue
        result = json.loads(path.read_text(encoding="utf-8"))
        if side == "pytorch":
            results.append(result | {"tokens": result["tokens_per_second"], "peak": result["peak_mb"]})
        else:
            report = json.loads(result["output"])
            epoch = report["epochs"][0]
            results.append({"tokens": epoch["tokens_per_second"], "loss": epoch["loss"], "peak": result["peak_mb"],
                            "parallel": report["parallel"]})
    return results


def median(results, name):
    return statistics.median(result[name] for result in results)


def row_of(measure, unit, ours, peer, target, is_better_higher):
    ratio = ours / peer
    return {
        "measure": measure, "ours": round(ours, 1), "peer": round(peer, 1), "unit": unit, "ratio": round(ratio, 3),
        "better": "higher" if is_better_higher else "lower", "target": target,
        "reached": ratio >= target if is_better_higher else ratio <= target,
    }


def process_rows(folder):
    """What two processes of one thread bring, where they were measured."""
    one, two = read(folder, "single"), read(folder, "ddp")
    return [row_of("ddp_2x1", "tokens/s", median(two, "tokens"), median(one, "tokens"), 1.8, True)] if two else []


def exchange_line(folder):
    """What the exchange of gradients has cost the first of two processes."""
    one, two = read(folder, "single"), read(folder, "ddp")
    if not two:
        return []
    exchanges = [result["parallel"]["exchange"] for result in two]
    return [f"two processes: {median(exchanges, 'bytes_per_step') / 1e6:.2f} MB of gradients a step, "
            f"{median(exchanges, 'overlap') * 100:.0f} % there before the backward pass was over, "
            f"{median(exchanges, 'waiting_seconds'):.2f} s of waiting; "
            f"loss {median(two, 'loss'):.6f}, one process {median(one, 'loss'):.6f}"]


def student_rows(folder):
    """What a student has of its teacher, where both were judged."""
    if not pathlib.Path(folder, "student").exists():
        return []
    teacher, student = (json.loads(pathlib.Path(folder, side).read_text(encoding="utf-8")) for side in ("teacher", "student"))
    return [
        row_of("student_latency", "µs", student["latency_p50_ms"] * 1000, teacher["latency_p50_ms"] * 1000, 0.1, False),
        row_of("student_size", "KB", student["size_bytes"] / 1e3, teacher["size_bytes"] / 1e3, 0.1, False),
        row_of("student_accuracy_kept", "%", student["accuracy"] * 100, teacher["accuracy"] * 100, 0.98, True),
    ]


def main(folder, threads):
    ours, peers = read(folder, "ours"), read(folder, "pytorch")
    rows = [
        row_of("intent_train_tokens", "tokens/s", median(ours, "tokens"), median(peers, "tokens"), 1.2, True),
        row_of("intent_train_memory", "MB", median(ours, "peak"), median(peers, "peak"), 0.7, False),
    ] + process_rows(folder) + student_rows(folder)
    print(f"{'measure':<24}{'ours':>10}{'peer':>10}{'ratio':>8}  wanted")
    for row in rows:
        sign = "≥" if row["better"] == "higher" else "≤"
        print(f"{row['measure']:<24}{row['ours']:>10.0f}{row['peer']:>10.0f}{row['ratio']:>8.2f}  {sign} {row['target']:g} "
              f"{'reached' if row['reached'] else 'missed'}  {row['unit']}")
    print("the peer of training is PyTorch, that of two processes one, that of the student its teacher")
    for line in exchange_line(folder):
        print(line)
    print(f"mean loss of the epoch: ours {median(ours, 'loss'):.3f}, PyTorch {median(peers, 'loss'):.3f}; "
          f"PyTorch's padded tokens/s: {median(peers, 'padded_tokens_per_second'):.0f}")
    described = machine(int(threads), torch=peers[0]["torch"])
    print(f"{described['cpu']}, {threads} threads on {described['cores']} cores; PyTorch {described['torch']}")
    print(json.dumps({"bench": "training", "machine": described, "rows": rows}, ensure_ascii=False))


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
