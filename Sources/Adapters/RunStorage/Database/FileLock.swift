// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A lock on one byte of a file that the system lets go when the process ends, however it ends.
///
/// It belongs to the opened file, not to the process: two holders in one process exclude each other, too.
final class FileLock: Sendable {
    #if canImport(Glibc)
    // F_OFD_GETLK, F_OFD_SETLK and F_OFD_SETLKW, which Swift does not import.
    private static let getLock: Int32 = 36
    private static let setLock: Int32 = 37
    private static let setLockWaiting: Int32 = 38
    #else
    private static let getLock: Int32 = 92
    private static let setLock: Int32 = 90
    private static let setLockWaiting: Int32 = 91
    #endif

    private let descriptor: Int32
    private let offset: Int64

    private init(descriptor: Int32, offset: Int64) {
        self.descriptor = descriptor
        self.offset = offset
    }

    deinit {
        // Closing alone would not do: a program that is just being started may still have a copy of the descriptor.
        var range = Self.range(F_UNLCK, offset: self.offset)
        _ = fcntl(self.descriptor, Self.setLock, &range)
        close(self.descriptor)
    }

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - path: The file, which is made where it is missing; nothing is written to it.
    ///   - offset: Which byte.
    ///   - waits: Whether to wait for another holder.
    /// - Returns: The lock, held until it is released; nil where another has it.
    /// - Throws: ``StorageError`` where the file cannot be opened or the file system has no locks.
    static func take(_ path: String, offset: Int64, waits: Bool = false) throws -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        let lock = FileLock(descriptor: descriptor, offset: offset)
        var range = Self.range(F_WRLCK, offset: offset)
        while fcntl(descriptor, waits ? Self.setLockWaiting : Self.setLock, &range) != 0 {
            switch errno {
            case EINTR: continue
            case EAGAIN, EACCES: return nil
            case let code: throw Self.failure(path, code)
            }
        }
        return lock
    }

    /// Whether somebody holds the lock; asking takes it from nobody.
    ///
    /// - Throws: ``StorageError`` as ``take(_:offset:waits:)`` does.
    static func isTaken(_ path: String, offset: Int64) throws -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        defer { close(descriptor) }
        var range = Self.range(F_WRLCK, offset: offset)
        guard fcntl(descriptor, Self.getLock, &range) == 0 else { throw Self.failure(path, errno) }
        return range.l_type != Int16(F_UNLCK)
    }

    private static func range(_ type: Int32, offset: Int64) -> flock {
        var range = flock()
        range.l_type = Int16(type)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = off_t(offset)
        range.l_len = 1
        return range
    }

    private static func failure(_ path: String, _ code: Int32) -> StorageError {
        let reason = String(cString: strerror(code))
        let isReadOnly = code == EROFS || code == EACCES || code == EPERM
        return StorageError(
            isReadOnly ? .readOnly : .cannotOpen,
            "Cannot use '\(path)' (\(reason)). Its folder must exist, may be written, and must lie on a local disk.")
    }
}
