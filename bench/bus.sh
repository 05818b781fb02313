#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures the event buses, side by side with nats-py and with clients that poll an HTTP server, in turns; medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/bus.sh [--quick] [--runs N] [--messages N] [--picture FILE.svg]

Starts a NATS server with JetStream on this machine, measures our buses (`autoglm bench bus`), nats-py over the same server, and
a small HTTP server that clients poll every 50 ms; prints one table, then one line of JSON. Everything shares this machine's
processors. One way means: from before the publisher's call until the reader has the event.

  --quick       one turn, a quarter of the messages
  --runs N      turns (default 3)
  --messages N  events of bus_memory_rate (default 2,000,000); NATS has a tenth, durable and nats-py a fiftieth of them
  --picture F   draws the table as well

AUTOGLM_BIN         our program (default .build/release/autoglm)
AUTOGLM_BENCH_DIR   where nats-py is installed and kept (default .bench)
TEXT
}

runs=3 messages=2000000 picture=
while [ "$#" -gt 0 ]; do
    case $1 in
        --quick) runs=1 messages=500000; shift ;;
        --runs | --messages | --picture)
            [ "$#" -ge 2 ] || fail "$1 needs a value."
            printf -v "${1#--}" '%s' "$2"; shift 2 ;;
        -h | --help) usage; exit ;;
        *) fail "There is no option '$1'." "bench/bus.sh --help tells which there are." ;;
    esac
done
[[ $runs =~ ^[1-9][0-9]*$ && $messages =~ ^[1-9][0-9]{3,}$ ]] || fail "--runs is a number from 1 up, --messages one from 1000 up."

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
server=$(PATH=$PATH:/usr/sbin command -v nats-server) || fail "nats-server is missing." "On Debian: apt-get install nats-server libnats3.4"
python=$bench_dir/nats/bin/python
if ! "$python" -c 'import nats' 2>/dev/null; then
    mkdir -p "$bench_dir"
    logged "$bench_dir/nats.log" "Making a Python environment" python3 -m venv "$bench_dir/nats"
    logged "$bench_dir/nats.log" "Installing nats-py" "$bench_dir/nats/bin/pip" install nats-py
fi

work=$(mktemp -d)
broker=
clean_up() {
    if [ -n "$broker" ]; then
        kill "$broker" 2>/dev/null || true
        wait "$broker" 2>/dev/null || true
    fi
    rm -rf "$work"
}
clean_up_with clean_up
"$server" -a 127.0.0.1 -p -1 --ports_file_dir "$work" -js -sd "$work/streams" >"$work/server.log" 2>&1 &
broker=$!
url=
for ((attempt = 0; attempt < 100; attempt++)); do
    url=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["nats"][0])' \
        "$work/nats-server_$broker.ports" 2>/dev/null) && break
    kill -0 "$broker" 2>/dev/null || break
    sleep 0.1
done
[ -n "$url" ] || fail "nats-server did not start: $(tail -n 3 "$work/server.log")"

mkdir "$work/results"
for ((turn = 1; turn <= runs; turn++)); do
    say "  turn $turn of $runs"
    measure "$work/results/ours.$turn" "$autoglm" bench bus --nats "$url" --messages "$messages" --runs 1 --output json
    measure "$work/results/nats-py.$turn" "$python" bench/bus/nats_py.py "$url" "$((messages / 50))"
    measure "$work/results/polling.$turn" python3 bench/bus/polling.py 2000
done
python3 bench/bus/report.py "$work/results" "$("$server" --version)" \
    "$("$python" -c 'from importlib.metadata import version; print(version("nats-py"))')" ${picture:+"$picture"}
