#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compares training of the intent model with PyTorch's on the same model, data and threads, in turns; medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/training.sh [--runs N] [--dialogues N] [--threads N] [--no-student] [--no-processes]

Trains the intent model (2 layers, d_model 256, 8 heads, N = 4 turns) for one epoch on the first dialogues of a file, here and in
PyTorch, in turns; with one process of one thread and with two of them over MPI, in the same turns; then a teacher for four epochs, and a student of one layer that follows it. Prints a table, then one line of JSON. Tokens are those that are no padding; memory is the whole process's peak.

  --runs N       turns of each side (default 3)
  --dialogues N  dialogues to learn from (default 600)
  --threads N    threads of each side (default 2)
  --no-student   leave the student out
  --no-processes leave the two processes out, which are left out, too, where mpirun is not installed

AUTOGLM_BIN        our program (default .build/release/autoglm)
AUTOGLM_TRAINING   a file of dialogues (default: sample dialogues of the program, which are short)
AUTOGLM_BENCH_DIR  where PyTorch is installed and kept (default .bench)
TEXT
}

runs=3
dialogues=600
threads=2
student=yes
processes=yes
while [ "$#" -gt 0 ]; do
    case $1 in
        --runs | --dialogues | --threads)
            [ "$#" -gt 1 ] || fail "$1 needs a value." "See bench/training.sh --help"
            printf -v "${1#--}" '%s' "$2"
            shift
            ;;
        --no-student) student= ;;
        --no-processes) processes= ;;
        --help | -h) usage && exit ;;
        *) fail "Unknown option '$1'." "See bench/training.sh --help" ;;
    esac
    shift
done
[[ $runs =~ ^[1-9][0-9]*$ && $threads =~ ^[1-9][0-9]*$ && $dialogues =~ ^[0-9]+$ && $dialogues -ge 100 ]] ||
    fail "--runs and --threads are numbers from 1 up, --dialogues from 100 up."

if [ -n "$processes" ] && ! command -v mpirun >/dev/null; then
    say "  mpirun is not installed (Debian: openmpi-bin): no row ddp_2x1"
    processes=
fi

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
peer=$bench_dir/pytorch
if ! "$peer/bin/python" -c 'import torch' 2>/dev/null; then
    mkdir -p "$bench_dir"
    logged "$bench_dir/pytorch.log" "Making a Python environment" python3 -m venv "$peer"
    # The build for processors alone where one is offered; the usual one brings gigabytes for graphics cards.
    logged "$bench_dir/pytorch.log" "Installing PyTorch" bash -c \
        '"$1/bin/pip" install "torch==2.13.0+cpu" || "$1/bin/pip" install torch' _ "$peer"
fi
work=$(mktemp -d)
clean_up_with rm -rf "$work"
mkdir "$work/data" "$work/results"
if [ -n "${AUTOGLM_TRAINING:-}" ]; then
    [ -r "$AUTOGLM_TRAINING" ] || fail "AUTOGLM_TRAINING=$AUTOGLM_TRAINING cannot be read."
    # What the student is judged by is not learnt from.
    head -n -100 "$AUTOGLM_TRAINING" | sed -n "1,${dialogues}p" >"$work/data/train.jsonl"
    tail -n 100 "$AUTOGLM_TRAINING" >"$work/data/dev.jsonl"
else
    "$autoglm" train sample --out "$work/data" --dialogues "$dialogues"
fi

for ((turn = 1; turn <= runs; turn++)); do
    say "  turn $turn of $runs"
    measure "$work/results/ours.$turn" python3 bench/process.py "$autoglm" train intent --data "$work/data" --out "$work/model" \
        --epochs 1 --restart --threads "$threads" --output json
    measure "$work/results/pytorch.$turn" "$peer/bin/python" bench/training/pytorch.py "$work/model" \
        "$work/data/train.jsonl" "$threads"
    if [ -n "$processes" ]; then
        one=(intent --data "$work/data" --epochs 1 --restart --threads 1 --output json)
        measure "$work/results/single.$turn" python3 bench/process.py "$autoglm" train "${one[@]}" --out "$work/single"
        measure "$work/results/ddp.$turn" python3 bench/process.py "$autoglm" train launch --processes 2 -- "${one[@]}" \
            --out "$work/ddp"
    fi
done
if [ -n "$student" ]; then
    say "  a teacher and its student"
    measure "$work/teacher.json" "$autoglm" train intent --data "$work/data" --out "$work/teacher" --epochs 4 --output json
    measure "$work/student.json" "$autoglm" train intent --data "$work/data" --teacher "$work/teacher" --out "$work/student" \
        --layers 1 --width 64 --heads 4 --feed-forward 256 --vocabulary-size 2000 --rate 0.003 --epochs 12 --patience 12 \
        --dropout 0.05 --hidden-pieces 0.02 --alpha 0.1 --output json
    for side in teacher student; do
        measure "$work/results/$side" "$autoglm" evaluate intent --model "$work/$side" --data "$work/data/dev.jsonl" --latency \
            --output json
    done
fi
python3 bench/training/compare.py "$work/results" "$threads"
