#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a Hugging Face folder of a GGUF file by transformers' own reader: what `transformers serve` can open.

Usage: gguf-folder.py FILE.gguf FOLDER
Needs: pip install torch transformers gguf
"""
import os
import sys

import transformers


def main(file, folder):
    source, name = os.path.split(os.path.abspath(file))
    tokenizer = transformers.AutoTokenizer.from_pretrained(source, gguf_file=name)
    assert tokenizer.chat_template, f"{file} has no chat template."
    read = transformers.AutoModelForCausalLM.from_pretrained(
        source, gguf_file=name, dtype="float32", quantization_config=transformers.GgufConfig(dequantize=True))
    # What was read from such a file refuses to be written; a model of the same shape takes the weights over.
    model = type(read)(read.config)
    model.load_state_dict(read.state_dict())
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
