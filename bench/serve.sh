#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures inference over HTTP under many connections: dynamic batching, one JSON request after the other on each connection.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/serve.sh [--quick] [--connections N] [--seconds N] [--runs N] [--model NAME]

Measures `autoglm serve` with the built-in models of scripts/serving-models through POST /v2/models/NAME/infer, with wrk on the
same machine. Prints one table, then one line of JSON. A request has two tensors of 16 whole numbers (add_sub), as JSON.

  --quick           one run of 5 seconds
  --connections N   connections of the load (default 1000)
  --seconds N       how long a run takes (default 20)
  --runs N          how many runs; figures are of the median run (default 3)
  --model NAME      add_sub (batches of up to 32, default) or identity

AUTOGLM_BIN         our program (default .build/release/autoglm)
TEXT
}

connections=1000 seconds=20 runs=3 model=add_sub
while [ "$#" -gt 0 ]; do
    case $1 in
        --quick) runs=1 seconds=5; shift ;;
        --connections | --seconds | --runs | --model)
            [ "$#" -ge 2 ] || fail "$1 needs a value."
            printf -v "${1#--}" '%s' "$2"; shift 2 ;;
        -h | --help) usage; exit ;;
        *) fail "There is no option '$1'." "bench/serve.sh --help tells which there are." ;;
    esac
done
autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
command -v wrk >/dev/null || fail "The load is made by wrk, which is missing." "On Debian: apt-get install wrk"
# Two sockets of this machine for each connection, and some for everything else.
ulimit -n $((connections + 200)) 2>/dev/null || true

log=$(mktemp)
"$autoglm" serve --port 0 --grpc-port 0 --metrics-port 0 --model-repository scripts/serving-models 2>"$log" &
child=$!
clean_up_with stop_child
for _ in $(seq 150); do
    url=$(sed -n 's/^Listening on \(http[^;]*\);.*/\1/p' "$log")
    if [ -n "$url" ] && curl -sf "$url/v2/health/ready" >/dev/null; then break; fi
    kill -0 "$child" 2>/dev/null || fail "The server ended: $(cat "$log")"
    sleep 0.2
done
exec python3 bench/serve/measure.py "$url" "$child" "$model" "$connections" "$seconds" "$runs"
