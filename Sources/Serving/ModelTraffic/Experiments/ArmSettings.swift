// SPDX-License-Identifier: Apache-2.0

internal import Experiments
internal import LLMCore
internal import OrderedCollections

/// What an arm's `settings` say of requests that it answers: the model, and what is changed of the request.
struct ArmSettings: Sendable {
    private static let known = ["model", "system", "temperature", "top_p", "max_tokens"]

    /// The model that answers.
    let model: String
    private let system: String?
    private let temperature: Float?
    private let topP: Float?
    private let maxTokens: Int?

    /// Reads an arm's settings.
    ///
    /// - Throws: ``ExperimentError`` with code `.invalidDefinition` that names what is wrong.
    init(_ arm: Arm) throws {
        func refuse(_ problem: String) -> ExperimentError {
            ExperimentError(.invalidDefinition, "The settings of arm '\(arm.name)' \(problem)")
        }
        func number(_ name: String, _ range: ClosedRange<Double>) throws -> Float? {
            guard let value = arm.settings[name] else { return nil }
            guard let number = value.numberValue, range.contains(number) else {
                throw refuse("have a '\(name)' that is no number from \(range.lowerBound) to \(range.upperBound).")
            }
            return Float(number)
        }
        let names = arm.settings.objectValue.map { Array($0.keys) } ?? []
        if let unknown = names.first(where: { !Self.known.contains($0) }) {
            throw refuse("have the unknown key '\(unknown)'. \(NearestName.hint(for: unknown, in: Self.known))")
        }
        guard let model = arm.settings["model"]?.stringValue, !model.isEmpty else {
            throw refuse("name no 'model'; an experiment that is served needs one in each arm.")
        }
        if let system = arm.settings["system"], system.stringValue == nil {
            throw refuse("have a 'system' that is no text.")
        }
        self.model = model
        self.system = arm.settings["system"]?.stringValue
        self.temperature = try number("temperature", 0...2)
        self.topP = try number("top_p", 0...1)
        self.maxTokens = try number("max_tokens", 1...1e9).map { Int($0) }
    }

    /// The request as the arm answers it: what the settings name comes before what the request says.
    func applied(to request: GenerationRequest) -> GenerationRequest {
        var request = request
        request.sampling.temperature = self.temperature ?? request.sampling.temperature
        request.sampling.topP = self.topP ?? request.sampling.topP
        request.maxTokens = self.maxTokens ?? request.maxTokens
        if let system, case .messages(let messages) = request.prompt {
            request.prompt = .messages([.system(system)] + messages.filter { $0.role != .system })
        }
        return request
    }
}
