// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing

@Suite("Sampling options")
struct SamplingOptionsTests {
    private typealias Options = SamplingOptions

    /// A change that makes options wrong, and what is said about it.
    struct Fault: Sendable, CustomTestStringConvertible {
        var said: String
        var apply: @Sendable (inout SamplingOptions) -> Void

        init(_ said: String, _ apply: @escaping @Sendable (inout SamplingOptions) -> Void) {
            (self.said, self.apply) = (said, apply)
        }

        var testDescription: String { self.said }
    }

    static let ranges: [Fault] = [
        Fault("temperature is -1.0; it must be 0 or more.") { $0.temperature = -1 },
        Fault("temperature is nan;") { $0.temperature = .nan },
        Fault("temperature is inf;") { $0.temperature = .infinity },
        Fault("top-k is 0; it must be 1 or more.") { $0.topK = 0 },
        Fault("top-p is 0.0; it must be above 0 and at most 1.") { $0.topP = 0 },
        Fault("top-p is 1.5;") { $0.topP = 1.5 },
        Fault("top-p is nan;") { $0.topP = .nan },
        Fault("min-p is -0.1; it must be from 0 to 1.") { $0.minP = -0.1 },
        Fault("min-p is 1.1;") { $0.minP = 1.1 },
        Fault("min-p is nan;") { $0.minP = .nan },
        Fault("typical-p is 0.0; it must be above 0 and at most 1.") { $0.typicalP = 0 },
        Fault("typical-p is nan;") { $0.typicalP = .nan },
        Fault("XTC probability is 1.5; it must be from 0 to 1.") { $0.xtc = .init(probability: 1.5) },
        Fault("XTC probability is nan;") { $0.xtc = .init(probability: .nan) },
        Fault("XTC threshold is 0.6; it must be above 0 and at most 0.5.") { $0.xtc = .init(threshold: 0.6) },
        Fault("XTC threshold is 0.0;") { $0.xtc = .init(threshold: 0) },
        Fault("mirostat tau is 0.0; it must be above 0.") { $0.mirostat = .init(tau: 0) },
        Fault("mirostat tau is inf;") { $0.mirostat = .init(tau: .infinity) },
        Fault("mirostat eta is 2.0; it must be above 0 and at most 1.") { $0.mirostat = .init(eta: 2) },
        Fault("repetition penalty is 0.0; it must be above 0.") { $0.repetitionPenalty = 0 },
        Fault("repetition penalty is inf;") { $0.repetitionPenalty = .infinity },
        Fault("presence penalty is 2.5; it must be from -2 to 2.") { $0.presencePenalty = 2.5 },
        Fault("presence penalty is nan;") { $0.presencePenalty = .nan },
        Fault("frequency penalty is -3.0; it must be from -2 to 2.") { $0.frequencyPenalty = -3 },
        Fault("penalty window is -1; it must be 0 or more.") { $0.penaltyWindow = -1 },
        Fault("DRY multiplier is -1.0; it must be 0 or more.") { $0.dry = .init(multiplier: -1) },
        Fault("DRY multiplier is nan;") { $0.dry = .init(multiplier: .nan) },
        Fault("DRY base is 0.5; it must be 1 or more.") { $0.dry = .init(base: 0.5) },
        Fault("DRY base is inf;") { $0.dry = .init(base: .infinity) },
        Fault("DRY allowed length is 0; it must be 1 or more.") { $0.dry = .init(allowedLength: 0) },
        Fault("DRY window is -5; it must be 0 or more.") { $0.dry = .init(window: -5) },
        Fault("length of a DRY breaker is 0; it must be from 1 to 64 bytes.") { $0.dry = .init(breakers: ["a", ""]) },
        Fault("length of a DRY breaker is 65;") { $0.dry = .init(breakers: [.init(repeating: "a", count: 65)]) },
        Fault("number of DRY breakers is 33; it must be at most 32.") {
            $0.dry = .init(breakers: .init(repeating: "a", count: 33))
        },
        Fault("logit bias of token 7 is 101.0; it must be from -100 to 100.") { $0.logitBias = [7: 101, 8: 300] },
        Fault("logit bias of token 7 is nan;") { $0.logitBias = [7: .nan] },
        Fault("a logit bias is for token -1; it must be for a token from 0 to 99.") { $0.logitBias = [-1: 1] },
        Fault("a logit bias is for token 100; it must be for a token from 0 to 99.") {
            $0.logitBias = [100: 1, 99: 1]
        },
    ]

    static let contradictions: [Fault] = [
        Fault("mirostat takes the place of top-k, top-p; leave out one or the other (top-p 1 is off).") {
            $0 = Options(topK: 3, topP: 0.5, mirostat: .init())
        },
        Fault("mirostat takes the place of top-p;") { $0.mirostat = .init() },
        Fault("mirostat takes the place of min-p;") { $0 = Options(minP: 0.1, mirostat: .init()) },
        Fault("mirostat takes the place of typical-p, XTC;") {
            $0 = Options(typicalP: 0.9, xtc: .init(), mirostat: .init())
        },
        Fault("temperature 0 always takes the most likely token, so mirostat has no say;") {
            $0 = Options(temperature: 0, mirostat: .init())
        },
        Fault("temperature 0 always takes the most likely token, so XTC has no say; raise it or leave out XTC.") {
            $0 = Options(temperature: 0, xtc: .init())
        },
        Fault("temperature 0 always takes the most likely token, so typical-p has no say;") {
            $0 = Options(temperature: 0, typicalP: 0.9)
        },
    ]

    @Test("What is out of range, or contradicts itself, is named", arguments: ranges + contradictions)
    func faults(fault: Fault) {
        var options = Options()
        fault.apply(&options)
        let error = #expect(throws: LLMError.self) { try options.validate(vocabularySize: 100) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.hasPrefix(fault.said) == true, "\(error?.message ?? "")")
    }

    @Test(
        "Usual options, and the ends of ranges, are fine",
        arguments: [
            Options(), .greedy, Options(topK: 1, topP: 1, minP: 1), Options(mirostat: .init(tau: 0.1, eta: 1)),
            Options(xtc: .init(probability: 1, threshold: 0.5)), Options(temperature: 0, topK: 5, dry: .init()),
            Options(temperature: 0, xtc: .init(probability: 0)), Options(xtc: .init(probability: 0), mirostat: .init()),
            Options(presencePenalty: -2, frequencyPenalty: 2, penaltyWindow: 0, logitBias: [0: -100, 99: 100]),
            Options(dry: .init(multiplier: 0, base: 1, allowedLength: 1, window: 0, breakers: [])),
        ])
    func fine(options: SamplingOptions) throws { try options.validate(vocabularySize: 100) }

    @Test("Without top-p there is the usual one, and none beside mirostat")
    func defaultTopP() {
        #expect(Options().topP == 0.95 && Options(mirostat: .init()).topP == 1)
        #expect(Options(topP: 0.5, mirostat: .init()).topP == 0.5)
    }
}
