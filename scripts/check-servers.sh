#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the conformance checks of the remote adapters against real servers on this machine, on the default model.
# Usage: scripts/check-servers.sh [llama.cpp|llama-cpp-python]…   (default: all of them; installs them the first time)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

mkdir -p "$bench_dir"
find_llama
model=$(scripts/fetch-model.sh)
server_pid=
trap 'stop_server' EXIT

stop_server() {
    [ -n "$server_pid" ] || return 0
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}

# Sets port to one that nobody uses.
find_port() {
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

# Starts a server and waits until it lists its models.
start_server() { # name, command…
    local name=$1 log=$bench_dir/server-$1.log
    shift
    "$@" >"$log" 2>&1 </dev/null &
    server_pid=$!
    for _ in $(seq 300); do
        if curl --silent --fail --output /dev/null "http://127.0.0.1:$port/v1/models"; then return; fi
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 15 "$log" >&2
    fail "$name did not start." "The whole log: $log"
}

check() { # backend, what follows the server's URL, checks for what the server lacks
    step "$1" "conformance checks"
    AUTOGLM_TESTS=RemoteModelsTests REAL_SERVER_BACKEND=$1 REAL_SERVER_URL=http://127.0.0.1:$port$2 REAL_SERVER_LACKS=$3 \
        swift test -c release --disable-testable-imports --disable-xctest --filter RealServerTests >"$bench_dir/check-$1.log" 2>&1 ||
        { grep -E "✘|↳|error:" "$bench_dir/check-$1.log" >&2; fail "$1 does not pass."; }
}

check_llama_cpp() {
    say "llama.cpp's server"
    find_port
    start_server llama.cpp "$llama_bin/llama-server" --model "$model" --host 127.0.0.1 --port "$port" --ctx-size 4096 \
        --parallel 1 --no-webui
    check llamacpp /v1 embeddings
    check openai-responses /v1 embeddings,log-probabilities
    check anthropic "" ""
    stop_server
}

# The package's Python sources over the llama.cpp that was built already.
check_llama_cpp_python() {
    say "llama-cpp-python's server"
    local venv=$bench_dir/llama-cpp-python
    if [ ! -d "$venv/source" ]; then
        rm -rf "$venv"
        logged "$bench_dir/llama-cpp-python.log" "Making a Python environment" python3 -m venv "$venv"
        logged "$bench_dir/llama-cpp-python.log" "Fetching the source package $llama_package" "$venv/bin/pip" download \
            --no-deps --no-binary llama-cpp-python --dest "$venv/package" "$llama_package"
        logged "$bench_dir/llama-cpp-python.log" "Installing what its server needs" "$venv/bin/pip" install \
            numpy diskcache jinja2 typing-extensions fastapi uvicorn pydantic-settings sse-starlette starlette-context PyYAML
        mkdir "$venv/unpacked"
        tar -xzf "$venv"/package/*.tar.gz -C "$venv/unpacked" --strip-components 1
        mv "$venv/unpacked" "$venv/source"
    fi
    find_port
    LLAMA_CPP_LIB_PATH=$llama_bin PYTHONPATH=$venv/source start_server llama-cpp-python "$venv/bin/python" -m \
        llama_cpp.server --model "$model" --host 127.0.0.1 --port "$port" --n_ctx 4096 --logits_all true
    check openai /v1 "$1"
    stop_server
}

for server in "${@:-llama.cpp llama-cpp-python}"; do
    for name in $server; do
        case $name in
            llama.cpp) check_llama_cpp ;;
            llama-cpp-python) check_llama_cpp_python embeddings ;;
            *) fail "There is no server '$name'." "Known are: llama.cpp llama-cpp-python" ;;
        esac
    done
done
say "All servers pass."
