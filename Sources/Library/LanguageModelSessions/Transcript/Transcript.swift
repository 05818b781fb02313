// SPDX-License-Identifier: Apache-2.0

/// What was said in a session: instructions, prompts, tool calls and their outputs, responses.
///
/// It can be encoded, stored, and be the beginning of another session.
public struct Transcript: Sendable, Equatable, Codable {
    var entries: [Entry]

    /// A transcript of these entries.
    public init(entries: some Sequence<Entry> = []) { self.entries = Array(entries) }

    /// One step of a session.
    public enum Entry: Sendable, Equatable, Identifiable {
        /// What the model was told about its role, and its tools.
        case instructions(Instructions)
        /// What the model was asked.
        case prompt(Prompt)
        /// What the model asked to have called.
        case toolCalls(ToolCalls)
        /// What a tool gave back.
        case toolOutput(ToolOutput)
        /// What the model answered.
        case response(Response)

        /// Tells the entry apart.
        public var id: String {
            switch self {
            case .instructions(let entry): entry.id
            case .prompt(let entry): entry.id
            case .toolCalls(let entry): entry.id
            case .toolOutput(let entry): entry.id
            case .response(let entry): entry.id
            }
        }
    }
}

extension Transcript: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    /// The first place.
    public var startIndex: Int { self.entries.startIndex }
    /// The place after the last entry.
    public var endIndex: Int { self.entries.endIndex }

    /// An empty transcript.
    public init() { self.entries = [] }

    /// The entry at a place.
    public subscript(position: Int) -> Entry {
        get { self.entries[position] }
        set { self.entries[position] = newValue }
    }

    /// Puts other entries where some are.
    public mutating func replaceSubrange(_ range: Range<Int>, with entries: some Collection<Entry>) {
        self.entries.replaceSubrange(range, with: entries)
    }
}
