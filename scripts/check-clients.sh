#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that clients of OpenAI, Anthropic and Ollama work unchanged against `autoglm serve` with the default model: the
# official Python clients, LangChain's classes, and the program llm.
# Usage: check-clients.sh [CLIENT…], of: openai anthropic ollama langchain llm; by default all.
# AUTOGLM_BIN is our program (default .build/release/autoglm); each client is installed into .bench/clients.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
if [ "$#" = 0 ]; then set -- openai anthropic ollama langchain llm; fi

# Installs a client into an environment of its own, once.
install_client() { # client
    local package=$1 place=$bench_dir/clients/$1
    if [ "$1" = langchain ]; then package=langchain-openai; fi
    if [ -e "$place/installed" ]; then return; fi
    mkdir -p "$bench_dir/clients"
    logged "$place-venv.log" "Making a Python environment for $1" python3 -m venv "$place"
    logged "$place.log" "Installing $package" "$place/bin/pip" install "$package"
    touch "$place/installed"
}

# Asks by the program llm, in pieces and whole, as a chat and as a completion.
check_llm() { # URL
    local answer prompt options=(-o temperature 0 -o max_tokens 24 --no-log)
    LLM_USER_PATH=$(mktemp -d)
    export LLM_USER_PATH
    cat >"$LLM_USER_PATH/extra-openai-models.yaml" <<YAML
- {model_id: local-chat, model_name: smollm2, api_base: "$1/v1", api_key_name: local}
- {model_id: local-text, model_name: smollm2, api_base: "$1/v1", api_key_name: local, completion: true}
YAML
    for model in local-chat local-text; do
        prompt="What is the capital of France? Answer in one word."
        if [ "$model" = local-text ]; then prompt="The capital of France is"; fi
        for stream in "" --no-stream; do
            # shellcheck disable=SC2086
            answer=$("$bench_dir/clients/llm/bin/llm" -m "$model" $stream "${options[@]}" --key unused "$prompt")
            [[ $answer = *Paris* ]] || fail "llm got no answer of $model, but: $answer"
        done
        printf 'llm: %s: fine\n' "$model"
    done
    rm -rf "$LLM_USER_PATH"
}

for client in "$@"; do
    case $client in
        openai | anthropic | ollama | langchain | llm) install_client "$client" ;;
        *) fail "There is no check of the client '$client'." "Known: openai anthropic ollama langchain llm" ;;
    esac
done
log=$(mktemp)
"$autoglm" serve --port 0 2>"$log" &
child=$!
clean_up_with stop_child
url=
for _ in $(seq 150); do
    url=$(sed -n 's/^Listening on \(http[^;]*\);.*/\1/p' "$log")
    if [ -n "$url" ]; then break; fi
    kill -0 "$child" 2>/dev/null || fail "The server ended: $(cat "$log")"
    sleep 0.2
done
[ -n "$url" ] || fail "The server does not say where it listens: $(cat "$log")"
for client in "$@"; do
    if [ "$client" = llm ]; then
        check_llm "$url"
    else
        "$bench_dir/clients/$client/bin/python" "scripts/clients/with_$client.py" "$url"
    fi
done

# A request to end lets a streamed answer end, and then ends the program.
answer=$(mktemp)
curl -sN "$url/v1/chat/completions" -d '{"model": "smollm2", "stream": true, "temperature": 0, "max_tokens": 200,
    "messages": [{"role": "user", "content": "Count from 1 to 60."}]}' >"$answer" &
client=$!
until [ -s "$answer" ] || ! kill -0 "$client" 2>/dev/null; do sleep 0.05; done
kill -TERM "$child"
wait "$client" || fail "The answer in progress was cut off: $(tail -n 2 "$answer")"
grep -q '^data: \[DONE\]$' "$answer" || fail "The answer in progress did not end: $(tail -n 2 "$answer")"
status=0
wait "$child" || status=$?
child=
# A program that a signal ends says so by its status.
[ "$status" = 143 ] || fail "The server ended with status $status: $(cat "$log")"
step "✔ SIGTERM" "the answer in progress ended, and then the server"
