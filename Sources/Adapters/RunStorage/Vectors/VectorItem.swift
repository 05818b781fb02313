// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A text that can be found again by its meaning.
public struct VectorItem: Sendable, Hashable {
    /// Names it within its collection.
    public var id: String
    /// The text.
    public var text: String
    /// What else is known of it, an object.
    public var metadata: JSONValue

    /// Describes a text.
    public init(id: String, text: String, metadata: JSONValue = [:]) {
        self.id = id
        self.text = text
        self.metadata = metadata
    }
}

/// A text that was found.
public struct VectorMatch: Sendable, Hashable {
    /// The text.
    public var item: VectorItem
    /// How near it is in meaning, the cosine, from -1 to 1.
    public var score: Double
}
