#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Swift code of the gRPC services in Protos/, by the plugins that belong to the packages in Package.resolved.
# Usage: scripts/generate-protobuf.sh [--check]   --check changes nothing and says whether the committed code is what
# comes out; it is skipped where there is no protoc (Debian: protobuf-compiler).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

mode=${1:-}
[ -z "$mode" ] || [ "$mode" = --check ] || fail "There is no option '$mode'." "Usage: scripts/generate-protobuf.sh [--check]"
if ! command -v protoc >/dev/null; then
    if [ "$mode" = --check ]; then say "Skipped: there is no protoc to check the generated code with."; exit 0; fi
    fail "There is no protoc." "Install it: apt-get install protobuf-compiler"
fi

for plugin in protoc-gen-swift protoc-gen-grpc-swift-2; do
    swift build -c release --product "$plugin" >&2
done
plugins=$(swift build -c release --show-bin-path)
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# generate NAME FOLDER: makes the code for Protos/NAME.proto, that of its services, if it has any, included, and puts it into
# FOLDER or compares it with what is there.
generate() {
    local options="Visibility=Package,UseAccessLevelOnImports=true"
    mkdir -p "$made/$1"
    protoc "$1.proto" --proto_path Protos \
        --plugin="$plugins/protoc-gen-swift" --swift_out="$made/$1" --swift_opt="$options"
    if grep -q '^service ' "Protos/$1.proto"; then
        protoc "$1.proto" --proto_path Protos \
            --plugin="$plugins/protoc-gen-grpc-swift-2" --grpc-swift-2_out="$made/$1" --grpc-swift-2_opt="$options"
    fi
    if [ "$mode" = --check ]; then
        diff -r "$made/$1" "$2" >&2 || fail "$2 is not what Protos/$1.proto says." "Mend it with: scripts/generate-protobuf.sh"
    else
        mkdir -p "$2"
        rm -f "$2"/*
        cp "$made/$1"/* "$2/"
    fi
    step "✔ $1" "$2"
}

generate kserve_inference Sources/Adapters/KServeModels/Generated
generate otlp Sources/Adapters/TelemetryExport/Generated
