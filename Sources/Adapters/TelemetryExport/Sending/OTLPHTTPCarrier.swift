// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import NIOCore
internal import NIOHTTP1
internal import Observability
internal import RemoteTransport
internal import SwiftProtobuf

/// OTLP over HTTP: messages are posted as Protocol Buffers.
struct OTLPHTTPCarrier: OTLPCarrier {
    /// The statuses after which the specification allows another attempt.
    private static let transientStatuses = [429, 502, 503, 504]

    let settings: OTLPSettings
    let transport: HTTPTransport

    func send(
        _ message: some SwiftProtobuf.Message, of signal: OTLPSettings.Signal
    ) async throws -> OTLP_PartialSuccess {
        let bytes: [UInt8] = try message.serializedBytes()
        var headers = HTTPHeaders(self.settings.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        headers.replaceOrAdd(name: "content-type", value: "application/x-protobuf")
        headers.replaceOrAdd(name: "user-agent", value: "open-autoglm")
        let request = TransportRequest(
            method: .POST, url: self.settings.url(of: signal), headers: headers, body: ByteBuffer(bytes: bytes),
            timeLimit: self.settings.timeout)
        let response: TransportResponse
        let body: ByteBuffer
        do {
            response = try await self.transport.send(request)
            body = try await response.collect(maximumBytes: 1 << 20)
        } catch let error as TransportError {
            throw OTLPRefusal(isTransient: error.isTransient, message: error.message)
        }
        guard response.isSuccess else {
            throw OTLPRefusal(
                isTransient: Self.transientStatuses.contains(response.status), retryAfter: response.retryAfter,
                message: "\(request.url.redactedURL) answered with the status \(response.status).")
        }
        // Some receivers answer with JSON, or nothing; the status says enough then.
        return (try? OTLP_ExportServiceResponse(serializedBytes: Array(body.readableBytesView)))?.partialSuccess
            ?? .init()
    }

    func connected(_ work: @escaping @Sendable () async throws -> Void) async throws { try await work() }
}

extension TransportError where Domain == TransportDomain {
    /// Whether another attempt may end better.
    fileprivate var isTransient: Bool { [.connectionFailed, .timedOut, .interrupted].contains(self.code) }
}
