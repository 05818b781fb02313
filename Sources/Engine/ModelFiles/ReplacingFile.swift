// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// A file that is written next to its target and takes its place when everything has been written: whoever opens the target finds
/// the old file or the whole new one.
package struct ReplacingFile: ~Copyable {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var finished = false
    /// How many bytes were appended.
    private(set) var written = 0

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: The target.
    ///   - mode: Who may read, write and run it, less what the process's mask takes away.
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package init(path: String, mode: UInt32 = 0o666) throws {
        self.path = path
        // Whoever else writes, or has died writing, has another name.
        self.partial = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).partial"
        self.descriptor = open(self.partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
        guard self.descriptor >= 0 else { throw Self.failure(path, errno) }
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
        if self.descriptor >= 0, !self.finished { unlink(self.partial) }
    }

    /// Appends bytes.
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
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package mutating func finish() throws {
        guard fsync(self.descriptor) == 0, rename(self.partial, self.path) == 0 else {
            throw Self.failure(self.path, errno)
        }
        self.finished = true
    }

    /// Writes a text as a whole file.
    ///
    /// - Parameters:
    ///   - path: The target.
    ///   - text: All that it has then.
    ///   - mode: Who may read, write and run it, less what the process's mask takes away.
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package static func replace(_ path: String, with text: String, mode: UInt32 = 0o666) throws {
        var file = try Self(path: path, mode: mode)
        try Array(text.utf8).withUnsafeBytes { try file.append($0) }
        try file.finish()
    }

    private static func failure(_ path: String, _ code: Int32) -> ModelFileError {
        ModelFileError(.notWritable, "\(path): cannot be written: \(ByteStorage.reason(code)); nothing was changed.")
    }
}
