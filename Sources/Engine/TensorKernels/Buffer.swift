// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Memory for numbers, on a cache line's boundary, freed with its owner.
///
/// Large memory is the system's own mapping, which goes back to the system when it is freed: allocators keep large blocks once one was
/// freed, and a server whose models are replaced would grow.
package final class Buffer<Element: BitwiseCopyable> {
    /// Where the memory begins.
    package let base: UnsafeMutablePointer<Element>
    /// How many elements it holds.
    package let count: Int

    /// From so many bytes on memory is a mapping of its own.
    private static var mappedBytes: Int { 1 << 20 }
    /// How many bytes are mapped; 0 where the memory is the allocator's.
    private let mapped: Int

    /// Reserves memory that holds anything; the caller writes before reading.
    package init(uninitializedCount count: Int) {
        let bytes = max(count, 1) * MemoryLayout<Element>.stride
        let mapping = bytes < Self.mappedBytes ? nil : Self.map(bytes)
        self.mapped = mapping == nil ? 0 : bytes
        let raw = mapping ?? UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        self.base = raw.assumingMemoryBound(to: Element.self)
        self.count = count
    }

    /// Reserves memory that holds zeros.
    package convenience init(count: Int) {
        self.init(uninitializedCount: count)
        // A new mapping holds nothing but zeros.
        guard self.mapped == 0 else { return }
        UnsafeMutableRawPointer(self.base).initializeMemory(
            as: UInt8.self, repeating: 0, count: max(count, 1) * MemoryLayout<Element>.stride)
    }

    deinit {
        if self.mapped > 0 { munmap(self.base, self.mapped) } else { UnsafeMutableRawPointer(self.base).deallocate() }
    }

    /// A new mapping; nil where the system gives none, for the allocator to try, and to fail as it does.
    private static func map(_ bytes: Int) -> UnsafeMutableRawPointer? {
        let mapping = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return mapping == MAP_FAILED ? nil : mapping
    }

    /// Reads and writes an element; the index is checked in debug builds only.
    package subscript(index: Int) -> Element {
        get { self.base[index] }
        set { self.base[index] = newValue }
    }
}
