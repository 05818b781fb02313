#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds this plugin into a folder of its own: the library, and the manifest that is derived from its types.
# Usage: Examples/Plugins/text-statistics/build.sh FOLDER     then: autoglm plugin list --plugins FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ "$#" = 1 ] || { echo "Usage: $0 FOLDER" >&2; exit 64; }
# Macros are compiled from source, and optimising their libraries takes most of a first build.
SWIFT_EXEC=${SWIFT_EXEC:-$("$here/../../../scripts/quick-tools.sh")}
export SWIFT_EXEC
swift build --package-path "$here" -c release --product TextStatistics
"${AUTOGLM_BIN:-autoglm}" plugin pack "$(swift build --package-path "$here" -c release --show-bin-path)/libTextStatistics.so" --plugins "$1"
