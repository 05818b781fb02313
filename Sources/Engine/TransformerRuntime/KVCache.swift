// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
internal import TensorKernels

/// The keys and values of one sequence, in pages of 64 positions that are taken as the sequence grows.
///
/// In a page, each layer and key-value head has its keys, transposed in blocks of 16 positions, and then its values, all
/// as half floats; see `ctk_attention`. Used by one forward pass at a time.
package final class KVCache {
    /// Tokens whose keys and values are stored.
    package private(set) var count = 0
    /// The most tokens that may be stored.
    package let capacity: Int
    private let layout: Layout
    private var pages: [Buffer<UInt8>] = []
    private var pagePointers: [UnsafePointer<UInt8>?] = []

    /// Where things are in a page.
    struct Layout: Sendable {
        static let positions = CTK_PAGE_POSITIONS
        let heads: Int
        let headLength: Int
        let layers: Int

        /// Bytes of one head's keys, and of its values, in a page.
        private var headBytes: Int { Self.positions * self.headLength * MemoryLayout<UInt16>.stride }
        var pageBytes: Int { 2 * self.layers * self.heads * self.headBytes }
        func keyOffset(layer: Int, head: Int) -> Int { 2 * (layer * self.heads + head) * self.headBytes }
        func valueOffset(layer: Int, head: Int) -> Int { self.keyOffset(layer: layer, head: head) + self.headBytes }
    }

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - model: The model whose keys and values it will hold.
    ///   - capacity: The most tokens; memory is taken only as they come.
    package init(model: TransformerModel, capacity: Int) {
        let shape = model.configuration
        self.capacity = capacity
        self.layout = Layout(
            heads: shape.keyValueHeadCount, headLength: shape.headLength, layers: shape.layerCount)
    }

    /// Makes room for more tokens.
    ///
    /// - Throws: ``TransformerError`` with code `.contextOverflow` when they exceed the capacity.
    func reserve(_ more: Int) throws {
        guard self.count + more <= self.capacity else {
            throw TransformerError(
                .contextOverflow,
                "\(self.count) + \(more) tokens do not fit into a context of \(self.capacity); shorten the prompt.")
        }
        let needed = (self.count + more + Layout.positions - 1) / Layout.positions
        while self.pages.count < needed {
            let page = Buffer<UInt8>(uninitializedCount: self.layout.pageBytes)
            self.pages.append(page)
            self.pagePointers.append(UnsafePointer(page.base))
        }
    }

    /// Says that the next tokens' keys and values are written.
    func advance(by tokens: Int) { self.count += tokens }

    /// Forgets all tokens from a position on; their pages stay for the next ones.
    package func truncate(to count: Int) { self.count = min(self.count, max(0, count)) }

    /// Writes a position's key and value of one head.
    func store(
        key: UnsafePointer<Float>, value: UnsafePointer<Float>, layer: Int, head: Int, position: Int, kernels: Kernels
    ) {
        let (page, inside) = position.quotientAndRemainder(dividingBy: Layout.positions)
        let base = UnsafeMutableRawPointer(self.pages[page].base)
        let (length, store) = (self.layout.headLength, kernels.table.pointee.store_halves)
        let keys = (base + self.layout.keyOffset(layer: layer, head: head)).assumingMemoryBound(to: UInt16.self)
        store?(keys + inside / 16 * length * 16 + inside % 16, key, length, 16)
        let values = (base + self.layout.valueOffset(layer: layer, head: head)).assumingMemoryBound(to: UInt16.self)
        store?(values + inside * length, value, length, 1)
    }

    /// Attention of up to four query rows with one head.
    func attend(_ call: inout ctk_attention, layer: Int, head: Int, kernels: Kernels) {
        call.key_offset = self.layout.keyOffset(layer: layer, head: head)
        call.value_offset = self.layout.valueOffset(layer: layer, head: head)
        self.pagePointers.withUnsafeBufferPointer { pages in
            call.pages = pages.baseAddress
            kernels.table.pointee.attention(&call)
        }
    }
}
