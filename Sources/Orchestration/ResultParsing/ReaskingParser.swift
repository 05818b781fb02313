// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Parses an answer, and asks the model again with the reason while that fails, a bounded number of times.
public struct ReaskingParser: Sendable {
    /// The parser that must succeed.
    public let parser: any ResultParser
    /// The most answers to look at, the first one included.
    public let maximumAttempts: Int
    private static let maximumQuotedLength = 4_000

    /// Makes a parser.
    ///
    /// - Parameters:
    ///   - parser: The parser that must succeed.
    ///   - maximumAttempts: The most answers to look at, from 1 to 20; values outside are moved to the nearest bound.
    public init(_ parser: any ResultParser, maximumAttempts: Int = 2) {
        self.parser = parser
        self.maximumAttempts = min(max(maximumAttempts, 1), 20)
    }

    /// Asks a model and parses its answer.
    ///
    /// - Parameters:
    ///   - model: Who answers.
    ///   - request: The question.
    ///   - firstAnswer: The model's answer, if it has been asked already.
    ///   - onText: Receives the text of further answers as it is generated.
    /// - Returns: Every attempt; the last one says whether it ended well.
    /// - Throws: What the model throws, and what the parser throws besides ``ParseError``; a failed parse is in the outcome.
    public func run(
        model: any ModelAdapter, request: GenerationRequest, firstAnswer: String? = nil,
        onText: (@Sendable (String) -> Void)? = nil
    ) async throws -> ReaskOutcome {
        var attempts = [ParseAttempt]()
        var request = request
        while attempts.count < self.maximumAttempts {
            try Task.checkCancellation()
            var attempt: ParseAttempt
            if attempts.isEmpty, let firstAnswer {
                attempt = ParseAttempt(answer: firstAnswer)
            } else {
                let response = try await model.generate(request).response(onText: onText)
                attempt = ParseAttempt(answer: response.text, summary: response.summary)
            }
            do {
                attempt.result = .success(try await self.parser.parse(attempt.answer))
                attempts.append(attempt)
                break
            } catch let error as ParseError {
                attempt.result = .failure(error)
                attempts.append(attempt)
                request.prompt = Self.reask(request.prompt, answer: attempt.answer, reason: error.message)
            }
        }
        return ReaskOutcome(attempts: attempts)
    }

    /// The prompt with the bad answer and the reason appended.
    package static func reask(_ prompt: GenerationPrompt, answer: String, reason: String) -> GenerationPrompt {
        let quoted = String(answer.prefix(Self.maximumQuotedLength))
        switch prompt {
        case .messages(let messages): return .messages(messages + [.assistant(quoted), .user(reason)])
        case .raw(let text): return .raw("\(text)\(quoted)\n\n\(reason)\n\n")
        }
    }
}

/// One answer and what the parser made of it.
public struct ParseAttempt: Sendable {
    /// The model's answer.
    public var answer: String
    /// What it took, if the model was asked for this attempt.
    public var summary: GenerationSummary?
    /// The value, or why there is none.
    public var result: Result<ParsedResult, ParseError>

    /// Makes an attempt that has not been parsed yet.
    init(answer: String, summary: GenerationSummary? = nil) {
        self.answer = answer
        self.summary = summary
        self.result = .failure(ParseError(.emptyAnswer, "The answer has not been parsed."))
    }
}

/// All attempts at an answer.
public struct ReaskOutcome: Sendable {
    /// The attempts, in order; only the last can have succeeded.
    public var attempts: [ParseAttempt]

    /// The value of the last attempt.
    ///
    /// - Throws: ``ParseError`` of the last attempt.
    public func get() throws -> ParsedResult {
        guard let last = self.attempts.last else { throw ParseError(.emptyAnswer, "There was no answer.") }
        return try last.result.get()
    }
}
