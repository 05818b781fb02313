#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Swift tables of Unicode decompositions, as the reference tokenizers know them.

    pip install tokenizers
    unicode_tables.py Sources/Engine/Tokenization/Unicode

Each entry is a code point's distance from the entry before, how many scalars it becomes, and each scalar's distance
from the scalar before (zigzag), all as LEB128 numbers, written in Base64.
"""

import base64
import pathlib
import sys

from tokenizers import normalizers

LINE = 116


def varint(number):
    out = bytearray()
    while True:
        byte = number & 0x7F
        number >>= 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def encoded(entries):
    out, last_code, last_scalar = bytearray(), 0, 0
    for code, text in entries:
        out += varint(code - last_code) + varint(len(text))
        last_code = code
        for character in text:
            distance = ord(character) - last_scalar
            out += varint(distance * 2 if distance >= 0 else -distance * 2 - 1)
            last_scalar = ord(character)
    return base64.b64encode(bytes(out)).decode()


def write(folder, name, summary, entries):
    data = encoded(entries)
    lines = [data[start:start + LINE] for start in range(0, len(data), LINE)]
    source = "// SPDX-License-Identifier: Apache-2.0\n// Written by scripts/references/unicode_tables.py; do not edit.\n\n"
    source += f"extension UnicodeTables {{\n    /// {summary}\n    static let {name} = \"\"\"\n"
    source += "".join(f"        {line}\\\n" for line in lines[:-1]) + f"        {lines[-1]}\n        \"\"\"\n}}\n"
    (folder / f"UnicodeTables+{name[0].upper()}{name[1:]}.swift").write_text(source)
    print(f"{name}: {len(entries)} entries, {len(data)} characters, {len(lines)} lines")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    canonical, compatible = normalizers.NFD(), normalizers.NFKD()
    plain, wide = [], []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000 or 0xAC00 <= code <= 0xD7A3:  # surrogates; Hangul follows a rule
            continue
        text = chr(code)
        decomposed = canonical.normalize_str(text)
        if decomposed != text:
            plain.append((code, decomposed))
        elif (decomposed := compatible.normalize_str(text)) != text:
            wide.append((code, decomposed))
    write(folder, "canonical", "What each composed character is made of.", plain)
    write(folder, "compatible", "What each compatibility character stands for, of those that are not composed.", wide)


if __name__ == "__main__":
    main()
