#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds this plugin into a folder of its own: the library, and the manifest with the library's hash. It was tried with rustc 1.95.
# Usage: Examples/Plugins/longest-word/build.sh FOLDER     then: autoglm plugin list --plugins FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ "$#" = 1 ] || { echo "Usage: $0 FOLDER" >&2; exit 64; }
to=$1/longest-word
mkdir -p "$to"
"${RUSTC:-rustc}" --edition 2021 --crate-type cdylib -C opt-level=2 -D warnings "$here/longest_word.rs" -o "$to/liblongest_word.so"
hash=$({ sha256sum "$to/liblongest_word.so" 2>/dev/null || shasum -a 256 "$to/liblongest_word.so"; } | cut -d ' ' -f 1)
sed "s/^sha256: .*/sha256: $hash/" "$here/plugin.yaml" >"$to/plugin.yaml"
