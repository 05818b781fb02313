// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenAutoGLM
import OpenAutoGLMTesting
import Testing

@Suite("A program reads inputs with one import")
struct InputsProgramTests {
    /// A handler of the program's own.
    private struct Thermometer: InputHandler {
        static let kind = InputHandlerKind("thermometer", "Reads degrees.", takes: [.text], options: []) { _ in Self() }

        func handle(_ event: InputEvent) async throws -> InputFindings {
            guard case .text(let text) = event.payload, let degrees = Float(text) else {
                throw MultimodalError(.unsuitable, "'\(event.source)' tells no degrees.")
            }
            return InputFindings(text: "\(degrees) degrees", vector: [degrees])
        }
    }

    @Test("Events come in the order in which they happened, each to its handler, and a model is told of them")
    func run() async throws {
        let table = RoutingTable(
            [
                InputRoute(Thermometer.kind, source: GlobPattern("sensor/*")),
                InputRoute(TextHandler.kind),
            ], order: try InputOrderSettings(watermark: .milliseconds(500)), windows: .tumbling(.seconds(10)),
            prompt: PromptFusion(instructions: "Say what to do."))
        let queue = InputQueue(table.order)
        let second: Int64 = 1_000_000_000
        for (text, source, time) in [
            ("It is stuffy in here.", "desk", 1_300), ("27.5", "sensor/room", 1_000), ("warm", "sensor/hall", 1_200),
        ] {
            try await queue.push(
                InputEvent(.text, .text(text), timestamp: 100 * second + Int64(time) * 1_000_000, source: source))
        }
        queue.finish()
        let model = ScriptedModel(replies: ["Open a window."])
        let agent = AutoGLM(adapter: model)
        let run = InputRun(queue, router: try await InputRouter(table), windows: table.windows)
        let said = Said()
        try await run.run { output in
            switch output {
            case .handled(let input): await said.add("\(input.route): \(input.findings.text ?? "")")
            case .failed(let event, let error):
                await said.add("\(event.source): \((error as? MultimodalError)?.message ?? "")")
            case .ignored(let event): await said.add("\(event.source) ignored")
            case .window(let window):
                let messages = table.prompt.messages(for: window, capabilities: model.capabilities)
                await said.add(try await agent.chat(messages).text)
            }
        }
        #expect(
            await said.lines == [
                "thermometer: 27.5 degrees", "sensor/hall: 'sensor/hall' tells no degrees.",
                "parse-text: It is stuffy in here.", "Open a window.",
            ])
        guard case .messages(let told)? = model.requests.first?.prompt else {
            Issue.record("The model was asked with no messages.")
            return
        }
        #expect(told.first?.text == "Say what to do.")
        #expect(told.last?.text.contains(#"[1.000 s, sensor/room] text: "27.5 degrees""#) == true)
    }

    @Test("A recording's features are computed without a model")
    func features() throws {
        let tone = (0..<16_000).map { Float(sin(2 * .pi * 440 * Double($0) / 16_000)) }
        let features = try SpectralConverter().mfcc(AudioSamples(tone, rate: 16_000))
        #expect(features.width == 13 && features.frames == 101)
        #expect(features.summary.count == 26 && features.summary.allSatisfy(\.isFinite))
    }
}

/// What came out of a run, in order.
private actor Said {
    private(set) var lines: [String] = []

    func add(_ line: String) { self.lines.append(line) }
}
