// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
package import LLMCore
internal import OrderedCollections

extension KServeResponse {
    /// Reads the answer to `infer`.
    ///
    /// - Parameters:
    ///   - body: The whole body.
    ///   - headerLength: How many of its bytes are JSON; nil for all.
    /// - Throws: ``JSONError`` and ``KServeTensorError`` where it is not what the protocol says.
    package init(inferBody body: [UInt8], headerLength: Int?) throws {
        let length = headerLength ?? body.count
        guard 0...body.count ~= length else {
            throw KServeTensorError(.wrongSize, "The JSON of the answer is \(length) of \(body.count) bytes long.")
        }
        let json = try JSONValue(parsing: body[..<length], maximumDepth: 64)
        self.init(head: json)
        var rest = body[length...]
        for output in json["outputs"]?.arrayValue ?? [] {
            self.outputs.append(try KServeTensor(output, binary: &rest))
        }
        guard rest.isEmpty else {
            throw KServeTensorError(.wrongSize, "\(rest.count) bytes follow the tensors of the answer.")
        }
    }

    /// Reads an answer of `generate_stream`, which has its outputs by name.
    ///
    /// - Throws: ``JSONError`` and ``KServeTensorError`` where it is not what the protocol says.
    package init(generated json: JSONValue) throws {
        self.init(head: json)
        for (name, value) in json.objectValue ?? [:]
        where !["model_name", "model_version", "id", "parameters"].contains(name) {
            let first = value.arrayValue.map { $0.first ?? 0 } ?? value
            let datatype: KServeDatatype =
                switch first {
                case .bool: .bool
                case .integer: .int64
                case .number: .fp64
                default: .bytes
                }
            let shape = value.arrayValue.map { [$0.count] } ?? [1]
            self.outputs.append(try KServeTensor(name, datatype: datatype, shape: shape, json: value))
        }
    }

    private init(head json: JSONValue) {
        self.model = json["model_name"]?.stringValue ?? ""
        self.version = json["model_version"]?.stringValue ?? ""
        self.id = json["id"]?.stringValue ?? ""
        for (name, value) in json["parameters"]?.objectValue ?? [:] { self.parameters[name] = value }
    }
}

extension KServeTensor {
    /// Reads a tensor whose elements are in the JSON, or follow it.
    ///
    /// - Parameter rest: What follows the JSON and was not read yet.
    fileprivate init(_ json: JSONValue, binary rest: inout ArraySlice<UInt8>) throws {
        let name = json["name"]?.stringValue ?? ""
        let datatype = try KServeDatatype(named: json["datatype"]?.stringValue ?? "")
        let dimensions = json["shape"]?.arrayValue ?? []
        let shape = dimensions.compactMap(\.integerValue)
        guard shape.count == dimensions.count else {
            throw KServeTensorError(.invalidShape, "The shape of the tensor '\(name)' is no list of whole numbers.")
        }
        guard let size = json["parameters"]?["binary_data_size"]?.integerValue else {
            try self.init(name, datatype: datatype, shape: shape, json: json["data"] ?? [])
            return
        }
        guard 0...rest.count ~= size else {
            throw KServeTensorError(
                .wrongSize, "The tensor '\(name)' should have \(size) bytes, and \(rest.count) are left.")
        }
        let bytes = Array(rest.prefix(size))
        rest = rest.dropFirst(size)
        try self.init(name, datatype: datatype, shape: shape, bytes: bytes)
    }
}
