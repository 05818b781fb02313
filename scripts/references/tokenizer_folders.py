#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains small tokenizers put together as the model families put theirs, and records what the reference makes of hard texts.

    pip install tokenizers sentencepiece
    tokenizer_folders.py Tests/TokenizationTests/Fixtures/Folders
    tokenizer_folders.py --check FOLDER/tokenizer.json...   # writes FOLDER/cases.json for a tokenizer that is there

A case is a hash (FNV-1a, 32 bits) of the tokens or the text, so that thousands of texts stay small.
"""

import json
import pathlib
import sys
import tempfile

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import tokenizer_texts

CORPUS = [t for t in tokenizer_texts.WRITTEN if len(t) < 400] + pathlib.Path(__file__).with_name("tokenizer_texts.py").read_text().split("\n") + \
    [line for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md") for line in (pathlib.Path(__file__).parents[2] / name).read_text().split("\n")]
MARK = "\u2581"
GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
          r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CL100K = r"(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"


def fnv(data):
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def ids_hash(ids):
    return fnv(b"".join(i.to_bytes(4, "little") for i in ids))


def byte_level(pre, size=700, normalizer=None, specials=("<|endoftext|>", "<|im_start|>", "<|im_end|>"), **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(pre) if len(pre) > 1 else pre[0]
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(specials), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


RAW = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
LLAMA_DECODER = [decoders.Replace(MARK, " "), decoders.ByteFallback(), decoders.Fuse()]


def mark_pairs(normalizer, pre, decoder, specials=("<unk>", "<s>", "</s>"), **model):
    """Byte pairs over characters with marks for spaces, trained word by word, and a token for each byte."""
    byte_tokens = [f"<0x{b:02X}>" for b in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=1000, special_tokens=list(specials) + byte_tokens, limit_alphabet=200, show_progress=False))
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [t for t in data["added_tokens"] if t["content"] not in byte_tokens]
    data["model"].update({"byte_fallback": True, "fuse_unk": True, **model})
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.normalizer, tokenizer.decoder = normalizer, decoder
    if pre is None:
        data = json.loads(tokenizer.to_str())
        data["pre_tokenizer"] = None
        return Tokenizer.from_str(json.dumps(data))
    tokenizer.pre_tokenizer = pre
    return tokenizer


def charsmap():
    """The table of NFKC with the changes for machine translation, as SentencePiece compiles it."""
    import sentencepiece
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "text"
        text.write_text("\n".join(["hello world"] * 50 + ["a b c d e f g"] * 50))
        sentencepiece.SentencePieceTrainer.train(input=str(text), model_prefix=f"{folder}/m", vocab_size=17, hard_vocab_limit=False, minloglevel=2, normalization_rule_name="nmt_nfkc")
        data = (pathlib.Path(folder) / "m.model").read_bytes()
    # The field `precompiled_charsmap` (2) of the message `normalizer_spec` (3).
    start = data.index(b"nmt_nfkc") + len(b"nmt_nfkc")
    assert data[start] == 0x12
    length, shift, start = 0, 0, start + 1
    while True:
        byte = data[start]
        length |= (byte & 0x7F) << shift
        shift, start = shift + 7, start + 1
        if byte < 0x80:
            return data[start:start + length]


def unigram(normalizer, pre, specials, byte_fallback=False):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre
    byte_tokens = [f"<0x{b:02X}>" for b in range(256)] if byte_fallback else []
    tokenizer.train_from_iterator(CORPUS, trainers.UnigramTrainer(
        vocab_size=900, special_tokens=list(specials) + byte_tokens, unk_token="<unk>", show_progress=False))
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [t for t in data["added_tokens"] if t["content"] not in byte_tokens]
    data["model"]["byte_fallback"] = byte_fallback
    return Tokenizer.from_str(json.dumps(data))


def word_piece(cased):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased, strip_accents=None)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(
        vocab_size=900, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    if cased:
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    else:
        tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def families():
    yield "gpt2", byte_level([pre_tokenizers.ByteLevel(add_prefix_space=False)])
    yield "smollm", byte_level([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    llama3 = byte_level([split(GPT4 % "{1,3}"), RAW], ignore_merges=True, specials=("<|begin_of_text|>", "<|eot_id|>"))
    llama3.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing("<|begin_of_text|> $A", None, [("<|begin_of_text|>", 0)])])
    yield "llama3", llama3
    yield "qwen2", byte_level([split(GPT4 % ""), RAW], normalizer=normalizers.NFC())
    glm = byte_level([split(GPT4 % "{1,3}"), RAW], specials=("<|endoftext|>", "[gMASK]", "<sop>", "<|user|>"))
    glm.post_processor = processors.TemplateProcessing("[gMASK] <sop> $A", None, [("[gMASK]", 1), ("<sop>", 2)])
    yield "glm4", glm
    yield "tekken", byte_level([split(TEKKEN), RAW])
    yield "possessive", byte_level([split(CL100K), RAW], normalizer=normalizers.NFKC())
    yield "deepseek", byte_level([split(r"[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split("[一-龥ࠀ-一가-퟿]+"), pre_tokenizers.Digits(True), RAW])
    yield "falcon", byte_level([pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False), ], normalizer=normalizers.NFD())
    roberta = byte_level([pre_tokenizers.ByteLevel(add_prefix_space=True)], specials=("<s>", "<pad>", "</s>", "<unk>"))
    roberta.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    yield "roberta", roberta
    prepend = normalizers.Sequence([normalizers.Prepend(MARK), normalizers.Replace(" ", MARK)])
    llama = mark_pairs(prepend, None, decoders.Sequence(LLAMA_DECODER + [decoders.Strip(" ", 1, 0)]))
    llama.post_processor = processors.TemplateProcessing("<s> $A", None, [("<s>", 1)])
    yield "llama2", llama
    mistral = mark_pairs(None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), decoders.Sequence(LLAMA_DECODER + [decoders.Strip(" ", 1, 0)]))
    mistral.post_processor = processors.TemplateProcessing("<s> $A", None, [("<s>", 1)])
    yield "mistral", mistral
    phi = mark_pairs(prepend, None, decoders.Sequence(LLAMA_DECODER + [decoders.Strip(" ", 1, 0)]))
    phi.add_special_tokens([AddedToken(t, rstrip=True, special=True) for t in ("<|system|>", "<|user|>", "<|end|>", "<|im_end|>")])
    yield "phi3", phi
    gemma = mark_pairs(normalizers.Replace(" ", MARK), pre_tokenizers.Split(" ", "merged_with_previous"), decoders.Sequence(LLAMA_DECODER))
    gemma.add_tokens([AddedToken(t, normalized=False) for t in ("\n\n", "\n\n\n", "\t", MARK * 2, MARK * 3, "<table>")])
    gemma.post_processor = processors.TemplateProcessing("<s> $A", None, [("<s>", 1)])
    yield "gemma", gemma
    yield "bert", word_piece(cased=False)
    yield "bert-cased", word_piece(cased=True)
    table = normalizers.Precompiled(charsmap())
    spaces = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
    xlmr = unigram(table, spaces, ("<s>", "<pad>", "</s>", "<unk>"))
    xlmr.decoder = decoders.Metaspace()
    xlmr.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    xlmr.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
    yield "xlm-r", xlmr
    newer = normalizers.Sequence([normalizers.NFKD(), normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), MARK), normalizers.Lowercase()])
    t5 = unigram(newer, pre_tokenizers.Metaspace(prepend_scheme="always"), ("<pad>", "</s>", "<unk>"), byte_fallback=True)
    t5.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    t5.post_processor = processors.TemplateProcessing("$A </s>", None, [("</s>", 1)])
    yield "unigram-bytes", t5
    words = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    words.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.train_from_iterator(CORPUS, trainers.WordLevelTrainer(vocab_size=600, special_tokens=["[UNK]", "[EOT]"], show_progress=False))
    yield "words", words
    odd = Tokenizer(models.BPE(unk_token="<unk>"))
    odd.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split("a", "merged_with_next"), pre_tokenizers.Split(Regex(r"\d{2}|[!-/]"), "merged_with_previous"),
        pre_tokenizers.Split(Regex(r"\s+$|^\s+"), "removed"), pre_tokenizers.Split(Regex(r"(?:\w|-)+(?=\s)|\X{0}x".replace(r"\X{0}", "")), "contiguous"),
        pre_tokenizers.Digits(individual_digits=False), pre_tokenizers.CharDelimiterSplit("_")])
    odd.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=700, special_tokens=["<unk>", "<s>"], limit_alphabet=90, show_progress=False))
    odd.add_tokens([AddedToken("word", single_word=True), AddedToken("Hello", normalized=False), AddedToken(" the ", lstrip=True, rstrip=True), AddedToken("é", normalized=True)])
    odd.decoder = decoders.Strip("e", 1, 0)
    yield "odd", odd


def texts():
    listed = tokenizer_texts.hard_texts(0) + tokenizer_texts.random_texts(1500, 7)
    texts = []
    for text in listed:
        try:
            texts.append(text.decode())
        except UnicodeDecodeError:
            continue
    texts += [f"{a}<mask>{b}<|end|> {c} [SEP]{d}" for a, b, c, d in zip(texts[:200:4], texts[1:200:4], texts[2:200:4], texts[3:200:4])]
    return list(dict.fromkeys(texts))


def cases(tokenizer, listed):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    entries = []
    for text in listed:
        tokenizer.encode_special_tokens = False
        ids = tokenizer.encode(text).ids
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = False
        entry = [ids_hash(ids), ids_hash(plain)]
        for skip in (True, False):
            decoded = tokenizer.decode(ids, skip_special_tokens=skip)
            entry.append(None if "\ufffd" in decoded else fnv(decoded.encode()))
        entries.append(entry)
    return entries


def main():
    listed = texts()
    if sys.argv[1] == "--check":
        for path in map(pathlib.Path, sys.argv[2:]):
            entries = cases(Tokenizer.from_file(str(path)), listed)
            print(json.dumps({"texts": listed, "cases": entries}))
        return
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "texts.json").write_text(json.dumps({"texts": listed}, ensure_ascii=False))
    for name, tokenizer in families():
        data = json.loads(tokenizer.to_str())
        if name in ("smollm", "llama2"):  # the older spelling of merges
            data["model"]["merges"] = [" ".join(pair) for pair in data["model"]["merges"]]
        home = folder / name
        home.mkdir(exist_ok=True)
        (home / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
        entries = cases(Tokenizer.from_file(str(home / "tokenizer.json")), listed)
        (home / "cases.json").write_text(json.dumps({"cases": entries}, separators=(",", ":")))
        print(name, len(listed), "texts")


if __name__ == "__main__":
    main()
