#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Kills runs with SIGKILL at random moments, resumes them, and counts what their steps left behind (docs/runs.md).
# Usage: scripts/crash.sh [RUNS]   (default 200); the last line on stdout is JSON, and the status 1 unless nothing was lost or doubled.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

runs=${1:-200}
[[ "$runs" =~ ^[1-9][0-9]*$ ]] || fail "RUNS is '$runs'; it must be a whole number."
say "Building what is killed…"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
AUTOGLM_TESTS=RunStorageTests AUTOGLM_CRASH_RUNS=$runs \
    swift test -c release --disable-testable-imports --disable-xctest --filter CrashTests >"$log" 2>&1 || status=$?
python3 - "$log" <<'PYTHON' || { tail -20 "$log" >&2; exit 1; }
import json, re, sys

total, forms = {}, []
for line in open(sys.argv[1], encoding="utf-8"):
    found = re.match(r"crash (\w+) (\{.*\})", line)
    if found:
        forms.append(found.group(1))
        for name, value in json.loads(found.group(2)).items():
            total[name] = total.get(name, 0) + value
if sorted(forms) != ["nats", "postgres", "resumed", "workers"]:
    sys.exit("the crash tests did not come to their end")
print(json.dumps(total))
PYTHON
exit "$status"
