// SPDX-License-Identifier: Apache-2.0

/// Something that was done for a request, from beginning to end.
public struct SpanRecord: Sendable {
    /// Which side of an exchange did it.
    public enum Kind: String, Sendable, CaseIterable {
        /// Neither: it happened within the process.
        case `internal`
        /// The side that answers.
        case server
        /// The side that asks.
        case client
        /// The side that sends without waiting.
        case producer
        /// The side that takes what was sent.
        case consumer
    }

    /// How it ended.
    public enum Status: Sendable, Hashable {
        /// As it should, for all that is known.
        case unset
        /// Well, as somebody says.
        case ok
        /// In an error, with what is known of it.
        case error(String)
    }

    /// Something that happened at one moment of a span.
    public struct Event: Sendable {
        /// What happened.
        public var name: String
        /// Nanoseconds since 1970.
        public var time: UInt64
        /// What is known of it.
        public var attributes: AttributeList
    }

    /// Where it is in which trace.
    public var context: TraceContext
    /// The span that it is a part of; nil for the first of a trace.
    public var parentID: SpanID?
    /// Whether that span is another process's.
    public var isParentRemote: Bool
    /// What was done, such as `chat smollm2`.
    public var name: String
    /// Which side did it.
    public var kind: Kind
    /// When it began, in nanoseconds since 1970.
    public var start: UInt64
    /// When it ended, in nanoseconds since 1970.
    public var end: UInt64
    /// What is known of it.
    public var attributes: AttributeList
    /// What happened meanwhile; there is a bound to how many are kept.
    public var events: [Event] = []
    /// How many events were not kept.
    public var droppedEvents = 0
    /// Spans that it has to do with besides the one it is a part of.
    public var links: [TraceContext] = []
    /// How it ended.
    public var status = Status.unset

    /// How long it took.
    public var duration: Duration { .nanoseconds(Int64(clamping: self.end - min(self.start, self.end))) }

    /// Whether it is the first of its trace in this process.
    package var isLocalRoot: Bool { self.parentID == nil || self.isParentRemote }

    /// Whether it ended in an error.
    package var isError: Bool { if case .error = self.status { true } else { false } }
}
