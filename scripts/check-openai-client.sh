#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that the official openai Python client works against `autoglm serve` with the default model.
# AUTOGLM_BIN is our program (default .build/release/autoglm); the client is installed into .bench/openai.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
client=$bench_dir/openai
if ! "$client/bin/python" -c 'import openai' 2>/dev/null; then
    mkdir -p "$bench_dir"
    logged "$bench_dir/openai-venv.log" "Making a Python environment for the client" python3 -m venv "$client"
    logged "$bench_dir/openai.log" "Installing the client" "$client/bin/pip" install openai
fi
log=$(mktemp)
"$autoglm" serve --port 0 2>"$log" &
child=$!
clean_up_with stop_child
for _ in $(seq 150); do
    url=$(sed -n 's/^Listening on \(http[^;]*\);.*/\1/p' "$log")
    if [ -n "$url" ]; then break; fi
    kill -0 "$child" 2>/dev/null || fail "The server ended: $(cat "$log")"
    sleep 0.2
done
[ -n "$url" ] || fail "The server does not say where it listens: $(cat "$log")"
"$client/bin/python" scripts/check-openai-client.py "$url"
kill -TERM "$child"
wait "$child" || true
