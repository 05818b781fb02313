// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The rows of a batch: which token, of which sequence, at which position.
struct ForwardBatch {
    let tokens: [Int32]
    let positions: [Int]
    let segmentOfRow: [Int]
    let rowsOfSegment: [Range<Int>]
    let caches: [KVCache]
    /// Rows whose logits are wanted.
    let logitRows: [Int]

    var count: Int { self.tokens.count }

    /// Lays the segments' tokens out in rows and makes room in their caches.
    init(_ segments: [ForwardPass.Segment], model: TransformerModel, capacity: Int) throws {
        let vocabulary = model.configuration.vocabularySize
        var tokens: [Int32] = []
        var positions: [Int] = []
        var segmentOfRow: [Int] = []
        var rowsOfSegment: [Range<Int>] = []
        var logitRows: [Int] = []
        for (index, segment) in segments.enumerated() {
            if let token = segment.tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
                throw TransformerError(
                    .invalidToken, "Token \(token) is not in the model's vocabulary of \(vocabulary).")
            }
            let start = tokens.count
            tokens += segment.tokens
            positions += segment.cache.count..<segment.cache.count + segment.tokens.count
            segmentOfRow += repeatElement(index, count: segment.tokens.count)
            rowsOfSegment.append(start..<tokens.count)
            switch segment.logits {
            case .none: break
            case .last: if tokens.count > start { logitRows.append(tokens.count - 1) }
            case .all: logitRows += start..<tokens.count
            }
        }
        guard tokens.count <= capacity else {
            throw TransformerError(
                .contextOverflow, "A batch of \(tokens.count) tokens exceeds its capacity of \(capacity).")
        }
        for segment in segments { try segment.cache.reserve(segment.tokens.count) }
        self.tokens = tokens
        self.positions = positions
        self.segmentOfRow = segmentOfRow
        self.rowsOfSegment = rowsOfSegment
        self.caches = segments.map(\.cache)
        self.logitRows = logitRows
    }
}
