// SPDX-License-Identifier: Apache-2.0

/// Where media may be fetched from, and how much.
public struct MediaPolicy: Sendable, Hashable {
    /// The only hosts allowed, by name; nil allows every public one.
    public var hosts: Set<String>?
    /// Whether plain `http` will do.
    public var allowsPlainHTTP = true
    /// Hosts of this machine or its networks that are allowed all the same, by name or address.
    public var localHosts: Set<String> = []
    /// The most bytes of one fetch.
    public var maximumBytes = 32 << 20
    /// How long one fetch may take, redirects included.
    public var timeLimit = Duration.seconds(20)
    /// The most redirects.
    public var maximumRedirects = 3

    /// The usual policy: everything public, nothing local.
    public init() {}
}
