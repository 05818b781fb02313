// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

/// What an ONNX file declares, read before OpenVINO sees the file.
///
/// The whole structure is walked, so that a file that is cut off or no model at all is refused here, and so is one that would read
/// other files than those in its folder.
package struct ONNXFile: Sendable {
    /// What the model takes, without what the file itself gives.
    package private(set) var inputs: [ONNXTensor] = []
    /// What it gives.
    package private(set) var outputs: [ONNXTensor] = []
    /// What its maker says of it, by name.
    package private(set) var metadata: [String: String] = [:]

    private static let maximumDepth = 16
    private static let maximumTensors = 1_000
    private static let maximumMetadata = (entries: 1_000, bytes: 1 << 20)

    /// Reads a file.
    ///
    /// - Throws: ``OpenVINOError`` with code `.invalidFile` that says where it is damaged.
    package init(path: String) throws {
        var scanner = try FieldScanner(path: path)
        let whole = 0..<scanner.size
        var version: UInt64 = 0
        // One message in several pieces is one message, so that a file may have its graph in pieces.
        var graphs: [Range<Int>] = []
        try scanner.fields(in: whole) { scanner, field in
            switch (field.number, field.value) {
            case (1, .number(let number)): version = number
            case (7, .bytes(let range)): graphs.append(range)
            case (14, .bytes(let range)): try self.readMetadata(&scanner, range)
            case (25, .bytes(let range)): try Self.checkNodes(&scanner, range, nodes: 7, depth: 0)
            default: break
            }
        }
        guard version > 0, !graphs.isEmpty else {
            throw OpenVINOError(.invalidFile, "The file '\(path)' is no ONNX model: it has no graph.")
        }
        var (inputs, outputs, values): ([ONNXTensor], [ONNXTensor], Set<String>) = ([], [], [])
        for graph in graphs {
            try scanner.fields(in: graph) { scanner, field in
                guard case .bytes(let range) = field.value else { return }
                switch field.number {
                case 5: values.insert(try Self.initializer(&scanner, range))
                case 11: inputs.append(try Self.tensor(&scanner, range))
                case 12: outputs.append(try Self.tensor(&scanner, range))
                case 15: try Self.checkSparse(&scanner, range)
                default: break
                }
                guard inputs.count + outputs.count <= Self.maximumTensors else {
                    throw scanner.damaged(range.lowerBound)
                }
            }
            try Self.checkNodes(&scanner, graph, nodes: 1, depth: 0)
        }
        self.inputs = inputs.filter { !values.contains($0.name) }
        self.outputs = outputs
        for names in [self.inputs.map(\.name), outputs.map(\.name)] where Set(names).count != names.count {
            throw OpenVINOError(.invalidFile, "The model '\(path)' has two tensors of one name.")
        }
        guard !outputs.isEmpty else { throw OpenVINOError(.invalidFile, "The model '\(path)' gives nothing.") }
    }

    private mutating func readMetadata(_ scanner: inout FieldScanner, _ range: Range<Int>) throws {
        var (key, value) = ("", "")
        try scanner.fields(in: range) { scanner, field in
            switch (field.number, field.value) {
            case (1, .bytes(let range)): key = try scanner.text(in: range)
            case (2, .bytes(let range)): value = try scanner.text(in: range, limit: Self.maximumMetadata.bytes)
            default: break
            }
        }
        self.metadata[key] = value
        guard self.metadata.count <= Self.maximumMetadata.entries else { throw scanner.damaged(range.lowerBound) }
    }

    // MARK: - Declared tensors

    private static func tensor(_ scanner: inout FieldScanner, _ range: Range<Int>) throws -> ONNXTensor {
        var tensor = ONNXTensor(name: "", datatype: nil, dimensions: nil)
        try scanner.fields(in: range) { scanner, field in
            switch (field.number, field.value) {
            case (1, .bytes(let range)): tensor.name = try scanner.text(in: range)
            case (2, .bytes(let range)):
                try scanner.fields(in: range) { scanner, field in
                    guard case (1, .bytes(let range)) = (field.number, field.value) else { return }
                    try Self.readType(&scanner, range, into: &tensor)
                }
            default: break
            }
        }
        guard !tensor.name.isEmpty else { throw scanner.damaged(range.lowerBound) }
        return tensor
    }

    private static func readType(
        _ scanner: inout FieldScanner, _ range: Range<Int>, into tensor: inout ONNXTensor
    ) throws {
        var dimensions: [Int]?
        try scanner.fields(in: range) { scanner, field in
            switch (field.number, field.value) {
            case (1, .number(let number)): tensor.datatype = ONNXTensor.datatypes[number]
            case (2, .bytes(let range)):
                var lengths: [Int] = []
                try scanner.fields(in: range) { scanner, field in
                    guard case (1, .bytes(let range)) = (field.number, field.value) else { return }
                    lengths.append(try Self.dimension(&scanner, range))
                }
                dimensions = lengths
            default: break
            }
        }
        tensor.dimensions = dimensions
    }

    /// A length, or -1 for any.
    private static func dimension(_ scanner: inout FieldScanner, _ range: Range<Int>) throws -> Int {
        var length = -1
        try scanner.fields(in: range) { scanner, field in
            guard case (1, .number(let number)) = (field.number, field.value) else { return }
            // Writers put 0 and negative numbers where they mean any length.
            guard let number = Int(exactly: number), number > 0 else { return }
            length = number
        }
        return length
    }

    // MARK: - Values

    /// The name of a value in the file.
    private static func initializer(_ scanner: inout FieldScanner, _ range: Range<Int>) throws -> String {
        var name = ""
        try scanner.fields(in: range) { scanner, field in
            switch (field.number, field.value) {
            case (8, .bytes(let range)): name = try scanner.text(in: range)
            case (13, .bytes(let range)): try Self.checkPlace(&scanner, range)
            default: break
            }
        }
        return name
    }

    private static func checkSparse(_ scanner: inout FieldScanner, _ range: Range<Int>) throws {
        try scanner.fields(in: range) { scanner, field in
            guard field.number <= 2, case .bytes(let range) = field.value else { return }
            _ = try Self.initializer(&scanner, range)
        }
    }

    /// Refuses values that lie in other files than those beside the model.
    private static func checkPlace(_ scanner: inout FieldScanner, _ range: Range<Int>) throws {
        var (key, value) = ("", "")
        try scanner.fields(in: range) { scanner, field in
            switch (field.number, field.value) {
            case (1, .bytes(let range)): key = try scanner.text(in: range)
            case (2, .bytes(let range)): value = try scanner.text(in: range)
            default: break
            }
        }
        let parts = value.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        guard key != "location" || !parts.contains("..") && parts.first != "" else {
            throw OpenVINOError(
                .invalidFile, "The model has values in '\(value.prefix(100))', which is not beside it.")
        }
    }

    /// Walks over the nodes of a graph or a function, with the graphs and values inside.
    private static func checkNodes(
        _ scanner: inout FieldScanner, _ range: Range<Int>, nodes: Int, depth: Int
    ) throws {
        guard depth <= Self.maximumDepth else { throw scanner.damaged(range.lowerBound) }
        try scanner.fields(in: range) { scanner, field in
            guard case (nodes, .bytes(let range)) = (field.number, field.value) else { return }
            try scanner.fields(in: range) { scanner, field in
                guard case (5, .bytes(let range)) = (field.number, field.value) else { return }
                try Self.checkAttribute(&scanner, range, depth: depth)
            }
        }
    }

    private static func checkAttribute(_ scanner: inout FieldScanner, _ range: Range<Int>, depth: Int) throws {
        try scanner.fields(in: range) { scanner, field in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case 5, 10: _ = try Self.initializer(&scanner, range)
            case 22, 23: try Self.checkSparse(&scanner, range)
            case 6, 11:
                try scanner.fields(in: range) { scanner, field in
                    switch (field.number, field.value) {
                    case (5, .bytes(let range)): _ = try Self.initializer(&scanner, range)
                    case (15, .bytes(let range)): try Self.checkSparse(&scanner, range)
                    default: break
                    }
                }
                try Self.checkNodes(&scanner, range, nodes: 1, depth: depth + 1)
            default: break
            }
        }
    }
}
