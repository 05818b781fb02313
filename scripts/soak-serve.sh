#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Loads models anew again and again while clients ask them: no request may be dropped or answered wrongly, and the server's memory
# and open files must stay where they are.
# Usage: scripts/soak-serve.sh [RELOADS]   (default 3000)
# AUTOGLM_BIN is our program (default .build/release/autoglm). Prints one line of JSON last.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/serving.sh

# A built-in model, an ensemble of it, an ONNX model and a pipeline.
mkdir -p "$box/models/linear/1" "$box/models/echo/1"
cp -r scripts/serving-models/add_sub scripts/serving-models/twice "$box/models/"
cp Tests/ServingCoreTests/Fixtures/onnx/linear.onnx "$box/models/linear/1/model.onnx"
cat >"$box/models/echo/1/pipeline.yaml" <<'YAML'
pipeline: echo
inputs: {text: {type: string}}
steps:
  - {id: said, uses: output, with: {value: "You said ${inputs.text}."}}
YAML
start_server --model-repository "$box/models" --model-control-mode explicit --load-model '*'
python3 scripts/soak-serve.py "http://$http" "$child" "${1:-3000}" || fail "The server's log ends so:" "$(tail -n 5 "$log")"
end_server
# 143 is how a program ends that was told to.
[ "$ended" = 0 ] || [ "$ended" = 143 ] || fail "The server did not end well: status $ended."
