#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Says yes or no: is this tree in the shape the project wants? Prints what is wrong, where, why, and the way out.
# Usage: scripts/soundness.sh [CHECK…]   checks: format licences imports bans lengths layers scripts (default: all)
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/lib.sh

check_format() {
    swift format lint --strict --parallel --recursive Package.swift Sources Tests ||
        { echo "Mend it with: make format (what remains must be mended by hand)"; return 1; }
}
check_licences() { scripts/check-sources.py licences; }
check_imports() { scripts/check-sources.py imports; }
check_bans() { scripts/check-sources.py bans; }
check_lengths() { scripts/check-sources.py lengths; }
check_layers() { scripts/check-layers.sh; }
check_scripts() {
    local file status=0 files
    mapfile -t files < <(find scripts bench .ci -name '*.sh' -o -path .ci/run 2>/dev/null | sort)
    for file in "${files[@]}"; do bash -n "$file" || status=1; done
    if command -v shellcheck >/dev/null; then shellcheck --severity=warning --external-sources "${files[@]}" || status=1; fi
    while read -r file; do
        python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$file" || status=1
    done < <(find scripts bench -name '*.py' 2>/dev/null)
    return "$status"
}

checks=("$@")
[ "$#" -gt 0 ] || checks=(format licences imports bans lengths layers scripts)
status=0
for check in "${checks[@]}"; do
    declare -F "check_$check" >/dev/null || fail "There is no check '$check'." "Checks: format licences imports bans lengths layers scripts"
    if findings=$("check_$check" 2>&1); then
        step "✔ $check" "${findings##*$'\n'}"
    else
        status=1
        step "✘ $check" "failed:"
        printf '%s\n' "$findings"
    fi
done
[ "$status" = 0 ] || say "Not sound: see above."
exit "$status"
