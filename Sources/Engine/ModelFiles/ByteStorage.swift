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

    /// The mapped file, or -1 for heap memory.
    private let descriptor: Int32

    /// Copies bytes to the heap.
    package init(copying source: some Collection<UInt8>) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 64)
        copy.copyBytes(from: source)
        self.bytes = UnsafeRawBufferPointer(copy)
        self.descriptor = -1
    }

    /// Maps a regular file read-only, without reading it.
    ///
    /// - Throws: ``ModelFileError`` when there is no such file, or it cannot be read, or it is empty or not a file.
    package init(mapping path: String) throws {
        // A pipe without a writer would block here forever but for O_NONBLOCK.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.openFailure(path, errno) }
        do {
            self.bytes = try Self.map(descriptor, path)
            self.descriptor = descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func map(_ descriptor: Int32, _ path: String) throws -> UnsafeRawBufferPointer {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ModelFileError(.notReadable, "\(path): cannot be examined: \(Self.reason(errno)).")
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            let what = kind == S_IFDIR ? "a folder instead of a file" : "not a regular file"
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
        return UnsafeRawBufferPointer(start: base, count: size)
    }

    deinit {
        if self.descriptor >= 0 {
            munmap(UnsafeMutableRawPointer(mutating: self.bytes.baseAddress), self.bytes.count)
            close(self.descriptor)
        } else {
            self.bytes.deallocate()
        }
    }

    /// A tensor's bytes; fewer where the tensor does not lie in these bytes.
    func bytes(of tensor: TensorDescription) -> UnsafeRawBufferPointer {
        let range = (tensor.offset..<tensor.offset + tensor.byteCount).clamped(to: 0..<self.bytes.count)
        return UnsafeRawBufferPointer(rebasing: self.bytes[range])
    }

    /// Checks that a mapped file has not become shorter since it was opened.
    ///
    /// - Throws: ``ModelFileError`` with code `.truncated`.
    func checkIntact(path: String) throws {
        guard self.isIntact else {
            throw ModelFileError(
                .truncated, "\(path): the file became shorter while it was read; leave it alone, and try again.")
        }
    }

    /// Whether a mapped file is still as long as it was; bytes beyond its end must not be touched.
    private var isIntact: Bool {
        guard self.descriptor >= 0 else { return true }
        var status = stat()
        return fstat(self.descriptor, &status) == 0 && Int(status.st_size) >= self.bytes.count
    }

    /// Tells the system that a range of a mapping will not be read for a while; a hint without effect on the bytes.
    package func adviseUnneeded(_ range: Range<Int>) {
        guard self.descriptor >= 0, let base = self.bytes.baseAddress else { return }
        let page = Int(getpagesize())
        let clamped = range.clamped(to: 0..<self.bytes.count)
        let first = clamped.lowerBound / page * page
        guard first < clamped.upperBound else { return }
        let start = UnsafeMutableRawPointer(mutating: base + first)
        madvise(start, clamped.upperBound - first, MADV_DONTNEED)
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
