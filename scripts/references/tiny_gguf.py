#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tiny Hugging Face models (tiny_huggingface.py) as GGUF files, made by llama.cpp's own converter.

    python3 -m venv venv && venv/bin/pip install torch transformers safetensors numpy gguf sentencepiece
    venv/bin/python scripts/references/tiny_gguf.py LLAMA_CPP_SOURCES Tests/TransformerRuntimeTests/Fixtures

What the models compute stays the same, so their expected.json is the truth of the GGUF files, too.
"""
import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path

# Only what such files can say: not, for instance, that some layers of a mixture have no experts.
CASES = ["llama_llama3", "llama_linear", "llama_biased", "qwen2", "qwen3", "qwen3_yarn", "phi3_long", "phi3_short", "glm4",
         "gemma2", "gemma3", "qwen2_moe", "qwen3_moe"]


def convert(source, target, conversion, gguf):
    """One folder; the tokenizer, which these models do not have, is left out."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / source.name
        shutil.copytree(source, folder)
        config = json.loads((folder / "config.json").read_text())
        vocabulary = {f"t{token}": token for token in range(config["vocab_size"])}
        (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}, "added_tokens": []}))
        hparams = conversion.base.ModelBase.load_hparams(folder, False)
        architecture = conversion.base.get_model_architecture(hparams, conversion.base.ModelType.TEXT)
        kind = conversion.get_model_class(architecture, mmproj=False)
        kind.set_vocab = conversion.base.TextModel._set_vocab_none
        stored = config.get("torch_dtype", config.get("dtype"))
        types = {"float32": gguf.LlamaFileType.ALL_F32, "float16": gguf.LlamaFileType.MOSTLY_F16,
                 "bfloat16": gguf.LlamaFileType.MOSTLY_BF16}
        kind(folder, types[stored], target, eager=True, model_name=source.name).write()


def main():
    sources, fixtures = Path(sys.argv[1]), Path(sys.argv[2])
    sys.path[:0] = [str(sources), str(sources / "gguf-py")]
    logging.basicConfig(level=logging.ERROR)
    import conversion
    import conversion.base
    import gguf
    import torch

    (fixtures / "gguf").mkdir(exist_ok=True)
    with torch.inference_mode():
        for name in CASES:
            target = fixtures / "gguf" / f"{name}.gguf"
            convert(fixtures / "huggingface" / name, target, conversion, gguf)
            print(f"{target.name}: {target.stat().st_size // 1000} kB")


main()
