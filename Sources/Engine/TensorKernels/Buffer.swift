// SPDX-License-Identifier: Apache-2.0

/// Memory for numbers, on a cache line's boundary, freed with its owner.
package final class Buffer<Element: BitwiseCopyable> {
    /// Where the memory begins.
    package let base: UnsafeMutablePointer<Element>
    /// How many elements it holds.
    package let count: Int

    /// Reserves memory that holds anything; the caller writes before reading.
    package init(uninitializedCount count: Int) {
        let bytes = max(count, 1) * MemoryLayout<Element>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        self.base = raw.assumingMemoryBound(to: Element.self)
        self.count = count
    }

    /// Reserves memory that holds zeros.
    package convenience init(count: Int) {
        self.init(uninitializedCount: count)
        UnsafeMutableRawPointer(self.base).initializeMemory(
            as: UInt8.self, repeating: 0, count: max(count, 1) * MemoryLayout<Element>.stride)
    }

    deinit { UnsafeMutableRawPointer(self.base).deallocate() }

    /// Reads and writes an element; the index is checked in debug builds only.
    package subscript(index: Int) -> Element {
        get { self.base[index] }
        set { self.base[index] = newValue }
    }
}
