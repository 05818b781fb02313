// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Bytes that stay where they are as long as this object lives: a file mapped read-only, or a copy on the heap.
package final class ByteStorage: @unchecked Sendable {  // immutable after init: the bytes are only ever read
    /// Every byte; valid while this object lives.
    package let bytes: UnsafeRawBufferPointer

    /// Whether the bytes are a mapping, to be unmapped, or heap memory, to be deallocated.
    private let isMapping: Bool

    /// Copies bytes to the heap.
    package init(copying source: some Collection<UInt8>) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 64)
        copy.copyBytes(from: source)
        self.bytes = UnsafeRawBufferPointer(copy)
        self.isMapping = false
    }

    /// Maps a regular file read-only, without reading it.
    ///
    /// - Throws: ``ModelFileError`` when there is no such file, or it cannot be read, or it is empty or not a file.
    package init(mapping path: String) throws {
        // A pipe without a writer would block here forever but for O_NONBLOCK.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.openFailure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ModelFileError(.notReadable, "\(path): cannot be examined: \(Self.reason(errno)).")
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            let what = kind == S_IFDIR ? "a folder; name the .gguf file inside it" : "not a regular file"
            throw ModelFileError(.notReadable, "\(path): is \(what).")
        }
        guard status.st_size > 0 else {
            throw ModelFileError(
                .truncated, "\(path): the file is empty; the download may have failed, fetch it again.")
        }
        let size = Int(status.st_size)
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw ModelFileError(.notReadable, "\(path): cannot be mapped into memory: \(Self.reason(errno)).")
        }
        self.bytes = UnsafeRawBufferPointer(start: base, count: size)
        self.isMapping = true
    }

    deinit {
        if self.isMapping {
            munmap(UnsafeMutableRawPointer(mutating: self.bytes.baseAddress), self.bytes.count)
        } else {
            self.bytes.deallocate()
        }
    }

    /// Tells the system what will happen to a range of a mapping next; a hint without effect on the bytes.
    ///
    /// - Parameters:
    ///   - range: Which bytes.
    ///   - needed: True when they will be read soon, false when they will not be read for a while.
    package func advise(_ range: Range<Int>, needed: Bool) {
        guard self.isMapping, let base = self.bytes.baseAddress else { return }
        let page = Int(getpagesize())
        let clamped = range.clamped(to: 0..<self.bytes.count)
        let first = clamped.lowerBound / page * page
        guard first < clamped.upperBound else { return }
        let start = UnsafeMutableRawPointer(mutating: base + first)
        madvise(start, clamped.upperBound - first, needed ? MADV_WILLNEED : MADV_DONTNEED)
    }

    /// The error for a path that could not be opened.
    private static func openFailure(_ path: String, _ code: Int32) -> ModelFileError {
        if code == ENOENT || code == ENOTDIR {
            return ModelFileError(.notFound, "\(path): there is no such file.")
        }
        return ModelFileError(.notReadable, "\(path): cannot be opened: \(Self.reason(code)).")
    }

    /// The system's words for an error number.
    static func reason(_ code: Int32) -> String {
        code == EACCES ? "permission denied" : String(cString: strerror(code))
    }
}
