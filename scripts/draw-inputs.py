#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws what came in and when: a lane for each kind of input, what was read, and the windows. Writes an SVG.

Usage: Examples/Multimodal/run.sh --output json | scripts/draw-inputs.py >docs/pictures/inputs.svg
"""
import html
import json
import sys

LANES = ("image", "audio", "text")
COLOURS = {"image": "#2a78b5", "audio": "#c2571a", "text": "#3f8f4f"}
WIDTH, LEFT, LANE, TOP = 860, 90, 74, 46


def main():
    lines = [json.loads(line) for line in sys.stdin if line.strip()]
    inputs = [line for line in lines if "timestamp_ns" in line]
    windows = [line["window"] for line in lines if "window" in line]
    if not inputs:
        sys.exit("error: no input came.")
    lanes = [lane for lane in LANES if any(line["modality"] == lane for line in inputs)]
    start = min([line["timestamp_ns"] for line in inputs] + [window["start_ns"] for window in windows])
    end = max([line["timestamp_ns"] for line in inputs] + [window["end_ns"] for window in windows])

    def place(time):
        return LEFT + (time - start) / max(1, end - start) * (WIDTH - LEFT - 200)

    height = TOP + LANE * len(lanes) + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>']
    for window in windows:
        left, right = place(window["start_ns"]), place(window["end_ns"])
        out.append(f'<rect x="{left:.1f}" y="28" width="{right - left:.1f}" height="{height - 62}" fill="#f4efe2" stroke="#c9b98a"/>')
        out.append(f'<text x="{left + 6:.1f}" y="20" fill="#7a6a35">window: one prompt</text>')
    for index, lane in enumerate(lanes):
        y = TOP + LANE * index + 24
        out.append(f'<text x="10" y="{y + 4}" fill="{COLOURS[lane]}" font-weight="bold">{lane}</text>')
        out.append(f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - 20}" y2="{y}" stroke="#cccccc"/>')
        for row, line in enumerate(line for line in inputs if line["modality"] == lane):
            x, text = place(line["timestamp_ns"]), " / ".join((line.get("text") or "").split("\n"))
            out.append(f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{COLOURS[lane]}"/>')
            out.append(f'<text x="{x + 8:.1f}" y="{y - 8 if row % 2 == 0 else y + 20}">{html.escape(text)}</text>')
    for second in range(0, int((end - start) / 1e9) + 1):
        x = place(start + second * 1e9)
        out.append(f'<text x="{x:.1f}" y="{height - 14}" fill="#666666" text-anchor="middle">{second} s</text>')
    print("\n".join(out + ["</svg>"]))


main()
