#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tiny random models in every tensor type, and the logits that NumPy computes from them in float32.

    venv/bin/python scripts/references/tiny_transformers.py Tests/TransformerRuntimeTests/Fixtures
"""
import json
import sys
from pathlib import Path

import numpy
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
from gguf.quants import quantize
from transformer_reference import Model

VOCABULARY, WIDTH, INNER, HEAD, LAYERS = 40, 64, 96, 16, 2
CASES = {  # type, heads, key-value heads, whether the output layer has its own weights, RoPE options
    "f32": (GGMLQuantizationType.F32, 4, 4, True, {}),
    "f16": (GGMLQuantizationType.F16, 4, 2, False, {}),
    "bf16": (GGMLQuantizationType.BF16, 4, 1, True, {"factors": True}),
    "q8_0": (GGMLQuantizationType.Q8_0, 4, 2, False, {"linear": 4.0}),
    "q4_0": (GGMLQuantizationType.Q4_0, 4, 2, True, {}),
    "q4_1": (GGMLQuantizationType.Q4_1, 4, 4, False, {"factors": True}),
}


def write(path, random, kind, heads, groups, own_output, rope):
    writer = GGUFWriter(path, "llama")
    writer.add_name(f"tiny {kind.name}")
    writer.add_block_count(LAYERS)
    writer.add_context_length(256)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(heads)
    writer.add_head_count_kv(groups)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(HEAD)
    if "linear" in rope:
        writer.add_string("llama.rope.scaling.type", "linear")
        writer.add_float32("llama.rope.scaling.factor", rope["linear"])

    def add(name, *shape, spread=None):
        values = random.normal(0, spread or shape[-1] ** -0.5, shape).astype(numpy.float32)
        if len(shape) == 1:
            writer.add_tensor(name, 1 + values * 0.1)
        else:
            writer.add_tensor(name, quantize(values, kind), raw_dtype=kind)

    add("token_embd.weight", VOCABULARY, WIDTH, spread=1)
    add("output_norm.weight", WIDTH)
    if own_output:
        add("output.weight", VOCABULARY, WIDTH)
    if rope.get("factors"):
        writer.add_tensor("rope_freqs.weight", numpy.linspace(1, 8, HEAD // 2, dtype=numpy.float32))
    for layer in range(LAYERS):
        prefix = f"blk.{layer}."
        add(prefix + "attn_norm.weight", WIDTH)
        add(prefix + "ffn_norm.weight", WIDTH)
        add(prefix + "attn_q.weight", heads * HEAD, WIDTH)
        add(prefix + "attn_k.weight", groups * HEAD, WIDTH)
        add(prefix + "attn_v.weight", groups * HEAD, WIDTH)
        add(prefix + "attn_output.weight", WIDTH, heads * HEAD)
        add(prefix + "ffn_gate.weight", INNER, WIDTH)
        add(prefix + "ffn_up.weight", INNER, WIDTH)
        add(prefix + "ffn_down.weight", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    folder = Path(sys.argv[1])
    random = numpy.random.default_rng(2026)
    results = []
    for name, case in CASES.items():
        path = folder / f"tiny_{name}.gguf"
        write(path, random, *case)
        tokens = [int(token) for token in random.integers(0, VOCABULARY, 70)]
        logits = Model(GGUFReader(path)).logits(tokens)
        results.append({"model": f"tiny_{name}", "tokens": tokens, "logits": [[round(float(x), 5) for x in row] for row in logits[::10]]})
    (folder / "tiny_logits.json").write_text(json.dumps(results, separators=(",", ":")) + "\n")


main()
