#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the clients of scripts/clients/requirements.txt into the user's cache folder, once for each list of versions.
# pip's own configuration (index, proxy, certificates) holds here. Prints the folder of the clients' programs on stdout.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

list=scripts/clients/requirements.txt
[ -n "${XDG_CACHE_HOME:-}${HOME:-}" ] || fail "Neither XDG_CACHE_HOME nor HOME is set, so there is no cache folder." \
    "Set XDG_CACHE_HOME to a folder you can write to."
folder=${XDG_CACHE_HOME:-${HOME:-}/.cache}/autoglm/clients/$(cat "$list" <(python3 --version) | sha256_of /dev/stdin | cut -c 1-12)
if [ -e "$folder/installed" ]; then
    step "clients" "$folder (there)"
else
    mkdir -p "$(dirname "$folder")"
    # Of two that install at a time, one waits for the other.
    exec 9>"$folder.lock"
    if command -v flock >/dev/null; then flock 9; fi
    if [ ! -e "$folder/installed" ]; then
        say "  installing the clients of $list (about 250 MB) from the Python package index"
        rm -rf "$folder"
        { python3 -m venv "$folder" && "$folder/bin/python" -m pip install --no-input --disable-pip-version-check \
            --only-binary :all: --requirement "$list"; } >"$folder.log" 2>&1 </dev/null || {
            tail -n 4 "$folder.log" >&2
            fail "The clients could not be installed. The whole log: $folder.log" \
                "Check the network and pip's settings (python3 -m pip config list; PIP_INDEX_URL, PIP_CERT, https_proxy)." \
                "On Debian, python3 -m venv needs: apt-get install python3-venv"
        }
        touch "$folder/installed"
    fi
    step "clients" "$folder (installed)"
fi
printf '%s\n' "$folder/bin"
