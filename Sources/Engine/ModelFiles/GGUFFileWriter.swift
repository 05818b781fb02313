// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Writes a GGUF file tensor by tensor, so that it never has to fit in memory.
///
/// The bytes go to a new file next to the target, which takes its place when everything has been written: whoever opens
/// the target finds the old file or the whole new one.
package struct GGUFFileWriter: ~Copyable {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private let alignment: Int
    private var written = 0
    private var finished = false

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: The target.
    ///   - metadata: What the file says about itself.
    ///   - tensors: Names, dimensions, types and sizes of what follows, in this order; offsets are not looked at.
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package init(
        path: String, metadata: [(key: String, value: GGUFValue)], tensors: [TensorDescription]
    ) throws {
        self.path = path
        self.partial = "\(path).\(getpid()).partial"
        self.alignment = GGUFWriter.alignment(of: metadata)
        self.descriptor = open(self.partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard self.descriptor >= 0 else { throw Self.failure(path, errno) }
        try GGUFWriter.header(metadata: metadata, tensors: tensors).withUnsafeBytes { try self.append($0) }
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
        if self.descriptor >= 0, !self.finished { unlink(self.partial) }
    }

    /// Begins the next tensor; its bytes follow in as many parts as the caller likes.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package mutating func beginTensor() throws {
        let padding = GGUFWriter.padded(self.written, self.alignment) - self.written
        try [UInt8](repeating: 0, count: padding).withUnsafeBytes { try self.append($0) }
    }

    /// Appends bytes of the tensor that was begun last.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`, such as on a full disk.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(self.descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(self.path, count < 0 ? errno : EIO) }
            rest = rest.dropFirst(count)
        }
        self.written += bytes.count
    }

    /// Puts the file in its place.
    ///
    /// - Returns: How many bytes it has.
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package mutating func finish() throws -> Int {
        guard fsync(self.descriptor) == 0, rename(self.partial, self.path) == 0 else {
            throw Self.failure(self.path, errno)
        }
        self.finished = true
        return self.written
    }

    private static func failure(_ path: String, _ code: Int32) -> ModelFileError {
        ModelFileError(.notWritable, "\(path): cannot be written: \(ByteStorage.reason(code)); nothing was changed.")
    }
}
