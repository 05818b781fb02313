// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import MediaDecoding
internal import MultimodalInputs

extension FuzzTarget {
    static let inputSeeds: [[UInt8]] = [
        #"{"text": "a", "source": "chat", "timestamp_ns": 1000}"#, #"{"data": "aGk=", "source": "door"}"#,
        #"{"source": "camera", "modality": "image", "timestamp_ns": 5}"#, "The train leaves at 10:30.",
    ].map { Array($0.utf8) }

    /// Small enough that none takes long.
    private static var limits: MediaLimits {
        var limits = MediaLimits()
        (limits.pixels, limits.side, limits.samples) = (1_000_000, 4_096, 1_000_000)
        return limits
    }

    private static let kinds = [
        InputHandlerKind(
            "read-image", "", takes: [.image],
            options: [
                .init("features", .bool, ""), .init("side", .integer(1...9), ""), .init("model", .text, ""),
                .init("of", .choice(["a", "b"]), ""),
            ]
        ) { _ in throw MultimodalError(.failed, "Nothing is read here.") },
        InputHandlerKind("parse-text", "", takes: [.text], options: []) { _ in
            throw MultimodalError(.failed, "Nothing is read here.")
        },
    ]

    /// Decodes media, and reads what says where they go.
    func runMedia(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .image:
            guard let image = try? ImageDecoder(limits: Self.limits).decode(bytes) else { return false }
            precondition(
                image.pixels.count == image.width * image.height * 3, "a picture has other pixels than it says")
            return true
        case .audio:
            guard let audio = try? AudioDecoder(limits: Self.limits).decode(bytes) else { return false }
            precondition(audio.samples.allSatisfy(\.isFinite), "a sample is no number")
            return true
        case .input:
            let received = try? ReceivedInput(
                mediaType: "application/json", source: nil, timestamp: nil, otherwise: ("fuzz", 7))
            guard var conversation = try? InputConversation(source: "fuzz") else { return false }
            let text = String(decoding: bytes, as: UTF8.self)
            let events = [
                try? received?.event(bytes), try? conversation.event(bytes: bytes, now: 7),
                try? conversation.event(text: text, now: 7), try? conversation.event(text: "a", now: 7),
            ]
            for event in events.compactMap(\.self) {
                precondition((try? InputEvent.check(source: event.source)) != nil, "a source cannot stand in a prompt")
            }
            return events.dropLast().contains { $0 != nil }
        default:
            let text = String(decoding: bytes, as: UTF8.self)
            return (try? RoutingTable(parsing: text, file: "fuzz.yaml", kinds: Self.kinds)) != nil
        }
    }
}
