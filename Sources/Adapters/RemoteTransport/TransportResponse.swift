// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import NIOCore
public import NIOHTTP1

/// A server's answer; its body arrives as it is read.
public struct TransportResponse: Sendable {
    /// The status, such as 200.
    public let status: Int
    /// The headers.
    public let headers: HTTPHeaders
    /// The body, to be read once; connections of bodies that are dropped are closed.
    public let body: TransportBody

    /// Whether the status is a success, 200 to 299.
    public var isSuccess: Bool { 200..<300 ~= self.status }

    /// Reads the whole body.
    ///
    /// - Parameter maximumBytes: The most bytes to take; nil is the transport's own limit.
    /// - Throws: ``TransportError``; `CancellationError`.
    public func collect(maximumBytes: Int? = nil) async throws -> ByteBuffer {
        var body = self.body
        if let maximumBytes { body.maximumBytes = min(body.maximumBytes, maximumBytes) }
        var iterator = body.makeAsyncIterator()
        guard var whole = try await iterator.next() else { return ByteBuffer() }
        while var next = try await iterator.next() { whole.writeBuffer(&next) }
        return whole
    }
}
