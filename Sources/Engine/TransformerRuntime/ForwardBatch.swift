// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The rows of a batch: which token, of which sequence, at which position.
///
/// A batch is filled, run and cleared again and again; its memory stays.
package final class ForwardBatch {
    private(set) var tokens: [Int32] = []
    private(set) var positions: [Int] = []
    private(set) var segmentOfRow: [Int] = []
    private(set) var caches: [KVCache] = []
    /// Whether a sequence has an adapter.
    private(set) var hasAdapters = false
    /// Every row.
    private(set) var allRows = KeptRows()
    /// Rows whose logits are wanted.
    private(set) var wantedRows = KeptRows()

    /// An empty batch.
    ///
    /// - Parameter capacity: The tokens to reserve memory for.
    package init(capacity: Int) {
        self.tokens.reserveCapacity(capacity)
        self.positions.reserveCapacity(capacity)
        self.segmentOfRow.reserveCapacity(capacity)
    }

    /// Tokens of all sequences.
    package var count: Int { self.tokens.count }

    /// Rows of logits that a run will give.
    package var logitCount: Int { self.wantedRows.count }

    /// Removes everything and keeps the memory.
    package func clear() {
        self.tokens.removeAll(keepingCapacity: true)
        self.positions.removeAll(keepingCapacity: true)
        self.segmentOfRow.removeAll(keepingCapacity: true)
        self.caches.removeAll(keepingCapacity: true)
        self.hasAdapters = false
        self.allRows.clear()
        self.wantedRows.clear()
    }

    /// Adds tokens of a sequence that is not in the batch yet.
    ///
    /// - Parameters:
    ///   - tokens: What follows what is in the cache.
    ///   - cache: The sequence's keys and values.
    ///   - logits: Whose logits are wanted.
    ///   - draft: Guesses that follow the tokens.
    package func append(
        _ tokens: ArraySlice<Int32>, of cache: KVCache, logits: ForwardPass.WantedLogits, draft: [Int32] = []
    ) {
        let start = self.tokens.count
        self.tokens += tokens
        self.tokens += draft
        let rows = start..<self.tokens.count
        for row in rows {
            self.positions.append(cache.count + row - start)
            self.segmentOfRow.append(self.caches.count)
        }
        self.allRows.append(rows)
        self.wantedRows.append(logits.rows(of: rows))
        self.caches.append(cache)
        if cache.adapter != nil { self.hasAdapters = true }
    }

    /// Checks the tokens and makes room for them in their caches.
    ///
    /// - Throws: ``TransformerError`` when tokens are unknown or do not fit.
    func prepare(vocabularySize: Int, capacity: Int) throws {
        if let token = self.tokens.first(where: { $0 < 0 || $0 >= vocabularySize }) {
            throw TransformerError(
                .invalidToken, "Token \(token) is not in the model's vocabulary of \(vocabularySize).")
        }
        guard self.count <= capacity else {
            throw TransformerError(
                .contextOverflow, "A batch of \(self.count) tokens exceeds its capacity of \(capacity).")
        }
        for (cache, rows) in zip(self.caches, self.allRows.rows) { try cache.reserve(rows.count) }
    }

    /// Says to the caches that their tokens are computed.
    func advanceCaches() {
        for (cache, rows) in zip(self.caches, self.allRows.rows) { cache.advance(by: rows.count) }
    }
}
