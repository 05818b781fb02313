// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TensorKernels

/// A page of keys and values, shared by counting references; it goes back to its pool with the last one.
package final class KVPage {
    private let memory: Buffer<UInt8>
    private let pool: KVPagePool

    fileprivate init(memory: Buffer<UInt8>, pool: KVPagePool) {
        self.memory = memory
        self.pool = pool
    }

    deinit { self.pool.giveBack(self.memory) }

    /// Where the page's bytes are.
    var base: UnsafeMutablePointer<UInt8> { self.memory.base }

    /// Takes over another page's bytes.
    func copy(_ other: KVPage) { self.base.update(from: other.base, count: self.memory.count) }
}

/// A bounded number of pages (Kwon and others 2023: PagedAttention); memory is taken as it is first needed, and kept for reuse.
///
/// Used by one thread at a time, its pages included.
package final class KVPagePool {
    /// How pages are laid out.
    package let layout: KVLayout
    /// The most pages that may be in use.
    package let capacity: Int
    /// Pages that somebody holds.
    package private(set) var usedPages = 0
    private var spare: [Buffer<UInt8>] = []

    /// A pool from which no page is taken yet.
    ///
    /// - Parameters:
    ///   - layout: How pages are laid out.
    ///   - capacity: The most pages, 1 or more.
    package init(layout: KVLayout, capacity: Int) {
        self.layout = layout
        self.capacity = capacity
    }

    /// Pages that can still be taken.
    package var freePages: Int { self.capacity - self.usedPages }

    /// A page that holds anything.
    ///
    /// - Throws: ``TransformerError`` with code `.cacheFull` when all are in use.
    func take() throws -> KVPage {
        guard self.usedPages < self.capacity else { throw self.fullError }
        self.usedPages += 1
        let memory = self.spare.popLast() ?? Buffer<UInt8>(uninitializedCount: self.layout.pageBytes)
        return KVPage(memory: memory, pool: self)
    }

    /// What is thrown where too few pages are left.
    var fullError: TransformerError {
        TransformerError(
            .cacheFull,
            "\(self.usedPages) of \(self.capacity) pages of the KV cache are in use; make it larger, or wait.")
    }

    fileprivate func giveBack(_ memory: Buffer<UInt8>) {
        self.usedPages -= 1
        self.spare.append(memory)
    }
}
