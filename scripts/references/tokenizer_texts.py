# SPDX-License-Identifier: Apache-2.0
"""The hard texts on which tokenizers are compared with the reference. Bytes, because not all of them are UTF-8."""

import random

CONTRACTIONS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'T", "'RE", "'Re", "'rE", "'VE", "'M", "'LL", "'Ll", "'D"]

WRITTEN = [
    "", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \n", "\n ", " \t \n \r\n  x", "a", " a", "a ", "  a  ", "\0", "a\0b\0",
    "Hello, world!", "Hello  world   123    4567", "The quick brown fox jumps over the lazy dog.",
    "I'm you're he'd she'll we've it's don't", "I'M YOU'RE HE'D SHE'LL WE'VE IT'S DON'T", "'s's 's'll '''s ''s' 'x 'l 'le 'v",
    "rock'n'roll o'clock 'tis ' s ' ll", "it\u2019s you\u2019re", "'\u017f '\u212a 'LL\u0301",
    "0 1 12 123 1234 12345 123456 1234567890", "3.14159 1,000,000 -5 +7 1e-10 0x7F 2026-11-24T03:35:37Z", "a1b2c3 1a2b3c x12y345z",
    "１２３４５ ٠١٢٣ ۴۵۶ ೬೭ Ⅷ ½ ² ③ 一二三", "12３45 1２3 ５", "def f(x):\n    return x ** 2  # comment\n\n\nclass A:\n\tpass\n",
    "for (int i = 0; i < n; ++i) { a[i] += b->c[i]; }\r\n", "<html><body class=\"x\">&nbsp;</body></html>", "{\"a\": [1, 2.5, null], \"b\": {\"c\": \"\\n\"}}",
    "SELECT * FROM t WHERE a='b' -- c\n;", "https://example.org/a?b=c&d=e#f user@example.org", "!!! ??? ... --- *** ### $$$ %%% &&& @@@ ~~~ ``` ^^^ ||| === +++ <<< >>>",
    "a.b,c;d:e!f?g(h)i[j]k{l}m", "你好，世界！", "人工智能正在改变我们的生活。机器学习是其中的一个重要分支。", "请简要介绍人工智能：机器学习、深度学习与自然语言处理（NLP）。",
    "繁體中文測試：臺灣、香港", "日本語のテキスト、カタカナとひらがな。", "한국어 텍스트 입니다. 안녕하세요?", "中文English混排123测试test", "中　文　全角空格", " 中文 前后 空格 ",
    "مرحبا بالعالم، كيف حالك؟", "سلام دنیا ۱۲۳", "שלום עולם", "สวัสดีชาวโลก นี่คือข้อความ", "नमस्ते दुनिया, यह हिन्दी है।", "বাংলা ভাষা", "தமிழ் மொழி", "Здравствуй, мир! Ёлка",
    "Γειά σου Κόσμε", "Ελληνικά και Кириллица και 中文", "naïve café résumé Ångström", "n\u0303 e\u0301 a\u0308\u0323 cafe\u0301", "Straße GROẞ ﬁ ﬂ ǅ ŉ", "Việt Nam Tiếng Việt", "Türkçe İstanbul ı", "ქართული Հայերեն ᏣᎳᎩ",
    "😀😃😄 👍🏽👍🏿 👨‍👩‍👧‍👦 🏳️‍🌈 🇨🇳🇩🇪🇺🇸 ❤️ 1️⃣ #️⃣", "x😀y 😀 z", "👩🏻‍💻 writes code", "🧑‍🚀🪐", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
    "a\u00a0b\u00a0\u00a0c", "a\u3000b\u3000\u3000c", "a\u2003b\u2009c\u200ad\u202fe\u205ff\u1680g", "a\u0085b\u2028c\u2029d", "a\u200bb\u200cc\u200dd\ufeffe\u2060f", "\ufeffBOM", "a\u000bb\u000cc\u001cd\u001de\u001ef\u001fg", "\u001b[31mred\u001b[0m",
    "tabs\t\ttwo\t \tmixed \t x", "crlf\r\nline\r\n\r\nmore\r\r\n\n\r", "   indented\n      more\n  \n\n   end   ", "trailing   ", "trailing\n\n\n", "trailing \n \n ", "\n\n  \n\n   x", "a \n b", "a\n\n\n b", "word\u00a0\n\u00a0word",
    "𝕳𝖊𝖑𝖑𝖔 𝟏𝟐𝟑 𐐷𐐨 𒀀𒁀 𓀀 𠀀𠮷", "\ue000\uf8ff\U000f0000", "\ufffd\ufffe\uffff", "\u0378\u0380", "a\u0300\u0301\u0302\u0303" + "\u0304" * 20, "\u202eabc\u202c", "ﷺ ﷽", "♠♣♥♦ ∑∫√∞ →←↑↓ €£¥₿ §¶†‡ «»‹› „“”‘’",
    "（全角）「引号」『书名』【括号】、。！？；：…—～", "!，！ . 。", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "<|endoftext|><|begin_of_text|><|eot_id|><s></s><unk><pad>", "a<|im_end|>b <|im_end|> c", "<|im_<|im_end|>end|>", "<｜begin▁of▁sentence｜>x<｜end▁of▁sentence｜>",
    "▁ ▁▁ a▁b \u2581 x", "<0x0A> <0x41>", "Ġ Ċ ĠĠ Ā ġ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "supercalifragilisticexpialidocious antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "ab" * 100, " " * 100 + "x", "\n" * 50, "\t" * 33 + "\n", "=" * 200, "-" * 77 + ">", "哈" * 120, "😀" * 40, "1" * 100, "é" * 70, "a b " * 60, "' " * 30, "\u00a0" * 40, "\u3000" * 9 + "中",
]

