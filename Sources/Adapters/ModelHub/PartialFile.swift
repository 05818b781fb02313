// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// A file that is being fetched: bytes are added at its end and hashed on the way.
final class PartialFile: Sendable {
    private struct State {
        var descriptor: Int32
        var size: Int
        var hash: RunningHash
    }

    /// The file's path.
    let path: String
    private let state: Mutex<State>

    /// Opens a file, or makes one; what is in it already is read and hashed.
    ///
    /// - Throws: ``HubError`` with code `.notWritable`.
    init(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path) }
        var hash = RunningHash()
        var size = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                defer { close(descriptor) }
                throw Self.failure(path)
            }
            if count == 0 { break }
            hash.append(count == buffer.count ? buffer : Array(buffer[..<count]))
            size += count
        }
        self.path = path
        self.state = Mutex(State(descriptor: descriptor, size: size, hash: hash))
    }

    deinit { self.state.withLock { _ = close($0.descriptor) } }

    /// How many bytes are there.
    var size: Int { self.state.withLock { $0.size } }

    /// The SHA-256 of what is there.
    var hash: String { self.state.withLock { $0.hash.text } }

    /// Adds bytes at the end.
    ///
    /// - Throws: ``HubError`` with code `.notWritable`, as when the disk is full.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try self.state.withLock { state in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = pwrite(
                    state.descriptor, part.baseAddress, part.count, off_t(state.size + bytes.count - rest.count))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Self.failure(self.path) }
                rest = rest.dropFirst(count)
            }
            state.size += bytes.count
            state.hash.append(bytes)
        }
    }

    /// Throws everything away that is there.
    func clear() throws {
        try self.state.withLock { state in
            guard ftruncate(state.descriptor, 0) == 0 else { throw Self.failure(self.path) }
            state.size = 0
            state.hash = RunningHash()
        }
    }

    /// Gives the finished file its name.
    func move(to path: String) throws {
        try self.state.withLock { state in
            guard fsync(state.descriptor) == 0, rename(self.path, path) == 0 else { throw Self.failure(path) }
        }
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o755) == 0 || errno == EEXIST else { throw Self.failure(made) }
        }
    }

    /// The size of a file; nil if there is none.
    static func size(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    private static func failure(_ path: String) -> HubError {
        HubError(.notWritable, "'\(path)' cannot be written: \(String(cString: strerror(errno))).")
    }
}
