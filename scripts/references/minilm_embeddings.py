#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What sentence-transformers makes of some texts with all-MiniLM-L6-v2, and whether the program agrees with it.

    python3 -m venv venv && venv/bin/pip install torch sentence-transformers
    venv/bin/python scripts/references/minilm_embeddings.py MODEL > Tests/InferenceEngineTests/Fixtures/minilm.json
    venv/bin/python scripts/references/minilm_embeddings.py MODEL --check .build/release/autoglm
    venv/bin/python scripts/references/minilm_embeddings.py MODEL --speed .build/release/autoglm

MODEL is the folder that scripts/fetch-model.sh encoder prints. --check compares 400 texts; --speed embeds 600 texts of
5 to 150 words with both, each with as many threads as there are processors. The texts are the help of Python's own
statements and types (pydoc_data.topics, PSF licence), and some that are hard to read.
"""
import json
import os
import random
import subprocess
import sys
import time

import torch
from pydoc_data import topics
from sentence_transformers import SentenceTransformer

HARD = [
    "", " ", "\t", "a", "The cat sat on the mat.", "the CAT sat on THE mat", "[CLS] and [SEP] and [MASK]",
    "Straße, naïve café, Ångström, İstanbul, ﬁne ｆｕｌｌ", "語言模型と自然言語処理 한국어 ภาษาไทย हिन्दी العربية עברית",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 emoji \U0001f1e9\U0001f1ea", "zero\u200bwidth soft\u00adhyphen bom\ufeff",
    "e\u0301 combining Z\u0351\u036b\u0343", "control \x01\x02\x7f characters \ufffd", "3.14159 1,000,000 2026-11-24 0xFF",
    "https://example.org/a?b=c&d=e#f user@example.org", "def f(x):\n    return x ** 2  # square\n", "don't can't it's o'clock",
    "antidisestablishmentarianism " + "x" * 150, "word " * 400, "short\u2028line\u2029paragraph",
]  # fmt: skip


def words():
    return "\n\n".join(topics.topics[name] for name in sorted(topics.topics)).split()


def texts(count):
    source, numbers, found = words(), random.Random(2026), []
    while len(found) < count:
        length = numbers.choice([5, 10, 20, 40, 80, 150])
        start = numbers.randrange(len(source) - length)
        found.append(" ".join(source[start : start + length]))
    return found


def run(program, model, inputs):
    command = [program, "embed", "--model", model, "--output", "json"]
    started = time.perf_counter()
    result = subprocess.run(command, input="\n".join(inputs) + "\n", stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(result.stdout), time.perf_counter() - started


def check(model, path, program):
    inputs = [text for text in HARD if len(text.splitlines()) == 1] + texts(380)
    found, _ = run(program, path, inputs)
    expected = model.encode(inputs, convert_to_tensor=True)
    difference = (torch.tensor(found["vectors"]) - expected).abs().max().item()
    print(f"{len(inputs)} texts, largest difference {difference:.2e}")
    sys.exit(difference > 1e-4)


def speed(model, path, program):
    inputs = texts(600)
    torch.set_num_threads(os.cpu_count())
    model.encode(inputs[:64])
    _, start = run(program, path, inputs[:1])
    rates = {}
    for _ in range(3):
        started = time.perf_counter()
        model.encode(inputs, batch_size=32)
        theirs = len(inputs) / (time.perf_counter() - started)
        ours = len(inputs) / (run(program, path, inputs)[1] - start)
        rates = {"ours": max(ours, rates.get("ours", 0)), "theirs": max(theirs, rates.get("theirs", 0))}
    tokens = sum(len(ids) for ids in model.tokenizer(inputs, truncation=True, max_length=256)["input_ids"])
    print(f"{len(inputs)} texts, {tokens} tokens; texts/s: autoglm {rates['ours']:.1f}, sentence-transformers {rates['theirs']:.1f}")
    print(f"ratio {rates['ours'] / rates['theirs']:.2f}; {start:.2f} s to start and load are not counted")


def main():
    path = sys.argv[1]
    model = SentenceTransformer(path, device="cpu")
    match sys.argv[2:]:
        case ["--check", program]:
            check(model, path, program)
        case ["--speed", program]:
            speed(model, path, program)
        case _:
            cases = []
            for text in HARD:
                values = [round(float(x), 6) for x in model.encode([text])[0]]
                cases.append({"text": text, "embedding": values})
            print(json.dumps(cases, separators=(",", ":")))


main()
