#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks autoglm.v1 with gRPC's own Python client, which learns the messages by reflection and has no files of ours.
# AUTOGLM_BIN is our program (default .build/release/autoglm); MODEL a model (default: the usual one). The client is installed into .bench/grpc.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
client=$bench_dir/grpc
if ! "$client/bin/python" -c 'import grpc, grpc_reflection' 2>/dev/null; then
    mkdir -p "$bench_dir"
    logged "$bench_dir/grpc-venv.log" "Making a Python environment for the client" python3 -m venv "$client"
    logged "$bench_dir/grpc.log" "Installing the client" "$client/bin/pip" install grpcio grpcio-reflection grpcio-status
fi
folder=$(mktemp -d)
cat >"$folder/autoglm.yaml" <<YAML
models:
  chat: {backend: local, model: ${MODEL:-smollm2}}
server:
  http_port: 0
  grpc_port: 0
  metrics_port: 0
  model_repository: scripts/serving-models
  model_control_mode: explicit
  load_models: '*'
  pipelines: [Examples/task-flow.yaml]
YAML
log=$folder/log
"$autoglm" serve --config "$folder/autoglm.yaml" 2>"$log" &
child=$!
clean_up_with stop_child
for _ in $(seq 300); do
    if [ "$(grep -cE '^(Listening on (http|grpc)|Metrics on)' "$log")" = 3 ]; then ready=1; break; fi
    kill -0 "$child" 2>/dev/null || fail "The server ended: $(cat "$log")"
    sleep 0.2
done
[ -n "${ready:-}" ] || fail "The server does not say where it listens: $(cat "$log")"
"$client/bin/python" scripts/check-grpc.py "127.0.0.1:$(sed -n 's|^Listening on grpc://[^:]*:\([0-9]*\).*|\1|p' "$log")"
kill -TERM "$child"
wait "$child" || true
rm -r "$folder"
