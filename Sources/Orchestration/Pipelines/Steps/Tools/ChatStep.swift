// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Talks with the model, and does what it asks for: tools are steps.
public struct ChatStep: PipelineStep {
    private static let maximumCallsPerRound = 16
    private static let choices = ["auto", "none", "required"]
    private let registry: StepRegistry

    /// Makes the step.
    ///
    /// - Parameter tools: The kinds of steps that can be tools.
    public init(tools: StepRegistry) { self.registry = tools }

    /// The same step, whose tools may name these models.
    func offering(models: [String]) -> Self { Self(tools: self.registry.offering(models: models)) }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "chat",
            summary:
                "Talks with the model; where it asks for tools, which are steps, runs them and tells it the results.",
            inputs: [
                StepPort("prompt", .string, "What the model is asked."),
                StepPort("messages", .array, "A conversation to go on with, each turn {role, content}."),
                StepPort("system", .string, "Instructions for the whole conversation."),
                StepPort(
                    "tools", .array,
                    "What the model may call: names of steps, or {uses, name, description, parameters, with, returns}."),
                StepPort("tool_choice", .string, "In the first round: auto, none, required or a tool's name."),
                StepPort(
                    "max_rounds", .integer,
                    "How often tools may be called before the answer, from 1 to 20; 4 if not given."),
                StepPort(
                    "schema", .any, "A JSON Schema that the answer is held to; a model that cannot be is an error."),
                StepPort("max_tokens", .integer, "The most tokens of each answer."),
                StepPort("stop", .array, "Texts before which the answer ends."),
                .model,
            ] + SamplingInputs.ports,
            outputs: [
                StepPort("text", .string, "The answer."),
                StepPort("calls", .array, "The tools called: {name, arguments, result, failed}."),
                StepPort("messages", .array, "The conversation, the answer included."),
                StepPort("rounds", .integer, "How often the model was asked."),
                StepPort("finish_reason", .string, "Why the answer ended."),
            ])
    }

    /// Checks the tools and the numbers.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems =
            [
                inputs.problem(with: "max_rounds", outside: 1...20),
                inputs.problem(with: "max_tokens", outside: 1...Int.max),
                inputs.problem(withSchema: "schema"),
            ].compactMap(\.self) + SamplingInputs.check(inputs)
        if inputs.names.isDisjoint(with: ["prompt", "messages"]) {
            problems.append(.init(nil, "The step asks nothing.", suggestion: "Give 'prompt', 'messages' or both."))
        }
        do {
            let values = StepInputs(inputs.literals)
            _ = try Conversation.messages(in: values)
            guard inputs.literals["tools"] != nil || !inputs.names.contains("tools") else { return problems }
            _ = try Self.choice(values, tools: ChatTool.all(values["tools"], registry: self.registry))
        } catch { problems.append(.init(nil, (error as? any CodedError)?.message ?? "\(error)")) }
        return problems
    }

    /// Asks, runs tools and asks again, until the model answers.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let tools = try ChatTool.all(inputs["tools"], registry: self.registry)
        var conversation = Conversation(try Conversation.messages(in: inputs))
        var request = try Self.request(inputs, tools: tools, context: context)
        let limit = inputs["max_rounds"]?.integerValue ?? 4
        for round in 0... {
            try Task.checkCancellation()
            request.prompt = .messages(conversation.messages)
            // The last answer is one without calls.
            if round == limit { request.toolChoice = .none }
            let response = try await context.ask(request)
            guard !response.toolCalls.isEmpty, request.offersTools else {
                conversation.messages.append(.assistant(response.text))
                return conversation.outputs(response, rounds: round + 1)
            }
            try await Self.answer(response, with: tools, in: &conversation, context)
            request.toolChoice = request.toolChoice == .none ? .none : .auto
        }
        return [:]
    }

    private static func answer(
        _ response: GenerationResponse, with tools: [ChatTool], in conversation: inout Conversation,
        _ context: StepContext
    ) async throws {
        let calls = response.toolCalls.prefix(Self.maximumCallsPerRound)
        conversation.messages.append(
            Message(
                role: .assistant, content: response.text.isEmpty ? [] : [.text(response.text)], toolCalls: Array(calls))
        )
        for call in calls {
            guard let tool = tools.first(where: { $0.definition.name == call.name }) else {
                let hint = NearestName.hint(for: call.name, in: tools.map(\.definition.name))
                conversation.add(call, ["error": .string("There is no tool '\(call.name)'. \(hint)")], isError: true)
                continue
            }
            let part = context.part("call \(conversation.calls.count + 1)")
            let (result, isError) = try await tool.answer(call, context: part)
            conversation.add(call, result, isError: isError)
        }
    }

    private static func request(
        _ inputs: StepInputs, tools: [ChatTool], context: StepContext
    ) throws -> GenerationRequest {
        let capabilities = context.model.capabilities
        guard tools.isEmpty || capabilities.contains(.tools) else {
            throw PipelineError(
                .invalidValue,
                "The model '\(context.model.name)' cannot call tools; use another model, or steps instead.")
        }
        var request = GenerationRequest(
            prompt: .messages([]), sampling: try SamplingInputs.options(inputs, base: context.model.defaultSampling),
            maxTokens: inputs["max_tokens"]?.integerValue, stop: try inputs.strings("stop"),
            tools: tools.map(\.definition))
        request.toolChoice = try Self.choice(inputs, tools: tools)
        request.constraint = try inputs.schemaConstraint(for: context.model)
        return request
    }

    private static func choice(_ inputs: StepInputs, tools: [ChatTool]) throws -> ToolChoice {
        switch inputs.string("tool_choice") {
        case nil, "auto": return .auto
        case "none": return .none
        case "required" where !tools.isEmpty: return .required
        case let name?:
            let names = tools.map(\.definition.name)
            guard names.contains(name) else {
                throw PipelineError(
                    .invalidValue,
                    "'tool_choice' is '\(name)', which is no tool. \(NearestName.hint(for: name, in: Self.choices + names))"
                )
            }
            return .named(name)
        }
    }
}
