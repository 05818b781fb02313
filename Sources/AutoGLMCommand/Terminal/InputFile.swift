// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelHub

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Reads whole files and standard input.
enum InputFile {
    /// The most bytes read from one input.
    private static let maximumBytes = 1 << 30

    /// The bytes of a file.
    ///
    /// - Throws: ``CommandError`` that names the file and says why it cannot be read.
    static func bytes(path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw self.failure("'\(path)'") }
        defer { close(descriptor) }
        return try self.read(descriptor, name: "'\(path)'")
    }

    /// The text of a file, which must be UTF-8.
    static func text(path: String) throws -> String { try self.text(self.bytes(path: path), name: "'\(path)'") }

    /// All of standard input.
    ///
    /// - Throws: ``CommandError``; `CancellationError` when the task is cancelled while nothing comes.
    static func standardInput() throws -> [UInt8] { try self.read(STDIN_FILENO, name: "standard input") }

    /// All of standard input, which must be UTF-8.
    static func standardInputText() throws -> String {
        try self.text(self.standardInput(), name: "standard input")
    }

    /// The SHA-256 of a file's bytes, in hexadecimal; the file is never in memory as a whole.
    static func sha256(path: String) throws -> String {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw self.failure("'\(path)'") }
        defer { close(descriptor) }
        var hash = RunningHash()
        while true {
            let part = try self.readPart(descriptor, name: "'\(path)'")
            if part.isEmpty { return hash.text }
            hash.append(part)
        }
    }

    private static func text(_ bytes: [UInt8], name: String) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            throw CommandError(.badInput, "The text of \(name) is not UTF-8 (line \(line + 1)); save it as UTF-8.")
        }
        return text
    }

    /// What comes next on standard input; empty at its end.
    static func standardInputPart() throws -> [UInt8] { try self.readPart(STDIN_FILENO, name: "standard input") }

    private static func read(_ descriptor: Int32, name: String) throws -> [UInt8] {
        var bytes = [UInt8]()
        while true {
            let part = try self.readPart(descriptor, name: name)
            if part.isEmpty { return bytes }
            bytes += part
            guard bytes.count <= self.maximumBytes else {
                throw CommandError(.badInput, "More than \(self.maximumBytes >> 20) MiB come from \(name).")
            }
        }
    }

    private static func readPart(_ descriptor: Int32, name: String) throws -> [UInt8] {
        while true {
            try self.wait(for: descriptor)
            var count = 0
            let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, initialized in
                #if canImport(Glibc)
                count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                #else
                count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
                #endif
                initialized = max(0, count)
            }
            if count >= 0 { return part }
            guard errno == EINTR || errno == EAGAIN else { throw self.failure(name) }
        }
    }

    /// Waits until something can be read, looking for cancellation now and then.
    private static func wait(for descriptor: Int32) throws {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var ready: Int32
        repeat {
            try Task.checkCancellation()
            ready = poll(&request, 1, 100)
        } while ready == 0 || ready < 0 && errno == EINTR
    }

    private static func failure(_ name: String) -> CommandError {
        let reason = String(cString: strerror(errno))
        return CommandError(.badInput, "Cannot read \(name): \(reason).")
    }
}
