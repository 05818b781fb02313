#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A small intent model from dialogues that the program makes itself: trained, judged, and used in a pipeline.
# The last thing printed is one JSON object on stdout.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=$PWD/${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
cd "$box"

show "$autoglm" train sample --out sample
show "$autoglm" train intent --data sample --turns 4 --width 64 --heads 4 --feed-forward 256 --epochs 4 --out intents >&2
show "$autoglm" evaluate intent --model intents --data sample/test.jsonl >&2

cat >talk.yaml <<'YAML'
pipeline: talk
version: 1.0.0
description: What does a "yes" mean?
inputs:
  text: {type: string, default: "Yes, please"}
steps:
  - id: intent
    uses: intent
    with:
      model: intents
      text: "${inputs.text}"
      threshold: 0.5
      history:
        - {speaker: user, text: "Get me a cab to the airport"}
        - {speaker: system, text: "A car can be there in 5 minutes. Shall I call it?"}
output:
  intent: "${intent.intent}"
  confidence: "${intent.confidence}"
  accepted: "${intent.accepted}"
YAML
show "$autoglm" run talk.yaml --output json
