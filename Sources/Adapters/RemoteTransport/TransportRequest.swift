// SPDX-License-Identifier: Apache-2.0

public import NIOCore
public import NIOHTTP1

/// A question to a server.
public struct TransportRequest: Sendable {
    /// What to do.
    public var method: HTTPMethod
    /// The whole URL, `http` or `https`.
    public var url: String
    /// The headers; those about the connection and the body's length are added.
    public var headers: HTTPHeaders
    /// The body, if there is one.
    public var body: ByteBuffer?
    /// How long the whole exchange may take, reading the answer included.
    public var timeLimit: Duration?
    /// Whether asking twice does no harm; such a question is sent once more where it met a kept connection that the server
    /// was just closing.
    public var isRepeatable: Bool

    /// Makes a question; one that only asks, by `GET` or `HEAD`, is repeatable.
    public init(
        method: HTTPMethod = .GET, url: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil,
        timeLimit: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeLimit = timeLimit
        self.isRepeatable = method == .GET || method == .HEAD
    }
}
