// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import InputsHTTP
import LLMCore
import MultimodalInputs
import NIOCore
import NIOHTTP1
import Testing

@Suite("Inputs over HTTP", .timeLimit(.minutes(5)))
struct InputUploadsTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private func serving(
        _ settings: InputOrderSettings, key: String? = nil, _ work: (_ url: String) async throws -> Void
    ) async throws -> [InputEvent] {
        try await ServedInputs.run(settings, change: { $0.key = key }) { port, _ in
            try await work("http://127.0.0.1:\(port)/v1/inputs")
        }
    }

    /// Sends something; gives the status and the reply.
    private func post(
        _ body: [UInt8], to url: String, _ headers: [(String, String)] = []
    ) async throws -> (status: UInt, json: JSONValue) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = HTTPHeaders(headers)
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let reply = try await response.body.collect(upTo: 1 << 16)
        return (response.status.code, (try? JSONValue(parsing: Array(reply.readableBytesView))) ?? .null)
    }

    @Test("Pictures, texts and events in JSON come into the queue with their sources and times")
    func taken() async throws {
        let settings = try InputOrderSettings(watermark: .seconds(3_600))
        let events = try await self.serving(settings) { url in
            let picture = try await self.post(
                Self.png, to: url, [("X-Input-Source", "door"), ("X-Input-Timestamp", "2000")])
            #expect(picture.status == 202 && picture.json["modality"] == "image")
            let text = try await self.post(Array("hello".utf8), to: url, [("X-Input-Timestamp", "1000")])
            #expect(text.status == 202 && text.json["source"] == "http")
            let json = #"{"data": "aGk=", "source": "chat", "timestamp_ns": 1500}"#
            let event = try await self.post(Array(json.utf8), to: url, [("Content-Type", "application/json")])
            #expect(event.status == 202 && event.json["source"] == "chat")
        }
        #expect(events.map(\.timestamp) == [1_000, 1_500, 2_000] && events.map(\.source) == ["http", "chat", "door"])
        #expect(events[1].payload == .text("hi"))
    }

    @Test("What is wrong with an upload is told by its status and in words")
    func refused() async throws {
        let json = [("Content-Type", "application/json")]
        let cases: [(body: [UInt8], headers: [(String, String)], status: UInt)] = [
            ([], [], 400), ([0xFF, 0x00, 0x01], [], 415), ([UInt8](repeating: 65, count: 2_000), [], 413),
            (Array("a".utf8), [("X-Input-Timestamp", "soon")], 400), (Array("{".utf8), json, 400),
            (Array(#"{"path": "/etc/passwd"}"#.utf8), json, 415), (Array(#"{"data": "%"}"#.utf8), json, 400),
            (Array("[]".utf8), json, 415), (Array("{}".utf8), json, 415),
            (Array("a".utf8), [("Content-Type", "image/png")], 415), (Self.png, [("Content-Type", "text/plain")], 415),
            (Array("a".utf8), [("X-Input-Timestamp", "9000000000000000000")], 400),
            (Array("a".utf8), [("X-Input-Source", "a] text: b [c")], 400),
            (Array("a".utf8), [("X-Input-Source", "")], 400),
            (Array(#"{"text": "a", "source": "b\n[1.000 s, c"}"#.utf8), json, 400),
        ]
        let events = try await self.serving(InputOrderSettings()) { url in
            for (body, headers, status) in cases {
                let reply = try await self.post(body, to: url, headers)
                #expect(reply.status == status && reply.json["error"]?.stringValue?.isEmpty == false, "\(reply)")
            }
        }
        #expect(events.isEmpty)
    }

    @Test("A key is asked for where one is set; a full queue and late events are told")
    func policies() async throws {
        let settings = try InputOrderSettings(capacity: 2, watermark: .zero, whenFull: .wait, whenLate: .fail)
        let events = try await self.serving(settings, key: "secret") { (url: String) async throws -> Void in
            let body = Array("a".utf8)
            func send(_ time: String, _ key: String = "secret") async throws -> UInt {
                try await self.post(
                    body, to: url, [("Authorization", "Bearer \(key)"), ("X-Input-Timestamp", time)]
                ).status
            }
            #expect(try await self.post(body, to: url).status == 401)
            #expect(try await send("5", "wrong") == 401)
            #expect(try await send("5") == 202)
            #expect(try await send("4") == 409)
            #expect(try await send("6") == 202)
            #expect(try await send("7") == 503)
        }
        #expect(events.count == 2)
    }
}
