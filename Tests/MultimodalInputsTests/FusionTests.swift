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

    @Test("A window around an event has what came late to it, and forgets what is late for good")
    func late() {
        var aligner = WindowAligner(.around(.audio, before: .seconds(2), after: .seconds(1)), byteCapacity: 24)
        let payload = InputPayload.encoded([UInt8](repeating: 0, count: 8), mediaType: "image/png")
        func add(_ modality: InputModality, _ seconds: Double, late: Bool = false) -> [InputWindow] {
            var input = self.input(modality, seconds, "", late: late)
            input.event.payload = payload
            return aligner.add(input)
        }
        var windows: [InputWindow] = []
        for (modality, second, isLate) in [
            // Three that are late for good would leave no bytes for what comes.
            (.text, 1, true), (.text, 2, true), (.text, 1, true), (.text, 20, false),
            (.audio, 21, false), (.image, 20.5, true), (.text, 30, false),
        ] as [(InputModality, Double, Bool)] {
            windows += add(modality, second, late: isLate)
        }
        #expect(windows.map(self.times) == [[20, 21, 20]])
        #expect(aligner.waiting == 1)
    }

    @Test("A window holds no more bytes than it may; the oldest are forgotten")
    func bytes() {
        var aligner = WindowAligner(.tumbling(.seconds(100)), byteCapacity: 30)
        for (second, size) in [(1, 10), (2, 10), (3, 10), (4, 15), (5, 40), (6, 0)] {
            var input = self.input(.image, Double(second), nil)
            input.event.payload = .encoded([UInt8](repeating: 0, count: size), mediaType: "image/png")
            _ = aligner.add(input)
            if second == 4 { #expect(aligner.waiting == 2) }
        }
        #expect(aligner.finish().map(self.times) == [[6]])
    }

    @Test("Times before the beginning of a window have their sign")
    func signs() {
        let window = InputWindow(
            start: 1_000_000_000, end: 2_000_000_000,
            inputs: [self.input(.text, 0.5, "a"), self.input(.text, -1.25, "b")])
        let text = PromptFusion().messages(for: window, capabilities: [])[0].text
        #expect(text.hasSuffix("[-0.500 s, text] text: \"a\"\n[-2.250 s, text] text: \"b\""))
    }

    @Test(
        "Names of sources that could pass for lines of a prompt are refused",
        arguments: [
            "", String(repeating: "a", count: 129), "a\nb", "a\u{2028}b", "a\u{2029}b", "a\u{85}b", "a\u{0}", "a] text",
            "[a",
        ])
    func sources(name: String) throws {
        let error = #expect(throws: MultimodalError.self) { try InputEvent.check(source: name) }
        #expect(error?.code == .invalidEvent)
        try InputEvent.check(source: "Küche (hinten)/2")
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
