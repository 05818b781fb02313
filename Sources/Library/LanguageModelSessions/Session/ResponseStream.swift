// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

extension LanguageModelSession {
    /// A response while it is generated, as snapshots: each is all that there is so far.
    ///
    /// Reading begins the request. Whoever stops reading before the end ends it, and the session is as it was before.
    public struct ResponseStream<Content: Generable> {
        private let run: ResponseRun

        init(run: ResponseRun) { self.run = run }

        /// What there is of a response.
        public struct Snapshot {
            /// As what was asked for, as far as it goes.
            public var content: Content.PartiallyGenerated
            /// As it was generated.
            public var rawContent: GeneratedContent
        }

        /// Waits for the whole response.
        ///
        /// - Throws: As the session's `respond`.
        public func collect() async throws -> Response<Content> {
            while try await self.run.next() != nil {}
            guard let result = try self.run.result else { throw CancellationError() }
            return Response(
                content: try Content(result.rawContent), rawContent: result.rawContent,
                transcriptEntries: result.transcriptEntries, usage: result.usage)
        }
    }
}

extension LanguageModelSession.ResponseStream: AsyncSequence {
    /// What the stream gives.
    public typealias Element = Snapshot

    /// Reads snapshots.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let run: ResponseRun

        /// The next snapshot, or nil at the end of the response.
        ///
        /// - Throws: As the session's `respond`.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> Snapshot? {
            while let content = try await self.run.next() {
                // What is too little to be anything yet is no snapshot.
                guard let partial = try? Content.PartiallyGenerated(content) else { continue }
                return Snapshot(content: partial, rawContent: content)
            }
            return nil
        }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(run: self.run) }
}

extension LanguageModelSession.ResponseStream.Snapshot: Sendable where Content.PartiallyGenerated: Sendable {}
