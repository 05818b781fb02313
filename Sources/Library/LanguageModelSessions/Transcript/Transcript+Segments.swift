// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

extension Transcript {
    /// A piece of an entry.
    public enum Segment: Sendable, Equatable, Identifiable {
        /// Text.
        case text(TextSegment)
        /// Generated content by a schema.
        case structure(StructuredSegment)

        /// Tells the segment apart.
        public var id: String {
            switch self {
            case .text(let segment): segment.id
            case .structure(let segment): segment.id
            }
        }

        /// What the model reads of the segment.
        package var text: String {
            switch self {
            case .text(let segment): segment.content
            case .structure(let segment): segment.content.jsonString
            }
        }
    }

    /// Text.
    public struct TextSegment: Sendable, Equatable, Identifiable, Codable {
        /// Tells the segment apart.
        public var id: String
        /// The text.
        public var content: String

        /// A segment of text.
        public init(id: String = Identifiers.next(), content: String) {
            self.id = id
            self.content = content
        }
    }

    /// Generated content by a schema.
    public struct StructuredSegment: Sendable, Equatable, Identifiable, Codable {
        /// Tells the segment apart.
        public var id: String
        /// The name of the schema.
        public var schemaName: String
        /// The content.
        public var content: GeneratedContent

        /// The same as ``schemaName``, by its earlier name.
        public var source: String { self.schemaName }

        /// A segment of generated content.
        public init(id: String = Identifiers.next(), schemaName: String, content: GeneratedContent) {
            self.id = id
            self.schemaName = schemaName
            self.content = content
        }

        /// A segment of generated content, by the schema's earlier name.
        public init(id: String = Identifiers.next(), source: String, content: GeneratedContent) {
            self.init(id: id, schemaName: source, content: content)
        }
    }
}

/// Makes names for entries, segments and calls.
public enum Identifiers {
    /// A name that no other has: 128 random bits.
    public static func next() -> String {
        let digits = String(UInt128.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
