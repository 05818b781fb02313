#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A camera's folder and a microphone's, watched while files appear in them: prints what is read, and a prompt of it.
# What appears are the tests' own pictures and words; with espeak-ng installed the words are spoken anew.
# Arguments go to `autoglm inputs run`, such as --ask, which gives each prompt to the model, or --output json.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
samples=Tests/MediaRecognitionTests/Fixtures
box=$(mktemp -d)
writer=
trap 'if [ -n "$writer" ]; then kill "$writer" 2>/dev/null || true; fi; rm -rf "$box"' EXIT
mkdir "$box/camera" "$box/microphone"

# Files that a program writes appear under their names when they are whole.
appear() { # what, where, when
    cp "$1" "$box/part"
    touch -d "@$3" "$box/part"
    mv "$box/part" "$box/$2"
}

if command -v espeak-ng >/dev/null; then
    espeak-ng -v en-us+m3 -s 130 -w "$box/words.wav" "one two three four five"
    words=$box/words.wav
else
    words=$samples/speech.flac
fi

write() {
    local now
    now=$(date +%s)
    appear "$samples/page.png" camera/0001.png "$now"
    # The recording arrives before a picture that was taken earlier.
    appear "$words" "microphone/0001.${words##*.}" "$((now + 2))"
    appear "$samples/turned.jpg" camera/0002.jpg "$((now + 1))"
}

write &
writer=$!
"$autoglm" inputs run Examples/Multimodal/room.yaml --watch "$box/camera" --watch "$box/microphone" --until-idle 3s --prompts "$@"
wait "$writer"
writer=
