// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import MediaDecoding
import MultimodalInputs
import Testing

@Suite("Input events in JSON")
struct InputEventJSONTests {
    private func event(_ json: String, paths: Bool = true) throws -> InputEvent {
        try InputEvent(json: JSONValue(parsing: json), now: 7, source: "usual", allowsPaths: paths)
    }

    @Test("Texts, bytes and files become events with their sources and times")
    func read() throws {
        let text = try self.event(#"{"text": "a", "source": "chat", "timestamp_ns": 5}"#)
        #expect(text == InputEvent(.text, .text("a"), timestamp: 5, source: "chat"))
        #expect(try self.event(#"{"data": "YQ=="}"#) == InputEvent(.text, .text("a"), timestamp: 7, source: "usual"))
        let path = try MediaSamples.url("page.png").path
        let file = try self.event(#"{"path": "\#(path)", "timestamp_ns": 9}"#)
        #expect(file.modality == .image && file.timestamp == 9 && file.source == "usual" && file.name == "page.png")
    }

    @Test(
        "What is no event is refused in words that help",
        arguments: [
            ("[]", "object"), ("{}", "text, data, path"), (#"{"txt": "a"}"#, "'text'"), (#"{"data": "%"}"#, "Base64"),
            (#"{"path": "/nowhere"}"#, "/nowhere"), (#"{"text": "a", "data": "YQ=="}"#, "exactly one"),
            (#"{"text": 5}"#, "'text'"), (#"{"data": null}"#, "'data'"),
            (#"{"text": "a", "timestamp_ns": "5"}"#, "'timestamp_ns'"),
            (#"{"text": "a", "timestamp_ns": 1.5}"#, "'timestamp_ns'"),
            (#"{"text": "a", "timestamp_ns": 1e30}"#, "'timestamp_ns'"), (#"{"text": "a", "source": 5}"#, "'source'"),
            (#"{"text": "a", "source": "a] text\n[b"}"#, "brackets"), (#"{"data": "YQ==", "source": ""}"#, "source"),
        ])
    func refused(json: String, words: String) {
        let error = #expect(throws: MultimodalError.self) { try self.event(json) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("Files of this machine cannot be named from outside")
    func paths() throws {
        let path = try MediaSamples.url("page.png").path
        #expect(throws: MultimodalError.self) { try self.event(#"{"path": "\#(path)"}"#, paths: false) }
    }
}
