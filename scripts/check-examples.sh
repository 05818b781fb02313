#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the examples as their readers do, and checks what they print: the plugins in C, Rust (where rustc is) and Swift, each built by its own script (Swift's builds the
# package's macros first, some minutes), a camera's folder and a microphone's, and the cascade of intent models.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=$(realpath "${AUTOGLM_BIN:-.build/release/autoglm}")
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
export AUTOGLM_BIN=$autoglm XDG_STATE_HOME
box=$(mktemp -d)
XDG_STATE_HOME=$box/state
trap 'rm -rf "$box"' EXIT

# has NAME FILE TEXT…: the file must have each text.
has() {
    local name=$1 file=$2 text
    for text in "${@:3}"; do
        grep -qF -- "$text" "$file" || { cat "$file" >&2; fail "$name did not print '$text'."; }
    done
    step "$name" "as it should be"
}

for plugin in word-count:count:words longest-word:find:word text-statistics:measure:averageLength; do
    IFS=: read -r name call output <<<"$plugin"
    if [ "$name" = longest-word ] && ! command -v "${RUSTC:-rustc}" >/dev/null; then
        step "$name" "left out: there is no rustc"
        continue
    fi
    "Examples/Plugins/$name/build.sh" "$box/plugins" >&2
    cat >"$box/$name.yaml" <<YAML
pipeline: example
steps: [{id: m, uses: plugin, with: {plugin: $name, step: $call, input: {text: "to be or not to be"}}}]
output: "\${m.output}"
YAML
    "$autoglm" run "$box/$name.yaml" --plugins "$box/plugins" --output json >"$box/$name.out"
    has "$name" "$box/$name.out" "\"$output\":"
done
Examples/Multimodal/run.sh >"$box/room.out"
has multimodal "$box/room.out" 'Please mind the gap' 'camera] picture with the text'
scripts/adaptive-demo.sh >"$box/adaptive.out" 2>"$box/adaptive.log" || { cat "$box/adaptive.log" >&2; exit 1; }
has adaptive "$box/adaptive.out" '"intent"' '"question"' '"cost"'
