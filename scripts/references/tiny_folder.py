#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a whole model folder, tiny and random, and records what transformers answers with it.

    pip install torch transformers tokenizers
    tiny_folder.py Tests/LocalModelsTests/Fixtures/tiny-llama
"""

import json
import pathlib
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PROMPTS = ["Hello there", "What is 12 + 30?", "naïve café 你好", "<|im_end|> is a token"]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(["hello there what is the capital of france"] * 20, trainers.BpeTrainer(
        vocab_size=280, special_tokens=["<s>", "<|im_start|>", "<|im_end|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", None, [("<s>", 0)])
    whole = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="<|im_end|>")
    whole.chat_template = TEMPLATE
    whole.save_pretrained(folder)
    torch.manual_seed(11)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=288, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=16,
        max_position_embeddings=256, bos_token_id=0, eos_token_id=2, initializer_range=0.4, tie_word_embeddings=False))
    model.generation_config = GenerationConfig(do_sample=True, temperature=0.6, top_p=0.9, top_k=20, repetition_penalty=1.1, bos_token_id=0, eos_token_id=[2, 1])
    # Two files, so that the index is read as well.
    model.save_pretrained(folder, max_shard_size="40KB")
    loaded = AutoTokenizer.from_pretrained(folder)
    cases = []
    for prompt in PROMPTS:
        text = loaded.apply_chat_template([{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True)
        ids = loaded(text, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            answer = model.generate(torch.tensor([ids]), do_sample=False, temperature=None, top_p=None, top_k=None, repetition_penalty=1.0, max_new_tokens=12)
        cases.append({"prompt": prompt, "ids": ids, "answer": answer[0, len(ids):].tolist()})
    (folder / "expected.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
