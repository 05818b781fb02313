// SPDX-License-Identifier: Apache-2.0

/// What an engine holds at one moment.
package struct EngineUsage: Sendable, Hashable {
    /// Sequences that are computed.
    package var activeSequences = 0
    /// Requests that wait for a place.
    package var queuedRequests = 0
    /// Pages of the KV cache that sequences or the prefix cache hold.
    package var usedPages = 0
    /// Of these, pages that the prefix cache remembers.
    package var rememberedPages = 0
    /// Pages that there are.
    package var totalPages = 0
    /// Prompt tokens that were taken from the prefix cache so far.
    package var cachedPromptTokens = 0
    /// Tokens that were guessed so far, and how many of the guesses were right.
    package var draftTokens = 0, acceptedDraftTokens = 0

    /// Whether something is computed or waits.
    package var isBusy: Bool { self.activeSequences > 0 || self.queuedRequests > 0 }
}
