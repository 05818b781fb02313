#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that every global symbol of the C kernels begins with ctk_, so that they never clash with a C library
# that an application links. Reads the objects of the release build, or of the folder given.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

folder=${1:-.build/release/CTensorKernels.build}
mapfile -t objects < <(find -L "$folder" -name '*.o' 2>/dev/null)
[ "${#objects[@]}" -gt 0 ] || fail "There are no objects in $folder." "Build first: make release"

strangers=$(nm --defined-only --extern-only --print-file-name "${objects[@]}" | awk '
    { name = $NF; type = $(NF - 1); file = $1; sub(/:[0-9a-f]*$/, "", file); sub(/^_/, "", name) }
    type ~ /^[A-TV-Z]$/ && name !~ /^ctk_/ { print file " defines the global symbol " name }')
if [ -n "$strangers" ]; then
    printf '%s\n' "$strangers" >&2
    fail "Global symbols of CTensorKernels begin with ctk_." "Rename them, or make them static."
fi
step "symbols" "every global symbol of ${#objects[@]} objects begins with ctk_"
