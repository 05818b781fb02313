// SPDX-License-Identifier: Apache-2.0

internal import TransformerRuntime

/// The texts of one call, computed a batch at a time; used on the engine's queue only.
final class EmbeddingWork {
    /// A text's tokens.
    struct Text {
        let tokens: [Int32]
        /// Tokens before the special ones at the end.
        let leading: Int
        let isTruncated: Bool
    }

    private let texts: [Text]
    /// Tokens at each text's beginning that are not pooled.
    private let skipped: Int
    private let recipe: EmbeddingRecipe
    private let batchTokens: Int
    /// Texts by length, the longest first: those of a batch take about the same time.
    private let order: [Int]
    private var done = 0
    private var results: [TextEmbedding?]

    init(texts: [Text], skipped: Int, recipe: EmbeddingRecipe, batchTokens: Int) {
        self.texts = texts
        self.skipped = skipped
        self.recipe = recipe
        self.batchTokens = batchTokens
        self.order = texts.indices.sorted { (texts[$0].tokens.count, $1) > (texts[$1].tokens.count, $0) }
        self.results = Array(repeating: nil, count: texts.count)
    }

    /// Computes the next batch.
    ///
    /// - Returns: The embeddings when all are there, nil before.
    func step(_ pass: EncoderPass) throws -> [TextEmbedding]? {
        var batch = EncoderBatch()
        let start = self.done
        while self.done < self.order.count {
            let tokens = self.texts[self.order[self.done]].tokens
            if batch.count > 0, batch.count + tokens.count > self.batchTokens { break }
            batch.append(tokens)
            self.done += 1
        }
        if batch.count > 0 { try pass.run(batch) }
        for (index, rows) in zip(self.order[start..<self.done], batch.texts) {
            self.results[index] = TextEmbedding(
                vector: self.vector(rows, of: pass), tokenCount: rows.count, isTruncated: self.texts[index].isTruncated)
        }
        return self.done == self.order.count ? self.results.compactMap(\.self) : nil
    }

    private func vector(_ rows: Range<Int>, of pass: EncoderPass) -> [Float] {
        // A prompt that leaves nothing to pool counts after all.
        let skipped = self.skipped < rows.count ? self.skipped : 0
        var vector = self.recipe.poolings.flatMap { $0.pool(rows, skipping: skipped, of: pass) }
        for stage in self.recipe.stages {
            switch stage {
            case .dense(let layer): vector = layer.apply(vector)
            case .normalize: vector = Self.normalized(vector)
            }
        }
        return vector
    }

    /// The vector with length 1; one that is almost nothing stays almost nothing.
    private static func normalized(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / max(length, 1e-12) }
    }
}
