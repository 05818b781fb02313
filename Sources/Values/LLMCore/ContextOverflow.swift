// SPDX-License-Identifier: Apache-2.0

/// What happens when prompt and answer together reach the end of the context.
public enum ContextOverflow: Sendable, Hashable {
    /// A longer prompt is refused; the answer ends with the reason `length`.
    case stop
    /// The oldest tokens after the first `keeping` are forgotten until half of the context is free, and the answer goes on.
    case slide(keeping: Int)

    /// The tokens that are left of `tokens` when they must leave room in a context.
    ///
    /// - Parameters:
    ///   - tokens: The prompt, or prompt and answer so far.
    ///   - contextLength: The most tokens, 1 or more; at least one more fits beside the result.
    package func fit(_ tokens: [Int32], contextLength: Int) -> [Int32] {
        guard case .slide(let keeping) = self, tokens.count >= contextLength else { return tokens }
        let kept = min(max(0, keeping), contextLength / 2)
        let recent = max(1, contextLength / 2 - kept)
        return tokens.prefix(kept) + tokens.suffix(recent)
    }
}
