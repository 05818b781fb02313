// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The shape of an encoder.
package struct EncoderSettings: Sendable, Hashable {
    /// How many layers there are.
    package var layers = 2
    /// How many numbers a row has (d_model).
    package var width = 256
    /// How many heads attention has.
    package var heads = 8
    /// How many numbers the hidden layer of the feed-forward network has.
    package var feedForward = 1024

    /// The original's shape.
    package init() {}

    /// How many weights an intent model of this shape has; the numbers were checked.
    func weightCount(vocabulary: Int, turns: Int, classes: Int, ngrams: Int) throws -> Int {
        guard (0...64).contains(turns), vocabulary <= 1 << 24, classes <= 1 << 24,
            (0...NGrams.mostBuckets).contains(ngrams)
        else {
            throw TaskModelError(
                .badSettings,
                "An intent model reads 0 to 64 turns, and has at most 16,777,216 subwords or classes, and \(NGrams.mostBuckets) buckets "
                    + "of n-grams.")
        }
        let (width, hidden) = (self.width, self.feedForward)
        let rows = vocabulary + IntentBatch.utterancePieces + 1 + turns + 1 + DialogueTurn.Speaker.allCases.count
        // Matrices and biases of attention and of the feed-forward network, and two normalisations.
        let layer = 4 * width * width + 4 * width + 2 * width * hidden + hidden + width + 4 * width
        return rows * width + self.layers * layer + 4 * width + width * classes + classes + ngrams * (classes + 1)
    }

    /// Checks that the numbers fit each other, and a machine.
    ///
    /// - Throws: ``TaskModelError`` with code `.badSettings`.
    package func check() throws {
        guard (1...64).contains(self.layers), (1...8192).contains(self.width), (1...256).contains(self.heads),
            (1...65536).contains(self.feedForward), self.width % self.heads == 0
        else {
            throw TaskModelError(
                .badSettings,
                "An encoder of \(self.layers) layers, width \(self.width), \(self.heads) heads and \(self.feedForward) hidden "
                    + "numbers cannot be made: the width must be a multiple of the heads, and all of them from 1 on.")
        }
    }
}
