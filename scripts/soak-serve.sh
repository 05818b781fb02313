#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Loads models anew again and again while clients ask them: no request may be dropped or answered wrongly, and the server's memory
# and open files must stay where they are.
# Usage: scripts/soak-serve.sh [RELOADS]   (default 3000)
# AUTOGLM_BIN is our program (default .build/release/autoglm). Prints one line of JSON last.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
box=$(mktemp -d)
child=
clean_up() {
    if [ -n "$child" ]; then
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    rm -rf "$box"
}
trap clean_up EXIT
trap 'exit 143' TERM INT

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
"$autoglm" serve --port 0 --grpc-port 0 --metrics-port 0 --model-repository "$box/models" \
    --model-control-mode explicit --load-model '*' 2>"$box/log" &
child=$!
for _ in $(seq 300); do
    url=$(sed -n 's/^Listening on \(http[^;]*\);.*/\1/p' "$box/log")
    if [ -n "$url" ] && python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1] + "/v2/health/ready")' "$url" 2>/dev/null
    then ready=1; break; fi
    kill -0 "$child" 2>/dev/null || fail "The server ended: $(cat "$box/log")"
    sleep 0.1
done
[ -n "${ready:-}" ] || fail "The server is not ready: $(cat "$box/log")"
python3 scripts/soak-serve.py "$url" "$child" "${1:-3000}" || fail "The server's log ends so:" "$(tail -n 5 "$box/log")"
kill -TERM "$child"
status=0
wait "$child" || status=$?
child=
# 143 is how a program ends that was told to.
[ "$status" = 0 ] || [ "$status" = 143 ] || fail "The server did not end well: status $status."
