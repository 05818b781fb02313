// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import NIOCore
package import NIOHTTP1
package import RemoteTransport

/// A server's address, who asks there, and how its refusals are understood.
package struct RemoteEndpoint: Sendable {
    /// The URL that paths are appended to, without a slash at its end.
    package let baseURL: String
    /// The server as it may stand in messages, without what can hold secrets.
    package let server: String
    private let key: APIKey?
    private let headers: HTTPHeaders
    private let transport: HTTPTransport
    /// The most bytes of a refusal that are read.
    private static let maximumRefusalBytes = 64 << 10

    /// Describes a server.
    ///
    /// - Parameters:
    ///   - baseURL: Where paths begin.
    ///   - key: The secret.
    ///   - keyHeader: Which header carries the secret; by default, `Authorization` does.
    ///   - headers: What goes with every request besides.
    package init(
        _ baseURL: String, key: APIKey?, keyHeader: String = "authorization", headers: HTTPHeaders = [:],
        transport: HTTPTransport
    ) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.server = self.baseURL.redactedURL
        self.key = key
        self.transport = transport
        var headers = headers
        headers.add(name: "content-type", value: "application/json")
        headers.add(name: "user-agent", value: "open-autoglm")
        if let key {
            let scheme = keyHeader == "authorization" ? "Bearer " : ""
            headers.add(name: keyHeader, value: scheme + key.secret)
        }
        self.headers = headers
    }

    /// Sends a question and waits until the answer begins.
    ///
    /// - Parameters:
    ///   - path: What follows the base URL, with a slash at its beginning.
    ///   - body: What is posted, JSON if the headers do not say otherwise; nil only asks for what is there.
    ///   - headers: What this question has instead of the usual headers, or besides.
    ///   - timeLimit: How long the exchange may take.
    /// - Throws: ``LLMError`` where there is no answer or the server refuses; `CancellationError`.
    package func send(
        _ path: String, body: [UInt8]? = nil, headers: HTTPHeaders = [:], timeLimit: Duration? = nil
    ) async throws -> TransportResponse {
        var all = self.headers
        for (name, value) in headers { all.replaceOrAdd(name: name, value: value) }
        var request = TransportRequest(
            method: body == nil ? .GET : .POST, url: self.baseURL + path, headers: all,
            body: body.map { ByteBuffer(bytes: $0) }, timeLimit: timeLimit)
        // A question that a closed connection swallowed was not begun.
        request.isRepeatable = true
        do {
            let response = try await self.transport.send(request)
            guard !response.isSuccess else { return response }
            let text = try await response.collect(maximumBytes: Self.maximumRefusalBytes)
            throw self.error(
                Refusal(status: response.status, body: text.readableBytesView, retryAfter: response.retryAfter))
        } catch let error as TransportError { throw LLMError(error, isAnswered: false) }
    }

    /// Sends a question and reads the whole answer.
    ///
    /// - Throws: As ``send(_:body:timeLimit:)``.
    package func exchange(_ path: String, body: [UInt8]? = nil, timeLimit: Duration? = nil) async throws -> ByteBuffer {
        let response = try await self.send(path, body: body, timeLimit: timeLimit)
        do {
            return try await response.collect()
        } catch let error as TransportError { throw LLMError(error, isAnswered: true) }
    }

    /// Sends a question and reads the whole answer as JSON.
    ///
    /// - Parameter read: Takes what is wanted out of it.
    /// - Throws: As ``send(_:body:timeLimit:)``; ``LLMError`` with code `.backendFailed` where it is not what `read` expects.
    func json<Value>(
        _ path: String, body: [UInt8]? = nil, timeLimit: Duration? = nil,
        read: (inout JSONReader) throws -> Value
    ) async throws -> Value {
        let answer = try await self.exchange(path, body: body, timeLimit: timeLimit)
        return try answer.withUnsafeReadableBytes { try self.parse($0, read) }
    }

    /// Reads JSON that the server sent.
    ///
    /// - Throws: ``LLMError`` with code `.backendFailed` where it is not what `read` expects; what `read` throws.
    func parse<Value>(
        _ bytes: UnsafeRawBufferPointer, _ read: (inout JSONReader) throws -> Value
    ) throws -> Value {
        do {
            return try JSONReader.read(bytes, read)
        } catch let error as JSONError {
            throw LLMError(
                .backendFailed, "The server at \(self.server) answered with something else than its protocol says.",
                cause: error)
        }
    }

    /// What a refusal means, without the key, should the server quote it.
    func error(_ refusal: Refusal) -> LLMError {
        var refusal = refusal
        refusal.message = self.redacted(refusal.message)
        return refusal.error(from: self.server)
    }

    /// What a server says, without the key, should it quote it.
    package func redacted(_ text: String) -> String { self.key?.redacted(from: text) ?? text }
}
