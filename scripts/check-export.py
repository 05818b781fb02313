#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what ONNX Runtime makes of an exported intent model with what the program says; prints one line of JSON.

Usage: check-export.py PROGRAM MODEL_FOLDER FILE_OF_DIALOGUES MOST_UTTERANCES (needs numpy and onnxruntime)
Fails where a probability of the float model differs by more than 1e-4, or less than 99.5 % of the answers of the int8 model are the same.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import onnxruntime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench/training"))
from intents import Vocabulary, examples  # noqa: E402


def answers(path, inputs):
    """The probabilities of each input, and how long one takes alone, in milliseconds."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    results, times = [], []
    for rows in inputs:
        columns = numpy.array(rows, dtype=numpy.int64).T
        names = ("pieces", "places", "distances", "speakers")
        feed = {name: column[None] for name, column in zip(names, columns)} | {"mask": numpy.ones((1, len(rows)), numpy.int64)}
        start = time.perf_counter()
        results.append(session.run(["probabilities"], feed)[0][0])
        times.append((time.perf_counter() - start) * 1000)
    # Together, with padding, they must be what they were alone.
    longest = max(map(len, inputs[:16]))
    padded = numpy.array([rows + [(0, 0, 0, 0)] * (longest - len(rows)) for rows in inputs[:16]], dtype=numpy.int64)
    mask = numpy.array([[1] * len(rows) + [0] * (longest - len(rows)) for rows in inputs[:16]], dtype=numpy.int64)
    feed = {name: padded[..., index] for index, name in enumerate(("pieces", "places", "distances", "speakers"))} | {"mask": mask}
    together = session.run(["probabilities"], feed)[0]
    return numpy.array(results), numpy.percentile(times, [50, 99]), float(numpy.abs(together - numpy.array(results[:16])).max())


def main(program, folder, data, most):
    config = json.loads(pathlib.Path(folder, "config.json").read_text(encoding="utf-8"))
    pieces = json.loads(pathlib.Path(folder, "vocabulary.json").read_text(encoding="utf-8"))
    labels = {label: number for number, label in enumerate(config["labels"])}
    inputs = [rows for rows, _ in examples(data, labels, Vocabulary(pieces), config["turns"])][:int(most)]
    result = {"utterances": len(inputs), "onnxruntime": onnxruntime.__version__}
    with tempfile.TemporaryDirectory() as box:
        said = pathlib.Path(box, "said.jsonl")
        subprocess.run([program, "evaluate", "intent", "--model", folder, "--data", data, "--predictions", said],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = said.read_text(encoding="utf-8").split("\n")[:len(inputs)]
        ours = numpy.array([json.loads(line)["probabilities"] for line in lines])
        for form, options in (("float", []), ("int8", ["--int8"])):
            path = pathlib.Path(box, f"{form}.onnx")
            subprocess.run([program, "export", "intent", "--model", folder, "--out", path, *options], check=True,
                           stdout=subprocess.DEVNULL)
            theirs, times, padding = answers(path, inputs)
            result[form] = {
                "largest_difference": float(numpy.abs(theirs - ours).max()), "padding_difference": padding,
                "same_answer": float((theirs.argmax(1) == ours.argmax(1)).mean()), "size_bytes": path.stat().st_size,
                "p50_ms": round(float(times[0]), 3), "p99_ms": round(float(times[1]), 3),
            }
    print(json.dumps(result))
    if result["float"]["largest_difference"] > 1e-4 or result["float"]["padding_difference"] > 1e-4:
        sys.exit("error: the exported model says something else than ours.")
    if result["int8"]["same_answer"] < 0.995:
        sys.exit("error: the int8 model answers otherwise too often.")


if len(sys.argv) != 5:
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
