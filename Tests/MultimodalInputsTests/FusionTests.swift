// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MultimodalInputs
import Testing

@Suite("Windows and prompts")
struct FusionTests {
    private func input(_ modality: InputModality, _ seconds: Double, _ text: String?, late: Bool = false)
        -> HandledInput
    {
        let payload: InputPayload = modality == .image ? .encoded([1, 2], mediaType: "image/png") : .text("")
        var event = InputEvent(modality, payload, timestamp: Int64(seconds * 1e9), source: modality.rawValue)
        event.isLate = late
        return HandledInput(event, route: "r", findings: InputFindings(text: text), duration: .zero)
    }

    private func times(_ window: InputWindow) -> [Int] { window.inputs.map { Int($0.event.timestamp / 1_000_000_000) } }

    @Test("Tumbling windows hold each event once, in spans that begin at their multiples")
    func tumbling() {
        var aligner = WindowAligner(.tumbling(.seconds(10)))
        var windows: [InputWindow] = []
        for second in [1.0, 9, 10, 35, 12] { windows += aligner.add(self.input(.text, second, "", late: second == 12)) }
        windows += aligner.finish()
        #expect(windows.map(self.times) == [[1, 9], [10], [35, 12]])
        #expect(windows.map { Int($0.start / 1_000_000_000) } == [0, 10, 30])
        #expect(aligner.finish().isEmpty)
    }

    @Test("Times before 1970 have windows, too")
    func negative() {
        var aligner = WindowAligner(.tumbling(.seconds(10)))
        _ = aligner.add(self.input(.text, -3, ""))
        #expect(aligner.finish().map(\.start) == [-10_000_000_000])
    }

    @Test("A window around an event has what was shortly before and after, though windows overlap")
    func around() {
        var aligner = WindowAligner(.around(.audio, before: .seconds(2), after: .seconds(1)))
        var windows: [InputWindow] = []
        for (modality, second) in [
            (.image, 1), (.image, 4), (.audio, 5), (.text, 5.5), (.audio, 5.8), (.image, 7), (.text, 20),
        ] as [(InputModality, Double)] {
            windows += aligner.add(self.input(modality, second, ""))
        }
        #expect(windows.map(self.times) == [[4, 5, 5, 5], [4, 5, 5, 5]])
        #expect(aligner.finish().isEmpty)
    }

    @Test("A prompt has a line for each event, and pictures for models that see them")
    func prompt() throws {
        let window = InputWindowSample.window([
            self.input(.text, 10.25, "Look\nhere"), self.input(.image, 11, "EXIT"),
            self.input(.audio, 12, "go \"on\"", late: true),
            self.input(.image, 13, nil),
        ])
        let fusion = PromptFusion(instructions: "What is there?")
        let plain = fusion.messages(for: window, capabilities: [])
        #expect(plain.map(\.role) == [.system, .user] && plain[1].content.count == 1)
        #expect(
            plain[1].text == """
                What happened, with seconds from the beginning:
                [0.250 s, text] text: "Look here"
                [1.000 s, image] picture with the text: "EXIT"
                [2.000 s, audio, late] speech: "go \\"on\\""
                [3.000 s, image] picture without text
                """)
        let seeing = fusion.messages(for: window, capabilities: [.images])[1].content
        #expect(seeing.count == 4 && seeing[1] == .image(.data([1, 2], mediaType: "image/png")))
        #expect(seeing.compactMap(\.text).joined() == plain[1].text)
        var small = fusion
        small.largestImage = 1
        #expect(small.messages(for: window, capabilities: [.images])[1].content.count == 1)
    }
}

private enum InputWindowSample {
    /// A window of ten seconds from ten on.
    static func window(_ inputs: [HandledInput]) -> InputWindow {
        InputWindow(start: 10_000_000_000, end: 20_000_000_000, inputs: inputs)
    }
}
