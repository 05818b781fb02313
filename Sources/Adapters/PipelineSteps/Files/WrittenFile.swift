// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A file that is open for writing at its end, closed with this value.
final class WrittenFile: Sendable {
    private let descriptor: Int32
    private let name: String

    /// Takes a descriptor over.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    deinit { close(self.descriptor) }

    /// How many bytes the file has.
    func length() throws -> Int { Int(try self.status().st_size) }

    /// Refuses what is no plain file.
    func checkPlainFile() throws {
        guard try self.status().st_mode & S_IFMT == S_IFREG else {
            throw PipelineError(.unreadableFile, "'\(self.name)' is no plain file.")
        }
    }

    /// Takes away what is behind a length; the file never gets longer by that.
    func cut(to length: Int) throws {
        guard try self.length() > length else { return }
        guard ftruncate(self.descriptor, off_t(length)) == 0 else {
            throw fileError("'\(self.name)' cannot be cut to \(length) bytes")
        }
    }

    /// Does something while nobody else who asks for it has the file for writing, in this process or another.
    ///
    /// Waits without holding a thread up: who has the file may need one to be done with it.
    func alone<Value>(_ work: () async throws -> Value) async throws -> Value {
        var pause = Duration.milliseconds(1)
        while flock(self.descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw fileError("'\(self.name)' cannot be locked") }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        defer { _ = flock(self.descriptor, LOCK_UN) }
        return try await work()
    }

    /// Writes bytes at the end.
    func append(_ bytes: [UInt8]) throws { try writeAll(bytes, to: self.descriptor, name: self.name) }

    /// Waits until the disk has it all.
    func sync() throws {
        guard fsync(self.descriptor) == 0 else { throw fileError("'\(self.name)' cannot be written") }
    }

    private func status() throws -> stat {
        var status = stat()
        guard fstat(self.descriptor, &status) == 0 else { throw fileError("'\(self.name)' cannot be examined") }
        return status
    }
}

/// A file that takes the place of another only when it is complete; goes away with this value if it never does.
final class FileDraft: Sendable {
    /// What is written so far.
    let file: WrittenFile
    private let folder: OpenFolder
    private let name: String
    private let last: String

    /// Begins a draft in a folder.
    init(in folder: OpenFolder, for last: String, about name: String) throws {
        guard last != "." else { throw PipelineError(.unreadableFile, "'\(name)' names no file.") }
        self.name = ".\(String(UInt64.random(in: .min ... .max), radix: 36)).draft"
        self.last = last
        self.folder = folder
        self.file = WrittenFile(
            descriptor: try folder.open(self.name, O_WRONLY | O_CREAT | O_EXCL, about: name), name: name)
    }

    // After the draft has taken its place there is nothing of its name.
    deinit { self.folder.remove(self.name) }

    /// Puts the draft in its place.
    func finish() throws {
        try self.file.sync()
        try self.folder.rename(self.name, to: self.last)
    }
}
