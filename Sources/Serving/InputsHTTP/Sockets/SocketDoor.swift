// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import LLMCore
internal import MediaDecoding
internal import MultimodalInputs
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Lets clients of WebSocket in: those with the key, whose address says what can be, while there are places.
final class SocketDoor: Sendable {
    /// What a client asks for.
    struct Visit: Sendable {
        /// What it will send.
        var conversation: InputConversation
        /// Whether each message is answered.
        var wantsReplies: Bool
    }

    /// The address.
    static let path = "/v1/inputs/stream"
    private static let keys = ["source", "modality", "replies"]

    private let key: String?
    private let places: Int
    private let taken = Atomic(0)

    /// Makes a door.
    init(key: String?, places: Int) {
        self.key = key
        self.places = places
    }

    /// Lets a client in, who has a place until its connection ends; nil where it gets a reply of HTTP instead.
    func enter(_ head: HTTPRequestHead, _ channel: any Channel) -> Visit? {
        guard head.method == .GET, let visit = try? self.visit(head.uri, { head.headers.first(name: $0) }) else {
            return nil
        }
        guard self.taken.add(1, ordering: .relaxed).newValue <= self.places else {
            self.taken.subtract(1, ordering: .relaxed)
            return nil
        }
        channel.closeFuture.whenComplete { _ in self.taken.subtract(1, ordering: .relaxed) }
        return visit
    }

    /// What is answered to whom was not let in.
    func reply(to request: Request) -> Response {
        do {
            _ = try self.visit(request.uri.string) { name in
                name == "Host" ? request.head.authority : HTTPField.Name(name).flatMap { request.headers[$0] }
            }
            // Headers of the connection itself do not come this far.
            guard self.taken.load(ordering: .relaxed) < self.places else {
                throw UploadRefusal(
                    .serviceUnavailable, "There are \(self.places) connections, as many as may be; come again.",
                    headers: [.retryAfter: "1"])
            }
            throw UploadRefusal(
                .upgradeRequired, "Here WebSocket (RFC 6455, version 13) is spoken.",
                headers: HTTPField.Name("Sec-WebSocket-Version").map { [$0: "13", .upgrade: "websocket"] } ?? [:])
        } catch let refusal as UploadRefusal {
            return refusal.response
        } catch let error as MultimodalError {
            return UploadRefusal(error).response
        } catch {
            return UploadRefusal(.badRequest, "The request cannot be read.").response
        }
    }

    private func visit(_ address: String, _ header: (String) -> String?) throws -> Visit {
        try UploadKey.check(header("Authorization"), self.key)
        // A page of another site must not reach what listens on its reader's machine.
        if let origin = header("Origin"), URI(origin).authority != header("Host")?.lowercased() {
            throw UploadRefusal(.forbidden, "Pages of \(origin.prefix(80)) may not send inputs here.")
        }
        let uri = URI(address)
        guard uri.path == Self.path else { throw UploadRefusal(.notFound, "Inputs are taken at \(Self.path).") }
        let query = uri.queryParameters
        for (key, _) in query where !Self.keys.contains(String(key)) {
            throw UploadRefusal(
                .badRequest,
                "The address has the unknown key '\(key.prefix(40))'. \(NearestName.hint(for: String(key), in: Self.keys))"
            )
        }
        let replies = query["replies"] ?? "false"
        guard ["true", "false"].contains(replies) else {
            throw UploadRefusal(.badRequest, "'replies' is '\(replies.prefix(40))'; write true or false.")
        }
        return Visit(
            conversation: try InputConversation(
                source: query["source"].map(String.init) ?? "websocket", modality: query["modality"].map(String.init)),
            wantsReplies: replies == "true")
    }
}

extension URI {
    /// Host and port, as the header `Host` has them.
    fileprivate var authority: String? {
        self.host.map { host in (host + (self.port.map { ":\($0)" } ?? "")).lowercased() }
    }
}
