#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds BLEU and chrF, as sacrebleu judges them, to what `autoglm evaluate graph-lm` says of a model; prints one line of JSON.

Usage: score-texts.py SET MODEL REPORT TEXTS (TEXTS is what --predictions wrote)
"""
import json
import sys

import sacrebleu

name, model, report, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    entries = [json.loads(line) for line in file]
texts = [entry["text"] for entry in entries]
most = max(len(entry["references"]) for entry in entries)
references = [[entry["references"][index] if index < len(entry["references"]) else None for entry in entries] for index in range(most)]
tokenize = "zh" if name.endswith("_zh") else "13a"
scores = {"bleu": sacrebleu.corpus_bleu(texts, references, tokenize=tokenize).score, "chrf": sacrebleu.corpus_chrf(texts, references).score}
print(json.dumps({"set": name, "model": model} | json.loads(report) | {key: round(value, 2) for key, value in scores.items()}), flush=True)
