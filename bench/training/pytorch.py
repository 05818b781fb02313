#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the intent model in PyTorch for one epoch, with the subwords of a model of ours, and prints one line of JSON.

Usage: pytorch.py MODEL_FOLDER TRAIN_FILE THREADS

The model is that of `autoglm train intent`: the same embeddings, layers (normalised before, GELU), dropout, loss, AdamW and longest
gradient. Batches hold inputs of similar length, so that little is padded; the tokens that are counted are those that are no padding.
"""
import json
import pathlib
import random
import resource
import sys
import time

import torch
from torch import nn

from intents import UTTERANCE, Vocabulary, examples

BATCH, POOL = 64, 16


class Encoder(nn.Module):
    def __init__(self, config, pieces):
        super().__init__()
        width = config["width"]
        self.tables = nn.ModuleList(
            nn.Embedding(count, width) for count in (pieces, UTTERANCE + 1, config["turns"] + 1, 2))
        for table in self.tables:
            nn.init.normal_(table.weight, std=0.02)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(0.1)
        layer = nn.TransformerEncoderLayer(
            width, config["heads"], config["feed_forward"], 0.1, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, config["layers"], enable_nested_tensor=False)
        self.last = nn.LayerNorm(width)
        self.classes = nn.Linear(width, len(config["labels"]))

    def forward(self, inputs, padding):
        rows = sum(table(inputs[..., index]) for index, table in enumerate(self.tables))
        rows = self.layers(self.dropout(self.norm(rows)), src_key_padding_mask=padding)
        return self.classes(self.dropout(self.last(rows[:, 0])))


def batches(all_examples):
    random.shuffle(all_examples)
    for start in range(0, len(all_examples), BATCH * POOL):
        pool = sorted(all_examples[start:start + BATCH * POOL], key=lambda example: len(example[0]))
        parts = [pool[index:index + BATCH] for index in range(0, len(pool), BATCH)]
        random.shuffle(parts)
        yield from parts


def main(folder, data, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    random.seed(1)
    config = json.loads(pathlib.Path(folder, "config.json").read_text(encoding="utf-8"))
    pieces = json.loads(pathlib.Path(folder, "vocabulary.json").read_text(encoding="utf-8"))
    labels = {label: number for number, label in enumerate(config["labels"])}
    everything = [(rows, label) for rows, label, _ in examples(data, labels, Vocabulary(pieces), config["turns"])]
    model = Encoder(config, len(pieces)).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    tokens, padded, losses, seconds = 0, 0, [], 0.0
    for part in batches(everything):
        start = time.perf_counter()
        longest = max(len(rows) for rows, _ in part)
        inputs = torch.tensor([rows + [(0, 0, 0, 0)] * (longest - len(rows)) for rows, _ in part])
        padding = torch.tensor([[False] * len(rows) + [True] * (longest - len(rows)) for rows, _ in part])
        loss = nn.functional.cross_entropy(model(inputs, padding), torch.tensor([label for _, label in part]))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimiser.step()
        losses.append(loss.item())
        seconds += time.perf_counter() - start
        tokens += sum(len(rows) for rows, _ in part)
        padded += longest * len(part)
    print(json.dumps({
        "tokens_per_second": tokens / seconds, "padded_tokens_per_second": padded / seconds, "tokens": tokens,
        "loss": sum(losses) / len(losses), "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 * 1.048576,
        "torch": torch.__version__,
    }))


if len(sys.argv) != 4:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
