#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the results of bench/multimodal.sh; prints a table, then one line of JSON.

Usage: multimodal-report.py OURS PEER
OURS is what `autoglm bench multimodal` printed, PEER what multimodal-peer.py did.
"""
import json
import pathlib
import statistics
import sys

# What is to be reached, and whether more of it is better.
TARGETS = {
    "image_fps": (30, True), "ocr_cer": (10, False), "mfcc_realtime": (500, True), "asr_rtf": (0.5, False),
    "queue_rate": (1_000_000, True),
}


def main(ours, peer):
    ours, peer = (json.loads(pathlib.Path(path).read_text(encoding="utf-8")) for path in (ours, peer))
    rows = []
    print(f"{'measure':<16}{'ours':>14}{'librosa':>12}{'ratio':>8}  {'wanted':<22}unit")
    for row in ours["rows"]:
        name = row["measure"]
        if name in peer:
            row["peer"] = round(statistics.median(peer[name]), 2)
            row["ratio"] = round(row["ours"] / row["peer"], 2)
        wanted = ""
        if name in TARGETS:
            target, is_more_better = TARGETS[name]
            row["target"] = target
            row["reached"] = row["ours"] >= target if is_more_better else row["ours"] <= target
            wanted = f"{'≥' if is_more_better else '≤'} {target:g} {'reached' if row['reached'] else 'missed'}"
        middle = f"{row['peer']:.1f}" if row["peer"] else "–"
        print(f"{name:<16}{row['ours']:>14.2f}{middle:>12}{row.get('ratio', ''):>8}  {wanted:<22}{row['unit']}")
        rows.append(row)
    machine = ours["machine"] | {"librosa": peer["librosa"]}
    print(f"{machine.get('cpu')}, {machine.get('cores')} cores; librosa {peer['librosa']}")
    figures = {row["measure"]: row["ours"] for row in rows}
    print(json.dumps({"bench": "multimodal", "machine": machine, "rows": rows} | figures, ensure_ascii=False))


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
