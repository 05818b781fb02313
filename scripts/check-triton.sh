#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks KServeModels against NVIDIA's own Triton, over HTTP and gRPC.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

if [ "${1:-}" != --beside-triton ]; then exec scripts/with-triton.sh scripts/triton-models scripts/check-triton.sh --beside-triton; fi
AUTOGLM_TRITON_HTTP=http://127.0.0.1:$TRITON_HTTP AUTOGLM_TRITON_GRPC=grpc://127.0.0.1:$TRITON_GRPC \
    AUTOGLM_TESTS=KServeModelsTests swift test -c release --disable-testable-imports --disable-xctest --filter RealTriton
step "✔ triton" "every check passed over HTTP and gRPC"
