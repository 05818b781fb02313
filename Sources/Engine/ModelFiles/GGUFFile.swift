// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A GGUF model file (versions 2 and 3, little endian), mapped into memory and checked.
///
/// Opening reads the metadata and the tensor table, never the weights; whatever the table says has been checked
/// against the file's size before anybody sees it.
package final class GGUFFile: Sendable {
    /// The file's path, or what the bytes were called.
    package let path: String

    /// The format's version, 2 or 3.
    package let version: Int

    /// What the file says about itself.
    package let metadata: GGUFMetadata

    /// The tensors, in the file's order.
    package let tensors: [TensorDescription]

    /// The multiple at which every tensor starts, in bytes.
    package let alignment: Int

    /// How many bytes the file has.
    package var byteCount: Int { self.storage.bytes.count }

    /// Places of tensors in ``tensors`` by name.
    private let places: [String: Int]

    /// The file's bytes.
    private let storage: ByteStorage

    /// Opens a model file.
    ///
    /// - Throws: ``ModelFileError`` when the file is missing, unreadable, no GGUF, or contradicts itself.
    package convenience init(path: String) throws {
        try self.init(storage: ByteStorage(mapping: path), path: path)
    }

    /// Reads a model file's bytes from memory; they are copied.
    ///
    /// - Throws: ``ModelFileError`` when the bytes are no GGUF or contradict themselves.
    package convenience init(bytes: some Collection<UInt8>, name: String = "<memory>") throws {
        try self.init(storage: ByteStorage(copying: bytes), path: name)
    }

    /// Parses the table at the front of the bytes.
    private init(storage: ByteStorage, path: String) throws {
        var reader = GGUFReader(storage: storage, source: path)
        let header = try reader.readHeader()
        self.metadata = try reader.readMetadata(count: header.metadataCount)
        self.alignment = try reader.alignment(from: self.metadata)
        var table = GGUFTensorTable(alignment: self.alignment, source: path)
        try table.read(count: header.tensorCount, from: &reader)
        self.tensors = table.tensors
        self.places = table.places
        self.version = header.version
        self.storage = storage
        self.path = path
    }

    /// The tensor of a name.
    package func tensor(named name: String) -> TensorDescription? {
        self.places[name].map { self.tensors[$0] }
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
