#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that clients made by others work unchanged against `autoglm serve` with the default model, an encoder and built-in
# models of tensors: the official clients of OpenAI, Anthropic and Ollama, LangChain's classes, the program llm, NVIDIA's
# tritonclient over HTTP, gRPC and asyncio, and gRPC's own client, which learns autoglm.v1 by reflection; and that the library
# websockets works against `autoglm inputs run --listen`.
# Usage: check-clients.sh [CLIENT…], of: openai anthropic ollama langchain llm tritonclient grpc websockets; by default all.
# AUTOGLM_BIN is our program (default .build/release/autoglm).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/serving.sh

known=(openai anthropic ollama langchain llm tritonclient grpc websockets)
[ "$#" -gt 0 ] || set -- "${known[@]}"
for client in "$@"; do
    [[ " ${known[*]} " = *" $client "* ]] || fail "There is no check of the client '$client'." "Known: ${known[*]}"
done
clients=$(scripts/install-clients.sh)
encoder=$(scripts/fetch-model.sh encoder)
export PYTHONDONTWRITEBYTECODE=1

# Asks by the program llm, in pieces and whole, as a chat and as a completion.
check_llm() { # URL
    local answer prompt stream model options=(-o temperature 0 -o max_tokens 24 --no-log)
    export LLM_USER_PATH=$box/llm
    mkdir -p "$LLM_USER_PATH"
    cat >"$LLM_USER_PATH/extra-openai-models.yaml" <<YAML
- {model_id: local-chat, model_name: smollm2, api_base: "$1/v1", api_key_name: local}
- {model_id: local-text, model_name: smollm2, api_base: "$1/v1", api_key_name: local, completion: true}
YAML
    for model in local-chat local-text; do
        prompt="What is the capital of France? Answer in one word."
        if [ "$model" = local-text ]; then prompt="The capital of France is"; fi
        for stream in "" --no-stream; do
            # shellcheck disable=SC2086
            answer=$("$clients/llm" -m "$model" $stream "${options[@]}" --key unused "$prompt")
            [[ $answer = *Paris* ]] || fail "llm got no answer of $model, but: $answer"
        done
        printf 'llm: %s: fine\n' "$model"
    done
}

cat >"$box/autoglm.yaml" <<YAML
models:
  smollm2: {backend: local, model: smollm2}
  encoder: {backend: local, model: "$encoder"}
server:
  model_repository: scripts/serving-models
  model_control_mode: explicit
  load_models: '*'
  pipelines: [Examples/task-flow.yaml]
YAML
start_server --config "$box/autoglm.yaml"
for client in "$@"; do
    start=$SECONDS
    case $client in
        llm) check_llm "http://$http" ;;
        tritonclient) "$clients/python" scripts/clients/with_tritonclient.py "$http" "$grpc" "$metrics" ;;
        grpc) "$clients/python" scripts/clients/with_grpc.py "$grpc" ;;
        websockets) "$clients/python" scripts/clients/with_websockets.py "$autoglm" ;;
        *) "$clients/python" "scripts/clients/with_$client.py" "http://$http" ;;
    esac >"$box/said" 2>&1 || { cat "$box/said" >&2; fail "$client does not work." "The server's log ends so: $(tail -n 3 "$log")"; }
    step "✔ $client" "$(grep -cE ': fine$|✔' "$box/said") checks in $((SECONDS - start)) s"
done

# A request to end lets a streamed answer end, and then ends the program.
curl -sN "http://$http/v1/chat/completions" -d '{"model": "smollm2", "stream": true, "temperature": 0, "max_tokens": 200,
    "messages": [{"role": "user", "content": "Count from 1 to 60."}]}' >"$box/answer" &
reader=$!
until [ -s "$box/answer" ] || ! kill -0 "$reader" 2>/dev/null; do sleep 0.05; done
end_server
wait "$reader" || fail "The answer in progress was cut off: $(tail -n 2 "$box/answer")"
grep -q '^data: \[DONE\]' "$box/answer" || fail "The answer in progress did not end: $(tail -n 2 "$box/answer")"
# A program that a signal ends says so by its status.
[ "$ended" = 143 ] || fail "The server ended with status $ended: $(cat "$log")"
step "✔ SIGTERM" "the answer in progress ended, and then the server"
