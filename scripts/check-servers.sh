#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the conformance checks of the remote adapters against real servers on this machine, on the default model.
# Usage: scripts/check-servers.sh [llama.cpp|llama-cpp-python|transformers|autoglm]…   (default: all of them; installs them
# the first time, which for llama.cpp takes about 9 minutes). AUTOGLM_BIN is our program (default .build/release/autoglm).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

transformers_package=transformers[serving]==5.24.0
mkdir -p "$bench_dir"
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
    for _ in $(seq 600); do
        if curl --silent --fail --output /dev/null "http://127.0.0.1:$port/v1/models"; then return; fi
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 15 "$log" >&2
    fail "$name did not start." "The whole log: $log"
}

# What a check says of a server, in the words of ModelAdapterConformance; a star stands for anything.
no_embeddings='embeddings: threw The server at * refused: *'
uncounted_stream='stream and response: the prompt is counted as 0 tokens'
uncounted_whole='whole answers: the same answer is counted as different numbers of tokens'
schema_ignored="JSON: '*' does not fit the schema"
schema_not_kept="JSON: threw '*' gave no JSON by the schema in 3 answers; *"
schema_refused='JSON: threw The server at * refused: *'
no_log_probabilities='log-probabilities: no tokens are reported'
log_probabilities_refused='log-probabilities: threw The server at * refused: top_logprobs requires logprobs *'

# Runs the checks of one adapter; the sentences that are given may be what they say, and nothing else.
check() { # backend, what follows the server's URL, the model's name there, excused sentences…
    local log=$bench_dir/check-$1.log backend=$1 path=$2 name=$3 excuses
    shift 3
    excuses=$(printf '%s\n' "$@")
    AUTOGLM_TESTS=RemoteModelsTests REAL_SERVER_BACKEND=$backend REAL_SERVER_URL=http://127.0.0.1:$port$path \
        REAL_SERVER_EXCUSES=$excuses REAL_SERVER_MODEL=$name swift test -c release --disable-testable-imports --disable-xctest \
        --filter RealServerTests >"$log" 2>&1 || { grep -E "✘|↳|error:" "$log" >&2; fail "$backend does not pass." "The whole log: $log"; }
    grep -q "Test run with 1 test" "$log" || fail "No check of $backend ran." "The whole log: $log"
    step "✔ $backend" "$([ "$#" -eq 0 ] || echo "$# sentences excused")"
}

# The default model gives no vectors, and is too small to write JSON by a schema that it is only told, as over Messages. Of
# Responses, the server ignores `text` (JSON by a schema) and `include` (log-probabilities), without which it refuses their number.
check_llama_cpp() {
    say "llama.cpp's server"
    find_llama
    find_port
    start_server llama.cpp "$llama_bin/llama-server" --model "$model" --host 127.0.0.1 --port "$port" --ctx-size 4096 \
        --parallel 1 --no-webui
    check llamacpp /v1 default "$no_embeddings"
    check openai-responses /v1 default "$no_embeddings" "$log_probabilities_refused" "$schema_ignored"
    check anthropic "" default "$schema_not_kept"
    stop_server
}

# The package's Python sources over the llama.cpp that was built already. The default model gives no vectors; the server
# counts no tokens of streamed answers, and takes JSON schemas in a form of its own.
check_llama_cpp_python() {
    say "llama-cpp-python's server"
    find_llama
    local venv=$bench_dir/llama-cpp-python log=$bench_dir/llama-cpp-python.log
    if [ ! -d "$venv/source" ]; then
        rm -rf "$venv"
        logged "$log" "Making a Python environment" python3 -m venv "$venv"
        logged "$log" "Fetching the source package $llama_package" "$venv/bin/pip" download \
            --no-deps --no-binary llama-cpp-python --dest "$venv/package" "$llama_package"
        logged "$log" "Installing what its server needs" "$venv/bin/pip" install \
            numpy diskcache jinja2 typing-extensions fastapi uvicorn pydantic-settings sse-starlette starlette-context PyYAML
        mkdir "$venv/unpacked"
        tar -xzf "$venv"/package/*.tar.gz -C "$venv/unpacked" --strip-components 1
        mv "$venv/unpacked" "$venv/source"
    fi
    find_port
    LLAMA_CPP_LIB_PATH=$llama_bin PYTHONPATH=$venv/source start_server llama-cpp-python "$venv/bin/python" -m \
        llama_cpp.server --model "$model" --host 127.0.0.1 --port "$port" --n_ctx 4096 --logits_all true
    check openai /v1 default "$no_embeddings" "$schema_refused" "$uncounted_stream" "$uncounted_whole"
    stop_server
}

# The model as a folder, since this server opens no file. It has no vectors, and of Responses, it ignores `text` (JSON by a
# schema) and `include` (log-probabilities); told a schema and not held to it, the default model is too small to keep to it.
check_transformers() {
    say "transformers serve"
    local venv=$bench_dir/transformers log=$bench_dir/transformers.log
    if [ ! -x "$venv/bin/transformers" ]; then
        rm -rf "$venv"
        logged "$log" "Making a Python environment" python3 -m venv "$venv"
        # A wheel of PyTorch for processors alone, where pip is set up with one, is a fifth of PyPI's.
        "$venv/bin/pip" install --no-index --no-deps torch >"$log" 2>&1 || true
        logged "$log" "Installing $transformers_package" "$venv/bin/pip" install torch gguf accelerate "$transformers_package"
    fi
    if [ ! -s "$venv/model/tokenizer.json" ]; then
        HF_HUB_OFFLINE=1 logged "$log" "Making a folder of $model" "$venv/bin/python" scripts/gguf-folder.py "$model" "$venv/model"
    fi
    find_port
    HF_HUB_OFFLINE=1 HF_HOME=$bench_dir/huggingface start_server transformers "$venv/bin/transformers" serve \
        "$venv/model" --host 127.0.0.1 --port "$port" --device cpu
    check transformers /v1 "$venv/model" "$schema_not_kept"
    check openai-responses /v1 "$venv/model" "$no_embeddings" "$no_log_probabilities" "$schema_ignored"
    stop_server
}

# Our own engine, served in every protocol. The default model gives no vectors, and is too small to write JSON by a schema
# that it is only told, as over Messages.
check_autoglm() {
    say "autoglm serve"
    local autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
    [ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
    find_port
    start_server autoglm "$autoglm" serve --port "$port"
    for backend in openai openai-responses llamacpp; do check "$backend" /v1 smollm2 "$no_embeddings"; done
    check anthropic "" smollm2 "$schema_not_kept"
    check ollama "" smollm2 "$no_embeddings"
    stop_server
}

servers=(llama.cpp llama-cpp-python transformers autoglm)
[ "$#" -gt 0 ] || set -- "${servers[@]}"
for name in "$@"; do
    case $name in
        llama.cpp) check_llama_cpp ;;
        llama-cpp-python) check_llama_cpp_python ;;
        transformers) check_transformers ;;
        autoglm) check_autoglm ;;
        *) fail "There is no server '$name'." "Known are: ${servers[*]}" ;;
    esac
done
say "All servers pass."
