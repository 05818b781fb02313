# SPDX-License-Identifier: Apache-2.0
"""Compares our tokens with the reference's on full vocabularies, which are too large to be fixtures.

    tokenizer_check.py --tool <llama-tokenize> --probe <Fuzzing/.build/release/Probe> [--data <text>...] <vocabulary.gguf>...

Prints how many texts agree for each vocabulary; ends with 1 if one does not.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from tokenizer_reference import reference_ids
from tokenizer_texts import hard_texts


def probe_ids(probe, model, texts, special):
    """Our tokens of each text."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{index}.txt") for index in range(len(texts))]
        for path, text in zip(paths, texts):
            with open(path, "wb") as file:
                file.write(text)
        flags = ["--special", "--add-special"] if special else []
        lines = subprocess.run([probe, model] + flags + paths, capture_output=True, check=True).stdout.decode().splitlines()
    return [[int(token) for token in line.strip("[]").split(",") if token.strip()] for line in lines]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--probe", required=True)
    parser.add_argument("--random", type=int, default=60, help="how many random texts to add")
    parser.add_argument("--data", nargs="*", default=[], help="files of real text, compared whole")
    parser.add_argument("vocabularies", nargs="+")
    arguments = parser.parse_args()
    texts = [text for text in hard_texts(arguments.random) if text]
    for path in arguments.data:
        with open(path, "rb") as file:
            texts.append(file.read(1 << 20))
    failed = False
    for model in arguments.vocabularies:
        for special in (False, True):
            expected = reference_ids(arguments.tool, model, texts, special)
            ours = probe_ids(arguments.probe, model, texts, special)
            wrong = [index for index, pair in enumerate(zip(expected, ours, strict=True)) if pair[0] != pair[1]]
            print(f"{os.path.basename(model)} special={special}: {len(texts) - len(wrong)} of {len(texts)} texts agree")
            for index in wrong[:5]:
                print(f"  {texts[index][:60]!r}\n    reference {expected[index][:30]}\n    ours      {ours[index][:30]}")
            failed = failed or bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
