// SPDX-License-Identifier: Apache-2.0

/// Builds the bytes of a GGUF file field by field, so that each can be wrong.
struct RawGGUF {
    var bytes: [UInt8] = []

    /// The first fields.
    init(magic: String = "GGUF", version: UInt32 = 3, tensors: UInt64 = 0, metadata: UInt64 = 0) {
        self.bytes = Array(magic.utf8)
        self.put(version)
        self.put(tensors)
        self.put(metadata)
    }

    /// Appends a number, its lowest byte first.
    mutating func put(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { self.bytes.append(contentsOf: $0) }
    }

    /// Appends a length and a string.
    mutating func put(_ string: String) {
        self.put(UInt64(string.utf8.count))
        self.bytes.append(contentsOf: string.utf8)
    }

    /// Appends a metadata entry whose value follows by hand.
    mutating func key(_ name: String, type: UInt32) {
        self.put(name)
        self.put(type)
    }

    /// Appends a tensor entry.
    mutating func tensor(
        _ dimensions: [UInt64], named name: String = "t", rank: UInt32? = nil, type: UInt32 = 0, offset: UInt64 = 0
    ) {
        self.put(name)
        self.put(rank ?? UInt32(dimensions.count))
        for dimension in dimensions { self.put(dimension) }
        self.put(type)
        self.put(offset)
    }

    /// Pads to a multiple of 32 and appends data.
    mutating func data(_ count: Int) {
        self.bytes += [UInt8](repeating: 0, count: (32 - self.bytes.count % 32) % 32 + count)
    }
}
