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
import unicodedata

import torch
from torch import nn

UTTERANCE, TURN, BATCH, POOL = 64, 40, 64, 16


def kind(character):
    if character.isspace() or unicodedata.category(character) == "Cc":
        return "space"
    if unicodedata.category(character) == "Nd":
        return "digit"
    if unicodedata.name(character, "").startswith("CJK UNIFIED"):
        return "ideograph"
    return "letter" if character.isalpha() or unicodedata.category(character) == "Mn" else "sign"


def words(text):
    word, last = "", "space"
    for character in text.lower():
        now = kind(character)
        if now != last or now == "sign":
            if word:
                yield word
            word = ""
        last = now
        if now != "space":
            word += "0" if now == "digit" else character
    if word:
        yield word


class Vocabulary:
    def __init__(self, pieces):
        self.numbers = {piece: number for number, piece in enumerate(pieces)}
        self.longest = max(map(len, pieces))
        self.known = {}

    def word(self, word):
        if word not in self.known:
            text, start, found = "\u2581" + word, 0, []
            while start < len(text):
                for end in range(min(len(text), start + self.longest), start, -1):
                    if text[start:end] in self.numbers:
                        found.append(self.numbers[text[start:end]])
                        start = end
                        break
                else:
                    found.append(0)
                    start += 1
            self.known[word] = found
        return self.known[word]

    def read(self, text, limit):
        return [number for word in words(text) for number in self.word(word)][:limit]


def examples(path, labels, vocabulary, before):
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        turns = json.loads(line)["turns"]
        for index, turn in enumerate(turns):
            if turn.get("intent") not in labels:
                continue
            rows = [(1, 0, 0, 0)]
            for distance, said in enumerate(reversed(turns[max(0, index - before):index + 1])):
                speaker = 0 if said["speaker"] == "user" else 1
                numbers = vocabulary.read(said["text"], UTTERANCE if distance == 0 else TURN)
                rows += [(number, place + 1, distance, speaker) for place, number in enumerate(numbers)]
                rows.append((2, 0, distance, speaker))
            yield rows, labels[turn["intent"]]


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
    everything = list(examples(data, labels, Vocabulary(pieces), config["turns"]))
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
