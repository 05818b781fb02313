// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
internal import ResultParsing

/// Puts a text into another language, piece by piece where it is long.
public struct TranslateStep: StreamingStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "translate", summary: "Puts a text into another language, piece by piece where it is long.",
            inputs: [
                StepPort("text", .string, "The text.", isRequired: true),
                StepPort("to", .string, "The language wanted, such as French.", isRequired: true),
                StepPort("from", .string, "The text's language; the model finds out if not given."),
                StepPort("glossary", .object, "How words must be translated, by the word."),
                TaskInputs.examples,
            ] + LongTexts.ports + TaskInputs.ports,
            outputs: [
                StepPort("text", .string, "The translation.", isStream: true),
                StepPort("pieces", .integer, "In how many pieces it was made."),
            ], effect: .model)
    }

    /// Checks the numbers and the examples.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] { LongTexts.check(inputs) }

    /// Translates the pieces; white space between them stays.
    public func run(
        _ inputs: StepInputs, flow: StepFlow, context: StepContext
    ) async throws -> [String: JSONValue] {
        let limit = LongTexts.chunkTokens(inputs)
        let pieces = try await TextSplitter(limit: limit, model: context.model).pieces(
            of: inputs.requiredString("text"))
        let instruction = try Self.instruction(inputs)
        let examples = try TaskInputs.examples(in: inputs)
        // A single piece flows as the model writes it; of several each as a whole.
        let isSingle = pieces.count == 1
        _ = try await LongTexts.map(pieces, concurrency: LongTexts.concurrency(inputs)) { piece in
            let words = piece.trimmingSpace
            guard !words.isEmpty else {
                if isSingle { try await flow.send(text: piece) }
                return piece
            }
            let question = TaskQuestion(instruction: instruction, examples: examples, text: String(words))
            // A translation may have more tokens than its text, and is an error if it is cut off.
            let request = try TaskInputs.request(question, inputs, context: context, maxTokens: 4 * limit)
            var trimmer = FlowingTrim()
            if isSingle { try await flow.send(text: piece[..<words.startIndex]) }
            let response = try await context.ask(request) { delta in
                if isSingle { try await flow.send(text: trimmer.add(delta)) }
            }
            if isSingle { try await flow.send(text: piece[words.endIndex...]) }
            guard response.summary.finishReason != .length else {
                throw PipelineError(
                    .invalidValue, "A translation was cut off; raise 'max_tokens' or lower 'chunk_tokens'.")
            }
            return "\(piece[..<words.startIndex])\(response.text.trimmingSpace)\(piece[words.endIndex...])"
        } receive: {
            if !isSingle { try await flow.send(text: $0) }
        }
        return ["pieces": .integer(pieces.count)]
    }

    private static func instruction(_ inputs: StepInputs) throws -> String {
        let from = inputs.string("from").map { "from \($0) " } ?? ""
        let glossary = (inputs["glossary"]?.objectValue ?? [:]).compactMap { word, translation in
            translation.stringValue.map { "\(word) → \($0)" }
        }
        let words = glossary.isEmpty ? "" : " Translate these words so: \(glossary.joined(separator: ", "))."
        return """
            Translate the text \(from)into \(try inputs.requiredString("to")). \
            Answer with the translation only.\(words)
            """
    }
}
