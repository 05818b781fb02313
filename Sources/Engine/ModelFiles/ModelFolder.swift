// SPDX-License-Identifier: Apache-2.0
package import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// A folder of a model's files, as model hubs hold them: settings as JSON, templates as text, tensors.
package struct ModelFolder: Sendable {
    /// The largest JSON or text file that is read, in bytes.
    package static let maximumTextSize = 256 << 20

    /// The folder's path, without a slash at its end.
    package let path: String

    /// The names of what lies in the folder itself, sorted.
    package let names: [String]

    /// Lists a folder.
    ///
    /// - Throws: ``ModelFileError`` when there is no such folder or it cannot be listed.
    package init(path: String) throws {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.path = String(trimmed)
        self.names = try Self.list(self.path)
    }

    /// Whether a path is that of a folder.
    package static func exists(at path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether there is a file or folder of a name in the folder itself.
    package func has(_ name: String) -> Bool { self.names.contains(name) }

    /// The path of a file below the folder.
    ///
    /// - Parameter name: A relative path, such as `1_Pooling/config.json`, that stays below the folder.
    /// - Throws: ``ModelFileError`` when the name would lead out of the folder.
    package func path(of name: String) throws -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let escapes = parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
        guard !escapes, !name.utf8.contains(0), !name.contains("\\") else {
            throw ModelFileError(.malformed, "\(self.path): the file name '\(name)' would lead out of the folder.")
        }
        return "\(self.path)/\(name)"
    }

    /// Maps a file below the folder.
    ///
    /// - Returns: The file's bytes, or nil when there is no such file.
    /// - Throws: ``ModelFileError`` when it cannot be read, is empty or too large for a file of settings.
    package func file(_ name: String) throws -> ByteStorage? {
        let path = try self.path(of: name)
        let storage: ByteStorage
        do {
            storage = try ByteStorage(mapping: path)
        } catch let error as ModelFileError where error.code == .notFound {
            return nil
        }
        guard storage.bytes.count <= Self.maximumTextSize else {
            throw ModelFileError(
                .tooLarge, "\(path): has \(storage.bytes.count) bytes; at most \(Self.maximumTextSize) are read.")
        }
        return storage
    }

    /// Reads a text file below the folder; bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Returns: The text, or nil when there is no such file.
    /// - Throws: ``ModelFileError`` when it cannot be read.
    package func text(_ name: String) throws -> String? {
        guard let storage = try self.file(name) else { return nil }
        return withExtendedLifetime(storage) { String(decoding: storage.bytes, as: UTF8.self) }
    }

    /// Reads a JSON file below the folder.
    ///
    /// - Returns: The object in it, or nil when there is no such file.
    /// - Throws: ``ModelFileError`` when it cannot be read or is no JSON object.
    package func json(_ name: String) throws -> JSONValue? {
        guard let storage = try self.file(name) else { return nil }
        let value = try withExtendedLifetime(storage) {
            do {
                return try JSONValue(parsing: storage.bytes)
            } catch {
                throw ModelFileError(.malformed, "\(self.path)/\(name): is no valid JSON.", cause: error)
            }
        }
        guard value.objectValue != nil else {
            throw ModelFileError(
                .malformed, "\(self.path)/\(name): must be a JSON object, but is of type \(value.typeName).")
        }
        return value
    }

    /// The names in a folder.
    private static func list(_ path: String) throws -> [String] {
        guard let stream = opendir(path) else {
            let code = errno
            if code == ENOENT { throw ModelFileError(.notFound, "\(path): there is no such folder.") }
            throw ModelFileError(.notReadable, "\(path): cannot be listed: \(ByteStorage.reason(code)).")
        }
        defer { closedir(stream) }
        var names = [String]()
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
