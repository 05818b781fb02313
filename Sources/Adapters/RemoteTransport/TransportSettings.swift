// SPDX-License-Identifier: Apache-2.0

/// How connections are made and what an answer may cost.
public struct TransportSettings: Sendable, Hashable {
    /// How long making a connection may take, encryption included.
    public var connectTimeout = Duration.seconds(10)
    /// How long the other side may be silent.
    public var readTimeout = Duration.seconds(600)
    /// How long an unused connection is kept.
    public var idleTimeout = Duration.seconds(60)
    /// How many connections one server gets at most; requests beyond wait for one.
    public var connectionsPerHost = 1024
    /// The most bytes of an answer's body.
    public var maximumResponseBytes = 256 << 20
    /// Addresses of hosts that are not looked up, by name.
    public var addresses: [String: String] = [:]

    /// Who vouches for servers; nil are those whom the system trusts.
    public var authorities: CertificateAuthorities?
    /// Which connections go by way of a proxy.
    public var proxies = ProxyRules.environment()

    /// The usual settings.
    public init() {}
}
