// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A folder opened so that no name leads out of it: neither `..` nor a link, whatever others do to it meanwhile.
///
/// Each part of a name is opened by itself, in the folder before it, and links are not followed.
final class OpenFolder: Sendable {
    private static let maximumNameLength = 1_024
    private let descriptor: Int32

    /// Opens a folder that is allowed; links on the way to it are the user's own.
    init(_ path: String) throws {
        self.descriptor = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard self.descriptor >= 0 else { throw fileError("The folder '\(path)' cannot be opened") }
    }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(self.descriptor) }

    /// Opens the folder that a file lies in.
    ///
    /// - Parameters:
    ///   - name: The file's name, relative to this folder.
    ///   - makes: Whether folders that are missing are made.
    /// - Returns: The folder, and the last part of the name; `.` for this folder itself.
    func parent(of name: String, makes: Bool = false) throws -> (folder: OpenFolder, last: String) {
        var parts = name.split(separator: "/").map(String.init).filter { $0 != "." }
        guard name.utf8.count <= Self.maximumNameLength, !name.hasPrefix("/"), !parts.contains(".."),
            !name.utf8.contains(0)
        else {
            throw PipelineError(
                .unreadableFile,
                "'\(name.prefix(80))' is no name inside the folder; give one without '..' that does not begin with '/'."
            )
        }
        let last = parts.popLast() ?? "."
        var folder = self
        for part in parts {
            if makes { mkdirat(folder.descriptor, part, 0o755) }
            folder = OpenFolder(descriptor: try folder.open(part, O_RDONLY | O_DIRECTORY, about: name))
        }
        return (folder, last)
    }

    /// Opens something in this folder; the caller closes it.
    func open(_ part: String, _ flags: Int32, about name: String) throws -> Int32 {
        let descriptor = openat(self.descriptor, part, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else {
            if errno == ELOOP || errno == ENOTDIR {
                throw PipelineError(.unreadableFile, "'\(name)' leads over a link or a file; links are not followed.")
            }
            throw fileError("'\(name)' cannot be opened")
        }
        return descriptor
    }

    /// Puts a file in another's place at once.
    func rename(_ old: String, to new: String) throws {
        guard renameat(self.descriptor, old, self.descriptor, new) == 0 else {
            throw fileError("'\(new)' cannot be written")
        }
        fsync(self.descriptor)
    }

    /// Takes a file away, if it is there.
    func remove(_ name: String) { unlinkat(self.descriptor, name, 0) }
}

/// An error with the system's reason.
func fileError(_ problem: String, code: Int32 = errno) -> PipelineError {
    PipelineError(.unreadableFile, "\(problem): \(String(cString: strerror(code))).")
}
