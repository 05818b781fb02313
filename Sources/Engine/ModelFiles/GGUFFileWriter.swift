// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Writes a GGUF file tensor by tensor, so that it never has to fit in memory.
package struct GGUFFileWriter: ~Copyable {
    private var file: ReplacingFile
    private let alignment: Int

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: The target, which is replaced when everything has been written.
    ///   - metadata: What the file says about itself.
    ///   - tensors: Names, dimensions, types and sizes of what follows, in this order; offsets are not looked at.
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package init(
        path: String, metadata: [(key: String, value: GGUFValue)], tensors: [TensorDescription]
    ) throws {
        self.alignment = GGUFWriter.alignment(of: metadata)
        var file = try ReplacingFile(path: path)
        try GGUFWriter.header(metadata: metadata, tensors: tensors).withUnsafeBytes { try file.append($0) }
        self.file = file
    }

    /// Begins the next tensor; its bytes follow in as many parts as the caller likes.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package mutating func beginTensor() throws {
        let padding = GGUFWriter.padded(self.file.written, self.alignment) - self.file.written
        try [UInt8](repeating: 0, count: padding).withUnsafeBytes { try self.append($0) }
    }

    /// Appends bytes of the tensor that was begun last.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`, such as on a full disk.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws { try self.file.append(bytes) }

    /// Puts the file in its place.
    ///
    /// - Returns: How many bytes it has.
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package mutating func finish() throws -> Int {
        try self.file.finish()
        return self.file.written
    }
}
