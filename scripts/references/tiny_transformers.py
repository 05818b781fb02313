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
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize
from transformer_reference import Model

VOCABULARY, WIDTH, INNER, HEAD, LAYERS = 40, 64, 96, 16, 2
CASES = {  # type, heads, key-value heads, whether the output layer has its own weights, RoPE options
    "f32": (GGMLQuantizationType.F32, 4, 4, True, {}),
    "f16": (GGMLQuantizationType.F16, 4, 2, False, {}),
    "bf16": (GGMLQuantizationType.BF16, 4, 1, True, {"factors": True}),
    "q8_0": (GGMLQuantizationType.Q8_0, 4, 2, False, {"linear": 4.0}),
    "q4_0": (GGMLQuantizationType.Q4_0, 4, 2, True, {}),
    "q4_1": (GGMLQuantizationType.Q4_1, 4, 4, False, {"factors": True}),
    "q5_0": (GGMLQuantizationType.Q5_0, 4, 2, False, {}),
    "q5_1": (GGMLQuantizationType.Q5_1, 4, 4, True, {}),
    "iq4_nl": (GGMLQuantizationType.IQ4_NL, 4, 1, False, {}),
    "q2_k": (GGMLQuantizationType.Q2_K, 16, 2, True, {"wide": True}),
    "q3_k": (GGMLQuantizationType.Q3_K, 16, 4, True, {"wide": True}),
    "q4_k": (GGMLQuantizationType.Q4_K, 16, 2, True, {"wide": True}),
    "q5_k": (GGMLQuantizationType.Q5_K, 16, 1, True, {"wide": True}),
    "q6_k": (GGMLQuantizationType.Q6_K, 16, 4, True, {"wide": True}),
}
SUPERBLOCK = 256  # columns; models of these types are wide and have one layer
RANDOM = {  # types that the gguf package reads but does not write: half floats of scales, half floats of minima, largest quant
    "IQ4_NL": ([0], [], 0), "Q2_K": ([80], [82], 3), "Q3_K": ([108], [], 0), "Q4_K": ([0], [2], 15),
    "Q5_K": ([0], [2], 31), "Q6_K": ([208], [], 0),
}


def encode(random, values, kind):
    """The values in a type; where nothing writes it, random blocks with the same spread."""
    if kind.name not in RANDOM:
        return quantize(values, kind)
    scales, minima, largest = RANDOM[kind.name]
    columns, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (values.size // columns, size), dtype=numpy.uint8)

    def set_scales(scale):
        for offsets, value in ((scales, scale), (minima, scale * largest / 2)):
            for offset in offsets:
                blocks[:, offset : offset + 2] = numpy.frombuffer(numpy.float16(value).tobytes(), numpy.uint8)

    set_scales(1)
    set_scales(values.std() / dequantize(blocks, kind).std())
    return blocks.reshape(len(values), -1)


def write(path, random, kind, heads, groups, own_output, rope):
    writer = GGUFWriter(path, "llama")
    writer.add_name(f"tiny {kind.name}")
    width, inner, layers = (SUPERBLOCK, SUPERBLOCK, 1) if "wide" in rope else (WIDTH, INNER, LAYERS)
    writer.add_block_count(layers)
    writer.add_context_length(256)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
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
            writer.add_tensor(name, encode(random, values, kind), raw_dtype=kind)

    add("token_embd.weight", VOCABULARY, width, spread=1)
    add("output_norm.weight", width)
    if own_output:
        add("output.weight", VOCABULARY, width)
    if rope.get("factors"):
        writer.add_tensor("rope_freqs.weight", numpy.linspace(1, 8, HEAD // 2, dtype=numpy.float32))
    for layer in range(layers):
        prefix = f"blk.{layer}."
        add(prefix + "attn_norm.weight", width)
        add(prefix + "ffn_norm.weight", width)
        add(prefix + "attn_q.weight", heads * HEAD, width)
        add(prefix + "attn_k.weight", groups * HEAD, width)
        add(prefix + "attn_v.weight", groups * HEAD, width)
        add(prefix + "attn_output.weight", width, heads * HEAD)
        add(prefix + "ffn_gate.weight", inner, width)
        add(prefix + "ffn_up.weight", inner, width)
        add(prefix + "ffn_down.weight", width, inner)
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
