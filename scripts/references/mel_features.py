#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes log-mel spectra and MFCC of a made-up signal, as librosa gives them in double precision.

Usage: mel_features.py >Tests/MultimodalInputsTests/Fixtures/mel_features.json
Needs librosa from PyPI (made with 0.11).
"""
import json
import math
import sys

import librosa
import numpy

RATE = 16_000


def signal(count):
    """Two tones, one of them rising, noise of a linear congruential generator, and silence in the middle."""
    state, samples = 12_345, []
    for index in range(count):
        state = (1_103_515_245 * state + 12_345) % 2**31
        noise = state / 2**30 - 1
        time = index / RATE
        tones = 0.5 * math.sin(2 * math.pi * 440 * time) + 0.2 * math.sin(2 * math.pi * (500 + 4_000 * time) * time)
        samples.append(0.0 if count // 2 <= index < count // 2 + 1_600 else tones + 0.01 * noise)
    return numpy.array(samples, dtype=numpy.float32).astype(numpy.float64)


CASES = {
    "speech": dict(samples=6_000, n_fft=512, win_length=400, hop_length=160, n_mels=40, n_mfcc=13, htk=False),
    "librosa": dict(samples=6_000, n_fft=2_048, win_length=2_048, hop_length=512, n_mels=128, n_mfcc=20, htk=False),
    "htk": dict(samples=5_003, n_fft=512, win_length=400, hop_length=200, n_mels=26, n_mfcc=12, htk=True,
                fmin=80.0, fmax=7_000.0),
}


def features(case):
    case = dict(case)
    y = signal(case.pop("samples"))
    coefficients = case.pop("n_mfcc")
    norm = None if case["htk"] else "slaney"
    power = librosa.feature.melspectrogram(y=y, sr=RATE, norm=norm, dtype=numpy.float64, **case)
    decibels = librosa.power_to_db(power)
    mfcc = librosa.feature.mfcc(S=decibels, sr=RATE, n_mfcc=coefficients)
    return {"log_mel": [[float(f"{value:.9g}") for value in row] for row in decibels.T],
            "mfcc": [[float(f"{value:.9g}") for value in row] for row in mfcc.T]}


print(f"librosa {librosa.__version__}", file=sys.stderr)
print(json.dumps([{"name": name, **case, **features(case)} for name, case in CASES.items()]))
