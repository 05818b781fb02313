// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import ResultParsing

/// Makes a long text short: pieces are summarised, then their summaries, until one is left.
public struct SummariseStep: StreamingStep {
    private static let maximumRounds = 8
    private static let defaultTokens = 200

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "summarise",
            summary: "Makes a text short, however long it is: summarises its pieces, then the summaries.",
            inputs: [
                StepPort("text", .string, "The text.", isRequired: true),
                StepPort("instruction", .string, "What the summary is to be like, for the model."),
                TaskInputs.examples,
            ] + LongTexts.ports + TaskInputs.ports,
            outputs: [
                StepPort("text", .string, "The summary.", isStream: true),
                StepPort("parts", .array, "The summaries of the text's pieces; one for a short text."),
                StepPort("rounds", .integer, "How many times summaries were made, of the text or of summaries."),
            ], effect: .model)
    }

    /// Checks the numbers, and that summaries are shorter than what they sum up.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        let problems = LongTexts.check(inputs)
        guard problems.isEmpty,
            inputs.names.subtracting(inputs.literals.keys).isDisjoint(with: ["chunk_tokens", "max_tokens"])
        else { return problems }
        do { _ = try Self.lengths(StepInputs(inputs.literals)) } catch { return [.init("max_tokens", error.message)] }
        return []
    }

    /// Summarises until one summary is left.
    public func run(
        _ inputs: StepInputs, flow: StepFlow, context: StepContext
    ) async throws -> [String: JSONValue] {
        let lengths = try Self.lengths(inputs)
        let splitter = TextSplitter(limit: lengths.chunk, model: context.model)
        var text = String(try inputs.requiredString("text").trimmingSpace)
        var parts: [String] = []
        for round in 1...Self.maximumRounds {
            let pieces = try await splitter.pieces(of: text)
            let summaries = try await LongTexts.map(pieces, concurrency: LongTexts.concurrency(inputs)) { piece in
                try await Self.summary(
                    of: piece, inputs, context, maxTokens: lengths.summary, to: pieces.count == 1 ? flow : nil)
            }
            if round == 1 { parts = summaries }
            text = summaries.joined(separator: "\n\n")
            if summaries.count == 1 {
                return ["parts": .array(parts.map { .string($0) }), "rounds": .integer(round)]
            }
        }
        throw PipelineError(
            .invalidValue,
            "\(Self.maximumRounds) rounds of summaries did not make the text short; raise 'chunk_tokens' or lower 'max_tokens'."
        )
    }

    /// Sums up a piece; the last summary flows out, an unfinished sentence only when it is known to be wanted.
    private static func summary(
        of text: String, _ inputs: StepInputs, _ context: StepContext, maxTokens: Int, to flow: StepFlow?
    ) async throws -> String {
        let question = TaskQuestion(
            instruction: inputs.string("instruction") ?? "Summarise the text in a few short sentences.",
            examples: try TaskInputs.examples(in: inputs), text: text)
        let request = try TaskInputs.request(question, inputs, context: context, maxTokens: maxTokens)
        var given = ""
        var rest = FlowingTrim()
        var held = ""
        func release(_ text: some StringProtocol) async throws {
            given += text
            try await flow?.send(text: text)
        }
        let response = try await context.ask(request) { delta in
            held += rest.add(delta)
            let sentences = Self.wholeSentences(of: held)
            guard sentences.endIndex > held.startIndex else { return }
            try await release(sentences)
            held = String(held[sentences.endIndex...])
        }
        if response.summary.finishReason != .length || given.isEmpty { try await release(held) }
        return given
    }

    /// The finished sentences at a text's beginning.
    private static func wholeSentences(of text: String) -> Substring {
        text.lastIndex { ".!?。！？".contains($0) }.map { text[...$0] } ?? text[..<text.startIndex]
    }

    private static func lengths(_ inputs: StepInputs) throws(PipelineError) -> (chunk: Int, summary: Int) {
        let chunk = LongTexts.chunkTokens(inputs)
        let summary = inputs["max_tokens"]?.integerValue ?? min(Self.defaultTokens, chunk / 4)
        guard summary <= chunk / 4 else {
            throw PipelineError(
                .invalidValue,
                "'max_tokens' is \(summary); it must be at most a quarter of 'chunk_tokens', \(chunk / 4), so that summaries get shorter."
            )
        }
        return (chunk, summary)
    }
}
