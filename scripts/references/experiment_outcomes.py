#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Outcomes that were never measured, to try `autoglm experiment analyse` on.

    python3 scripts/references/experiment_outcomes.py > Examples/experiments/answer-length.csv

Users are dealt out by the hash that Examples/experiments/answer-length.yaml names. Short answers are accepted as often as
long ones (0.4), take 0.8 seconds less, and fail as often (1 %).
"""
import random


def fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def bucket(seed, unit):
    return fnv1a(str(fnv1a(seed + unit))) % 10000 / 10000


chance = random.Random(20)
print("unit,arm,accepted,seconds,seconds_before,error")
for number in range(1, 2001):
    unit = f"user-{number}"
    if bucket("hold-out:everyone", unit) < 0.05:
        continue
    arm = "long" if bucket("answer-length", unit) < 0.7 else "short"
    habit = chance.gauss(3, 0.8)
    before = habit + chance.gauss(0, 0.4)
    seconds = habit + chance.gauss(0, 0.4) - (0.8 if arm == "short" else 0)
    print(unit, arm, int(chance.random() < 0.4), f"{seconds:.2f}", f"{before:.2f}", int(chance.random() < 0.01), sep=",")
