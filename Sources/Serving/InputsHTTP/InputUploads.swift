// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import HTTPTypes
internal import Hummingbird
internal import LLMCore
package import Logging
package import MediaDecoding
package import MultimodalInputs
internal import NIOCore
internal import ServiceLifecycle

/// Takes inputs over HTTP: `POST /v1/inputs` with a picture, a recording or a text as its body, or an event in JSON.
///
/// `X-Input-Source` and `X-Input-Timestamp` (nanoseconds since 1970) say where and when; an event in JSON says it itself. It
/// listens on this machine alone unless told otherwise, and asks for a key where one is set.
package struct InputUploads: Service {
    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    package var port = 0
    /// What `Authorization: Bearer …` must say; nil asks for nothing.
    package var key: String?
    /// How large a body may be.
    package var limits = MediaLimits()
    /// Told the port when it listens.
    package var onListening: @Sendable (_ port: Int) async -> Void = { _ in }
    private let queue: InputQueue
    private let logger: Logger

    /// Takes inputs into a queue.
    package init(_ queue: InputQueue, logger: Logger) {
        self.queue = queue
        self.logger = logger
    }

    /// Serves until it is cancelled or shut down gracefully.
    ///
    /// - Throws: The system's error when the address cannot be listened on.
    package func run() async throws {
        let router = Router()
        router.post("v1/inputs") { request, _ in await self.reply(to: request) }
        let application = Application(
            router: router, configuration: .init(address: .hostname(self.host, port: self.port)),
            onServerRunning: { await self.onListening($0.localAddress?.port ?? 0) }, logger: self.logger)
        try await application.run()
    }

    private func reply(to request: Request) async -> Response {
        if let key, !Self.allows(request.headers[.authorization], key) {
            return Self.response(
                .unauthorized, ["error": "The key is missing or wrong: send Authorization: Bearer KEY."])
        }
        do {
            let body = try await request.body.collect(upTo: self.limits.bytes)
            let event = try self.event(Array(body.readableBytesView), request.headers)
            switch try self.queue.offer(event) {
            case .full:
                return Self.response(.serviceUnavailable, ["error": "The queue is full; send it again."], retryAfter: 1)
            case .dropped: return Self.response(.accepted, ["source": .string(event.source), "dropped": true])
            case .taken, .late:
                return Self.response(
                    .accepted,
                    ["source": .string(event.source), "modality": .string(event.modality.rawValue), "dropped": false])
            }
        } catch is NIOTooManyBytesError {
            return Self.response(.contentTooLarge, ["error": "At most \(self.limits.bytes) bytes are taken."])
        } catch let error as MultimodalError {
            let status: HTTPResponse.Status =
                switch error.code {
                case .queueFull, .queueClosed: .serviceUnavailable
                case .tooLarge: .contentTooLarge
                case .unknownFormat: .unsupportedMediaType
                case .late: .conflict
                default: .badRequest
                }
            return Self.response(status, ["error": .string(error.message)])
        } catch {
            return Self.response(.badRequest, ["error": "The body cannot be read."])
        }
    }

    /// Whether a request shows the key; hashes are compared, so that the time it takes tells nothing of the key.
    private static func allows(_ authorization: String?, _ key: String) -> Bool {
        authorization.map { KeyHash(of: $0) == KeyHash(of: "Bearer \(key)") } ?? false
    }

    private func event(_ body: [UInt8], _ headers: HTTPFields) throws -> InputEvent {
        let source = HTTPField.Name("X-Input-Source").flatMap { headers[$0] } ?? "http"
        let stamp = HTTPField.Name("X-Input-Timestamp").flatMap { headers[$0] }
        let time = try stamp.map { text in
            guard let time = Int64(text) else {
                throw MultimodalError(
                    .damaged, "X-Input-Timestamp is '\(text.prefix(40))'; write nanoseconds since 1970.")
            }
            return time
        }
        let now = time ?? SystemTime.nanoseconds
        if headers[.contentType]?.hasPrefix("application/json") == true {
            guard let json = try? JSONValue(parsing: body) else {
                throw MultimodalError(.damaged, "The body is no JSON.")
            }
            return try InputEvent(json: json, now: now, source: source, allowsPaths: false)
        }
        return try InputEvent(encoded: body, timestamp: now, source: source)
    }

    private static func response(_ status: HTTPResponse.Status, _ json: JSONValue, retryAfter: Int? = nil) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: json.serialized() + "\n")))
    }
}
