#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that NVIDIA's own client, tritonclient, works against `autoglm serve` with built-in models, over HTTP and gRPC.
# AUTOGLM_BIN is our program (default .build/release/autoglm); the client is installed into .bench/tritonclient.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
client=$bench_dir/tritonclient
if ! "$client/bin/python" -c 'import tritonclient.grpc.aio, tritonclient.http.aio' 2>/dev/null; then
    mkdir -p "$bench_dir"
    logged "$bench_dir/tritonclient-venv.log" "Making a Python environment for the client" python3 -m venv "$client"
    logged "$bench_dir/tritonclient.log" "Installing the client" "$client/bin/pip" install 'tritonclient[http,grpc]' numpy aiohttp
fi
log=$(mktemp)
"$autoglm" serve --port 0 --grpc-port 0 --metrics-port 0 --model-repository scripts/serving-models \
    --model-control-mode explicit --load-model '*' 2>"$log" &
child=$!
clean_up_with stop_child
for _ in $(seq 150); do
    if [ "$(grep -cE '^(Listening on (http|grpc)|Metrics on)' "$log")" = 3 ]; then ready=1; break; fi
    kill -0 "$child" 2>/dev/null || fail "The server ended: $(cat "$log")"
    sleep 0.2
done
[ -n "${ready:-}" ] || fail "The server does not say where it listens: $(cat "$log")"
port() { sed -n "s|^$1://[^:]*:\([0-9]*\).*|\1|p" "$log"; }
"$client/bin/python" scripts/check-tritonclient.py "127.0.0.1:$(port 'Listening on http')" \
    "127.0.0.1:$(port 'Listening on grpc')" "127.0.0.1:$(port 'Metrics on http')"
kill -TERM "$child"
wait "$child" || true
