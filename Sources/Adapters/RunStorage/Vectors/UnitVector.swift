// SPDX-License-Identifier: Apache-2.0

/// A vector of length 1, whose product with another is the cosine between them.
struct UnitVector: Sendable {
    private let elements: [Float]

    /// Shortens or lengthens a vector to length 1; one without direction stays as it is.
    init(_ elements: [Float]) {
        let length = elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        self.elements = length > 0 && length.isFinite ? elements.map { Float(Double($0) / length) } : elements
    }

    /// The elements as little-endian float32, as they are stored.
    var bytes: [UInt8] {
        self.elements.flatMap { element in withUnsafeBytes(of: element.bitPattern.littleEndian) { Array($0) } }
    }

    /// The product with a stored vector; nil if that has another length.
    func product(with bytes: [UInt8]) -> Float? {
        guard bytes.count == 4 * self.elements.count else { return nil }
        return bytes.withUnsafeBytes { stored in
            self.elements.withUnsafeBytes { own in
                let width = MemoryLayout<SIMD8<Float>>.size
                var sums = SIMD8<Float>.zero
                var offset = 0
                while offset + width <= own.count {
                    sums +=
                        own.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
                        * stored.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
                    offset += width
                }
                var sum = sums.sum()
                while offset < own.count {
                    sum +=
                        own.loadUnaligned(fromByteOffset: offset, as: Float.self)
                        * stored.loadUnaligned(fromByteOffset: offset, as: Float.self)
                    offset += 4
                }
                return sum
            }
        }
    }
}
