// SPDX-License-Identifier: Apache-2.0

public import Pipelines

/// What a plugin adds; all but `step` must have one step of a given name and shape.
public enum PluginKind: String, Sendable, CaseIterable {
    /// Steps for pipelines, of any shape.
    case step
    /// A language model: `generate` takes a `prompt` and gives a `text`.
    case adapter
    /// A reader of models' answers: `parse` takes a `text` and gives a `value`.
    case parser
    /// Who answers: `route` takes a `text` and gives a `target`.
    case router
    /// A reader of other media: `process` takes a `payload` (base64) with its `modality` and gives a `text`.
    case inputProcessor = "input-processor"

    /// The step that a plugin of this kind must have; nil where it may have any.
    public var contract: PluginContract? {
        switch self {
        case .step: nil
        case .adapter: .adapter
        case .parser: .parser
        case .router: .router
        case .inputProcessor: .inputProcessor
        }
    }

    /// The kind with its article: `an adapter`.
    public var title: String {
        (self == .adapter || self == .inputProcessor ? "an " : "a ") + self.rawValue
    }

    /// How a plugin of this kind is used: what is written into pipelines, configurations and command lines.
    public func usage(of name: String) -> String {
        switch self {
        case .step: "uses: plugin, with: {plugin: \(name), step: …}"
        case .adapter: "--model plugin:\(name), or {backend: plugin, model: \(name)} in autoglm.yaml"
        case .parser: "uses: parse, with: {plugin: \(name), …}"
        case .router: "uses: route, with: {plugin: \(name), …}, or --task-model plugin:\(name)"
        case .inputProcessor: "handler: plugin:\(name) in a routing table"
        }
    }

    /// Why steps are not what this kind must have; nil where they are.
    func problem(with steps: [PluginOperation]) -> String? {
        guard let contract else { return nil }
        guard let step = steps.first(where: { $0.name == contract.step }) else {
            return "A plugin of kind '\(self.rawValue)' must have the step '\(contract.step)'."
        }
        return contract.problem(withInputsOf: step, self) ?? contract.problem(withOutputsOf: step)
    }
}

/// The shape of the step by which a plugin of some kind is used.
///
/// What is required here the step must have; the rest it has as it can, and is then given, or asked for it.
public struct PluginContract: Sendable {
    /// The step's name.
    public var step: String
    /// What it is given.
    public var inputs: [StepPort]
    /// What it gives.
    public var outputs: [StepPort]

    static let adapter = Self(
        step: "generate",
        inputs: [
            StepPort(
                "prompt", .string, "What the user said last; without 'messages', the text to continue.",
                isRequired: true),
            StepPort("messages", .array, "The conversation: {role, content}, the last one the user's."),
            StepPort("system", .string, "Instructions, which 'messages' then lack."),
            StepPort("max_tokens", .integer, "The most tokens of the answer."),
            StepPort("stop", .array, "Texts before which the answer ends."),
            StepPort("temperature", .number, "0 for the likeliest answer; 1 is not given."),
            StepPort("top_k", .integer, "How many of the likeliest tokens to sample from."),
            StepPort("top_p", .number, "The probability mass to sample from; 1 is not given."),
            StepPort("min_p", .number, "Drops tokens less likely than this fraction of the likeliest."),
            StepPort("repetition_penalty", .number, "Above 1 to make repetition less likely."),
            StepPort("presence_penalty", .number, "Taken off tokens that the answer has already."),
            StepPort("frequency_penalty", .number, "The same for each time that it has them."),
            StepPort("seed", .integer, "The same seed gives the same answer."),
        ],
        outputs: [
            StepPort("text", .string, "The answer.", isRequired: true),
            StepPort("finish_reason", .string, "Why it ended: stop, length or content_filter."),
            StepPort("prompt_tokens", .integer, "How many tokens it read."),
            StepPort("completion_tokens", .integer, "How many tokens it wrote."),
        ])

    static let parser = Self(
        step: "parse", inputs: [StepPort("text", .string, "A model's answer.", isRequired: true)],
        outputs: [
            StepPort("value", .any, "What was read.", isRequired: true),
            StepPort("repairs", .array, "What had to be put right, a sentence each."),
        ])

    static let router = Self(
        step: "route",
        inputs: [
            StepPort("text", .string, "What the user wrote.", isRequired: true),
            StepPort("targets", .array, "What may be chosen."),
        ],
        outputs: [
            StepPort("target", .string, "What was chosen.", isRequired: true),
            StepPort("confidence", .number, "How sure that is, from 0 to 1."),
            StepPort("explanation", .string, "What it rests on."),
        ])

    static let inputProcessor = Self(
        step: "process",
        inputs: [
            StepPort("payload", .string, "The bytes in base64.", isRequired: true),
            StepPort("modality", .string, "What they are: text, image or audio.", isRequired: true),
            StepPort("media_type", .string, "Such as image/png."),
            StepPort("source", .string, "Where they come from."),
        ],
        outputs: [
            StepPort("text", .string, "What is written or said.", isRequired: true),
            StepPort("vector", .array, "The event as numbers."),
        ])

    fileprivate func problem(withInputsOf step: PluginOperation, _ kind: PluginKind) -> String? {
        for wanted in self.inputs {
            guard let port = step.inputs.first(where: { $0.port.name == wanted.name })?.port else {
                if wanted.isRequired {
                    return "The step '\(step.name)' must take '\(wanted.name)' of type \(wanted.type.rawValue)."
                }
                continue
            }
            guard port.type.accepts(wanted.type) else {
                return "The step '\(step.name)' must take '\(wanted.name)' of type \(wanted.type.rawValue)."
            }
        }
        // What is not always there cannot be asked for always; a conversation is there where its model takes nothing else.
        let given = self.inputs.filter { $0.isRequired || $0.name == "messages" }.map(\.name)
        let more = step.inputs.first { $0.port.isRequired && !given.contains($0.port.name) }
        return more.map {
            self.inputs.map(\.name).contains($0.port.name)
                ? "The step '\(step.name)' must do without '\($0.port.name)' where it is not given: write 'required: false'."
                : "The step '\(step.name)' must do without '\($0.port.name)': \(kind.rawValue)s are not given it."
        }
    }

    fileprivate func problem(withOutputsOf step: PluginOperation) -> String? {
        for wanted in self.outputs {
            let port = step.outputs.first { $0.port.name == wanted.name }?.port
            if port == nil, !wanted.isRequired { continue }
            guard let port, wanted.type.accepts(port.type) else {
                return "The step '\(step.name)' must give '\(wanted.name)' of type \(wanted.type.rawValue)."
            }
            if wanted.isRequired, !port.isRequired {
                return "The step '\(step.name)' must always give '\(wanted.name)': leave out 'required: false'."
            }
        }
        return nil
    }
}
