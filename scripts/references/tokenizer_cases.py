# SPDX-License-Identifier: Apache-2.0
"""Writes the fixtures of TokenizationTests: small vocabularies and the reference's tokens for the hard texts.

Needs the packages `tokenizers` and `gguf`, llama.cpp's llama-tokenize, the default model, and text to train on:

    tokenizer_cases.py --tool <llama-tokenize> --model <default model.gguf> --corpus <file>... --out <Fixtures folder>
"""

import argparse
import json
import os
import tempfile

import gguf
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from tokenizer_reference import reference_ids
from tokenizer_texts import hard_texts

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {
    "smollm": [r"\p{N}", GPT2], "gpt-2": [GPT2], "qwen2": [WORDS % ""], "llama-bpe": [WORDS % "{1,3}"],
    "deepseek-llm": [r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", r"\p{N}+"], "default": [GPT2, r"[0-9][0-9][0-9]"],
}
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
DEFINED = ["<tool>", "<tool><tool>", "   "]


def header(path, name):
    """A writer with what the reference needs to load a file without weights."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name)
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(32)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    return writer


def finish(writer):
    """Writes a file that has no tensors."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def byte_pair(path, name, corpus, size):
    """Trains a byte-level vocabulary whose words are cut roughly as the pre-tokenizer of that name does."""
    steps = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in PATTERNS[name]]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    trained = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(trained["vocab"], key=trained["vocab"].get)
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in trained["merges"]]
    writer = header(path, f"small {name}")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    writer.add_token_list(tokens + CONTROL + DEFINED)
    writer.add_token_types([1] * len(tokens) + [3] * len(CONTROL) + [4] * len(DEFINED))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(len(tokens))
    writer.add_eos_token_id(len(tokens) + 2)
    finish(writer)


def sentence_piece(path, corpus, size):
    """Trains a SentencePiece-style vocabulary with bytes to fall back to; scores fall with the order of merging."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.ByteFallback()
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, limit_alphabet=300, max_token_length=12)
    words = [word for line in corpus for word in line.split(" ")]
    tokenizer.train_from_iterator(words, trainer)
    trained = json.loads(tokenizer.to_str())["model"]
    learnt = [token for token in sorted(trained["vocab"], key=trained["vocab"].get) if token != "<unk>"]
    single = [token for token in learnt if len(token) == 1]
    longer = [token for token in learnt if len(token) > 1] + ["▁▁", "▁▁▁▁"]
    first = ["<unk>", "<s>", "</s>"]
    octets = [f"<0x{byte:02X}>" for byte in range(256)]
    tokens = first + octets + longer + single + DEFINED[:2]
    writer = header(path, "small llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * 259 + [-float(i // 2) for i in range(len(longer))] + [-1e4] * len(single) + [0.0] * 2)
    writer.add_token_types([2, 3, 3] + [6] * 256 + [1] * (len(longer) + len(single)) + [4] * 2)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    finish(writer)


def main():
    parser = argparse.ArgumentParser()
    for name in ("tool", "model", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--corpus", nargs="+", required=True)
    arguments = parser.parse_args()
    corpus = []
    for path in arguments.corpus:
        with open(path, encoding="utf-8") as file:
            corpus += file.read(150_000).splitlines(keepends=True)
    vocabularies = {}
    for name in PATTERNS:
        vocabularies[name] = os.path.join(arguments.out, f"{name}.gguf")
        byte_pair(vocabularies[name], name, corpus, 700)
    vocabularies["llama"] = os.path.join(arguments.out, "llama.gguf")
    sentence_piece(vocabularies["llama"], corpus, 900)
    vocabularies["default-model"] = arguments.model

    texts = [text for text in hard_texts(40) if text] + [b"<tool> x<tool><tool>y  <tool>   z", b"a    b     c\n    d"]
    result = {"texts": [text.hex() for text in texts], "tokens": {}}
    for name, path in vocabularies.items():
        result["tokens"][name] = {
            mode: [" ".join(map(str, ids)) for ids in reference_ids(arguments.tool, path, texts, special)]
            for mode, special in (("plain", False), ("special", True))
        }
        print(name, len(texts), "texts")
    with open(os.path.join(arguments.out, "cases.json"), "w") as file:
        json.dump(result, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    main()
