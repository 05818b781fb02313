// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(Glibc)
// The compiler counts `stat` to this module where a dependency imports Foundation, else to Glibc.
internal import CoreFoundation
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What is done with paths.
enum FilePath {
    /// The last part of a path.
    static func name(of path: String) -> String { String(path.split(separator: "/").last ?? "/") }

    /// The folder that a file is in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path from the root, whatever the working folder; the path itself where there is no such file.
    static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Makes a folder that only its owner may enter, and those it lies in, where they are missing.
    ///
    /// - Throws: ``CommandError`` that names the folder and the reason.
    static func makeFolders(_ path: String) throws {
        var status = stat()
        if path.isEmpty || path == "." || stat(path, &status) == 0 { return }
        try self.makeFolders(self.folder(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw CommandError(
                .outputFailed, "Cannot make the folder '\(path)': \(String(cString: strerror(errno))).")
        }
    }

    /// The text of a template inside a folder, or nil where there is none; nothing outside the folder is read.
    static func template(named name: String, in folder: String) throws -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.isEmpty, !name.contains("\0"), !parts.contains("..") else { return nil }
        let path = "\(folder)/\(name)"
        guard self.isFile(path) else { return nil }
        return try InputFile.text(path: path)
    }

    /// Whether there is a file, not a folder.
    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }

    /// Whether two paths lead to one file.
    static func isSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev
            && first.st_ino == second.st_ino
    }

    /// The size of a file in bytes, or nil where there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
