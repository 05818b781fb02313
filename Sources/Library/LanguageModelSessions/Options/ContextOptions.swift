// SPDX-License-Identifier: Apache-2.0

/// How the model is prompted.
public struct ContextOptions: Sendable, Hashable {
    /// Whether the model reads the schema of the response; nil leaves it to the request.
    public var includeSchemaInPrompt: Bool?

    /// Options; what is nil is left to the request.
    public init(includeSchemaInPrompt: Bool? = nil) { self.includeSchemaInPrompt = includeSchemaInPrompt }
}