BROKEN = [
    b"\x80", b"\xff", b"\xc3", b"a\xc3", b"\xc3a", b"\xe4\xbd", b"\xe4\xbda", b"x\xf0\x9f\x98 y", b"\xc0\x80", b"\xe0\x80\x80", b"\xed\xa0\x80\xed\xb0\x80",
    b"ok \xfe\xff bad", b"\x80\x81\x82 \xbf", b"\xf8\x88\x80\x80\x80", b"caf\xe9 latin1", b"\xe4\xbd\xa0\xe5\xa5", b"\xe5 \xe5\xa5 \xe5\xa5\xbd", b"\xf0\x9f\x98\x80\xf0\x9f\x98", b"\xc2\xa0\xc2", b" \xa0 ", b"1\xc32", b"\xf0 a", b"\xe2\x96\x81\xe2\x96 \xe2 x",
]


def random_texts(count, seed):
    """Texts put together at random out of pieces that meet in odd ways."""
    generator = random.Random(seed)
    pieces = CONTRACTIONS + [
        " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2028", "a", "Z", "word", "Word", "é", "ß", "中", "文字", "の", "한", "ع", "ส", "न\u093f", "Ж", "1", "23", "456", "7890", "٣", "Ⅳ", "½",
        ".", ",", "!", "?", "'", "\"", "-", "_", "$", "+", "<", "|", "`", "~", "^", "，", "。", "！", "“", "—", "€", "😀", "👍🏽", "\u200d", "\ufe0f", "\u0301", "\u0000", "\u007f", "𝟙", "𐐷", "\u0378", "Ġ", "▁", "<s>", "the", " of", "ing",
    ]
    return ["".join(generator.choice(pieces) for _ in range(generator.randint(1, 24))).encode() for _ in range(count)]


def random_bytes(count, seed):
    """Bytes at random, mostly invalid UTF-8; none that would be scalars above U+10FFFF, on which the reference fails."""
    generator = random.Random(seed)
    alphabet = [b for b in range(256) if not 0xF4 <= b <= 0xF7]
    return [bytes(generator.choice(alphabet) for _ in range(generator.randint(1, 30))) for _ in range(count)]


def hard_texts(random_count=60):
    """All texts, without repetition."""
    texts = [text.encode() for text in WRITTEN] + [f"I{c} x{c}y {c} {c.upper()}.".encode() for c in CONTRACTIONS] + BROKEN
    return list(dict.fromkeys(texts + random_texts(random_count, 1) + random_bytes(random_count // 3, 2)))
