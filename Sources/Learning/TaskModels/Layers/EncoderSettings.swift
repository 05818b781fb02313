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
