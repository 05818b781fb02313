#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Swift code of the gRPC services and messages in Protos/, by the plugins that belong to the packages in Package.resolved.
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

# generate FOLDER NAME…: makes the code for each Protos/NAME.proto, and puts it into FOLDER or compares it with what is there.
generate() {
    local folder=$1 options="Visibility=Package,UseAccessLevelOnImports=true"
    shift
    local output=$made/$folder
    mkdir -p "$output"
    protoc "${@/%/.proto}" --proto_path Protos \
        --plugin="$plugins/protoc-gen-swift" --swift_out="$output" --swift_opt="$options" \
        --plugin="$plugins/protoc-gen-grpc-swift-2" --grpc-swift-2_out="$output" --grpc-swift-2_opt="$options"
    # A proto without services makes a file without code.
    { grep -L '^package enum' "$output"/*.grpc.swift || true; } | xargs -r rm
    if [ "$mode" = --check ]; then
        diff -r "$output" "$folder" >&2 || fail "$folder is not what Protos/ says." "Mend it with: scripts/generate-protobuf.sh"
    else
        mkdir -p "$folder"
        rm -f "$folder"/*
        cp "$output"/* "$folder/"
    fi
    step "✔ $*" "$folder"
}

# describe FILE NAME…: writes the descriptors of Protos/NAME.proto, which reflection tells clients, as a Swift constant.
describe() {
    local file=$1 output=$made/descriptors.swift
    shift
    protoc "${@/%/.proto}" --proto_path Protos --include_imports --descriptor_set_out="$made/descriptors"
    {
        echo "// SPDX-License-Identifier: Apache-2.0"
        echo
        echo "/// The descriptors of the protocols that are served; scripts/generate-protobuf.sh makes them."
        echo "enum ProtocolDescriptors {"
        echo "    /// A \`google.protobuf.FileDescriptorSet\` in Base64."
        echo '    static let base64 = """'
        base64 -w 100 "$made/descriptors" | sed 's/^/        /; s/$/\\/; $s/\\$//'
        echo '        """'
        echo "}"
    } >"$output"
    if [ "$mode" = --check ]; then
        cmp "$output" "$file" >&2 || fail "$file is not what Protos/ says." "Mend it with: scripts/generate-protobuf.sh"
    else
        cp "$output" "$file"
    fi
    step "✔ descriptors" "$file"
}

generate Sources/Adapters/KServeProtocol/Generated kserve_model_config kserve_inference
generate Sources/Adapters/AutoGLMProtocol/Generated autoglm_v1
generate Sources/Serving/GRPCAPI/Generated grpc_health grpc_reflection
generate Sources/Adapters/TelemetryExport/Generated otlp
generate Sources/Learning/ModelTraining/Export/Generated onnx
describe Sources/Serving/GRPCAPI/Reflection/ProtocolDescriptors.swift autoglm_v1 kserve_inference grpc_health grpc_reflection
