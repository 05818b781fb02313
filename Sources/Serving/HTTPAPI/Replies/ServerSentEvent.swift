// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How events of a stream are written.
enum ServerSentEvent {
    /// The media type of streams of events.
    static let mediaType = "text/event-stream"
}

extension JSONWriter {
    /// What was written, as the data of an event.
    func event(named name: String? = nil) -> [UInt8] {
        (name.map { Array("event: \($0)\n".utf8) } ?? []) + Array("data: ".utf8) + self.bytes + Array("\n\n".utf8)
    }
}
