#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares an adaptive cascade of two intent models with static rules: accuracy, cost and latency, judged on data that nothing was fitted on.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/adaptive.sh [--set NAME | --cheap DIR --dear DIR --data FILE] [--splits N] [--error-rate R] [--drawing FILE]

Judges a cascade of a cheap and a dear intent model by random splits of a file of dialogues (autoglm evaluate cascade). Without models a dear
one is trained, and a cheap one that follows it: on clinc150_oos where AUTOGLM_TEST_DATA has it (15 to 30 minutes), else on sample dialogues
(a minute; they are easy for both). --set sgd_intents_en takes that set instead: dialogues, of whose last 359 nothing was learnt (hours). Prints a table, static and adaptive, then one line of JSON. Costs are multiplications with
additions, as shares of the dear model's; times are of single utterances on one thread.

  --set NAME                clinc150_oos or sgd_intents_en, of AUTOGLM_TEST_DATA
  --cheap DIR, --dear DIR   models that are there
  --data FILE               dialogues that they have not learnt from
  --splits N                random splits (default 200)
  --error-rate R            the share of wrong answers to promise (default: the dear model's, and what parts differ by)
  --drawing FILE            a picture of the frontier (SVG)

AUTOGLM_BIN        our program (default .build/release/autoglm)
AUTOGLM_TEST_DATA  the folder with clinc150_oos
TEXT
}

set=
cheap=
dear=
data=
splits=200
error_rate=
drawing=
while [ "$#" -gt 0 ]; do
    case $1 in
        --set | --cheap | --dear | --data | --splits | --error-rate | --drawing)
            [ "$#" -gt 1 ] || fail "$1 needs a value." "See bench/adaptive.sh --help"
            name=${1#--}
            printf -v "${name//-/_}" '%s' "$2"
            shift
            ;;
        --help | -h) usage && exit ;;
        *) fail "Unknown option '$1'." "See bench/adaptive.sh --help" ;;
    esac
    shift
done
[[ $splits =~ ^[1-9][0-9]*$ ]] || fail "--splits is a number from 1 up."

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
work=$(mktemp -d)
clean_up_with rm -rf "$work"

# train TEACHER-OPTIONS -- STUDENT-OPTIONS: the two models, from $work/data.
train() {
    local teacher=()
    while [ "$1" != -- ]; do
        teacher+=("$1")
        shift
    done
    shift
    say "  training the dear model"
    measure "$work/dear.json" "$autoglm" train intent --data "$work/data" --out "$work/dear" --output json "${teacher[@]}"
    say "  training the cheap model, which follows it"
    measure "$work/cheap.json" "$autoglm" train intent --data "$work/data" --out "$work/cheap" --output json \
        --teacher "$work/dear" --alpha 0.1 --layers 1 --dropout 0.05 --hidden-pieces 0.02 "$@"
    cheap=$work/cheap
    dear=$work/dear
}

if [ -z "$set$cheap$dear$data" ] && [ -f "${AUTOGLM_TEST_DATA:-}/clinc150_oos/train.jsonl" ]; then set=clinc150_oos; fi
if [ -n "$set" ]; then
    [[ $set = clinc150_oos || $set = sgd_intents_en ]] || fail "--set is clinc150_oos or sgd_intents_en."
    [ -z "$cheap$dear$data" ] || fail "--set takes the place of --cheap, --dear and --data."
    source=${AUTOGLM_TEST_DATA:-}/$set
    [ -f "$source/train.jsonl" ] || fail "$set is not in AUTOGLM_TEST_DATA."
fi
if [ -n "$cheap$dear$data" ]; then
    [ -n "$cheap" ] && [ -n "$dear" ] && [ -n "$data" ] || fail "--cheap, --dear and --data belong together."
    name=$(basename "$data" .jsonl)
elif [ "$set" = sgd_intents_en ]; then
    mkdir "$work/data"
    head -n -359 "$source/train.jsonl" >"$work/data/train.jsonl"
    tail -n 359 "$source/train.jsonl" >"$work/data/judge.jsonl"
    cp "$source/dev.jsonl" "$work/data/dev.jsonl"
    train --turns 4 --epochs 4 -- --turns 4 --width 64 --heads 4 --feed-forward 256 --vocabulary-size 2000 --rate 0.003 --epochs 6 --patience 6
    data=$work/data/judge.jsonl
    name=$set
elif [ -n "$set" ]; then
    mkdir "$work/data"
    # The best epoch is chosen by a part of its own; what judges is the validation part, which nothing has seen.
    head -n 13000 "$source/train.jsonl" >"$work/data/train.jsonl"
    tail -n +13001 "$source/train.jsonl" >"$work/data/dev.jsonl"
    train --turns 0 --dropout 0.3 --hidden-pieces 0.2 --epochs 16 --patience 16 --vocabulary-size 3000 -- --turns 0 \
        --width 64 --heads 4 --feed-forward 256 --vocabulary-size 2000 --rate 0.003 --epochs 12 --patience 12
    data=$source/val.jsonl
    name=$set
else
    "$autoglm" train sample --out "$work/data" --dialogues 1500
    train --turns 2 --width 64 --heads 4 --feed-forward 256 --epochs 3 --vocabulary-size 400 -- --turns 2 \
        --width 8 --heads 2 --feed-forward 16 --rate 0.01 --epochs 2 --vocabulary-size 400
    data=$work/data/test.jsonl
    name='sample dialogues'
fi

options=(--model "$cheap" --model "$dear" --data "$data" --splits "$splits" --latency --threads 1 --output json)
[ -z "$error_rate" ] || options+=(--error-rate "$error_rate")
[ -z "$drawing" ] || options+=(--drawing "$drawing")
say "  $splits splits of $data"
measure "$work/report.json" "$autoglm" evaluate cascade "${options[@]}"
python3 bench/adaptive/report.py "$work/report.json" "$name"
