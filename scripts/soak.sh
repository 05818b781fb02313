#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Asks the program the same question again and again: every answer must be the same, and memory must stay where it is.
# Usage: scripts/soak.sh [MINUTES]   (default 10)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "$autoglm is not there." "Build it with: make release"
exec python3 - "$autoglm" "${1:-10}" <<'PYTHON'
import json, resource, subprocess, sys, time

program, minutes = sys.argv[1], float(sys.argv[2])
command = [program, "generate", "--model", "smollm2", "--temperature", "0", "--max-tokens", "64", "--output", "json",
           "Write one sentence about the sea."]
end = time.monotonic() + minutes * 60
first, runs, peak, early_peak = None, 0, 0, 0
while time.monotonic() < end or runs < 2:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"run {runs + 1} failed with status {done.returncode}: {done.stderr.strip()}")
    text = json.loads(done.stdout)["text"]
    first = text if first is None else first
    if text != first:
        sys.exit(f"run {runs + 1} answered differently:\n  first: {first}\n  now:   {text}")
    runs += 1
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    early_peak = peak if runs == 2 else early_peak
print(f"{runs} runs, the same answer each time; peak memory {early_peak // 1024} MiB at first, {peak // 1024} MiB at the end")
if peak > early_peak * 1.2:
    sys.exit("peak memory grew by more than a fifth")
PYTHON
