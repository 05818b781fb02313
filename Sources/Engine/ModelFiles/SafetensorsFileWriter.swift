// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import OrderedCollections

/// Writes a safetensors file of floats.
package enum SafetensorsFileWriter {
    /// A tensor to write.
    package struct Entry {
        let name: String
        let shape: [Int]
        let values: [Float]

        /// Describes a tensor.
        ///
        /// - Parameters:
        ///   - name: Unlike any other of the file.
        ///   - shape: The size of each dimension.
        ///   - values: As many as that, the last dimension first.
        package init(_ name: String, _ shape: [Int], _ values: [Float]) {
            (self.name, self.shape, self.values) = (name, shape, values)
        }
    }

    /// Writes a file, which takes the place of one that is there when all of it has been written.
    ///
    /// - Parameters:
    ///   - path: The target.
    ///   - metadata: Free text that the file carries about itself.
    ///   - tensors: What it holds, in this order.
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package static func write(path: String, metadata: [(String, String)], tensors: [Entry]) throws {
        var header: OrderedDictionary<String, JSONValue> = [:]
        header["__metadata__"] = .object(
            OrderedDictionary(metadata.map { ($0, .string($1)) }, uniquingKeysWith: { $1 }))
        var offset = 0
        for tensor in tensors {
            let end = offset + tensor.values.count * MemoryLayout<Float>.size
            header[tensor.name] = .object([
                "dtype": "F32", "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": .array([.integer(offset), .integer(end)]),
            ])
            offset = end
        }
        var json = Array(JSONValue.object(header).serialized().utf8)
        // So that floats begin where processors like them to.
        json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
        var file = try ReplacingFile(path: path)
        try withUnsafeBytes(of: UInt64(json.count).littleEndian) { try file.append($0) }
        try json.withUnsafeBytes { try file.append($0) }
        for tensor in tensors { try tensor.values.withUnsafeBytes { try file.append($0) } }
        try file.finish()
    }
}
