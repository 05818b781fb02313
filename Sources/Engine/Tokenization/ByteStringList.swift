// SPDX-License-Identifier: Apache-2.0

/// Many short byte strings in one piece of memory.
package struct ByteStringList: Sendable {
    /// All bytes, one string behind the other.
    package private(set) var bytes: [UInt8] = []

    /// Where each string ends in ``bytes``, after a leading zero.
    private var ends: [Int] = [0]

    /// An empty list.
    package init() {}

    /// A list of texts.
    package init(_ texts: [String]) {
        for text in texts { self.append(text.utf8) }
    }

    /// How many strings there are.
    package var count: Int { self.ends.count - 1 }

    /// Where a string lies in ``bytes``.
    package func range(_ index: Int) -> Range<Int> { self.ends[index]..<self.ends[index + 1] }

    /// A string's bytes.
    package subscript(index: Int) -> ArraySlice<UInt8> { self.bytes[self.range(index)] }

    /// Makes room.
    package mutating func reserve(strings: Int, bytes: Int) {
        self.ends.reserveCapacity(strings + 1)
        self.bytes.reserveCapacity(bytes)
    }

    /// Adds a string.
    package mutating func append(_ string: some Sequence<UInt8>) {
        self.bytes.append(contentsOf: string)
        self.ends.append(self.bytes.count)
    }
}
