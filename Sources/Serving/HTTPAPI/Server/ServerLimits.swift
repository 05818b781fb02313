// SPDX-License-Identifier: Apache-2.0

/// How much a client may ask of the server.
public struct ServerLimits: Sendable, Hashable {
    /// The most bytes of a request's body.
    public var bodyBytes = 32 << 20
    /// The most pieces that a request's body may arrive in; each costs far more than its bytes.
    public var bodyPieces = 64 << 10
    /// The most bytes of all headers of a request together.
    public var headerBytes = 32 << 10
    /// The most headers of a request.
    public var headers = 100
    /// How deeply a request's JSON may be nested.
    public var jsonDepth = 64
    /// The most connections at a time; others wait to be accepted.
    public var connections = 4096
    /// How long a connection may be open without a request.
    public var idleTime = Duration.seconds(120)
    /// How fast a client has to be, once it has begun.
    public var patience = ClientPatience()

    /// The usual limits.
    public init() {}
}
