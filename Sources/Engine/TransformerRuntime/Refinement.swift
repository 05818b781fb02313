// SPDX-License-Identifier: Apache-2.0

/// How readily the inputs of a kind of product get 16 bits (docs/decisions/0006-refined-activations.md).
enum Refinement {
    case queryKeyValue, attentionOutput, gateUp, down, output

    /// Blocks of inputs whose squared scale is more than this many times their row's average are refined.
    var threshold: Float {
        switch self {
        case .queryKeyValue, .attentionOutput: 0.5
        case .gateUp, .down: 0.7
        // Every logit is computed from it, and only for the last token of a prompt.
        case .output: 0
        }
    }
}
