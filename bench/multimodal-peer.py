#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures librosa's MFCC of a recording with one thread, as `autoglm bench multimodal` measures ours; prints JSON.

Usage: multimodal-peer.py AUDIO RUNS
"""
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import librosa  # noqa: E402 (threads are counted when it is loaded)


def mfcc(samples):
    return librosa.feature.mfcc(
        y=samples, sr=16_000, n_mfcc=13, n_mels=40, n_fft=512, win_length=400, hop_length=160)


def main(path, runs):
    samples, rate = librosa.load(path, sr=None)
    seconds = len(samples) / rate
    mfcc(samples)
    rates = []
    for _ in range(int(runs)):
        start = time.perf_counter()
        mfcc(samples)
        rates.append(seconds / (time.perf_counter() - start))
    print(json.dumps({"mfcc_realtime": rates, "librosa": librosa.__version__}))


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
