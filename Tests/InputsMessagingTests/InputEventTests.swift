// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import InputsMessaging
import LLMCore
import MultimodalInputs
import Testing

@Suite("Input events from a bus")
struct InputEventTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private func input(_ event: Event, _ headers: KeyValuePairs<String, String>) throws -> InputEvent {
        var event = event
        event.headers = try EventHeaders(headers)
        return try InputEvent(event, arrival: 7)
    }

    private func event(_ payload: JSONValue) throws -> Event {
        Event(id: "1", subject: try EventSubject("room.door"), payload: payload)
    }

    private func event(_ bytes: [UInt8]) throws -> Event {
        Event(id: "1", subject: try EventSubject("room.door"), bytes: bytes)
    }

    @Test("Bytes tell what they are; source and time stand in the headers, or are the subject and the arrival")
    func bytes() throws {
        let picture = try self.input(
            self.event(Self.png),
            ["Content-Type": "image/png", "X-Input-Source": "camera", "X-Input-Timestamp": "5"])
        #expect(picture.modality == .image && picture.source == "camera" && picture.timestamp == 5)
        let text = try self.input(self.event(Array("hi".utf8)), [:])
        #expect(text == InputEvent(.text, .text("hi"), timestamp: 7, source: "room.door"))
        let json = try self.input(
            self.event(Array(#"{"text": "a", "source": "chat"}"#.utf8)), ["Content-Type": "application/json"])
        #expect(json == InputEvent(.text, .text("a"), timestamp: 7, source: "chat"))
    }

    @Test(
        "JSON is an event where it is an object, else a text",
        arguments: [
            (["text": "a", "timestamp_ns": 3], "a", 3), ("hello", "hello", 7), (4.5, "4.5", 7), ([1, 2], "[1,2]", 7),
        ] as [(JSONValue, String, Int64)])
    func json(payload: JSONValue, text: String, time: Int64) throws {
        let found = try self.input(self.event(payload), [:])
        #expect(found == InputEvent(.text, .text(text), timestamp: time, source: "room.door"))
    }

    @Test("What is no input is refused")
    func refused() throws {
        #expect(throws: MultimodalError.self) { try self.input(self.event(.null), [:]) }
        #expect(throws: MultimodalError.self) { try self.input(self.event(["path": "/etc/passwd"]), [:]) }
        #expect(throws: MultimodalError.self) { try self.input(self.event([1]), ["Content-Type": "application/json"]) }
        #expect(throws: MultimodalError.self) { try self.input(self.event("a"), ["X-Input-Timestamp": "soon"]) }
        #expect(throws: MultimodalError.self) { try self.input(self.event("a"), ["X-Input-Source": "a]"]) }
        #expect(throws: MultimodalError.self) {
            try self.input(self.event(Self.png), ["Content-Type": "audio/flac"])
        }
        #expect(throws: MultimodalError.self) { try self.input(self.event([0xFF, 0] as [UInt8]), [:]) }
    }
}
