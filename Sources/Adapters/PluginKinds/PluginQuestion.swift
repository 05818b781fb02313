// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import PluginHost
internal import RemoteModels

/// What a plugin's step `generate` is given for a request.
struct PluginQuestion {
    private static let samplingFields: [SamplingField: String] = [
        .temperature: "temperature", .topK: "top_k", .topP: "top_p", .minP: "min_p",
        .repetitionPenalty: "repetition_penalty", .presencePenalty: "presence_penalty",
        .frequencyPenalty: "frequency_penalty", .seed: "seed",
    ]

    /// The step's inputs.
    private(set) var input: JSONValue
    private let step: PluginOperation
    private let model: String

    /// Takes a request apart.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what the step does not take.
    init(_ request: GenerationRequest, to step: PluginOperation, model: String) throws {
        (self.step, self.model) = (step, model)
        self.input = [:]
        var members: OrderedDictionary<String, JSONValue>
        switch request.prompt {
        case .raw(let text): members = ["prompt": .string(text)]
        case .messages(let messages): members = try self.members(of: messages)
        }
        if let limit = request.maxTokens {
            try self.require("max_tokens")
            members["max_tokens"] = .integer(limit)
        }
        if !request.stop.isEmpty {
            try self.require("stop")
            members["stop"] = .array(request.stop.map { .string($0) })
        }
        var writer = JSONWriter()
        let fields = Self.samplingFields.filter { step.takes($0.value) }
        try writer.object { try $0.members(request.sampling, as: fields, model: model) }
        members.merge(try JSONValue(parsing: writer.bytes).objectValue ?? [:]) { first, _ in first }
        self.input = .object(members)
    }

    private func members(of messages: [Message]) throws -> OrderedDictionary<String, JSONValue> {
        guard messages.allSatisfy({ $0.role != .tool && $0.toolCalls.isEmpty }) else {
            throw LLMError(.unsupported, "'\(self.model)' knows no calls of tools.")
        }
        var turns = messages
        var members: OrderedDictionary<String, JSONValue> = [:]
        let instructions = messages.filter { $0.role == .system }.map(\.text).joined(separator: "\n\n")
        if self.step.takes("system") {
            turns.removeAll { $0.role == .system }
            if !instructions.isEmpty { members["system"] = .string(instructions) }
        }
        members["prompt"] = .string(turns.last?.text ?? "")
        if self.step.takes("messages") {
            members["messages"] = .array(
                turns.map { ["role": .string($0.role.rawValue), "content": .string($0.text)] })
            return members
        }
        guard turns.count == 1, turns[0].role == .user else {
            let what = turns.contains { $0.role == .system } ? "'system' or 'messages'" : "'messages'"
            throw LLMError(
                .unsupported,
                "'\(self.model)' takes one turn of the user alone: its step has no input \(what).")
        }
        return members
    }

    private func require(_ name: String) throws {
        guard !self.step.takes(name) else { return }
        throw LLMError(
            .unsupported, "'\(self.model)' cannot be told '\(name)': its step has no such input; leave it out.")
    }
}
