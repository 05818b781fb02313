// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import LLMCore
import Testing
import Tokenization

@Suite("Biases and penalties")
struct PenaltyTests {
    private typealias Options = SamplingOptions

    /// Whether token 0 is what a greedy sampler chooses when it leads all others by `lead`.
    private static func takesFirst(_ lead: Float, _ sampler: Sampler, count: Int = 10) -> Bool {
        var sampler = sampler
        return sampler.token([lead] + [Float](repeating: 0, count: count - 1)) == 0
    }

    /// Expects that the options take this much off the logit of token 0.
    private static func expect(
        penalty: Float, _ options: SamplingOptions, prompt: [Int32], generated: [Int32] = [],
        breakers: [[Int32]] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var sampler = Sampler(options: options, prompt: prompt, breakers: SequenceBreakers(breakers))
        for token in generated { #expect(sampler.token((0..<10).map { $0 == token ? 1e6 : 0 }) == token) }
        #expect(!Self.takesFirst(penalty - 0.01, sampler), sourceLocation: sourceLocation)
        #expect(Self.takesFirst(penalty + 0.01, sampler), sourceLocation: sourceLocation)
    }

    @Test(
        "Presence and frequency penalties count what was generated in their window",
        arguments: [
            (nil, [0, 0], [1, 0, 2, 0], 2.0), (4, [0, 0], [1, 0, 2, 0], 2.0), (3, [0, 0], [1, 0, 2, 0], 2.0),
            (2, [0, 0], [1, 0, 2, 0], 1.25), (1, [0], [0, 1], 0), (0, [0], [0, 0], 0), (nil, [0, 0, 0], [], 0),
            (100, [0, 0], [0], 1.25),
        ] as [(Int?, [Int32], [Int32], Float)])
    func presenceAndFrequency(window: Int?, prompt: [Int32], generated: [Int32], penalty: Float) {
        let options = Options(temperature: 0, presencePenalty: 0.5, frequencyPenalty: 0.75, penaltyWindow: window)
        Self.expect(penalty: penalty, options, prompt: prompt, generated: generated)
    }

    @Test(
        "The repetition penalty counts prompt and answer in its window",
        arguments: [
            (nil, [0, 1, 2], [3], true), (4, [0, 1, 2], [3], true), (3, [0, 1, 2], [3], false), (1, [1], [0], true),
            (0, [0], [0], false), (nil, [1], [2], false), (2, [0, 0, 0, 1], [2], false),
        ] as [(Int?, [Int32], [Int32], Bool)])
    func repetition(window: Int?, prompt: [Int32], generated: [Int32], isSeen: Bool) {
        let options = Options(temperature: 0, repetitionPenalty: 2, penaltyWindow: window)
        var sampler = Sampler(options: options, prompt: prompt)
        for token in generated { #expect(sampler.token((0..<10).map { $0 == token ? 1e6 : 0 }) == token) }
        // Divides what is positive, multiplies what is negative.
        #expect(sampler.token([4, -9, -9, -9, -9, 3, -9, -9, -9, -9]) == (isSeen ? 5 : 0))
        sampler = Sampler(options: options, prompt: prompt + generated)
        #expect(sampler.token([-4, -90, -90, -90, -90, -6, -90, -90, -90, -90]) == (isSeen ? 5 : 0))
    }

    @Test("A bias of -100 bans a token, one of 100 forces it")
    func bias() {
        for options in [Options(temperature: 10, topP: 1), Options(temperature: 0), Options(mirostat: .init())] {
            var options = options
            options.seed = 1
            options.logitBias = [0: -100]
            var sampler = Sampler(options: options)
            #expect(sampler.counts([300, 1, 2, 3], draws: 300)[0] == 0)
            options.logitBias = [2: 100]
            options.temperature = min(options.temperature, 2)
            sampler = Sampler(options: options)
            #expect(sampler.counts([30, 1, -20, 3], draws: 300)[2] == 300)
        }
        var all = Sampler(options: Options(logitBias: [0: -100, 1: -100, 7: 5]))
        #expect(all.token([1, 2]) == 0)
    }

    /// Multiplier 1, base 2, allowed length 2: a repetition of length n costs 2 ^ (n - 2).
    @Test(
        "DRY penalises the continuation of what is repeated, by its length",
        arguments: [
            ([1, 2, 0, 1, 2], [], 1), ([5, 1, 2, 3, 0, 9, 5, 1, 2, 3], [], 4), ([0, 0, 0, 0], [], 2),
            ([1, 2, 3, 4], [], 0), ([1, 0, 2, 1], [], 0), ([], [], 0), ([0], [], 0),
            // Of two places the longer repetition counts.
            ([1, 2, 0, 6, 1, 2, 0, 8, 6, 1, 2], [], 2), ([6, 1, 2, 0, 1, 2, 0, 8, 6, 1, 2], [], 2),
            // Nothing repeats across a breaker, and a breaker is free to come again.
            ([1, 7, 2, 3, 0, 1, 7, 2, 3], [[7]], 1), ([1, 7, 2, 0, 1, 7, 2], [[7]], 0),
            ([1, 7, 2, 0, 1, 7, 2], [], 2), ([1, 2, 0, 1, 2], [[0]], 0), ([1, 2, 0, 7, 1, 2], [[7]], 1),
            ([3, 8, 7, 1, 0, 9, 3, 8, 7, 1], [], 4), ([3, 8, 7, 1, 0, 9, 3, 8, 7, 1], [[8, 7]], 0),
            ([3, 8, 7, 1, 0, 9, 3, 8, 7, 1], [[8, 9], [7, 8]], 4), ([1, 2, 0, 1, 2], [[2, 0], []], 1),
        ] as [([Int32], [[Int32]], Float)])
    func dry(tokens: [Int32], breakers: [[Int32]], penalty: Float) {
        let options = Options(temperature: 0, dry: .init(multiplier: 1, base: 2, breakers: []))
        Self.expect(penalty: penalty, options, prompt: tokens, breakers: breakers)
        // What was generated counts like what was given.
        let half = tokens.count / 2
        let unbiased = Array(tokens[half...])
        Self.expect(
            penalty: penalty, options, prompt: Array(tokens[..<half]), generated: unbiased, breakers: breakers)
    }

    @Test(
        "DRY looks at its window only, and from its allowed length on",
        arguments: [
            (8, 2, 1), (7, 2, 0), (nil, 2, 1), (0, 2, 0), (nil, 3, 0), (nil, 1, 2), (7, 1, 1), (.max, .max, 0),
        ] as [(Int?, Int, Float)])
    func dryWindow(window: Int?, allowed: Int, penalty: Float) {
        let dry = Options.DRY(multiplier: 1, base: 2, allowedLength: allowed, window: window, breakers: [])
        Self.expect(penalty: penalty, Options(temperature: 0, dry: dry), prompt: [1, 2, 0, 8, 9, 8, 1, 2])
    }

    @Test("However long a repetition is, the penalty does no harm to the rest")
    func dryOverflow() {
        let dry = Options.DRY(multiplier: 1e30, base: 1e30, breakers: [])
        var sampler = Sampler(
            options: Options(temperature: 1, dry: dry, seed: 1), prompt: .init(repeating: 0, count: 999))
        #expect(sampler.token([1e5, 1, -.infinity]) == 1)
    }

    @Test("Long random sequences are penalised as the plain computation says", arguments: 0..<24)
    func againstReference(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        func draw(_ range: ClosedRange<Float>) -> Float { .random(in: range, using: &random) }
        func drawWindow() -> Int? { [nil, 3, 17, 40].randomElement(using: &random) ?? nil }
        let options = Options(
            temperature: 0, repetitionPenalty: draw(0.7...1.8), presencePenalty: draw(-1...2),
            frequencyPenalty: draw(-0.2...0.5), penaltyWindow: drawWindow(),
            dry: .init(
                multiplier: draw(0...1), base: draw(1...2), allowedLength: .random(in: 1...3, using: &random),
                window: drawWindow(), breakers: []),
            logitBias: [3: draw(-2...2)])
        let prompt = (0..<30).map { _ in Int32.random(in: 0..<5, using: &random) }
        let breakers: [[Int32]] = seed % 3 == 0 ? [] : [[4], [2, 3], [1, 0, 1]]
        let reference = ReferenceDistribution(options: options, prompt: prompt, breakers: breakers)
        var sampler = Sampler(options: options, prompt: prompt, breakers: SequenceBreakers(breakers))
        var generated: [Int32] = []
        for _ in 0..<80 {
            let logits = (0..<6).map { _ in draw(-3...3) }
            let adjusted = reference.adjusted(logits, after: generated)
            let token = sampler.token(logits)
            #expect(adjusted[Int(token)] >= (adjusted.max() ?? 0) - 1e-4)
            generated.append(token)
        }
    }

    @Test("Breakers are found wherever tokens spell them: inside one, or across two")
    func breakerTokens() throws {
        let tokenizer = try DefaultEngine.shared.get().tokenizer
        func isBroken(_ text: String, by breakers: [String]) -> Bool {
            // The text repeats; a breaker at its end leaves nothing that could.
            let tokens = tokenizer.encode(text, addSpecial: false, parseSpecial: false)
            let dry = Options.DRY(multiplier: 50, base: 2, allowedLength: 1, breakers: breakers)
            let options = Options(temperature: 0, dry: dry)
            var sampler = Sampler(
                options: options, prompt: tokens + tokens,
                breakers: SequenceBreakers(options, tokenizer: tokenizer))
            return sampler.token((0..<Int32(tokenizer.vocabularySize)).map { $0 == tokens[0] ? 1 : 0 }) == tokens[0]
        }
        #expect(!isBroken("The house is small.\n\n", by: []))
        #expect(isBroken("The house is small.\n\n", by: ["\n"]))
        #expect(isBroken("The house is small:", by: [":", "*"]))
        #expect(!isBroken("The house is small!", by: [":", "*"]))
        #expect(isBroken("The house is small", by: ["is small"]))
        #expect(isBroken("The house is small", by: ["ouse is small"]))
        #expect(!isBroken("The house is small", by: ["mouse is small"]))
        #expect(isBroken("价格是一百元。", by: ["。"]))
    }

    @Test("A breaker that goes on in the next token has no space there, where texts begin with one")
    func breakerAcrossSentencePieces() throws {
        var vocabulary = Vocabulary(
            model: .sentencePiece, tokens: ByteStringList(["<unk>", "<0x0A>", "▁", "a", "b", "▁b", "c"]))
        vocabulary.kinds = [.unknown, .byte, .normal, .normal, .normal, .normal, .normal]
        vocabulary.scores = [Float](repeating: 0, count: 7)
        let tokenizer = try Tokenizer(vocabulary: vocabulary)
        #expect(tokenizer.encode("b", addSpecial: false, parseSpecial: false) == [5])
        let options = Options(temperature: 0, dry: .init(multiplier: 9, allowedLength: 1, breakers: ["ab"]))
        let breakers = SequenceBreakers(options, tokenizer: tokenizer)
        for (last, isBroken) in [(4, true), (5, false)] as [(Int32, Bool)] {
            var sampler = Sampler(options: options, prompt: [6, 3, last, 6, 3, last], breakers: breakers)
            #expect((sampler.token([0, 0, 0, 0, 0, 0, 1]) == 6) == isBroken)
        }
    }
}
