#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what ONNX Runtime and OpenVINO make of an exported intent model with what the program says; prints one line of JSON.

Usage: check-export.py PROGRAM MODEL_FOLDER FILE_OF_DIALOGUES MOST_UTTERANCES [CALIBRATION_DIALOGUES]
Needs numpy and onnxruntime, and openvino for its part. Fails where a probability of the float model differs by more than 1e-4, or less
than 99.5 % of the answers of an int8 model are the same.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import onnxruntime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench/training"))
from intents import KnownPairs, Vocabulary, examples, ngrams  # noqa: E402

NAMES = ("pieces", "places", "distances", "speakers")


def onnx_runtime(path):
    """What answers by ONNX Runtime, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda feed: session.run(["probabilities"], feed)[0]


def open_vino(path):
    """What answers by OpenVINO, on one thread and in floats where the model has them."""
    import openvino

    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    model = openvino.Core().compile_model(str(path), "CPU", settings)
    request, output = model.create_infer_request(), model.output("probabilities")
    return lambda feed: request.infer(feed)[output].copy()


def answers(ask, inputs, buckets, count, novelties):
    """The probabilities of each input, how long one takes alone in milliseconds, and how much padding changes.

    `buckets` are those of each input's n-grams, of `count`; a model without n-grams has 0. `novelties` are None where it does not ask.
    """
    results, times = [], []
    for index, (rows, own) in enumerate(zip(inputs, buckets)):
        columns = numpy.array(rows, dtype=numpy.int64).T
        feed = {name: column[None] for name, column in zip(NAMES, columns)} | {"mask": numpy.ones((1, len(rows)), numpy.int64)}
        if count:
            feed["ngrams"] = numpy.array(own, dtype=numpy.int64)[None]
        if novelties:
            feed["novelty"] = numpy.array(novelties[index:index + 1], dtype=numpy.float32)
        start = time.perf_counter()
        results.append(ask(feed)[0])
        times.append((time.perf_counter() - start) * 1000)
    # Together, with padding, they must be what they were alone.
    longest = max(map(len, inputs[:16]))
    padded = numpy.array([rows + [(0, 0, 0, 0)] * (longest - len(rows)) for rows in inputs[:16]], dtype=numpy.int64)
    mask = numpy.array([[1] * len(rows) + [0] * (longest - len(rows)) for rows in inputs[:16]], dtype=numpy.int64)
    feed = {name: padded[..., index] for index, name in enumerate(NAMES)} | {"mask": mask}
    if count:
        most = max(map(len, buckets[:16]))
        feed["ngrams"] = numpy.array([own + [count] * (most - len(own)) for own in buckets[:16]], dtype=numpy.int64)
    if novelties:
        feed["novelty"] = numpy.array(novelties[:16], dtype=numpy.float32)
    together = ask(feed)
    return numpy.array(results), numpy.percentile(times, [50, 99]), float(numpy.abs(together - numpy.array(results[:16])).max())


def main(program, folder, data, most, calibration=None):
    config = json.loads(pathlib.Path(folder, "config.json").read_text(encoding="utf-8"))
    pieces = json.loads(pathlib.Path(folder, "vocabulary.json").read_text(encoding="utf-8"))
    labels = {label: number for number, label in enumerate(config["labels"])}
    read = list(examples(data, labels, Vocabulary(pieces), config["turns"]))[:int(most)]
    inputs, right = [rows for rows, _, _ in read], numpy.array([label for _, label, _ in read])
    count = config.get("ngrams", 0)
    buckets = [ngrams(texts[0], count) if count else [] for _, _, texts in read]
    known = KnownPairs(pathlib.Path(folder, "known-pairs.bin")) if config.get("novelty_slope", 0) > 0 else None
    novelties = [known.novelty(texts) for _, _, texts in read] if known else None
    runtimes = {"onnxruntime": onnx_runtime}
    if importlib.util.find_spec("openvino"):
        runtimes["openvino"] = open_vino
    forms = {"float": [], "int8": ["--int8"]}
    if calibration:
        forms["calibrated int8"] = ["--int8", "--calibration", calibration]
    result, wrong = {"utterances": len(inputs)}, []
    with tempfile.TemporaryDirectory() as box:
        said = pathlib.Path(box, "said.jsonl")
        subprocess.run([program, "evaluate", "intent", "--model", folder, "--data", data, "--predictions", said],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = said.read_text(encoding="utf-8").split("\n")[:len(inputs)]
        ours = numpy.array([json.loads(line)["probabilities"] for line in lines])
        for form, options in forms.items():
            path = pathlib.Path(box, "model.onnx")
            subprocess.run([program, "export", "intent", "--model", folder, "--out", path, *options], check=True,
                           stdout=subprocess.DEVNULL)
            for name, runtime in runtimes.items():
                theirs, times, padding = answers(runtime(path), inputs, buckets, count, novelties)
                entry = {
                    "largest_difference": float(numpy.abs(theirs - ours).max()), "padding_difference": padding,
                    "same_answer": float((theirs.argmax(1) == ours.argmax(1)).mean()),
                    "accuracy": round(float((theirs.argmax(1) == right).mean()), 4), "size_bytes": path.stat().st_size,
                    "p50_ms": round(float(times[0]), 3), "p99_ms": round(float(times[1]), 3),
                }
                result[f"{form}, {name}"] = entry
                if form == "float" and max(entry["largest_difference"], padding) > 1e-4:
                    wrong.append(f"{name} makes something else of the exported model than we do")
                if form != "float" and entry["same_answer"] < 0.995:
                    wrong.append(f"{name} answers otherwise too often with the {form} model")
    print(json.dumps(result))
    if wrong:
        sys.exit("error: " + "; ".join(wrong) + ".")


if len(sys.argv) not in (5, 6):
    sys.exit(__doc__.strip())
main(*sys.argv[1:])
