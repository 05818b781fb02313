#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/pictures/plugins.svg: how calls reach a plugin's versions and processes, and what happens when one is replaced.

Usage: scripts/draw-plugins.py >docs/pictures/plugins.svg
"""
STYLE = """
text { font-family: sans-serif; font-size: 12px; fill: #1f2933; text-anchor: middle }
.title { font-weight: bold; font-size: 13px } .small { font-size: 11px; fill: #52606d }
.frame { fill: #f5f7fa; stroke: #9fb3c8 } .box { fill: #d9e2ec; stroke: #486581 } .old { fill: #fbd38d; stroke: #c05621 }
.wall { fill: none; stroke: #9b2c2c; stroke-width: 2; stroke-dasharray: 6 3 }
.call { stroke: #486581; stroke-width: 1.5; fill: none; marker-end: url(#tip) } .late { stroke: #c05621 }
"""
parts = []


def text(x, y, words, style=""):
    parts.append(f'<text x="{x}" y="{y}" class="{style}">{words}</text>')


def box(x, y, width, height, style, *lines):
    parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" class="{style}"/>')
    for index, line in enumerate(lines):
        text(x + width / 2, y + 20 + 16 * index, line, "title" if index == 0 else "small")


def arrow(path, style=""):
    parts.append(f'<path d="{path}" class="call {style}"/>')


box(10, 10, 540, 330, "frame", "autoglm serve, worker, run")
box(570, 10, 280, 330, "frame", "a process of the plugin's own")
box(30, 60, 130, 60, "box", "pipelines", "step 'plugin'")
box(30, 140, 130, 60, "box", "served models", "plugin.yaml")
box(30, 240, 130, 80, "box", "watch", "folders, every 2 s", "manifest, hash,", )
text(95, 308, "signature, needs", "small")
box(220, 90, 130, 90, "box", "slot", "policy, quarantine,", "calls, time, memory")
box(400, 50, 130, 60, "box", "version 2", "new calls")
box(400, 140, 130, 60, "old", "version 1", "ends its calls,")
text(465, 193, "is closed, unloaded", "small")
box(400, 250, 130, 60, "box", "socket", "frames, deadlines,")
text(465, 303, "back-off", "small")
box(610, 90, 200, 120, "box", "the library", "from a private copy", "rlimits, seccomp, Landlock", "no network, files, programs", "without a grant")
parts.append('<rect x="590" y="70" width="240" height="160" rx="10" class="wall"/>')
text(710, 270, "a crash, a hang or a leak", "small")
text(710, 288, "ends this process only", "small")
arrow("M160 90 L218 120")
arrow("M160 170 L218 145")
arrow("M350 120 L398 85")
arrow("M350 150 L398 168", "late")
arrow("M160 280 C220 280 285 260 285 182")
arrow("M465 110 C545 130 545 220 500 248")
arrow("M530 280 C600 280 640 260 660 212")
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="860" height="350" viewBox="0 0 860 350">\n<style>{STYLE}</style>')
print('<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#486581"/></marker></defs>')
print("\n".join(parts) + "\n</svg>")
