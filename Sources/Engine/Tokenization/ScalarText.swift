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
        ScalarBytes.scalar(self.bytes, offset)
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
