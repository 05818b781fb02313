#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An adaptive cascade from dialogues that the program makes itself: a large intent model, a small one that follows it, from which margin the small
# one is believed, what that brings, and a pipeline that asks the user where both are not sure.
# The last thing printed is one JSON object on stdout.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
case $autoglm in /*) ;; *) autoglm=$PWD/$autoglm ;; esac
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
example=$PWD/Examples/adaptive/intents.yaml
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
cd "$box"

show "$autoglm" train sample --out sample --dialogues 1500
show "$autoglm" train intent --data sample --turns 2 --width 64 --heads 4 --feed-forward 256 --epochs 3 --vocabulary-size 400 --out large >&2
show "$autoglm" train intent --data sample --turns 2 --teacher large --alpha 0.1 --layers 1 --width 8 --heads 2 --feed-forward 16 \
    --rate 0.01 --epochs 2 --vocabulary-size 400 --out small >&2
show "$autoglm" evaluate cascade --model small --model large --data sample/test.jsonl --splits 50 --latency >&2
show "$autoglm" train cascade --model small --model large --data sample/dev.jsonl --out cascade.json >&2
show "$autoglm" run "$example" --output json >&2
show "$autoglm" run "$example" --set history='[]' --set text="Yes, please" --output json
