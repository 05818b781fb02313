// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

extension LanguageModelSession {
    /// A whole response.
    public struct Response<Content> {
        /// The response as what was asked for.
        public let content: Content
        /// The response as it was generated.
        public let rawContent: GeneratedContent
        /// What the request added to the session's transcript.
        public let transcriptEntries: ArraySlice<Transcript.Entry>
        /// The tokens that it took, over all steps.
        public let usage: Usage
    }
}

extension LanguageModelSession.Response: Sendable where Content: Sendable {}
