// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
public import LLMCore
internal import ResultParsing
internal import TaskRouting

/// Reads a value out of an answer, and asks again while that fails.
public struct ParseStep: PipelineStep {
    private let plugins: (any StepPlugins)?

    /// Makes the step.
    ///
    /// - Parameter plugins: Where the parsers are that 'plugin' names; nil for none.
    public init(plugins: (any StepPlugins)? = nil) { self.plugins = plugins }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "parse",
            summary:
                "Reads a value out of a model's answer, and asks the model again with the reason while that fails.",
            inputs: [
                StepPort("text", .string, "The answer.", isRequired: true),
                StepPort("as", .string, "What to read.", choices: ParserKind.all.map(\.rawValue)),
                StepPort("profile", .string, "A task whose standard parser is used, such as '${route.task}'."),
                StepPort("schema", .any, "For json: the JSON Schema of the value."),
                StepPort("choices", .array, "For choice: the texts to choose from."),
                StepPort("keys", .array, "For key_value: the names."),
                StepPort("optional_keys", .array, "For key_value: the names that may be missing."),
                StepPort("min_items", .integer, "For list: the fewest items."),
                StepPort("max_items", .integer, "For list: the most items."),
                StepPort("attempts", .integer, "The most answers to look at, from 1 to 20; 1 if not given."),
            ] + (self.plugins == nil ? [] : [StepPort("plugin", .string, "A plugin that reads, of kind parser.")]),
            outputs: ReaskOutcome.ports, effect: .model)
    }

    /// Checks that the parser can be made.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = [StaticInputs.Problem]()
        let ways = ["as", "profile"] + (self.plugins == nil ? [] : ["plugin"])
        let given = ways.filter { inputs.names.contains($0) }
        if given.count != 1 {
            let names = (given.isEmpty ? ways : given).map { "'\($0)'" }
            let what =
                given.isEmpty
                ? "neither \(names.joined(separator: " nor "))"
                : "\(given.count == 2 ? "both " : "")\(names.joined(separator: " and "))"
            problems.append(.init(nil, "The step has \(what).", suggestion: "Give exactly one of them."))
        }
        if let plugins, let problem = plugins.problem(inputs, { _ = try plugins.parser(named: $0) }) {
            problems.append(problem)
        }
        if let attempts = inputs.literals["attempts"]?.integerValue, !(1...20).contains(attempts) {
            problems.append(.init("attempts", "'attempts' is \(attempts); it must be from 1 to 20."))
        }
        guard let kind = inputs.literals["as"]?.stringValue, ParserKind.all.map(\.rawValue).contains(kind) else {
            return problems
        }
        let dynamic = inputs.names.subtracting(inputs.literals.keys)
        guard dynamic.isDisjoint(with: ["choices", "keys", "schema", "optional_keys"]) else { return problems }
        do {
            _ = try Self.specification(StepInputs(inputs.literals)).makeParser()
        } catch let error as JSONSchemaError {
            problems.append(.init("schema", "\(error)"))
        } catch {
            let input = kind == "choice" ? "choices" : kind == "key_value" ? "keys" : nil
            problems.append(.init(input, "The parser '\(kind)' cannot be made: \(error)"))
        }
        return problems
    }

    /// Only an answer that cannot be read is asked for again.
    public var isTriedWithoutModel: Bool { true }

    /// Parses, and asks again where the answer came from a model.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let parser =
            try inputs.string("plugin").flatMap { try self.plugins?.parser(named: $0) }
            ?? Self.specification(inputs).makeParser()
        let text = try inputs.requiredString("text")
        // Asked again is whoever gave the answer.
        let context = context.asking(context.modelName(behind: "text"))
        let request = context.request(behind: "text")
        let attempts = request == nil ? 1 : inputs["attempts"]?.integerValue ?? 1
        return try await context.ask(
            request ?? GenerationRequest(prompt: ""), parser: parser, attempts: attempts, firstAnswer: text
        ).outputs()
    }

    private static func specification(_ inputs: StepInputs) throws -> ParserSpecification {
        guard let kind = inputs.string("as") else {
            return TaskProfile.standard(try TaskType(named: inputs.requiredString("profile"))).parser
        }
        return ParserSpecification(
            ParserKind(rawValue: kind), schema: try inputs["schema"].map { try JSONSchema($0) },
            choices: try inputs.strings("choices"), keys: try inputs.strings("keys"),
            optionalKeys: Set(try inputs.strings("optional_keys")),
            minimumCount: inputs["min_items"]?.integerValue ?? 1,
            maximumCount: inputs["max_items"]?.integerValue)
    }
}
