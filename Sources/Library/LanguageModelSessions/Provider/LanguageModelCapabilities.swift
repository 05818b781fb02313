// SPDX-License-Identifier: Apache-2.0

/// What a model can do.
public struct LanguageModelCapabilities: Sendable, Hashable {
    /// One thing that a model can do.
    public struct Capability: Sendable, Hashable {
        private enum Kind {
            case guidedGeneration, toolCalling, vision, reasoning
        }

        private let kind: Kind

        /// Its responses cannot break their schema.
        public static let guidedGeneration = Self(kind: .guidedGeneration)
        /// It asks for tools to be called.
        public static let toolCalling = Self(kind: .toolCalling)
        /// It sees images.
        public static let vision = Self(kind: .vision)
        /// It thinks before it answers.
        public static let reasoning = Self(kind: .reasoning)
    }

    private let capabilities: Set<Capability>

    /// What a model can do.
    public init(_ capabilities: some Sequence<Capability>) { self.capabilities = Set(capabilities) }

    /// What a model can do.
    public init(capabilities: [Capability]) { self.init(capabilities) }

    /// Whether the model can do something.
    public func contains(_ capability: Capability) -> Bool { self.capabilities.contains(capability) }
}
