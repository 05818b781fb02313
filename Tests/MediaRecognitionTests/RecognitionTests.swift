// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MediaDecoding
import MediaRecognition
import MultimodalInputs
import OpenAutoGLMTesting
import OrderedCollections
import Testing

@Suite("Reading pictures and recordings")
struct RecognitionTests {
    private func findings(_ name: String, _ handler: any InputHandler) async throws -> InputFindings {
        let event = try InputEvent(encoded: MediaSamples.bytes(name), timestamp: 1, source: name)
        return try await handler.handle(event)
    }

    @Test("The text of a picture is read line by line, with boxes where the words are")
    func page() async throws {
        let findings = try await self.findings("page.png", ImageHandler(makesFeatures: true))
        #expect(findings.text == "Platform 9 closes at 10:30\nPlease mind the gap")
        let lines = try #require(findings.details["lines"]?.arrayValue)
        #expect(lines.count == 2 && lines.allSatisfy { ($0["confidence"]?.numberValue ?? 0) > 0.9 })
        let corners = try #require(lines.first?["box"]?.arrayValue).map {
            $0.arrayValue?.compactMap(\.numberValue) ?? []
        }
        // Where the words were drawn, and a margin.
        #expect(abs(corners[0][0] - 40) < 16 && abs(corners[0][1] - 40) < 16)
        #expect(abs(corners[2][0] - 407) < 16 && abs(corners[2][1] - 75) < 16)
        #expect(findings.vector.count == 384)
        #expect(abs(findings.vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-3)
    }

    @Test("A picture taken upside down is read as it was held, one that says nothing of it by its looks")
    func turned() async throws {
        let handler = try await ImageHandler()
        #expect(try await self.findings("turned.jpg", handler).text == "Meeting room 24")
        var bytes = try MediaSamples.bytes("turned.jpg")
        let tag = try #require(
            bytes.indices.dropLast(12).first { Array(bytes[$0..<$0 + 4]) == [0x01, 0x12, 0x00, 0x03] })
        bytes[tag + 9] = 1
        let event = try InputEvent(encoded: bytes, timestamp: 1, source: "a")
        #expect(try await handler.handle(event).text == "Meeting room 24")
    }

    @Test(
        "A picture without words has none, however small or narrow", arguments: [(1, 1), (640, 2), (3, 500), (64, 64)])
    func empty(width: Int, height: Int) async throws {
        let bytes = MediaSamples.png(width: width, height: height, pixel: [30, 90, 200], colour: 2)
        let handler = try await ImageHandler(makesFeatures: true)
        let findings = try await handler.handle(InputEvent(encoded: bytes, timestamp: 1, source: "a"))
        #expect(findings.text == "" && findings.vector.count == 384)
    }

    @Test("Vectors are near for what looks the same, and far for what does not")
    func features() async throws {
        let extractor = try await ImageFeatureExtractor(OCRModels())
        func vector(_ name: String, scale: Int = 1) throws -> [Float] {
            let image = try ImageDecoder().decode(MediaSamples.bytes(name))
            return try extractor.features(of: image.scaled(width: image.width * scale, height: image.height * scale))
        }
        func nearness(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let page = try vector("page.png")
        #expect(try nearness(page, vector("page.png", scale: 2)) > 0.95)
        #expect(try nearness(page, vector("page.png", scale: 2)) > nearness(page, vector("quarters.png")) + 0.05)
    }

    @Test("Speech is written down with the times of words, and becomes cepstra")
    func speech() async throws {
        let findings = try await self.findings("speech.flac", AudioHandler())
        let words = try #require(findings.details["words"]?.arrayValue)
        #expect(findings.text?.split(separator: " ").count == words.count)
        #expect(findings.text == "one two three four five")
        let times: [Double] = words.flatMap { word in [word["start"], word["end"]].map { $0?.numberValue ?? -1 } }
        #expect(times == times.sorted() && times.allSatisfy { $0 >= 0 && $0 <= 4 })
        #expect(findings.vector.count == 26)
    }

    @Test("Silence says nothing")
    func silence() async throws {
        let event = try InputEvent(
            .audio, .samples(AudioSamples([Float](repeating: 0, count: 16_000), rate: 16_000)), timestamp: 0,
            source: "a")
        let findings = try await AudioHandler(features: .logMel, listsFrames: true).handle(event)
        #expect(findings.text == "" && findings.details["log-mel"]?.arrayValue?.count == 101)
    }

    @Test("What a handler does not take is refused, and what is not installed named")
    func refused() async throws {
        let text = InputEvent(.text, .text("a"), timestamp: 0, source: "a")
        let audio = try AudioHandler(writesTranscript: false)
        await #expect(throws: MultimodalError.self) { try await audio.handle(text) }
        let picture = try InputEvent(encoded: MediaSamples.bytes("page.png"), timestamp: 0, source: "a")
        await #expect(throws: MultimodalError.self) { try await TextHandler().handle(picture) }
        var error = await #expect(throws: MultimodalError.self) { try await ImageHandler(models: "/nowhere") }
        #expect(error?.code == .notInstalled && error?.message.contains("fetch-model.sh ocr") == true)
        error = #expect(throws: MultimodalError.self) { try AudioHandler(model: "/nowhere") }
        #expect(error?.code == .notInstalled && error?.message.contains("pocketsphinx-en-us") == true)
    }

    @Test("Bytes tell what they are; what is nothing known is refused")
    func sniffed() throws {
        let cases: [(String, String)] = [
            ("page.png", "image/png"), ("turned.jpg", "image/jpeg"), ("speech.flac", "audio/flac"),
            ("stereo.wav", "audio/wav"),
        ]
        for (name, type) in cases {
            #expect(try InputEvent(encoded: MediaSamples.bytes(name), timestamp: 0, source: "a").mediaType == type)
        }
        #expect(try InputEvent(encoded: Array("hé".utf8), timestamp: 0, source: "a").payload == .text("hé"))
        for bytes in [[], [0xFF, 0xFE, 0x00], Array("a\0b".utf8)] as [[UInt8]] {
            #expect(throws: MultimodalError.self) { try InputEvent(encoded: bytes, timestamp: 0, source: "a") }
        }
    }
}
