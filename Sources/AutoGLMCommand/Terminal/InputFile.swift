// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

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

    private static func text(_ bytes: [UInt8], name: String) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError(.badInput, "The text of \(name) is not UTF-8.")
        }
        return text
    }

    private static func read(_ descriptor: Int32, name: String) throws -> [UInt8] {
        var bytes = [UInt8]()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            try self.wait(for: descriptor)
            #if canImport(Glibc)
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            #else
            let count = Darwin.read(descriptor, &chunk, chunk.count)
            #endif
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw self.failure(name) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= self.maximumBytes else {
                throw CommandError(.badInput, "More than \(self.maximumBytes >> 20) MiB come from \(name).")
            }
        }
    }

    /// Waits until something can be read, looking for cancellation now and then.
    private static func wait(for descriptor: Int32) throws {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        repeat { try Task.checkCancellation() } while poll(&request, 1, 100) == 0
    }

    private static func failure(_ name: String) -> CommandError {
        let reason = String(cString: strerror(errno))
        return CommandError(.badInput, "Cannot read \(name): \(reason).")
    }
}
