// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
package import LLMCore
internal import ResultParsing
package import TaskModels

/// Who tells intents in a cascade: a trained model, or a language model that is asked by name.
package enum IntentDecider: Sendable {
    /// A model of ours.
    case trained(IntentModel)
    /// A language model, local or remote, with what it is shown and what asking it costs in multiplications with additions.
    case asked(AskedIntents, model: String, cost: Double)

    /// What names of language models begin with, where others are folders.
    private static let prefix = "ask:"
    /// How sure a language model counts as that only writes the intent: a fitted weight says what that is worth.
    private static let surety = 0.9

    /// The language model that a decider's name means, empty for the pipeline's own; nil where it means a folder.
    package static func askedModel(_ name: String) -> String? {
        name.hasPrefix(Self.prefix) ? String(name.dropFirst(Self.prefix.count)) : nil
    }

    /// Opens the trained models of a cascade.
    ///
    /// - Parameters:
    ///   - names: The deciders' names.
    ///   - quantized: Whether they compute in 8 bits.
    /// - Returns: A model for each name that means a folder, nil for the others.
    /// - Throws: ``TaskModelError`` or ``ModelFileError``.
    package static func trainedModels(_ names: [String], quantized: Bool) throws -> [IntentModel?] {
        try names.map { name in
            guard self.askedModel(name) == nil else { return nil }
            let model = try IntentModel(folder: name)
            return quantized ? model.quantized() : model
        }
    }

    /// The probability of each intent by a language model that scores choices, or else writes one of them.
    ///
    /// - Parameter turns: The utterance, and the turns before it.
    /// - Returns: The probabilities, and the tokens that writing took. An answer that is no intent says nothing: all are alike.
    /// - Throws: What the model throws.
    package static func probabilities(
        of turns: ArraySlice<DialogueTurn>, _ asked: AskedIntents, by model: any ModelAdapter
    ) async throws -> (probabilities: [Double], usage: TokenUsage?) {
        if model.capabilities.contains(.scoring) { return (try await asked.scored(turns, by: model), nil) }
        let parser = try ChoiceParser(choices: asked.labels)
        var request = GenerationRequest(
            prompt: .user("\(parser.instruction)\n\n\(asked.question(turns))"), maxTokens: 32)
        request.sampling.temperature = 0
        if model.capabilities.contains(.constraints) { request.constraint = .choices(asked.labels) }
        let response = try await model.generate(request).response()
        let count = Double(asked.labels.count)
        guard let said = (try? parser.parse(response.text))?.value.stringValue,
            let place = asked.labels.firstIndex(of: said), count > 1
        else { return (asked.labels.map { _ in 1 / count }, response.summary.usage) }
        var probabilities = asked.labels.map { _ in (1 - Self.surety) / (count - 1) }
        probabilities[place] = Self.surety
        return (probabilities, response.summary.usage)
    }
}
