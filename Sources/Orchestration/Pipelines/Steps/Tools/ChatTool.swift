// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

/// A step that a model may call, as a `chat` step declares it.
struct ChatTool: Sendable {
    private static let keys = ["name", "uses", "description", "parameters", "with", "returns"]
    private static let maximumResultLength = 20_000

    /// What the model is told.
    let definition: ToolDefinition
    private let step: any PipelineStep
    private let parameters: JSONSchema
    /// Inputs that the author sets and the model neither sees nor changes.
    private let fixed: OrderedDictionary<String, JSONValue>
    /// The output that is the result; nil for all.
    private let returns: String?

    /// Reads a tool: the name of a kind of step, or an object that says more.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue`, or `JSONSchemaError`.
    init(_ value: JSONValue, registry: StepRegistry) throws {
        let object = value.objectValue ?? ["uses": value]
        for key in object.keys where !Self.keys.contains(key) {
            throw Self.invalid("A tool has no '\(key)'. \(NearestName.hint(for: key, in: Self.keys))")
        }
        guard let uses = object["uses"]?.stringValue else {
            throw Self.invalid("A tool must be a step's name or an object with 'uses', but is \(value).")
        }
        guard let step = registry[uses] else {
            let hint = NearestName.hint(for: uses, in: registry.definitions.map(\.name))
            throw Self.invalid("No step '\(uses)' can be a tool. \(hint)")
        }
        let name = object["name"]?.stringValue ?? uses
        guard (1...64).contains(name.utf8.count),
            name.utf8.allSatisfy({ $0 == 0x5F || $0 == 0x2D || Character(UnicodeScalar($0)).isASCIIWordPart })
        else { throw Self.invalid("'\(name)' is no name for a tool; use letters, digits, '_' and '-'.") }
        self.step = step
        self.fixed = object["with"]?.objectValue ?? [:]
        self.returns = object["returns"]?.stringValue
        let told = object["parameters"] ?? Self.parameters(of: step.definition, without: self.fixed)
        self.parameters = try JSONSchema(told)
        self.definition = ToolDefinition(
            name: name, description: object["description"]?.stringValue ?? step.definition.summary, parameters: told)
        try self.checkNames()
        if let name = self.model(JSONValue.object(self.fixed).members),
            let models = registry.models, !models.contains(name)
        {
            throw Self.invalid("There is no model '\(name)'. \(NearestName.hint(for: name, in: models))")
        }
    }

    /// Reads all tools of a step.
    static func all(_ value: JSONValue?, registry: StepRegistry) throws -> [Self] {
        let tools = try (value?.arrayValue ?? []).map { try Self($0, registry: registry) }
        var names = Set<String>()
        for tool in tools where !names.insert(tool.definition.name).inserted {
            throw Self.invalid("Two tools are named '\(tool.definition.name)'; give one another 'name'.")
        }
        return tools
    }

    /// Does what the model asks for.
    ///
    /// - Returns: The result, or why there is none; either is told to the model.
    /// - Throws: `CancellationError`.
    func answer(_ call: ToolCall, context: StepContext) async throws -> (value: JSONValue, isError: Bool) {
        do {
            return (try await context.surrounded(call) { try await self.result(of: call.arguments, context) }, false)
        } catch let error as CancellationError {
            throw error
        } catch {
            return (["error": .string((error as? any CodedError)?.message ?? "\(error)")], true)
        }
    }

    private func result(of arguments: JSONValue, _ context: StepContext) async throws -> JSONValue {
        if let reason = self.parameters.reason(against: arguments) {
            throw Self.invalid("The arguments do not fit: \(reason).")
        }
        var inputs = arguments.members
        for (name, value) in self.fixed { inputs[name] = value }
        return self.result(try await self.step.run(StepInputs(inputs), context: context.asking(self.model(inputs))))
    }

    /// The model that the step is to ask; nil for the run's own.
    private func model(_ inputs: [String: JSONValue]) -> String? {
        self.step.definition.inputs.first(where: \.isModel).flatMap { inputs[$0.name]?.stringValue }
    }

    /// A result as the model reads it.
    static func text(of result: JSONValue) -> String {
        let text = result.stringValue ?? result.serialized()
        guard text.count > Self.maximumResultLength else { return text }
        return text.prefix(Self.maximumResultLength) + " … (cut off)"
    }

    private func result(_ outputs: [String: JSONValue]) -> JSONValue {
        if let returns { return outputs[returns] ?? .null }
        if outputs.count == 1, let only = outputs.values.first { return only }
        return JSONValue(sorted: outputs)
    }

    /// Finds inputs and outputs that the step does not have.
    private func checkNames() throws {
        let (inputs, outputs) = (self.step.definition.inputs.map(\.name), self.step.definition.outputs.map(\.name))
        let asked = self.definition.parameters["properties"]?.objectValue?.keys.elements ?? []
        for name in self.fixed.keys.elements + asked where !inputs.contains(name) {
            throw Self.invalid(
                "The step '\(self.step.definition.name)' has no input '\(name)'. \(NearestName.hint(for: name, in: inputs))"
            )
        }
        if let returns, !outputs.contains(returns) {
            throw Self.invalid(
                "The step '\(self.step.definition.name)' has no output '\(returns)'. \(NearestName.hint(for: returns, in: outputs))"
            )
        }
    }

    /// What the model is asked for unless the author says otherwise: every input that is not set, but no model's name.
    private static func parameters(
        of definition: StepDefinition, without fixed: OrderedDictionary<String, JSONValue>
    ) -> JSONValue {
        var open = definition
        open.inputs.removeAll { fixed.keys.contains($0.name) || $0.isModel }
        return open.inputSchema
    }

    private static func invalid(_ message: String) -> PipelineError { PipelineError(.invalidValue, message) }
}

extension Character {
    fileprivate var isASCIIWordPart: Bool { self.isASCII && (self.isLetter || self.isNumber) }
}
