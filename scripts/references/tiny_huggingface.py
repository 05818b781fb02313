#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tiny random models of every architecture as Hugging Face folders, and what `transformers` computes from them in float32.

    python3 -m venv venv && venv/bin/pip install torch transformers safetensors numpy
    venv/bin/python scripts/references/tiny_huggingface.py Tests/TransformerRuntimeTests/Fixtures/huggingface

Each folder has a config.json, weights, and expected.json: the logits of some tokens of a text, and 32 greedy tokens. Half of
the folders spell their configuration as files before transformers 5 did, since most files on hubs do.
"""
import json
import os
import shutil
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

VOCABULARY, TEXT, PROMPT, GREEDY, MARGIN = 64, 90, 12, 32, 0.02

BASE = dict(
    vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    tie_word_embeddings=False)
WIDE = dict(head_dim=16)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=64)
LONG = dict(rope_type="longrope", rope_theta=10000.0, original_max_position_embeddings=64, partial_rotary_factor=0.5,
            short_factor=[1.0, 1.1, 1.2, 1.3], long_factor=[1.0, 1.5, 3.0, 6.0])

# name: (configuration class, its arguments, options: old spelling of the configuration, type of the weights, bytes of a shard,
# length of the text and of the prompt, and the context the model is used with, where they decide what is computed)
CASES = {
    "llama": ("LlamaConfig", {**WIDE}, {}),
    "llama_llama3": ("LlamaConfig", {**WIDE, "rope_parameters": LLAMA3, "tie_word_embeddings": True},
                     {"old": True, "dtype": torch.bfloat16}),
    "llama_linear": ("LlamaConfig", {**WIDE, "rope_parameters": dict(rope_type="linear", rope_theta=500.0, factor=4.0)},
                     {"old": True, "dtype": torch.float16, "shard": 20_000}),
    "llama_biased": ("LlamaConfig", {**WIDE, "attention_bias": True, "mlp_bias": True, "num_key_value_heads": 4}, {}),
    "mistral": ("MistralConfig", {**WIDE, "sliding_window": 24}, {"old": True}),
    "qwen2": ("Qwen2Config", {**WIDE, "hidden_size": 64, "tie_word_embeddings": True}, {"old": True}),
    "qwen2_window": ("Qwen2Config", {**WIDE, "hidden_size": 64, "use_sliding_window": True, "sliding_window": 24, "max_window_layers": 1},
                     {"old": True}),
    "qwen3": ("Qwen3Config", {**WIDE, "tie_word_embeddings": True}, {}),
    "qwen3_yarn": ("Qwen3Config", {"head_dim": 32, "rope_parameters": YARN}, {"old": True, "dtype": torch.bfloat16}),
    "phi3": ("Phi3Config", {"hidden_size": 64, "sliding_window": 24}, {"old": True}),
    "phi3_long": ("Phi3Config", {"hidden_size": 64, "original_max_position_embeddings": 64, "rope_parameters": LONG}, {"old": True, "prompt": 66}),
    "phi3_short": ("Phi3Config", {"hidden_size": 64, "original_max_position_embeddings": 64, "rope_parameters": LONG}, {"text": 60, "context": 64}),
    "glm4": ("Glm4Config", {**WIDE, "attention_bias": True, "rope_parameters": dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.5)}, {}),
    "glm4_old": ("Glm4Config", {**WIDE, "attention_bias": False, "rope_parameters": dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.5)},
                 {"old": True}),
    "gemma2": ("Gemma2Config", {**WIDE, "sliding_window": 24, "attn_logit_softcapping": 3.0, "final_logit_softcapping": 8.0,
                                "query_pre_attn_scalar": 16, "tie_word_embeddings": True}, {"old": True}),
    "gemma3": ("Gemma3TextConfig", {**WIDE, "num_hidden_layers": 6, "num_key_value_heads": 1, "sliding_window": 24,
                                    "query_pre_attn_scalar": 16, "tie_word_embeddings": True,
                                    "rope_parameters": {"full_attention": dict(rope_type="linear", rope_theta=1e6, factor=8.0),
                                                        "sliding_attention": dict(rope_type="default", rope_theta=1e4)}}, {}),
    "gemma3_old": ("Gemma3TextConfig", {**WIDE, "num_hidden_layers": 3, "sliding_window": 24, "query_pre_attn_scalar": 24,
                                        "final_logit_softcapping": 8.0, "tie_word_embeddings": True,
                                        "layer_types": ["sliding_attention", "sliding_attention", "full_attention"],
                                        "rope_parameters": {"full_attention": dict(rope_type="default", rope_theta=1e6),
                                                            "sliding_attention": dict(rope_type="default", rope_theta=1e4)}},
                   {"old": True, "pattern": 3, "dtype": torch.bfloat16}),
    "qwen2_moe": ("Qwen2MoeConfig", {"num_attention_heads": 2, "num_key_value_heads": 1, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32,
                                     "shared_expert_intermediate_size": 64, "norm_topk_prob": False}, {"old": True}),
    "qwen2_moe_mixed": ("Qwen2MoeConfig", {"hidden_size": 64, "num_experts": 4, "num_experts_per_tok": 3, "moe_intermediate_size": 32,
                                           "shared_expert_intermediate_size": 32, "norm_topk_prob": True, "decoder_sparse_step": 2}, {}),
    "qwen3_moe": ("Qwen3MoeConfig", {**WIDE, "num_experts": 8, "num_experts_per_tok": 3, "moe_intermediate_size": 32,
                                     "norm_topk_prob": True}, {"old": True, "dtype": torch.bfloat16}),
    "qwen3_moe_mixed": ("Qwen3MoeConfig", {**WIDE, "num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32,
                                           "norm_topk_prob": False, "mlp_only_layers": [1]}, {}),
}
PLUS_ONE = ("gemma2", "gemma3_text")


def fill(model, generator):
    """Weights so large that logits are spread, and that every part changes them."""
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, generator=generator)
        if name.endswith("norm.weight") or "layernorm" in name:
            values = values * 0.2 + (0 if model.config.model_type in PLUS_ONE else 1)
        elif parameter.dim() == 1:
            values = values * 0.5
        elif "embed_tokens" in name:
            values = values * (0.25 if model.config.model_type in PLUS_ONE else 1)
        elif "lm_head" in name:
            values = values * 3 / parameter.shape[-1] ** 0.5
        else:
            values = values * 1.5 / parameter.shape[-1] ** 0.5
        parameter.data = values


def spell_as_before(config, pattern):
    """The configuration as versions of transformers before 5 wrote it."""
    rope = config.pop("rope_parameters", None) or {}
    if "full_attention" in rope:
        config["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        rope = rope["full_attention"]
    if (theta := rope.pop("rope_theta", None)) is not None:
        config["rope_theta"] = theta
    if (partial := rope.pop("partial_rotary_factor", None)) is not None:
        config["partial_rotary_factor"] = partial
    kind = rope.pop("rope_type", "default")
    config["rope_scaling"] = None
    if kind == "longrope":
        config["original_max_position_embeddings"] = rope.pop("original_max_position_embeddings")
        config["rope_scaling"] = {"type": kind, **rope}
    elif kind == "llama3":
        config["rope_scaling"] = {"rope_type": kind, **rope}
    elif kind != "default":
        config["rope_scaling"] = {"type": kind, **rope}
    config.pop("layer_types", None)
    config.pop("_sliding_window_pattern", None)
    if config["model_type"] == "qwen3_moe":
        config["num_experts"] = config.pop("num_local_experts")
    if pattern:
        config["sliding_window_pattern"] = pattern
    config["torch_dtype"] = config.pop("dtype")
    return config


def save(model, folder, options):
    model.save_pretrained(folder, max_shard_size=options.get("shard", 10**9))
    for name in ("generation_config.json",):
        (folder / name).unlink(missing_ok=True)
    config = json.loads((folder / "config.json").read_text())
    config.pop("transformers_version", None)
    if options.get("old"):
        config = spell_as_before(config, options.get("pattern"))
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")


def greedy(model, random, length):
    """A prompt whose greedy continuation is clear, so that rounding cannot change it."""
    for _ in range(500):
        tokens = random(length)
        prompt, clear = list(tokens), True
        for _ in range(GREEDY):
            top = torch.topk(model(torch.tensor([tokens])).logits[0, -1], 2)
            clear = clear and float(top.values[0] - top.values[1]) > MARGIN
            if not clear:
                break
            tokens.append(int(top.indices[0]))
        if clear:
            return prompt, tokens[length:]
    raise SystemExit("no clear continuation: use other weights")


def main():
    target = Path(sys.argv[1])
    wanted = sys.argv[2:] or CASES
    transformers.logging.set_verbosity_error()
    torch.set_grad_enabled(False)
    for number, (name, (kind, arguments, options)) in enumerate(CASES.items()):
        if name not in wanted:
            continue
        folder = target / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        generator = torch.Generator().manual_seed(2026 + number)
        config = getattr(transformers, kind)(**{**BASE, **arguments})
        model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager")
        fill(model, generator)
        model.tie_weights()
        # What is computed in float32 is what is stored.
        model = model.to(options.get("dtype", torch.float32))
        save(model, folder, options)
        # Computed from the folder, as anybody would read it.
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()

        def random(count):
            return [int(token) for token in torch.randint(3, VOCABULARY, (count,), generator=generator)]

        tokens = random(options.get("text", TEXT))
        logits = model(torch.tensor([tokens])).logits[0]
        rows = sorted({*range(0, len(tokens), 11), len(tokens) - 1})
        prompt, answer = greedy(model, random, options.get("prompt", PROMPT))
        expected = {
            "tokens": tokens, "rows": rows, "logits": [[round(float(x), 5) for x in logits[row]] for row in rows],
            "prompt": prompt, "greedy": answer}
        if "context" in options:
            expected["context"] = options["context"]
        (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"{name}: {size // 1000} kB, logits spread {float(logits.std()):.2f}, most {float(logits.abs().max()):.1f}")


main()
