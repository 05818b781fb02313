#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lets the clients of check-clients.sh ask one server for minutes, while models, versions, keys and promotions change: half of
# the time in one life, in which no request may fail and memory must stay where it is, and half through kill -9 and SIGTERM at
# random moments, in which requests are asked again until they are answered. What the server said that it has kept must be there.
# Usage: scripts/soak-clients.sh [--minutes N] [--seed N]   (default: 10 minutes, seed 1)
# AUTOGLM_BIN is our program (default .build/release/autoglm). Prints one line of JSON last; the status is 1 unless nothing was
# lost or wrong and memory is flat.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/serving.sh

clients=$(scripts/install-clients.sh)
encoder=$(scripts/fetch-model.sh encoder)
[ -n "${AUTOGLM_OPENVINO:-}" ] || scripts/fetch-model.sh openvino >/dev/null
PYTHONDONTWRITEBYTECODE=1 "$clients/python" scripts/soak/run.py "$autoglm" "$box/soak" "$encoder" "$clients" "$@" || {
    tail -n 5 "$box/soak/log" >&2
    fail "The server did not stand it."
}
