// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import LLMCore
package import Logging
package import MediaDecoding
package import MultimodalInputs
internal import NIOCore
internal import ServiceLifecycle
package import WebSocketServing

/// Takes inputs over HTTP: `POST /v1/inputs` with a picture, a recording or a text as its body, or an event in JSON; and over
/// WebSocket at `/v1/inputs/stream`, a message for each.
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
    /// How large a body or a message may be.
    package var limits = MediaLimits()
    /// How many connections of WebSocket there may be.
    package var sockets = 64
    /// How slow clients of WebSocket may be, and in how many fragments messages may come.
    package var socketLimits = WebSocketLimits(messageBytes: MediaLimits().bytes)
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
        var limits = self.socketLimits
        limits.messageBytes = self.limits.bytes
        let door = SocketDoor(key: self.key, places: self.sockets)
        let reader = SocketReader(queue: self.queue)
        let router = Router()
        router.post("v1/inputs") { request, _ in await self.reply(to: request) }
        router.get("v1/inputs/stream") { request, _ in door.reply(to: request) }
        let application = Application(
            router: router,
            server: HTTPServerBuilder { [limits] in
                InputsConnection(responder: $0, door: door, reader: reader, limits: limits)
            },
            configuration: .init(address: .hostname(self.host, port: self.port)),
            onServerRunning: { await self.onListening($0.localAddress?.port ?? 0) }, logger: self.logger)
        try await application.run()
    }

    private func reply(to request: Request) async -> Response {
        do {
            try UploadKey.check(request.headers[.authorization], self.key)
            let body = try await request.body.collect(upTo: self.limits.bytes)
            let event = try self.received(request.headers).event(Array(body.readableBytesView))
            let insertion = try self.queue.offer(event)
            guard insertion != .full else {
                throw UploadRefusal(
                    .serviceUnavailable, "The queue is full; send it again.", headers: [.retryAfter: "1"])
            }
            return Response(.accepted, event.reply(insertion))
        } catch let refusal as UploadRefusal {
            return refusal.response
        } catch is NIOTooManyBytesError {
            return UploadRefusal(.contentTooLarge, "At most \(self.limits.bytes) bytes are taken.").response
        } catch let error as MultimodalError {
            return UploadRefusal(error).response
        } catch {
            return UploadRefusal(.badRequest, "The body cannot be read.").response
        }
    }

    private func received(_ headers: HTTPFields) throws -> ReceivedInput {
        try ReceivedInput(
            mediaType: headers[.contentType],
            source: HTTPField.Name(ReceivedInput.sourceHeader).flatMap { headers[$0] },
            timestamp: HTTPField.Name(ReceivedInput.timestampHeader).flatMap { headers[$0] },
            otherwise: ("http", SystemTime.nanoseconds))
    }
}

extension InputEvent {
    /// What is said of an event that came.
    func reply(_ insertion: InputOrder.Insertion) -> JSONValue {
        [
            "source": .string(self.source), "modality": .string(self.modality.rawValue),
            "dropped": .bool(insertion == .dropped),
        ]
    }
}
