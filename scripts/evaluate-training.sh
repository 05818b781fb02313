#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains intent models on public dialogues and judges them by parts that they have not seen; one line of JSON for each (about an hour).
# AUTOGLM_TEST_DATA is the folder with sgd_intents_en, crosswoz_intents_zh and clinc150_oos.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
data=${AUTOGLM_TEST_DATA:-../shared/data}
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT

# train NAME DATA OPTION…: a model in $box/NAME.
train() {
    local name=$1
    shift
    say "training $name"
    "$autoglm" train intent --data "$1" --out "$box/$name" "${@:2}" >/dev/null
}

# judge NAME PART FILE OPTION…: what a model makes of a part, without the classes.
judge() {
    local report
    report=$("$autoglm" evaluate intent --model "$box/$1" --data "$3" --output json --latency "${@:4}")
    python3 -c 'import json, sys
report = json.loads(sys.argv[3]) | {"model": sys.argv[1], "part": sys.argv[2]}
report.pop("classes")
print(json.dumps(report))' "$1" "$2" "$report"
}

# calibrate NAME: probabilities of a model of dialogues, by those of the same and of other services.
calibrate() {
    "$autoglm" calibrate intent --model "$box/$1" --data "$box/sgd/calibration.jsonl" --data "$box/sgd/dev.jsonl" >/dev/null
}

if [ -f "$data/sgd_intents_en/train.jsonl" ]; then
    mkdir "$box/sgd"
    # The last dialogues of the training part are of the same services, and kept apart: some to calibrate by, some to judge by.
    head -n -359 "$data/sgd_intents_en/train.jsonl" >"$box/sgd/train.jsonl"
    tail -n 359 "$data/sgd_intents_en/train.jsonl" | head -n 120 >"$box/sgd/calibration.jsonl"
    tail -n 239 "$data/sgd_intents_en/train.jsonl" >"$box/sgd/same.jsonl"
    cp "$data/sgd_intents_en/dev.jsonl" "$box/sgd/dev.jsonl"
    for turns in 0 2 4; do
        train "sgd-n$turns" "$box/sgd" --turns "$turns" --epochs 4
        calibrate "sgd-n$turns"
        judge "sgd-n$turns" 'same services' "$box/sgd/same.jsonl"
        judge "sgd-n$turns" 'other services' "$box/sgd/dev.jsonl"
    done
    judge sgd-n4 'same services, 8 bits' "$box/sgd/same.jsonl" --quantized
    small=(--turns 4 --layers 1 --width 64 --heads 4 --feed-forward 256 --vocabulary-size 2000 --rate 0.003 --epochs 6 --patience 6
        --dropout 0.05 --hidden-pieces 0.02)
    train sgd-student "$box/sgd" --teacher "$box/sgd-n4" --alpha 0.1 "${small[@]}"
    train sgd-alone "$box/sgd" "${small[@]}"
    for model in sgd-student sgd-alone; do
        calibrate "$model"
        judge "$model" 'same services' "$box/sgd/same.jsonl"
        judge "$model" 'other services' "$box/sgd/dev.jsonl"
    done
    python=.bench/onnx/bin/python
    if [ ! -x "$python" ]; then
        python3 -m venv .bench/onnx && .bench/onnx/bin/pip install --quiet numpy onnxruntime==1.32.0 openvino==2026.4.1
    fi
    for model in sgd-n4 sgd-student; do
        "$python" scripts/check-export.py "$autoglm" "$box/$model" "$box/sgd/same.jsonl" 1000 "$box/sgd/calibration.jsonl"
    done
else
    say "sgd_intents_en is not in $data: left out (AUTOGLM_TEST_DATA names another folder)"
fi
if [ -f "$data/crosswoz_intents_zh/train.jsonl" ]; then
    train crosswoz "$data/crosswoz_intents_zh" --turns 4 --dropout 0.3 --hidden-pieces 0.2 --epochs 14 --patience 14 \
        --vocabulary-size 3000 --batch 32
    judge crosswoz dev "$data/crosswoz_intents_zh/dev.jsonl"
fi
if [ -f "$data/clinc150_oos/train.jsonl" ]; then
    # With n-grams, as is usual for utterances by themselves, and without.
    single=(--turns 0 --dropout 0.2 --hidden-pieces 0.1 --epochs 12 --patience 12 --vocabulary-size 4000)
    train clinc "$data/clinc150_oos" "${single[@]}"
    judge clinc val "$data/clinc150_oos/val.jsonl"
    judge clinc 'val, 8 bits' "$data/clinc150_oos/val.jsonl" --quantized
    train clinc-encoder "$data/clinc150_oos" "${single[@]}" --ngrams 0
    judge clinc-encoder val "$data/clinc150_oos/val.jsonl"
fi
