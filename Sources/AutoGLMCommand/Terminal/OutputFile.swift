// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Writes whole files: whoever reads sees the old text or the new one.
enum OutputFile {
    /// Writes a text.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - path: The file.
    ///   - mode: Who may read, write and run it.
    /// - Throws: ``CommandError`` that names the file and the reason.
    static func write(_ text: String, to path: String, mode: mode_t) throws {
        let new = "\(path).new"
        unlink(new)
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL, mode)
        guard descriptor >= 0 else { throw self.failure(path) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.write(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                close(descriptor)
                unlink(new)
                throw self.failure(path)
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        guard rename(new, path) == 0 else { throw self.failure(path) }
    }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    private static func failure(_ path: String) -> CommandError {
        CommandError(.outputFailed, "Cannot write '\(path)': \(String(cString: strerror(errno))).")
    }
}
