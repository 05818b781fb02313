// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade

/// What a pipeline is given.
struct InputOptions: ParsableArguments {
    @Option(help: "The text to work on; @FILE reads a file, - standard input.")
    var input: TextInput?

    @Option(name: .customLong("set"), help: "Set an input: NAME=VALUE, or NAME=@FILE; may be given several times.")
    var settings: [String] = []

    /// Whether nothing is given.
    var isEmpty: Bool { self.input == nil && self.settings.isEmpty }

    /// The values by the names of the pipeline's inputs.
    ///
    /// - Throws: `ValidationError` that says which is not one.
    func values(for pipeline: Pipeline) throws -> [String: JSONValue] {
        var inputs: [String: JSONValue] = [:]
        if let input {
            guard let main = pipeline.mainInput else {
                throw ValidationError("The pipeline '\(pipeline.name)' has no inputs, so --input has no place.")
            }
            inputs[main.name] = try Self.value(input.text(), for: main)
        }
        for setting in self.settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--set '\(setting)' must have the form NAME=VALUE.")
            }
            guard let input = pipeline.inputs.first(where: { $0.name == parts[0] }) else {
                let hint = NearestName.hint(for: parts[0], in: pipeline.inputs.map(\.name))
                throw ValidationError("The pipeline '\(pipeline.name)' has no input '\(parts[0])'. \(hint)")
            }
            inputs[input.name] = try Self.value(TextInput(argument: parts[1]).text(), for: input)
        }
        return inputs
    }

    /// What a text on the command line means to an input: itself to one that takes texts, JSON to any other.
    private static func value(_ text: String, for input: PipelineInput) throws -> JSONValue {
        if input.type == .string { return .string(text) }
        if let value = try? JSONValue(parsing: text) { return value }
        guard input.type == .any else {
            throw ValidationError(
                "The input '\(input.name)' must be JSON of type \(input.type.rawValue), not '\(text)'.")
        }
        return .string(text)
    }
}
