// SPDX-License-Identifier: Apache-2.0

package import EventMessaging
internal import LLMCore
internal import MediaDecoding
package import MultimodalInputs

extension InputEvent {
    /// Reads what was told on a bus: bytes that tell themselves what they are, a text, or an event in JSON.
    ///
    /// The headers `X-Input-Source`, `X-Input-Timestamp` and `Content-Type` say what they say of an upload.
    /// - Parameters:
    ///   - event: What was told; its subject is the source where it names none.
    ///   - arrival: When it came, in nanoseconds since 1970.
    /// - Throws: ``MultimodalError`` that says what is wrong.
    package init(_ event: Event, arrival: Int64) throws {
        let received = try ReceivedInput(
            mediaType: event.headers["Content-Type"], source: event.headers[ReceivedInput.sourceHeader],
            timestamp: event.headers[ReceivedInput.timestampHeader], otherwise: ("\(event.subject)", arrival))
        if let bytes = event.bytes {
            self = try received.event(bytes)
        } else if event.payload.objectValue != nil || received.isJSON {
            self = try InputEvent(
                json: event.payload, now: received.timestamp, source: received.source, allowsPaths: false)
        } else {
            self = try received.event(Self.bytes(of: event.payload))
        }
    }

    /// A text that happens to be JSON, such as a number.
    private static func bytes(of payload: JSONValue) -> [UInt8] {
        switch payload {
        case .null: []
        case .string(let text): Array(text.utf8)
        default: Array(payload.serialized().utf8)
        }
    }
}
