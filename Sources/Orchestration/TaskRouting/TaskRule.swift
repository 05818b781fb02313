// SPDX-License-Identifier: Apache-2.0

internal import ResultParsing

/// A rule that speaks for a task when a request uses certain words.
public struct TaskRule: Sendable, Hashable {
    /// Where the words must stand.
    public enum Place: String, Sendable, Hashable {
        /// The request begins with them, politeness aside.
        case start
        /// Anywhere in the first or last sentences, where instructions stand.
        case instruction
        /// The request ends with them.
        case end
    }

    /// The name under which decisions mention it.
    public var name: String
    /// The task that it speaks for.
    public var task: TaskType
    /// How strongly; a lone rule decides from 2 on.
    public var weight: Double
    /// Where the words must stand.
    public var place: Place
    /// The words, any of which is enough, in lower case.
    public var phrases: [String]

    /// Makes a rule.
    public init(_ name: String, _ task: TaskType, weight: Double, _ place: Place, _ phrases: [String]) {
        self.name = name
        self.task = task
        self.weight = weight
        self.place = place
        self.phrases = phrases
    }

    /// The phrase of this rule that a request uses; nil if none.
    func match(_ request: RequestText) -> String? {
        self.phrases.first { phrase in
            switch self.place {
            case .start: request.start.startsWithWord(phrase)
            case .instruction: request.instruction.rangeOfWord(phrase) != nil
            case .end: request.end.hasSuffix(phrase)
            }
        }
    }
}

/// A request as rules look at it.
struct RequestText {
    /// The text in lower case without the politeness before the instruction.
    let start: Substring
    /// The first and last sentences.
    let instruction: String
    /// The text's end.
    let end: String

    private static let courtesies = [
        "please", "can you", "could you", "would you", "will you", "i want you to", "i would like you to",
        "i need you to",
        "i need", "help me", "kindly", "hi", "hello", "hey", "to", "请你", "请", "帮我", "麻烦你", "麻烦", "能不能", "你能", "给我", "把",
    ]

    init(_ text: String) {
        let trimmed = text.prefix(20_000).lowercased().trimmingSpace
        var start = trimmed.prefix(300)
        var wasPolite = true
        while wasPolite {
            wasPolite = false
            for courtesy in Self.courtesies where start.startsWithWord(courtesy) {
                start = start.dropFirst(courtesy.count).drop { $0.isWhitespace || ",，:：".contains($0) }
                wasPolite = true
            }
        }
        self.start = start
        let last = text.suffix(160).lowercased().trimmingSpace
        self.instruction = trimmed.count <= 420 ? String(trimmed) : "\(trimmed.prefix(240))\n\(last)"
        // A polite request in the form of a question asks for no answer.
        let isPolite = start.count < trimmed.prefix(300).count
        self.end = isPolite && (last.hasSuffix("?") || last.hasSuffix("？")) ? "" : String(last.suffix(40))
    }
}
