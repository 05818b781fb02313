#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a float32 transformer says about 4,096 tokens of real text, with the default model's weights dequantised.

The engine's tests compare its quantised kernels with these figures. The forward pass is written here with NumPy alone,
from the model's description, so that it shares no code with the engine.

    python3 -m venv venv && venv/bin/pip install numpy gguf tokenizers
    venv/bin/python scripts/references/transformer_reference.py MODEL.gguf \
        > Tests/TransformerRuntimeTests/Fixtures/reference_smollm2.json

The text is the help of Python's own statements and types (pydoc_data.topics, PSF licence).
"""
import json
import sys

import numpy
from gguf import GGUFReader
from gguf.quants import dequantize
from pydoc_data import topics
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

WINDOWS, LENGTH = 8, 512


def field(reader, name):
    return reader.fields[name].contents()


def tokenizer(reader):
    vocabulary = {text: number for number, text in enumerate(field(reader, "tokenizer.ggml.tokens"))}
    merges = [tuple(merge.split(" ")) for merge in field(reader, "tokenizer.ggml.merges")]
    result = Tokenizer(models.BPE(vocabulary, merges))
    result.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    result.decoder = decoders.ByteLevel()
    return result


class Model:
    def __init__(self, reader):
        self.layers = field(reader, "llama.block_count")
        self.heads = field(reader, "llama.attention.head_count")
        self.groups = field(reader, "llama.attention.head_count_kv")
        self.epsilon = field(reader, "llama.attention.layer_norm_rms_epsilon")
        self.base = field(reader, "llama.rope.freq_base")
        self.stretch = field(reader, "llama.rope.scaling.factor") if "llama.rope.scaling.factor" in reader.fields else 1
        self.weights = {}
        for tensor in reader.tensors:
            values = dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
            self.weights[tensor.name] = values.reshape([int(n) for n in reversed(tensor.shape)])

    def norm(self, x, name):
        mean = numpy.mean(x.astype(numpy.float64) ** 2, axis=-1, keepdims=True)
        return (x / numpy.sqrt(mean + self.epsilon)).astype(numpy.float32) * self.weights[name]

    def rotate(self, x):
        length = x.shape[-1]
        frequencies = self.base ** (-numpy.arange(0, length, 2) / length)
        frequencies /= self.stretch * self.weights.get("rope_freqs.weight", numpy.ones(1, numpy.float32))
        angles = numpy.arange(x.shape[0])[:, None, None] * frequencies
        cosine, sine = numpy.cos(angles).astype(numpy.float32), numpy.sin(angles).astype(numpy.float32)
        out = numpy.empty_like(x)
        out[..., 0::2] = x[..., 0::2] * cosine - x[..., 1::2] * sine
        out[..., 1::2] = x[..., 0::2] * sine + x[..., 1::2] * cosine
        return out

    def attention(self, x, layer):
        def heads(part, count):
            return (x @ self.weights[f"blk.{layer}.attn_{part}.weight"].T).reshape(len(x), count, -1)

        query, key, value = self.rotate(heads("q", self.heads)), self.rotate(heads("k", self.groups)), heads("v", self.groups)
        hidden = numpy.triu(numpy.full((len(x), len(x)), -numpy.inf, numpy.float32), 1)
        out = numpy.empty_like(query)
        for head in range(self.heads):
            group = head // (self.heads // self.groups)
            scores = query[:, head] @ key[:, group].T / numpy.sqrt(query.shape[-1]).astype(numpy.float32) + hidden
            scores = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
            out[:, head] = scores / scores.sum(axis=-1, keepdims=True) @ value[:, group]
        return out.reshape(len(x), -1) @ self.weights[f"blk.{layer}.attn_output.weight"].T

    def feed_forward(self, x, layer):
        gate = x @ self.weights[f"blk.{layer}.ffn_gate.weight"].T
        up = x @ self.weights[f"blk.{layer}.ffn_up.weight"].T
        return (gate / (1 + numpy.exp(-gate)) * up) @ self.weights[f"blk.{layer}.ffn_down.weight"].T

    def logits(self, ids):
        x = self.weights["token_embd.weight"][ids]
        for layer in range(self.layers):
            x = x + self.attention(self.norm(x, f"blk.{layer}.attn_norm.weight"), layer)
            x = x + self.feed_forward(self.norm(x, f"blk.{layer}.ffn_norm.weight"), layer)
        return self.norm(x, "output_norm.weight") @ self.weights.get("output.weight", self.weights["token_embd.weight"]).T


def main():
    reader = GGUFReader(sys.argv[1])
    text = "\n\n".join(topics.topics[name] for name in sorted(topics.topics))
    ids = tokenizer(reader).encode(text, add_special_tokens=False).ids[: WINDOWS * LENGTH]
    model = Model(reader)
    windows = []
    for start in range(0, len(ids), LENGTH):
        window = ids[start : start + LENGTH]
        logits = model.logits(window).astype(numpy.float64)
        largest = logits.max(axis=-1, keepdims=True)
        logs = logits - largest - numpy.log(numpy.exp(logits - largest).sum(axis=-1, keepdims=True))
        windows.append(
            {
                "tokens": window,
                "next_log_probabilities": [round(float(logs[i, window[i + 1]]), 4) for i in range(len(window) - 1)],
                "most_likely": [int(i) for i in logits.argmax(axis=-1)],
            }
        )
        print(f"window {len(windows)} of {WINDOWS}", file=sys.stderr)
    every = [value for window in windows for value in window["next_log_probabilities"]]
    result = {"model": field(reader, "general.name"), "perplexity": float(numpy.exp(-numpy.mean(every))), "windows": windows}
    json.dump(result, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
