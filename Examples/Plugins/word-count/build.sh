#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds this plugin into a folder of its own: the library, and the manifest with the library's hash.
# Usage: Examples/Plugins/word-count/build.sh FOLDER     then: autoglm plugin list --plugins FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ "$#" = 1 ] || { echo "Usage: $0 FOLDER" >&2; exit 64; }
to=$1/word-count
mkdir -p "$to"
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -fvisibility=default \
    -I "$here/../../../Sources/Adapters/CPluginABI/include" "$here/word_count.c" -o "$to/libword_count.so"
hash=$({ sha256sum "$to/libword_count.so" 2>/dev/null || shasum -a 256 "$to/libword_count.so"; } | cut -d ' ' -f 1)
sed "s/^sha256: .*/sha256: $hash/" "$here/plugin.yaml" >"$to/plugin.yaml"
