#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job on real input: user text → task type → prompt → model → parser → structured output.
# Shows each command before it runs; the last thing printed is one JSON object on stdout.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"

say "Every pipeline is a YAML file in Examples/; the model is SmolLM2-135M-Instruct, on this machine's processor."
for pipeline in Examples/*.yaml; do
    [ -e "$pipeline" ] || fail "There is no pipeline in Examples/." "This checkout is not whole: git status"
    show "$autoglm" run "$pipeline"
done

# The same as a program would read it.
last=$pipeline
show "$autoglm" run "$last" --output json
