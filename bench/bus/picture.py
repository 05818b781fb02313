# SPDX-License-Identifier: Apache-2.0
"""Draws what bench/bus.sh measured: a bar for each bus and measure, on logarithmic scales."""
import html
import math

WIDTH, LEFT, BAR, GAP = 760, 210, 22, 10
COLOURS = ["#2f6f9f", "#4f9f6f", "#9f9f9f"]


def bars(title, values, shown, lowest, highest, top):
    """A title and a bar for each (name, value), as lines of SVG and the place below them."""
    lines = [f'<text x="12" y="{top}" font-weight="bold">{html.escape(title)}</text>']
    top += 14
    for (name, value), colour in zip(values, COLOURS):
        share = (math.log10(value) - math.log10(lowest)) / (math.log10(highest) - math.log10(lowest))
        length = max(2, share * (WIDTH - LEFT - 130))
        lines += [
            f'<text x="{LEFT - 10}" y="{top + 16}" text-anchor="end">{html.escape(name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{LEFT + length + 8:.1f}" y="{top + 16}">{html.escape(shown(value))}</text>',
        ]
        top += BAR + GAP
    return lines, top + 24


def picture(rows, about):
    """The drawing of (name, microseconds, messages a second)."""
    times, below = bars(
        "latency, median (shorter is better; logarithmic)", [(name, time) for name, time, _ in rows],
        lambda value: f"{value:,.1f} µs" if value < 1000 else f"{value / 1000:,.1f} ms", 0.1, 100_000, 26)
    rates, below = bars(
        "messages a second (longer is better; logarithmic)", [(name, rate) for name, _, rate in rows],
        lambda value: f"{value:,.0f}", 100, 10_000_000, below)
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {below}" font-family="sans-serif" font-size="13">'
            f'<rect width="{WIDTH}" height="{below}" fill="white"/>')
    foot = f'<text x="12" y="{below - 10}" font-size="11" fill="#555">{html.escape(about)}</text></svg>'
    return "\n".join([head, *times, *rates, foot]) + "\n"
