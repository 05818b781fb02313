// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// What a model generated: a value, a list, or a structure of named properties in their order.
///
/// Read Swift values out of it with ``value(_:)`` and ``value(_:forProperty:)``.
public struct GeneratedContent: Sendable {
    /// What the content consists of; whole numbers are kept apart, since not every one of them fits a `Double`.
    enum Storage: Sendable, Equatable {
        case null
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case string(String)
        case array([GeneratedContent])
        case structure(OrderedDictionary<String, GeneratedContent>)
    }

    /// Tells this content apart while its response is generated; nil for content that no response brought.
    public var id: GenerationID?

    /// Whether everything of it has been generated: a text still being written, or a list that may grow, is not complete.
    public let isComplete: Bool

    let storage: Storage

    init(_ storage: Storage, id: GenerationID? = nil, isComplete: Bool = true) {
        self.storage = storage
        self.id = id
        self.isComplete = isComplete
    }

    /// Takes a value.
    public init(_ value: some ConvertibleToGeneratedContent) { self = value.generatedContent }

    /// Takes a value, to be known by an identity.
    public init(_ value: some ConvertibleToGeneratedContent, id: GenerationID) {
        self = value.generatedContent
        self.id = id
    }

    /// A structure of named properties, in the order in which they are written; of a name written twice, the last counts.
    public init(properties: KeyValuePairs<String, any ConvertibleToGeneratedContent>, id: GenerationID? = nil) {
        let members = properties.map { ($0.key, $0.value.generatedContent) }
        self.init(.structure(OrderedDictionary(members, uniquingKeysWith: { _, last in last })), id: id)
    }

    /// A structure of named properties in their order.
    ///
    /// - Parameters:
    ///   - properties: Names and values.
    ///   - id: The identity to be known by.
    ///   - combine: Makes one value of two of the same name.
    /// - Throws: What `combine` throws.
    public init<S: Sequence, Value: ConvertibleToGeneratedContent>(
        properties: S, id: GenerationID? = nil,
        uniquingKeysWith combine: (GeneratedContent, GeneratedContent) throws -> Value
    ) rethrows where S.Element == (String, any ConvertibleToGeneratedContent) {
        let members = try OrderedDictionary(
            properties.lazy.map { ($0.0, $0.1.generatedContent) },
            uniquingKeysWith: { try combine($0, $1).generatedContent })
        self.init(.structure(members), id: id)
    }

    /// A list.
    public init<S: Sequence>(elements: S, id: GenerationID? = nil)
    where S.Element == any ConvertibleToGeneratedContent {
        self.init(.array(elements.map(\.generatedContent)), id: id)
    }
}

extension GeneratedContent: Equatable {
    /// Whether two contents are the same, as far as they have been generated; who they are does not count.
    public static func == (left: Self, right: Self) -> Bool {
        left.isComplete == right.isComplete && left.storage == right.storage
    }
}

extension GeneratedContent: Generable {
    /// Any content.
    public static var generationSchema: GenerationSchema { GenerationSchema(SchemaNode(.anything)) }

    /// The content as it is.
    public init(_ content: GeneratedContent) throws { self = content }

    /// The content itself.
    public var generatedContent: GeneratedContent { self }
}

extension GeneratedContent: CustomDebugStringConvertible {
    /// The content as JSON, marked where it is not complete.
    public var debugDescription: String { self.isComplete ? self.jsonString : self.jsonString + " (incomplete)" }
}
