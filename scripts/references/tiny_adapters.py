#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random LoRA adapters for the tiny models of tiny_huggingface.py, and the logits that `peft` computes with them.

    python3 -m venv venv && venv/bin/pip install torch transformers peft gguf
    venv/bin/python scripts/references/tiny_adapters.py Tests/TransformerRuntimeTests/Fixtures

The llama model is written as GGUF files, too: converters reorder the rows of queries and keys there, so that an adapter
fits only when its own rows are reordered in the same way.
"""
import copy
import json
import sys
from pathlib import Path

import numpy
import torch
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import dequantize, quantize
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
FUSED = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
CASES = {  # the base model, the adapter's settings
    "llama_all": ("llama", dict(r=8, lora_alpha=16, target_modules=LINEAR)),
    "llama_few": ("llama", dict(r=4, lora_alpha=8, use_rslora=True, target_modules=["q_proj", "down_proj"], rank_pattern={"down_proj": 33}, alpha_pattern={"layers.1.mlp.down_proj": 5})),
    "phi3_all": ("phi3", dict(r=3, lora_alpha=6, target_modules=FUSED)),
}  # fmt: skip


def logits(model, tokens):
    with torch.no_grad():
        return model(torch.tensor([tokens])).logits[0]


def rounded(rows):
    return [[round(float(value), 5) for value in row] for row in rows]


def adapt(model, settings):
    adapted = get_peft_model(copy.deepcopy(model), LoraConfig(task_type="CAUSAL_LM", **settings))
    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.3 * parameter.shape[1] ** -0.5)
    return adapted.eval()


def reorder(weight, heads):
    """What converters to GGUF do with the rows of llama's queries and keys."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(weight.shape)


def tensors(model):
    config, state = model.config, {name: value.numpy() for name, value in model.state_dict().items()}
    yield "token_embd.weight", state["model.embed_tokens.weight"]
    yield "output.weight", state["lm_head.weight"]
    yield "output_norm.weight", state["model.norm.weight"]
    names = {
        "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
        "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    }  # fmt: skip
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    for layer in range(config.num_hidden_layers):
        for name, module in names.items():
            weight = state[f"model.layers.{layer}.{module}.weight"]
            yield f"blk.{layer}.{name}.weight", reorder(weight, heads[name]) if name in heads else weight


def write_gguf(model, path, kind):
    config = model.config
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(config.head_dim)
    for name, weight in tensors(model):
        if weight.ndim == 1:
            writer.add_tensor(name, weight.astype(numpy.float32))
        else:
            writer.add_tensor(name, quantize(numpy.ascontiguousarray(weight), kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def rounded_weights(model, kind):
    """The model with the weights that a quantised file keeps; reordering does not change rounding."""
    model = copy.deepcopy(model)
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2:
            parameter.data = torch.tensor(dequantize(quantize(parameter.detach().numpy(), kind), kind))
    return model


def main():
    torch.manual_seed(2026)
    root = Path(sys.argv[1])
    (root / "adapters").mkdir(exist_ok=True)
    for name, (base, settings) in CASES.items():
        folder = root / "adapters" / name
        model = AutoModelForCausalLM.from_pretrained(root / "huggingface" / base, dtype=torch.float32).eval()
        tokens = torch.randint(3, model.config.vocab_size, (24,)).tolist()
        adapted = adapt(model, settings)
        adapted.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)
        (folder / "adapter_model.safetensors").chmod(0o644)
        expected = dict(base=base, tokens=tokens, logits=rounded(logits(adapted, tokens)[::6]))
        if name == "llama_all":
            for kind in (GGMLQuantizationType.F32, GGMLQuantizationType.Q8_0):
                write_gguf(model, root / "adapters" / f"llama_{kind.name.lower()}.gguf", kind)
            adapted.base_model.model.load_state_dict(
                {
                    key.replace("_proj.weight", "_proj.base_layer.weight"): value
                    for key, value in rounded_weights(model, GGMLQuantizationType.Q8_0).state_dict().items()
                },
                strict=False,
            )
            expected["quantised_logits"] = rounded(logits(adapted, tokens)[::6])
        (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


main()
