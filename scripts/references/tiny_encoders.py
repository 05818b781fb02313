#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tiny random encoders as Hugging Face folders, and what `transformers` and `sentence-transformers` compute with them.

    python3 -m venv venv && venv/bin/pip install torch transformers sentence-transformers tokenizers
    venv/bin/python scripts/references/tiny_encoders.py Tests/TransformerRuntimeTests/Fixtures/Encoders

Each folder holds a whole model (weights, tokenizer, the files that say how to pool) and `expected.json`: for some texts
the tokens, the last layer's hidden states and the embedding, in float32.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertModel,
    NomicBertConfig,
    NomicBertModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
)

TEXTS = [
    "",
    "The cat sat on the mat.",
    "the CAT sat, again!",
    "Ein Café in Zürich; naïve façade.",
    "語言 model \U0001f600 zero\u200bwidth\ttab",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 3,
]
CORPUS = TEXTS + ["again and again the cats sit on mats in the cafe", "query: passage: model of language"] * 3
WIDTH, INNER, HEADS, LAYERS, LIMIT = 64, 96, 4, 2, 40
SHAPE = dict(hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=INNER)


def word_pieces():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=100, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=LIMIT, **names)


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("  ", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator(
        CORPUS, trainers.UnigramTrainer(vocab_size=100, special_tokens=special, unk_token="<unk>", n_sub_iterations=2)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = dict(pad_token="<pad>", unk_token="<unk>", cls_token="<s>", sep_token="</s>", mask_token="<mask>")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=LIMIT, bos_token="<s>", eos_token="</s>", **names)


def spread(model):
    """Makes weights large enough for every part to matter: the initial ones hardly leave the first layer norm."""
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2:
            torch.nn.init.normal_(parameter, std=1 if "embeddings" in name else parameter.shape[1] ** -0.5)
        elif name.endswith("bias"):
            torch.nn.init.normal_(parameter, std=0.1)
        else:
            torch.nn.init.normal_(parameter, mean=1, std=0.1)
    return model.eval()


def store_as(kind, folder):
    """Rounds the weights to a shorter type; what is computed with them stays float32."""
    shorter = {name: tensor.to(kind) for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(shorter, folder / "model.safetensors", metadata={"format": "pt"})


def bert(folder):
    tokenizer = word_pieces()
    config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=LIMIT, **SHAPE)
    assemble(folder, spread(BertModel(config)), tokenizer, [Pooling(WIDTH, "mean"), Normalize()])
    store_as(torch.float16, folder)
    settings(folder / "sentence_bert_config.json", max_seq_length=24)


def xlm_roberta(folder):
    tokenizer = unigram()
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=LIMIT + 2, type_vocab_size=1, pad_token_id=1,
        bos_token_id=0, eos_token_id=2, layer_norm_eps=1e-5, **SHAPE
    )  # fmt: skip
    dense = Dense(WIDTH, 32, bias=True, activation_function=torch.nn.Tanh())
    assemble(folder, spread(XLMRobertaModel(config)), tokenizer, [Pooling(WIDTH, "cls"), dense])
    settings(folder / "config_sentence_transformers.json", prompts={"query": "query: ", "passage": "passage: "})


def nomic_bert(folder):
    tokenizer = word_pieces()
    config = NomicBertConfig(vocab_size=len(tokenizer), max_position_embeddings=LIMIT, **SHAPE)
    assemble(folder, spread(NomicBertModel(config)), tokenizer, [Pooling(WIDTH, "mean"), Normalize()])
    store_as(torch.bfloat16, folder)


def nomic_first_keys(folder):
    """Writes the settings as the first nomic models have them; what was computed stays the same."""
    config = json.loads((folder / "config.json").read_text())
    first = dict(
        model_type="nomic_bert", architectures=["NomicBertModel"], activation_function="swiglu", prenorm=False,
        n_embd=WIDTH, n_head=HEADS, n_inner=INNER, n_layer=LAYERS, n_positions=LIMIT, qkv_proj_bias=False,
        mlp_fc1_bias=False, mlp_fc2_bias=False, rotary_emb_base=1000, rotary_emb_fraction=1.0,
        rotary_emb_interleaved=False, rotary_emb_scale_base=None, layer_norm_epsilon=1e-12, type_vocab_size=2,
        use_rms_norm=False, parallel_block=False, vocab_size=config["vocab_size"],
    )  # fmt: skip
    (folder / "config.json").write_text(json.dumps(first, indent=1) + "\n")


def settings(path, **values):
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | values, indent=1) + "\n")


def assemble(folder, model, tokenizer, modules):
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    SentenceTransformer(modules=[Transformer(str(folder)), *modules], device="cpu").save(str(folder), create_model_card=False)


def rounded(tensor):
    return [round(float(value), 6) for value in tensor.flatten()]


def expect(folder):
    model = SentenceTransformer(str(folder), device="cpu")
    cases = []
    prompts = [(None, text) for text in TEXTS] + [(name, TEXTS[1]) for name in model.prompts if model.prompts[name]]
    for prompt, text in prompts:
        whole = (model.prompts[prompt] if prompt else "") + text
        features = model.preprocess([whole])
        with torch.no_grad():
            hidden = model[0].auto_model(input_ids=features["input_ids"], attention_mask=features["attention_mask"])
        embedding = model.encode([text], prompt_name=prompt, convert_to_tensor=True)[0]
        poolings = {}
        for mode in Pooling.POOLING_MODES:
            pooled = Pooling(WIDTH, mode)({"token_embeddings": hidden[0], "attention_mask": features["attention_mask"]})
            poolings[mode] = rounded(pooled["sentence_embedding"])
        case = dict(text=text, prompt=prompt, tokens=features["input_ids"][0].tolist(), hidden=rounded(hidden[0]))
        cases.append(case | dict(embedding=rounded(embedding)))
        if text == TEXTS[1] and prompt is None:
            cases[-1]["poolings"] = poolings
    (folder / "expected.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


def main():
    torch.manual_seed(2026)
    root = Path(sys.argv[1])
    for name, build in {"bert": bert, "xlm-roberta": xlm_roberta, "nomic-bert": nomic_bert}.items():
        build(root / name)
        expect(root / name)
        for path in root.rglob("*.safetensors"):
            path.chmod(0o644)
    nomic_first_keys(root / "nomic-bert")


main()
