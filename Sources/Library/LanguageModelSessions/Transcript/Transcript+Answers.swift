// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

extension Transcript {
    /// What the model asked to have called, at once.
    public struct ToolCalls: Sendable, Equatable, Identifiable, Codable {
        /// Tells the entry apart.
        public var id: String
        var calls: [ToolCall]

        /// An entry of calls.
        public init(id: String = Identifiers.next(), _ calls: some Sequence<ToolCall>) {
            self.id = id
            self.calls = Array(calls)
        }
    }

    /// One call.
    public struct ToolCall: Sendable, Equatable, Identifiable, Codable {
        /// Tells the call apart; its output has the same.
        public var id: String
        /// The tool's name.
        public var toolName: String
        /// What the tool is called with.
        public var arguments: GeneratedContent

        /// A call.
        public init(id: String, toolName: String, arguments: GeneratedContent) {
            self.id = id
            self.toolName = toolName
            self.arguments = arguments
        }
    }

    /// What a tool gave back.
    public struct ToolOutput: Sendable, Equatable, Identifiable, Codable {
        /// The call that it answers.
        public var id: String
        /// The tool's name.
        public var toolName: String
        /// What it gave back.
        public var segments: [Segment]

        /// An entry of a tool's output.
        public init(id: String, toolName: String, segments: [Segment]) {
            self.id = id
            self.toolName = toolName
            self.segments = segments
        }
    }

    /// What the model answered.
    public struct Response: Sendable, Equatable, Identifiable, Codable {
        /// Tells the entry apart.
        public var id: String
        /// What else the model used, by name.
        public var assetIDs: [String]
        /// What was answered.
        public var segments: [Segment]

        /// An entry of a response.
        public init(id: String = Identifiers.next(), assetIDs: [String] = [], segments: [Segment]) {
            self.id = id
            self.assetIDs = assetIDs
            self.segments = segments
        }
    }
}

extension Transcript.ToolCalls: RandomAccessCollection {
    /// The first place.
    public var startIndex: Int { self.calls.startIndex }
    /// The place after the last call.
    public var endIndex: Int { self.calls.endIndex }
    /// The call at a place.
    public subscript(position: Int) -> Transcript.ToolCall { self.calls[position] }
}
