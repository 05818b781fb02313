// SPDX-License-Identifier: Apache-2.0

/// Reads the characters of repaired text (see ``TextRepair``) and their classes.
struct ScalarText {
    /// The text.
    let bytes: UnsafeBufferPointer<UInt8>

    /// The classes of the first 65,536 scalars.
    private let table: UnsafePointer<ScalarClass>

    /// Reads some text with the help of ``ScalarClass/withTable(_:)``.
    init(_ bytes: UnsafeBufferPointer<UInt8>, table: UnsafePointer<ScalarClass>) {
        self.bytes = bytes
        self.table = table
    }

    /// The character at a byte and how many bytes it takes.
    @inline(__always)
    func scalar(at offset: Int) -> (value: UInt32, length: Int) {
        let first = UInt32(self.bytes[offset])
        if first < 0x80 { return (first, 1) }
        let second = UInt32(self.bytes[offset + 1] & 0x3F)
        if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
        let third = UInt32(self.bytes[offset + 2] & 0x3F)
        if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
        return ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(self.bytes[offset + 3] & 0x3F), 4)
    }

    /// The class of a scalar.
    @inline(__always)
    func classify(_ value: UInt32) -> ScalarClass {
        value < 0x10000 ? self.table[Int(value)] : ScalarClass.lookUp(value)
    }

    /// The class of the character at a byte; empty at the end.
    @inline(__always)
    func scalarClass(at offset: Int, end: Int) -> (kind: ScalarClass, length: Int) {
        guard offset < end else { return ([], 0) }
        let (value, length) = self.scalar(at: offset)
        return (self.classify(value), length)
    }

    /// Where a run of characters of some classes ends.
    @inline(__always)
    func runEnd(of wanted: ScalarClass, from offset: Int, end: Int) -> Int {
        var offset = offset
        while offset < end {
            let (kind, length) = self.scalarClass(at: offset, end: end)
            if kind.isDisjoint(with: wanted) { break }
            offset += length
        }
        return offset
    }
}
