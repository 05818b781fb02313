// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// A safetensors file, mapped into memory and checked; opening reads its header, never the weights.
package final class SafetensorsFile: TensorSource {
    /// The file's path, or what the bytes were called.
    package let path: String

    /// The tensors that can be read, in the order of their bytes.
    package let tensors: [TensorDescription]

    /// The tensors of a kind that cannot be read, each with the kind as the file writes it, such as `F8_E4M3`.
    package let unreadableTensors: [String: String]

    /// The free text that the file carries about itself, such as `format`.
    package let metadata: [String: String]

    /// Places of tensors in ``tensors`` by name.
    private let places: [String: Int]

    /// The file's bytes.
    private let storage: ByteStorage

    /// Opens a file.
    ///
    /// - Throws: ``ModelFileError`` when the file is missing, unreadable, no safetensors file, or contradicts itself.
    package convenience init(path: String) throws {
        try self.init(storage: ByteStorage(mapping: path), path: path)
    }

    /// Reads a file's bytes from memory; they are copied.
    ///
    /// - Throws: ``ModelFileError`` when the bytes are no safetensors file or contradict themselves.
    package convenience init(bytes: some Collection<UInt8>, name: String = "<memory>") throws {
        try self.init(storage: ByteStorage(copying: bytes), path: name)
    }

    private init(storage: ByteStorage, path: String) throws {
        let header = try SafetensorsHeader(storage.bytes, source: path)
        self.tensors = header.tensors
        self.unreadableTensors = header.unreadable
        self.metadata = header.metadata
        self.places = Dictionary(
            header.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.storage = storage
        self.path = path
    }

    /// The tensor of a name; nil where there is none.
    ///
    /// - Throws: ``ModelFileError`` with code `.unsupportedType` when its numbers are of a kind that cannot be read.
    package func tensor(named name: String) throws -> TensorDescription? {
        if let place = self.places[name] { return self.tensors[place] }
        guard let kind = self.unreadableTensors[name] else { return nil }
        throw ModelFileError(
            .unsupportedType,
            "\(self.path): tensor '\(name)' holds \(kind) numbers, which cannot be read; supported are F32, F16 and BF16."
        )
    }

    /// A tensor's bytes, valid while this file lives.
    package func bytes(of tensor: TensorDescription) -> UnsafeRawBufferPointer { self.storage.bytes(of: tensor) }

    /// Checks that the file has not become shorter since it was opened: reading what is gone would end the process.
    ///
    /// - Throws: ``ModelFileError`` with code `.truncated`.
    package func checkIntact() throws { try self.storage.checkIntact(path: self.path) }

    /// Hints that a tensor's bytes will not be read for a while; reading them again reads the file again.
    package func adviseUnneeded(_ tensor: TensorDescription) {
        self.storage.adviseUnneeded(tensor.offset..<tensor.offset + tensor.byteCount)
    }
}
