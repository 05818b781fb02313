// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import KServeProtocol
internal import LLMCore
internal import NIOCore
internal import NIOHTTP1
internal import RemoteModels
internal import RemoteTransport
internal import SwiftProtobuf

/// KServe v2 over HTTP.
struct KServeHTTP: KServeTransport {
    /// Says how many bytes of a body are JSON.
    private static let headerLengthName = "inference-header-content-length"

    private let endpoint: RemoteEndpoint
    private let tensorForm: KServeTensorForm

    init(_ url: String, key: APIKey?, tensorForm: KServeTensorForm, transport: HTTPTransport) {
        self.endpoint = RemoteEndpoint(url, key: key, transport: transport)
        self.tensorForm = tensorForm
    }

    var server: String { self.endpoint.server }

    func redacted(_ text: String) -> String { self.endpoint.redacted(text) }

    func holds(_ check: KServeCheck) async throws -> Bool {
        try await self.isTrue {
            // The status alone says it: bodies differ between servers.
            _ = try await self.endpoint.exchange(check.path)
            return true
        }
    }

    func answer<Question, Answer>(_ question: KServeQuestion<Question, Answer>) async throws -> Answer {
        let body = try await self.endpoint.exchange(question.path)
        do {
            return try question.readJSON(Data(body.readableBytesView))
        } catch { throw self.violation(error) }
    }

    func infer(_ request: KServeRequest) async throws -> KServeResponse {
        let (body, headerLength) = try request.inferBody(self.tensorForm)
        var headers: HTTPHeaders = [:]
        if let headerLength {
            headers = ["content-type": "application/octet-stream", Self.headerLengthName: "\(headerLength)"]
        }
        let response = try await self.endpoint.send(
            request.model.path + "/infer", body: body, headers: headers, timeLimit: request.timeLimit)
        let answer: ByteBuffer
        do {
            answer = try await response.collect()
        } catch let error as TransportError { throw LLMError(error, isAnswered: true) }
        do {
            return try KServeResponse(
                inferBody: Array(answer.readableBytesView),
                headerLength: response.headers.first(name: Self.headerLengthName).map { Int($0) ?? -1 })
        } catch { throw self.violation(error) }
    }

    func stream(
        _ request: KServeRequest, onResponse: @escaping @Sendable (KServeResponse) async throws -> Void
    ) async throws {
        let response = try await self.endpoint.send(
            request.model.path + "/generate_stream", body: try request.generateBody(), timeLimit: request.timeLimit)
        var events = ServerSentEvents()
        var body = response.body.makeAsyncIterator()
        while let piece = try await self.next(&body) {
            var answers: [[UInt8]] = []
            do {
                try piece.withUnsafeReadableBytes { try events.feed($0) { answers.append($0.data) } }
            } catch { throw self.violation(error) }
            for answer in answers { try await onResponse(self.response(answer)) }
        }
    }

    private func next(_ body: inout TransportBody.Iterator) async throws -> ByteBuffer? {
        do {
            return try await body.next()
        } catch let error as TransportError { throw LLMError(error, isAnswered: true) }
    }

    private func response(_ data: [UInt8]) throws -> KServeResponse {
        let answer: (json: JSONValue, response: KServeResponse)
        do {
            let json = try JSONValue(parsing: data, maximumDepth: 64)
            answer = (json, try KServeResponse(generated: json))
        } catch { throw self.violation(error) }
        guard let message = answer.json["error"]?.stringValue else { return answer.response }
        throw self.failure(message)
    }
}
