// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Where results go (stdout) and where everything else goes (stderr); nothing is held back in a buffer.
enum Console {
    /// The reader of stdout has gone; there is nobody left to write for.
    struct OutputClosed: Error {}

    /// Writes text to stdout as it is.
    ///
    /// - Throws: ``OutputClosed`` when nobody reads any more; ``CommandError`` when the system cannot write.
    static func write(_ text: String) throws { try self.write(Array(text.utf8)) }

    /// Writes a line to stdout.
    static func line(_ text: String) throws { try self.write(text + "\n") }

    /// Writes one JSON object to stdout, in a line of its own.
    static func json(_ value: JSONValue) throws { try self.line(value.serialized()) }

    /// Writes bytes to stdout as they are.
    static func write(_ bytes: [UInt8]) throws {
        switch self.write(bytes, to: STDOUT_FILENO) {
        case 0: return
        case EPIPE: throw OutputClosed()
        case let code:
            throw CommandError(.outputFailed, "Cannot write to standard output: \(String(cString: strerror(code))).")
        }
    }

    /// Writes a line to stderr; where that fails nothing can be said.
    static func note(_ text: String) { self.noteWithoutNewline(text + "\n") }

    /// Writes whole lines to stderr; where that fails nothing can be said.
    static func note(lines: [UInt8]) { _ = self.write(lines, to: STDERR_FILENO) }

    /// Writes to stderr without ending the line.
    static func noteWithoutNewline(_ text: String) { _ = self.write(Array(text.utf8), to: STDERR_FILENO) }

    /// Whether stdin is a terminal.
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether stdout is a terminal.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Writes everything.
    ///
    /// - Returns: 0 or the error's number.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                #if canImport(Glibc)
                let written = Glibc.write(descriptor, part.baseAddress, part.count)
                #else
                let written = Darwin.write(descriptor, part.baseAddress, part.count)
                #endif
                if written < 0, errno == EINTR { continue }
                if written < 0, errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                    continue
                }
                guard written > 0 else { return written < 0 ? errno : EIO }
                rest = rest.dropFirst(written)
            }
            return 0
        }
    }
}
