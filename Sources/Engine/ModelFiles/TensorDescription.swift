// SPDX-License-Identifier: Apache-2.0

/// Where a tensor lies in a model file and how to read it.
package struct TensorDescription: Sendable, Hashable {
    /// The tensor's name, such as `blk.0.attn_q.weight`.
    package let name: String

    /// The dimensions, the one whose elements are neighbours first, as in the file.
    package let dimensions: [Int]

    /// How the numbers are stored.
    package let type: TensorType

    /// The first byte, counted from the start of the file that holds it.
    package let offset: Int

    /// How many bytes the tensor takes.
    package let byteCount: Int

    /// How many numbers the tensor holds.
    package var elementCount: Int { self.dimensions.reduce(1, *) }

    /// Describes a tensor.
    package init(name: String, dimensions: [Int], type: TensorType, offset: Int, byteCount: Int) {
        self.name = name
        self.dimensions = dimensions
        self.type = type
        self.offset = offset
        self.byteCount = byteCount
    }
}
