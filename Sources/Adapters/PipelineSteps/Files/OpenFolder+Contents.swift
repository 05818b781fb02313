// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension OpenFolder {
    /// The most entries of a folder that are listed.
    private static var maximumEntries: Int { 10_000 }

    /// The bytes of a file.
    ///
    /// - Throws: ``PipelineError`` where it is no plain file, or larger than allowed.
    func read(_ name: String, maximumBytes: Int) throws -> [UInt8] {
        let descriptor = try self.openPlainFile(name)
        defer { close(descriptor) }
        let bytes = try readAll(descriptor, maximumBytes: maximumBytes + 1, name: name)
        guard bytes.count <= maximumBytes else {
            throw PipelineError(.unreadableFile, "'\(name)' is larger than the \(maximumBytes) bytes that are read.")
        }
        return bytes
    }

    /// The bytes of a file from a place on, at most so many.
    func read(_ name: String, from offset: Int, count: Int) throws -> [UInt8] {
        let descriptor = try self.openPlainFile(name)
        defer { close(descriptor) }
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw fileError("'\(name)' cannot be read") }
        return try readAll(descriptor, maximumBytes: count, name: name)
    }

    /// Refuses what is no plain file inside this folder.
    func checkPlainFile(_ name: String) throws { close(try self.openPlainFile(name)) }

    private func openPlainFile(_ name: String) throws -> Int32 {
        let (folder, last) = try self.parent(of: name)
        let descriptor = try folder.open(last, O_RDONLY, about: name)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw PipelineError(.unreadableFile, "'\(name)' is no plain file.")
        }
        return descriptor
    }

    /// Writes a file whole or not at all: it is complete before it takes the place of another.
    func write(_ bytes: [UInt8], to name: String) throws {
        let draft = try self.draft(of: name)
        try draft.file.append(bytes)
        try draft.finish()
    }

    /// Begins a file that is complete before it takes the place of another.
    func draft(of name: String) throws -> FileDraft {
        let (folder, last) = try self.parent(of: name, makes: true)
        return try FileDraft(in: folder, for: last, about: name)
    }

    /// Opens a plain file to write at its end, and makes it if it is not there.
    func append(to name: String) throws -> WrittenFile {
        let (folder, last) = try self.parent(of: name, makes: true)
        guard last != "." else { throw PipelineError(.unreadableFile, "'\(name)' names no file.") }
        let file = WrittenFile(
            descriptor: try folder.open(last, O_WRONLY | O_APPEND | O_CREAT, about: name), name: name)
        try file.checkPlainFile()
        return file
    }

    /// The names in a folder, in order; those of folders end with `/`, and links are left out.
    func list(_ name: String) throws -> [String] {
        let (folder, last) = try self.parent(of: name)
        let descriptor = try folder.open(last, O_RDONLY | O_DIRECTORY, about: name)
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            throw fileError("'\(name)' cannot be listed")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let kind = Int32(entry.pointee.d_type)
            let entryName = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard entryName != ".", entryName != "..", kind == Int32(DT_REG) || kind == Int32(DT_DIR) else { continue }
            guard names.count < Self.maximumEntries else {
                throw PipelineError(.unreadableFile, "'\(name)' holds more than \(Self.maximumEntries) files.")
            }
            names.append(kind == Int32(DT_DIR) ? entryName + "/" : entryName)
        }
        return names.sorted()
    }
}

/// Reads from where a descriptor stands to the end, or as many bytes as allowed.
func readAll(_ descriptor: Int32, maximumBytes: Int, name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < maximumBytes {
        let count = read(descriptor, &piece, min(piece.count, maximumBytes - bytes.count))
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw fileError("'\(name)' cannot be read") }
        guard count > 0 else { break }
        bytes += piece[..<count]
    }
    return bytes
}

/// Writes all bytes.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, name: String) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw fileError("'\(name)' cannot be written") }
        rest = rest.dropFirst(count)
    }
}
