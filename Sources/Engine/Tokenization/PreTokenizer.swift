// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Cuts text into words before tokens are looked for; tokens never cross a cut.
///
/// Each step cuts the pieces that the step before it left.
struct PreTokenizer: Sendable {
    /// The steps, in order.
    let steps: [SplitStep]

    /// Whether a word that is a token as a whole is taken so, whatever the merges say.
    let prefersWholeWords: Bool

    /// Whether models with this way of cutting begin with the beginning-of-text token unless they say otherwise.
    let addsBeginOfText: Bool

    /// A way of cutting by its name.
    ///
    /// - Parameter name: The name in the model file; nil and an empty name mean `default`.
    /// - Throws: ``TokenizerError`` that names the known ones.
    init(named name: String?) throws {
        let name = name.flatMap { $0.isEmpty ? nil : $0 } ?? "default"
        guard let family = Self.families.first(where: { $0.names.contains(name) }) else {
            let known = Self.families.map { $0.names[0] }
            let nearest = NearestName.find(name, in: Self.families.flatMap(\.names))
            let hint = nearest.map { " Did you mean '\($0)'?" } ?? ""
            throw TokenizerError(
                .unsupported,
                "The pre-tokenizer '\(name)' is not supported.\(hint) Known: \(known.joined(separator: ", ")).")
        }
        self.steps = family.steps
        self.prefersWholeWords = family.names[0] == "llama-bpe"
        self.addsBeginOfText = family.names[0] == "llama-bpe"
    }

    /// A way of cutting of one's own.
    init(steps: [SplitStep], prefersWholeWords: Bool) {
        self.steps = steps
        self.prefersWholeWords = prefersWholeWords
        self.addsBeginOfText = false
    }

    /// The known ways, each with the names that model files use for it, the usual one first.
    private static let families: [(names: [String], steps: [SplitStep])] = [
        (
            ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"],
            [.singleNumbers, .gpt2]
        ),
        (
            [
                "gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en", "jina-v2-code",
                "gigachat", "a.x-4.0", "mellum", "modern-bert", "roberta-bpe", "exaone4", "mpt", "olmo", "jais",
                "trillion", "granite-docling",
            ],
            [.gpt2]
        ),
        (["qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "hunyuan", "solar-open"], [.words(digits: 1)]),
        (
            [
                "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
                "jina-v5-nano",
            ],
            [.words(digits: 3)]
        ),
        (
            ["deepseek-llm"],
            [
                .lineBreaks, .spaced(.casedLetters), .spaced(.widePunctuation), .trailingSpace, .run(.eastAsian),
                .numberRuns,
            ]
        ),
        (["default"], [.punctuationRuns, .gpt2, .numberRuns, .digitTriples]),
    ]

    /// Cuts a text.
    ///
    /// - Parameter text: Repaired text.
    /// - Returns: Where each word ends.
    func wordEnds(in text: ScalarText) -> [Int] {
        var ends = text.bytes.isEmpty ? [] : [text.bytes.count]
        for step in self.steps {
            var finer = [Int]()
            finer.reserveCapacity(max(ends.count, text.bytes.count / 4))
            var start = 0
            for end in ends {
                step.split(text, start, end, into: &finer)
                start = end
            }
            ends = finer
        }
        return ends
    }
}
