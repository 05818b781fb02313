#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what `autoglm evaluate cascade --latency --output json` printed; prints a table, static and adaptive, then one line of JSON.

Usage: report.py FILE NAME
NAME is what the data are called.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from machine import machine  # noqa: E402


def row_of(measure, unit, ours, peer, target, lower=True):
    return {"measure": measure, "ours": round(ours, 5), "peer": None if peer is None else round(peer, 5), "unit": unit,
            "better": "lower" if lower else "higher", "target": target,
            "reached": ours <= target if lower else ours >= target}


def main(path, name):
    report = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    static = {row["rule"]: row for row in report["static"]}
    count = len(report["models"])
    dear, times = static[f"always {count}"], report["latency_alone"]
    print(f"{name}: {report['examples']} utterances, {report['splits']} splits; cost as a share of the dear model's, ms for an utterance")
    print(f"{'':<30}{'accuracy':>10}{'cost':>9}{'mean ms':>10}{'p50 ms':>10}{'p99 ms':>10}")

    def line(label, accuracy, cost, spent=None):
        cells = [spent[key] for key in ("mean_ms", "p50_ms", "p99_ms")] if spent else []
        print(f"{label:<30}{accuracy * 100:>8.2f} %{cost * 100:>7.1f} %" + "".join(f"{cell:>10.4f}" for cell in cells))

    for number, spent in enumerate(times, 1):
        rule = static[f"always {number}"]
        line("static: " + ("always dear" if number == count else f"always cheap {number}" if count > 2 else "always cheap"),
             rule["accuracy"], rule["cost"], spent)
    for rule in report["static"][count:]:
        line(f"static: dear {rule['rule']}", rule["accuracy"], rule["cost"])
    line("adaptive", report["cascade_accuracy"], report["cascade_cost"], report["latency_cascade"])
    affordable = [point for point in report["frontier"] if point["cost"] <= 0.25]
    if affordable:
        line("adaptive, at 1/4 of the cost", affordable[-1]["adaptive"], affordable[-1]["cost"])
    print(f"promised are at most {report['promise']['error_rate'] * 100:.1f} % errors: kept in {report['kept']} of {report['splits']} splits"
          f" (nothing could be promised in {report['splits'] - report['promised']} of them); "
          f"over all costs at least {report['least_advantage'] * 100:+.2f} points over the best static rules; "
          f"calibration error {report['ece_before'] * 100:.1f} %, fitted {report['ece_after'] * 100:.1f} %")
    rows = [
        row_of("cascade_cost", "share of the dear model's", report["cascade_cost"], dear["cost"], 0.35),
        row_of("cascade_accuracy_drop", "share", report["cascade_accuracy_drop"], 0, 0.005),
        row_of("cascade_kept", "share of splits", report["kept_share"], None, 0.95, lower=False),
        row_of("cascade_advantage", "share, least over all costs", report["least_advantage"], None, 0, lower=False),
        row_of("cascade_latency", "ms, mean", report["latency_cascade"]["mean_ms"], times[-1]["mean_ms"], times[-1]["mean_ms"]),
    ]
    about = machine(1)
    print(f"{about['cpu']}, 1 thread on {about['cores']} cores; Swift {about['swift']}")
    print(json.dumps({
        "bench": "adaptive", "data": name, "machine": about, "cascade_cost": rows[0]["ours"],
        "cascade_accuracy_drop": rows[1]["ours"], "rows": rows}, ensure_ascii=False))


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
