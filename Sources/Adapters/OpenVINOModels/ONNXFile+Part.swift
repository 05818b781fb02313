// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ONNXFile {
    /// A model that computes what is inside another one: the same file with one other output.
    ///
    /// OpenVINO leaves out what that output does not need.
    /// - Parameters:
    ///   - path: The file.
    ///   - tensor: The name of what it is to compute.
    /// - Returns: The model's bytes.
    /// - Throws: ``OpenVINOError`` with code `.invalidFile`.
    static func part(of path: String, upTo tensor: String) throws -> [UInt8] {
        var scanner = try FieldScanner(path: path)
        var bytes: [UInt8] = []
        try scanner.fields(in: 0..<scanner.size) { scanner, field in
            guard case (7, .bytes(let range)) = (field.number, field.value) else {
                return try Self.append(field, &scanner, to: &bytes)
            }
            var graph: [UInt8] = []
            try scanner.fields(in: range) { scanner, field in
                if field.number != 12 { try Self.append(field, &scanner, to: &graph) }
            }
            Self.append(7, graph, to: &bytes)
        }
        // One message in several pieces is one message: the graph gets its output at the end.
        var output: [UInt8] = []
        Self.append(1, Array(tensor.utf8), to: &output)
        var graph: [UInt8] = []
        Self.append(12, output, to: &graph)
        Self.append(7, graph, to: &bytes)
        return bytes
    }

    private static func append(
        _ field: FieldScanner.Field, _ scanner: inout FieldScanner, to bytes: inout [UInt8]
    ) throws {
        switch field.value {
        case .number(let number):
            Self.append(UInt64(field.number) << 3, to: &bytes)
            Self.append(number, to: &bytes)
        case .bytes(let range): Self.append(field.number, try scanner.bytes(in: range), to: &bytes)
        // Models have no such fields at this depth.
        case .fixed: break
        }
    }

    private static func append(_ number: Int, _ value: [UInt8], to bytes: inout [UInt8]) {
        Self.append(UInt64(number) << 3 | 2, to: &bytes)
        Self.append(UInt64(value.count), to: &bytes)
        bytes += value
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
