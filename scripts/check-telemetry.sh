#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Serves the default model to real receivers of telemetry on this machine, and asks these what has arrived.
# Usage: scripts/check-telemetry.sh [phoenix|rotel|prometheus]…   (default: all of them; installs them the first time)
# AUTOGLM_BIN is our program (default .build/release/autoglm).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

phoenix_package=arize-phoenix==20.26.1
rotel_package=rotel
autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
mkdir -p "$bench_dir"
scripts/fetch-model.sh >/dev/null
work=$(mktemp -d)
running=()
trap 'stop_all; rm -rf "$work"' EXIT

# Ends every process that was started here, and waits for it.
stop_all() {
    local pid
    for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${running[@]}"; do wait "$pid" 2>/dev/null || true; done
    running=()
}

# Sets port to one that nobody uses.
find_port() {
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

# Starts a program and waits until a URL answers.
start() { # name, URL, command…
    local name=$1 url=$2 log=$bench_dir/telemetry-$1.log
    shift 2
    "$@" >"$log" 2>&1 </dev/null &
    running+=($!)
    for _ in $(seq 600); do
        if curl --silent --output /dev/null "$url"; then return; fi
        kill -0 "${running[-1]}" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 15 "$log" >&2
    fail "$name did not start." "The whole log: $log"
}

# Starts our server with some variables, and sets server to its URL.
serve() { # VARIABLE=value…
    find_port
    server=http://127.0.0.1:$port
    start autoglm "$server/health" env XDG_STATE_HOME="$work/state" OTEL_BSP_SCHEDULE_DELAY=200 \
        OTEL_BLRP_SCHEDULE_DELAY=200 OTEL_METRIC_EXPORT_INTERVAL=500 \
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true "$@" "$autoglm" serve --telemetry --port "$port"
}

# Asks the model something, as part of the trace 4bf9….
trace=4bf92f3577b34da6a3ce929d0e0e4736
ask() {
    curl --silent --show-error --fail --output /dev/null "$server/v1/chat/completions" \
        --header "traceparent: 00-$trace-00f067aa0ba902b7-01" --header 'content-type: application/json' \
        --data '{"model": "smollm2", "max_tokens": 8, "messages": [{"role": "user", "content": "The capital of France?"}]}'
}

# Makes a Python environment with a package, once, and sets venv to it.
environment() { # name, package…
    venv=$bench_dir/$1
    local log=$bench_dir/$1-install.log
    shift
    [ -x "$venv/bin/python" ] || logged "$log" "Making a Python environment" python3 -m venv "$venv"
    [ -e "$venv/done" ] || { logged "$log" "Installing $*" "$venv/bin/pip" install "$@"; touch "$venv/done"; }
}

# Repeats a check until it holds, for up to 30 seconds.
eventually() { # what, command…
    local what=$1
    shift
    for _ in $(seq 150); do
        if "$@" >"$work/eventually" 2>&1; then step "✔ $what" "$(tail -n 1 "$work/eventually")"; return; fi
        sleep 0.2
    done
    cat "$work/eventually" >&2
    fail "Not so: $what."
}

# Phoenix must show our generation as one of a language model, with its tokens and texts, below the server's span.
check_phoenix() {
    say "Arize Phoenix"
    environment phoenix "$phoenix_package"
    find_port
    local phoenix=http://127.0.0.1:$port grpc
    grpc=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    start phoenix "$phoenix/healthz" env PHOENIX_WORKING_DIR="$work/phoenix" PHOENIX_PORT="$port" \
        PHOENIX_GRPC_PORT="$grpc" PHOENIX_HOST=127.0.0.1 PHOENIX_TELEMETRY_ENABLED=false "$venv/bin/phoenix" serve
    local protocol
    for protocol in http/protobuf grpc; do
        local endpoint=$phoenix
        [ "$protocol" = http/protobuf ] || endpoint=http://127.0.0.1:$grpc
        serve OTEL_EXPORTER_OTLP_ENDPOINT="$endpoint" OTEL_EXPORTER_OTLP_PROTOCOL=$protocol OTEL_METRICS_EXPORTER=none \
            OTEL_LOGS_EXPORTER=none
        ask
        eventually "spans over $protocol" "$venv/bin/python" scripts/check-phoenix.py "$phoenix" "$trace"
        kill "${running[-1]}"
        wait "${running[-1]}" || true
        unset 'running[-1]'
        trace=5${trace:1}
    done
    stop_all
}

# rotel must take all spans, metrics and log lines that it is sent over either protocol.
check_rotel() {
    say "rotel"
    environment rotel "$rotel_package"
    local rotel grpc http
    rotel=$(find "$venv" -name 'rotel-agent*' -type f -perm -u+x | head -n 1)
    [ -n "$rotel" ] || rotel=$venv/bin/rotel
    find_port
    grpc=$port
    find_port
    http=$port
    start rotel "http://127.0.0.1:$http" "$rotel" start --otlp-grpc-endpoint "127.0.0.1:$grpc" \
        --otlp-http-endpoint "127.0.0.1:$http" --exporter blackhole
    local protocol endpoint
    for protocol in http/protobuf grpc; do
        endpoint=http://127.0.0.1:$http
        [ "$protocol" = http/protobuf ] || endpoint=http://127.0.0.1:$grpc
        serve OTEL_EXPORTER_OTLP_ENDPOINT="$endpoint" OTEL_EXPORTER_OTLP_PROTOCOL=$protocol
        ask
        local signal
        for signal in traces metrics logs; do
            eventually "$signal over $protocol" sent "$signal"
        done
        kill "${running[-1]}"
        wait "${running[-1]}" || true
        unset 'running[-1]'
    done
    stop_all
}

# Whether our server counts that a receiver has taken some of a signal, and none was lost.
sent() { # signal
    curl --silent --fail "$server/metrics" | grep '^autoglm_telemetry_exported_total' >"$work/counts"
    grep -q "signal=\"$1\",outcome=\"sent\"} [1-9]" "$work/counts" || return 1
    ! grep "signal=\"$1\"" "$work/counts" | grep -v 'outcome="sent"' | grep -v ' 0\.0$' || return 1
    grep "signal=\"$1\",outcome=\"sent\"" "$work/counts"
}

# Prometheus must find us, take what we show without complaint, and know the exemplar's trace.
check_prometheus() {
    say "Prometheus"
    command -v prometheus >/dev/null || fail "There is no prometheus." "Install it: apt-get install prometheus"
    serve OTEL_SDK_DISABLED=true
    ask
    curl --silent --fail "$server/metrics" | promtool check metrics >"$work/promtool" 2>&1 ||
        { cat "$work/promtool" >&2; grep -qv '^$' "$work/promtool" && fail "promtool complains of our metrics."; }
    step "✔ promtool" "takes our metrics"
    cat >"$work/prometheus.yml" <<YAML
scrape_configs:
  - job_name: autoglm
    scrape_interval: 1s
    static_configs: [{targets: ["${server#http://}"]}]
YAML
    find_port
    local prometheus=http://127.0.0.1:$port
    start prometheus "$prometheus/-/ready" prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
        --web.listen-address="127.0.0.1:$port" --enable-feature=exemplar-storage
    eventually "scraped" holds "$prometheus/api/v1/query?query=up" '"value":\[[0-9.]*,"1"\]'
    eventually "a histogram" holds \
        "$prometheus/api/v1/query?query=gen_ai_client_operation_duration_seconds_count" '"value":\[[0-9.]*,"1"\]'
    eventually "an exemplar" holds "$prometheus/api/v1/query_exemplars?query=gen_ai_client_operation_duration_seconds_bucket&start=$(date -d '-1 hour' +%s)&end=$(date -d '+1 hour' +%s)" "$trace"
    stop_all
}

# Whether the answer of a URL has a text.
holds() { curl --silent --fail "$1" | tee "$work/answer" | grep -o "$2" | head -n 1 | grep . ; }

[ "$#" -gt 0 ] || set -- phoenix rotel prometheus
for name in "$@"; do
    case $name in
        phoenix) check_phoenix ;;
        rotel) check_rotel ;;
        prometheus) check_prometheus ;;
        *) fail "There is no receiver '$name'." "Known are: phoenix rotel prometheus" ;;
    esac
done
say "All receivers are served."
