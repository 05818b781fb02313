// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels

/// Where things are in a page of the KV cache.
///
/// Each layer and key-value head has its keys, transposed in blocks of 16 positions, and then its values, all as half
/// floats; see `ctk_attention`.
package struct KVLayout: Sendable, Hashable {
    /// Positions of a page.
    package static let positions = CTK_PAGE_POSITIONS
    private let heads: Int
    let headLength: Int
    private let layers: Int

    /// The layout for models of a shape.
    package init(_ shape: ModelConfiguration) {
        self.heads = shape.keyValueHeadCount
        self.headLength = shape.headLength
        self.layers = shape.layerCount
    }

    /// Pages that hold a number of positions.
    package static func pages(for positions: Int) -> Int { (positions + self.positions - 1) / self.positions }

    /// Bytes of one head's keys, and of its values, in a page.
    private var headBytes: Int { Self.positions * self.headLength * MemoryLayout<UInt16>.stride }
    /// Bytes of a page.
    package var pageBytes: Int { 2 * self.layers * self.heads * self.headBytes }
    func keyOffset(layer: Int, head: Int) -> Int { 2 * (layer * self.heads + head) * self.headBytes }
    func valueOffset(layer: Int, head: Int) -> Int { self.keyOffset(layer: layer, head: head) + self.headBytes }
}
