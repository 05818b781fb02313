# SPDX-License-Identifier: Apache-2.0
"""Asks the reference, llama.cpp's llama-tokenize, for the tokens of texts."""

import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor


def reference_ids(tool, model, texts, special):
    """The tokens of each text, with the tokens for the beginning and special tokens parsed, or without both."""
    flags = ["--ids", "--log-disable", "--no-escape"] + ([] if special else ["--no-bos", "--no-parse-special"])
    environment = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(os.path.abspath(tool)))

    def ask(item):
        index, text = item
        path = os.path.join(folder, f"{index}.txt")
        with open(path, "wb") as file:
            file.write(text)
        run = subprocess.run([tool, "-m", model, "-f", path] + flags, capture_output=True, env=environment)
        lines = [line for line in run.stdout.decode(errors="replace").splitlines() if line.startswith("[")]
        if run.returncode != 0 or not lines:
            raise RuntimeError(f"{tool} failed on {text[:80]!r}: {run.stderr[-400:]!r}")
        return [int(token) for token in lines[-1].strip("[]").split(",") if token.strip()]

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(ask, enumerate(texts)))
