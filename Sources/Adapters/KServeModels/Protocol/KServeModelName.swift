// SPDX-License-Identifier: Apache-2.0

/// A model on a server, and which version of it.
public struct KServeModelName: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The model's name.
    public var name: String
    /// The version, such as `3`; nil leaves the choice to the server.
    public var version: String?

    /// Names a model.
    public init(_ name: String, version: String? = nil) {
        self.name = name
        self.version = version
    }

    /// Names a model without a version.
    public init(stringLiteral value: String) { self.init(value) }
}
