#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains models that write from graphs, each beside the same model without the graph, and judges them by texts that they have not seen;
# one line of JSON for each (hours, with three seeds).
# Usage: evaluate-graphs.sh [--seeds N] [--sets 'webnlg_nc kdconv_zh redocred_graph dart_tables'] [--epochs N] [--out DIR]
# AUTOGLM_TEST_DATA is the folder with these sets; models stay in DIR, and a run that was ended goes on from there.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
data=${AUTOGLM_TEST_DATA:-../shared/data}
seeds=3 sets='webnlg_nc kdconv_zh redocred_graph dart_tables' epochs='' box=
while [ $# -gt 0 ]; do
    case $1 in
    --seeds) seeds=$2 ;;
    --sets) sets=$2 ;;
    --epochs) epochs=$2 ;;
    --out) box=$2 ;;
    *) say "There is no option $1." && exit 64 ;;
    esac
    shift 2
done
if [ -z "$box" ]; then
    box=$(mktemp -d)
    trap 'rm -rf "$box"' EXIT
fi

python=.bench/sacrebleu/bin/python
if [ ! -x "$python" ]; then
    python3 -m venv .bench/sacrebleu && .bench/sacrebleu/bin/pip install --quiet 'sacrebleu==2.5.1'
fi

# split SET TRAIN DEV: the first lines of a set to learn from, the next to choose epochs by, the rest to judge by.
split() {
    mkdir -p "$box/$1/data"
    head -n "$2" "$data/$1/dev.jsonl" >"$box/$1/data/train.jsonl"
    tail -n "+$(($2 + 1))" "$data/$1/dev.jsonl" | sed -n "1,$3p" >"$box/$1/data/dev.jsonl"
    tail -n "+$(($2 + $3 + 1))" "$data/$1/dev.jsonl" >"$box/$1/data/judge.jsonl"
    if [ -f "$data/$1/relation_names.json" ]; then cp "$data/$1/relation_names.json" "$box/$1/data"; fi
}

# judge SET NAME FOLDER OPTION…: what a model makes of the texts that are kept apart.
judge() {
    local report
    report=$("$autoglm" evaluate graph-lm --model "$3" --data "$box/$1/data/judge.jsonl" --output json \
        --predictions "$box/texts.jsonl" "${@:4}")
    "$python" scripts/score-texts.py "$1" "$2" "$report" "$box/texts.jsonl"
}

for set in $sets; do
    if [ ! -f "$data/$set/dev.jsonl" ]; then
        say "$set is not in $data: left out (AUTOGLM_TEST_DATA names another folder)"
        continue
    fi
    options=()
    case $set in
    webnlg_nc)
        mkdir -p "$box/$set/data"
        cp "$data/$set/train.jsonl" "$data/$set/dev.jsonl" "$box/$set/data"
        cp "$data/$set/dev.jsonl" "$box/$set/data/judge.jsonl"
        options=(--epochs 12)
        ;;
    kdconv_zh) split "$set" 370 40 && options=(--epochs 16) ;;
    redocred_graph) split "$set" 400 50 && options=(--epochs 30 --dropout 0.2) ;;
    dart_tables) split "$set" 321 50 && options=(--epochs 40 --dropout 0.2 --vocabulary-size 1500) ;;
    esac
    if [ -n "$epochs" ]; then options+=(--epochs "$epochs"); fi
    for seed in $(seq "$seeds"); do
        for channel in graph linearised none; do
            model="$box/$set/$channel-$seed"
            say "training $set, channel $channel, seed $seed"
            "$autoglm" train graph-lm --data "$box/$set/data" --channel "$channel" --seed "$seed" --out "$model" \
                "${options[@]}" >/dev/null
            judge "$set" "$channel, seed $seed" "$model"
        done
        judge "$set" "graph with shuffled edges, seed $seed" "$box/$set/graph-$seed" --shuffled-edges
        judge "$set" "graph, held to its names, seed $seed" "$box/$set/graph-$seed" --constrained
    done
done
