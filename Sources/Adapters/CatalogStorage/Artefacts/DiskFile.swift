// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import LLMCore
internal import ModelCatalog

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// An open file or folder that is closed with this value.
final class DiskFile {
    /// What it is called in messages.
    let name: String
    let descriptor: Int32
    private let status: stat

    /// Opens something.
    ///
    /// - Parameters:
    ///   - path: Where it is, from `folder` or from the working folder.
    ///   - flags: How to open it.
    ///   - folder: The folder that the path begins in; then a link is an error.
    ///   - name: What it is called in messages.
    /// - Throws: `CatalogError` with code `.refusedPath` for a link, else `.unreadableFile`.
    init(_ path: String, _ flags: Int32, in folder: DiskFile? = nil, name: String) throws {
        let flags = flags | O_CLOEXEC | O_NONBLOCK | (folder == nil ? 0 : O_NOFOLLOW)
        let descriptor = openat(folder?.descriptor ?? AT_FDCWD, path, flags, 0o644)
        guard descriptor >= 0 else {
            if folder != nil, errno == ELOOP || errno == EMLINK {
                throw CatalogError(
                    .refusedPath, "'\(name)' is a link, which could lead anywhere; give the file itself.")
            }
            throw Self.failure("'\(name)' cannot be opened")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw Self.failure("'\(name)' cannot be looked at")
        }
        (self.name, self.descriptor, self.status) = (name, descriptor, status)
    }

    deinit { close(self.descriptor) }

    var isFolder: Bool { self.status.st_mode & S_IFMT == S_IFDIR }
    var isPlain: Bool { self.status.st_mode & S_IFMT == S_IFREG }

    /// Reads to the end, and writes what it reads to another file if there is one.
    ///
    /// - Returns: The SHA-256 of the bytes in hexadecimal, and how many there were.
    /// - Throws: `CatalogError` with code `.unreadableFile`; `CancellationError`.
    func hash(copyingTo copy: DiskFile? = nil) throws -> (hash: String, bytes: Int) {
        var (hash, total) = (SHA256(), 0)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            try Task.checkCancellation()
            let count = read(self.descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("'\(self.name)' cannot be read") }
            if count == 0 { break }
            let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(bufferPointer: part)
            try copy?.write(part)
            total += count
        }
        let text = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return (text, total)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            #if canImport(Glibc)
            let count = Glibc.write(self.descriptor, part.baseAddress, part.count)
            #else
            let count = Darwin.write(self.descriptor, part.baseAddress, part.count)
            #endif
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("'\(self.name)' cannot be written") }
            rest = rest.dropFirst(count)
        }
    }

    /// Waits until all of it is on the disk.
    func synchronise() throws {
        guard fsync(self.descriptor) == 0 else { throw Self.failure("'\(self.name)' cannot be written") }
    }

    /// What lies in a folder, in order.
    ///
    /// - Throws: `CatalogError` where there is more than a model may have.
    func entries() throws -> [String] {
        guard let stream = fdopendir(fcntl(self.descriptor, F_DUPFD_CLOEXEC, 0)) else {
            throw Self.failure("'\(self.name)' cannot be listed")
        }
        defer { closedir(stream) }
        rewinddir(stream)
        var names = [String]()
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            guard names.count <= ModelManifest.maximumFiles else {
                throw CatalogError(.refusedPath, "'\(self.name)' holds more than \(ModelManifest.maximumFiles) files.")
            }
        }
        return names.sorted()
    }

    /// An error with the system's reason.
    static func failure(_ problem: String, code: Int32 = errno) -> CatalogError {
        CatalogError(.unreadableFile, "\(problem): \(String(cString: strerror(code))).")
    }
}
