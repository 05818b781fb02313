// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
internal import TensorKernels

/// The keys and values of one sequence, in pages that are taken from a pool as the sequence grows.
///
/// Pages may be shared with other sequences; a shared page that is not full is copied before it is written.
/// Used by one forward pass at a time.
package final class KVCache {
    /// Tokens whose keys and values are stored.
    package private(set) var count = 0
    /// The most tokens that may be stored.
    package let capacity: Int
    /// What adapts the model as it computes this sequence; keys and values differ by it.
    package let adapter: LowRankAdapter?
    private let pool: KVPagePool
    private var pages: [KVPage] = []
    private var pagePointers: [UnsafePointer<UInt8>?] = []

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - pool: Where pages come from.
    ///   - capacity: The most tokens; pages are taken only as they come.
    ///   - adapter: What adapts the model; nil leaves it as it is.
    package init(pool: KVPagePool, capacity: Int, adapter: LowRankAdapter? = nil) {
        self.adapter = adapter
        self.pool = pool
        self.capacity = capacity
    }

    /// An empty cache with pages of its own.
    package convenience init(
        model: TransformerModel, capacity: Int, type: KVCacheType = .f16, adapter: LowRankAdapter? = nil
    ) {
        let layout = KVLayout(model.configuration, type: type)
        let pool = KVPagePool(layout: layout, capacity: max(1, KVLayout.pages(for: capacity)))
        self.init(pool: pool, capacity: capacity, adapter: adapter)
    }

    // MARK: - Pages

    /// Full pages at the beginning.
    package var fullPages: Int { self.count / KVLayout.positions }

    /// Pages that are held, shared ones included.
    package var pageCount: Int { self.pages.count }

    /// How many pages ``reserve(_:)`` takes from the pool for more tokens, a copy of a shared page included.
    package func pagesNeeded(for more: Int) -> Int {
        guard more > 0 else { return 0 }
        let missing = max(0, KVLayout.pages(for: self.count + more) - self.pages.count)
        return missing + (self.writesSharedPage ? 1 : 0)
    }

    /// Makes room for more tokens.
    ///
    /// - Throws: ``TransformerError`` with code `.contextOverflow` when they exceed the capacity, `.cacheFull` when the
    ///   pool has too few pages; nothing that is stored changes then.
    package func reserve(_ more: Int) throws {
        guard self.count + more <= self.capacity else {
            throw TransformerError(
                .contextOverflow,
                "\(self.count) + \(more) tokens do not fit into a context of \(self.capacity); shorten the prompt.")
        }
        guard self.pagesNeeded(for: more) <= self.pool.freePages else { throw self.pool.fullError }
        if more > 0, self.writesSharedPage {
            let copy = try self.pool.take()
            copy.copy(self.pages[self.fullPages])
            self.setPage(self.fullPages, copy)
        }
        while self.pages.count < KVLayout.pages(for: self.count + more) { self.append(try self.pool.take()) }
    }

    /// Whether the next token's place is in a page that others hold, too.
    private var writesSharedPage: Bool {
        let index = self.fullPages
        return index < self.pages.count && !isKnownUniquelyReferenced(&self.pages[index])
    }

    /// Continues with a page that is full and shared from now on; what is stored must end where a page ends.
    package func share(_ page: KVPage) {
        self.dropUnusedPages()
        self.append(page)
        self.count += KVLayout.positions
    }

    /// Continues with the first positions of a page, as a copy; what is stored must end where a page ends.
    ///
    /// - Throws: ``TransformerError`` with code `.cacheFull` when the pool has no page left.
    package func copy(_ page: KVPage, positions: Int) throws {
        self.dropUnusedPages()
        let copy = try self.pool.take()
        copy.copy(page)
        self.append(copy)
        self.count += positions
    }

    /// The page that holds positions from `64 * index` on; nil where nothing is stored.
    package func page(_ index: Int) -> KVPage? {
        index * KVLayout.positions < self.count ? self.pages[index] : nil
    }

    /// Uses another page with the same content in place of one's own.
    package func replacePage(_ index: Int, with page: KVPage) {
        if self.page(index) != nil { self.setPage(index, page) }
    }

    private func append(_ page: KVPage) {
        self.pages.append(page)
        self.pagePointers.append(UnsafePointer(page.base))
    }

    private func setPage(_ index: Int, _ page: KVPage) {
        self.pages[index] = page
        self.pagePointers[index] = UnsafePointer(page.base)
    }

    private func dropUnusedPages() {
        let unused = self.pages.count - KVLayout.pages(for: self.count)
        self.pages.removeLast(unused)
        self.pagePointers.removeLast(unused)
    }

    // MARK: - Positions

    /// Says that the next tokens' keys and values are written.
    func advance(by tokens: Int) { self.count += tokens }

    /// Forgets all tokens from a position on, and lets go of pages that hold nothing else.
    package func truncate(to count: Int) {
        self.count = min(self.count, max(0, count))
        self.dropUnusedPages()
    }

    /// Writes a position's key and value of one head.
    func store(
        key: UnsafePointer<Float>, value: UnsafePointer<Float>, layer: Int, head: Int, position: Int, kernels: Kernels
    ) {
        let (page, inside) = position.quotientAndRemainder(dividingBy: KVLayout.positions)
        let (layout, base) = (self.pool.layout, UnsafeMutableRawPointer(self.pages[page].base))
        let keys = base + layout.keyOffset(layer: layer, head: head)
        layout.store(key, in: keys, inside: inside, isKey: true, kernels: kernels.table)
        let values = base + layout.valueOffset(layer: layer, head: head)
        layout.store(value, in: values, inside: inside, isKey: false, kernels: kernels.table)
    }

    /// Attention of up to `CTK_ATTENTION_ROWS` query rows with one head.
    func attend(_ call: inout ctk_attention, layer: Int, head: Int, kernels: Kernels) {
        call.cache = self.pool.layout.type.kernelType
        call.key_offset = self.pool.layout.keyOffset(layer: layer, head: head)
        call.value_offset = self.pool.layout.valueOffset(layer: layer, head: head)
        self.pagePointers.withUnsafeBufferPointer { pages in
            call.pages = pages.baseAddress
            kernels.table.pointee.attention(&call)
        }
    }
}
