#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures the queue of inputs and the reading of pictures and recordings; MFCC beside librosa, in one run.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/multimodal.sh [--runs N] MEDIA

MEDIA is a folder with manifest.jsonl: a line for each file with file, kind (ocr, photo or speech), language, and text or
transcript. Prints one table, then one line of JSON.

  --runs N     runs of each measure (default 5)

AUTOGLM_BIN         our program (default .build/release/autoglm)
AUTOGLM_BENCH_DIR   where the peer is installed and kept (default .bench)
TEXT
}

runs=5
media=
while [ "$#" -gt 0 ]; do
    case $1 in
        --runs)
            [ "$#" -gt 1 ] || fail "$1 needs a value." "See bench/multimodal.sh --help"
            runs=$2
            shift
            ;;
        --help | -h) usage && exit ;;
        -*) fail "Unknown option '$1'." "See bench/multimodal.sh --help" ;;
        *) media=$1 ;;
    esac
    shift
done
[[ $runs =~ ^[1-9][0-9]*$ ]] || fail "--runs is '$runs'; it must be a whole number from 1 up."
[ -n "$media" ] && [ -f "$media/manifest.jsonl" ] || fail "'$media' is no folder with manifest.jsonl." "See bench/multimodal.sh --help"

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
[ -n "${AUTOGLM_OPENVINO:-}" ] || scripts/fetch-model.sh openvino >/dev/null
scripts/fetch-model.sh ocr >/dev/null
peers=$bench_dir/multimodal
if [ ! -x "$peers/bin/python" ] || ! "$peers/bin/python" -c 'import librosa, PIL' 2>/dev/null; then
    mkdir -p "$bench_dir"
    logged "$bench_dir/multimodal.log" "Making a Python environment" python3 -m venv "$peers"
    logged "$bench_dir/multimodal.log" "Installing librosa and Pillow" "$peers/bin/pip" install librosa==0.11.0 pillow
fi
work=$(mktemp -d)
clean_up_with rm -rf "$work"

measure "$work/inputs" "$peers/bin/python" bench/multimodal-inputs.py "$media" "$work/inputs.d"
say "  measuring librosa"
measure "$work/peer" "$peers/bin/python" bench/multimodal-peer.py "$work/inputs.d/audio.wav" "$runs"
say "  measuring ours"
measure "$work/ours" "$autoglm" bench multimodal --data "$media" --frames "$work/inputs.d/frames" \
    --audio "$work/inputs.d/audio.wav" --runs "$runs" --output json
python3 bench/multimodal-report.py "$work/ours" "$work/peer"
