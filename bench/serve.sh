#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures `autoglm serve` under load, side by side with Triton and llama.cpp's server, in turns; medians and ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

usage() {
    cat <<'TEXT'
Usage: bench/serve.sh [--quick] [--runs N] [--seconds N] [--measures LIST]

Prints one table, then one line of JSON. The model is linear, 64 numbers to 8, asked by JSON: ours through OpenVINO, Triton's in
its Python backend. Servers and load share this machine's processors; the installation of the peers takes some minutes once.

  --quick           one turn, 5 seconds a load
  --runs N          turns (default 3)
  --seconds N       seconds of each load (default 15)
  --measures LIST   what to measure (default: everything):
                      locust         1,000 users of Locust, then 1,000 connections of wrk, with traces, metrics and logs on
                      fixed          the 99th percentile at 8,500 requests/s, counted from when each request was due
                      triton         HTTP at 64 and at 1,000 connections, against Triton
                      grpc           gRPC at 64 connections, against Triton
                      llama          16 chats that stream, against llama.cpp's server
                      observability  the share of the requests/s that traces (1 in 100 kept), metrics and logs cost

AUTOGLM_BIN         our program (default .build/release/autoglm)
AUTOGLM_BENCH_DIR   where peers are installed and kept (default .bench)
TEXT
}

runs=3 seconds=15 measures=locust,fixed,triton,grpc,llama,observability
while [ "$#" -gt 0 ]; do
    case $1 in
        --quick) runs=1 seconds=5; shift ;;
        --runs | --seconds | --measures)
            [ "$#" -ge 2 ] || fail "$1 needs a value."
            printf -v "${1#--}" '%s' "$2"; shift 2 ;;
        -h | --help) usage; exit ;;
        *) fail "There is no option '$1'." "bench/serve.sh --help tells which there are." ;;
    esac
done
[[ $runs =~ ^[1-9][0-9]*$ && $seconds =~ ^[1-9][0-9]*$ ]] || fail "--runs and --seconds are numbers from 1 up."
name='(locust|fixed|triton|grpc|llama|observability)'
[[ $measures =~ ^$name(,$name)*$ ]] || fail "--measures is a list of locust, fixed, triton, grpc, llama and observability."
wants() { [[ $measures =~ $1 ]]; }

# A program from a Debian package.
need() { # program, package
    command -v "$1" >/dev/null || fail "$1 is missing." "On Debian: apt-get install $2"
}

# A Python environment with some packages, made once.
environment() { # name, packages…
    local venv=$bench_dir/$1
    shift
    [ ! -e "$venv/complete" ] || return 0
    rm -rf "$venv"
    logged "$venv.log" "Making a Python environment" python3 -m venv "$venv"
    logged "$venv.log" "Installing $*" "$venv/bin/pip" install "$@"
    touch "$venv/complete"
}

export SERVE_AUTOGLM=${AUTOGLM_BIN:-$PWD/.build/release/autoglm}
[ -x "$SERVE_AUTOGLM" ] || fail "There is no $SERVE_AUTOGLM." "Build it: swift build -c release --product autoglm"
mkdir -p "$bench_dir/serve"
before=()
if wants 'locust|fixed|triton|grpc|observability'; then
    need wrk wrk
    environment onnx onnx numpy
    export SERVE_MODELS=$bench_dir/serve/models
    "$bench_dir/onnx/bin/python" bench/serve/linear.py "$SERVE_MODELS"
fi
if wants locust; then
    environment locust locust
    export SERVE_LOCUST=$bench_dir/locust/bin/locust
fi
if wants fixed; then
    need cc gcc
    export SERVE_LOAD=$bench_dir/serve/load
    logged "$SERVE_LOAD.log" "Compiling the load" cc -O2 -o "$SERVE_LOAD" bench/load/load.c
fi
if wants 'triton|grpc'; then
    need h2load nghttp2-client
    environment tritonclient 'tritonclient[http,grpc]' numpy aiohttp
    export SERVE_GRPC_PYTHON=$bench_dir/tritonclient/bin/python
    before=(scripts/with-triton.sh bench/serve/triton-models bash -c 'SERVE_TRITON_HTTP=$TRITON_HTTP SERVE_TRITON_GRPC=$TRITON_GRPC exec "$@"' -)
fi
if wants llama; then
    find_llama
    SERVE_MODEL=$(scripts/fetch-model.sh)
    export SERVE_MODEL SERVE_LLAMA=$llama_bin/llama-server
fi
# Two sockets of this machine for each connection, and some for everything else.
ulimit -n 4096 2>/dev/null || true
${before[@]+"${before[@]}"} python3 bench/serve/compare.py --runs "$runs" --seconds "$seconds" --measures "$measures"
