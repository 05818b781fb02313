#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random blocks of every quantised type, and the floats that the gguf package makes of them.

    python3 -m venv venv && venv/bin/pip install numpy gguf
    venv/bin/python scripts/references/quantised_blocks.py > Tests/TensorKernelsTests/Fixtures/quantised_blocks.json
"""
import json
import sys

import numpy
from gguf import GGMLQuantizationType
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize

COLUMNS, ROWS = 512, 2
HALVES = {  # where a block has half floats
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "IQ4_NL": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def main():
    random = numpy.random.default_rng(7)
    results = []
    for name, halves in HALVES.items():
        kind = GGMLQuantizationType[name]
        columns, size = GGML_QUANT_SIZES[kind]
        blocks = random.integers(0, 256, (ROWS * COLUMNS // columns, size), dtype=numpy.uint8)
        for offset in halves:
            scales = random.uniform(-0.1, 0.1, len(blocks)).astype(numpy.float16)
            blocks[:, offset : offset + 2] = scales.view(numpy.uint8).reshape(-1, 2)
        rows = blocks.reshape(ROWS, -1)
        floats = dequantize(rows, kind).astype(numpy.float32)
        results.append({"type": name, "number": int(kind), "rows": [row.tobytes().hex() for row in rows], "floats": [row.tobytes().hex() for row in floats]})
    json.dump(results, sys.stdout, indent=0)
    print()


main()
