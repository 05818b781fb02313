// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import AutoGLMProtocol
internal import LLMCore

extension GenerationRequest {
    /// Reads what a client begins with.
    ///
    /// - Parameter sampling: How the model's makers recommend to sample; what the message does not say stays as it is there.
    /// - Throws: ``LLMError`` with code `.invalidRequest` that says what is wrong; ``JSONError`` where something is no JSON.
    init(_ message: Autoglm_V1_GenerateBegin, sampling: SamplingOptions) throws {
        let prompt: GenerationPrompt =
            switch message.prompt {
            case .conversation(let conversation)? where !conversation.messages.isEmpty:
                .messages(try conversation.messages.map(Message.init))
            case .text(let text)?: .raw(text)
            default: throw LLMError(.invalidRequest, "The request has neither messages nor a text.")
            }
        self.init(
            prompt: prompt, sampling: try SamplingOptions(message.sampling, defaults: sampling),
            stop: message.stop, tools: try message.tools.map(ToolDefinition.init))
        guard !message.stop.contains(""), message.stop.count <= 64 else {
            throw LLMError(.invalidRequest, "'stop' may have up to 64 texts, none of them empty.")
        }
        if message.hasMaxTokens {
            guard message.maxTokens > 0 else {
                throw LLMError(.invalidRequest, "'max_tokens' is \(message.maxTokens); it must be 1 or more.")
            }
            self.maxTokens = Int(message.maxTokens)
        }
        self.toolChoice = try ToolChoice(message.toolChoice, tools: self.tools)
        if !message.jsonSchema.isEmpty {
            self.constraint = .jsonSchema(try JSONValue(parsing: message.jsonSchema, maximumDepth: Self.jsonDepth))
        }
        self.scheduling.client = Admission.current?.name ?? message.user
        self.tags = message.metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    /// How deeply JSON in messages may be nested.
    fileprivate static var jsonDepth: Int { 64 }
}

extension Message {
    fileprivate init(_ message: Autoglm_V1_Message) throws {
        let roles: [Role] = [.system, .user, .assistant, .tool]
        guard let role = roles.first(where: { $0.rawValue == message.role }) else {
            let hint = NearestName.hint(for: message.role, in: roles.map(\.rawValue))
            throw LLMError(.invalidRequest, "There is no role '\(message.role.prefix(40))'. \(hint)")
        }
        self.init(
            role: role, content: message.text.isEmpty ? [] : [.text(message.text)],
            toolCalls: try message.toolCalls.map(ToolCall.init),
            toolCallID: message.toolCallID.isEmpty ? nil : message.toolCallID)
    }
}

extension ToolCall {
    fileprivate init(_ message: Autoglm_V1_ToolCall) throws {
        let arguments = message.argumentsJson.isEmpty ? "{}" : message.argumentsJson
        self.init(
            id: message.id, name: message.name,
            arguments: try JSONValue(parsing: arguments, maximumDepth: GenerationRequest.jsonDepth))
    }
}

extension ToolDefinition {
    fileprivate init(_ message: Autoglm_V1_ToolDefinition) throws {
        guard !message.name.isEmpty else { throw LLMError(.invalidRequest, "A tool has no name.") }
        let parameters = message.parametersJson.isEmpty ? #"{"type":"object"}"# : message.parametersJson
        self.init(
            name: message.name, description: message.description_p,
            parameters: try JSONValue(parsing: parameters, maximumDepth: GenerationRequest.jsonDepth))
    }
}

extension ToolChoice {
    fileprivate init(_ text: String, tools: [ToolDefinition]) throws {
        switch text {
        case "", "auto": self = .auto
        case "none": self = .none
        case "required": self = .required
        default:
            guard tools.contains(where: { $0.name == text }) else {
                let hint = NearestName.hint(for: text, in: ["auto", "none", "required"] + tools.map(\.name))
                throw LLMError(.invalidRequest, "There is no tool '\(text.prefix(100))' to choose. \(hint)")
            }
            self = .named(text)
        }
    }
}

extension SamplingOptions {
    fileprivate init(_ message: Autoglm_V1_Sampling, defaults: SamplingOptions) throws {
        self = defaults
        if message.hasTemperature { self.temperature = message.temperature }
        if message.hasTopP { self.topP = message.topP }
        if message.hasTopK { self.topK = Int(message.topK) }
        if message.hasMinP { self.minP = message.minP }
        if message.hasRepetitionPenalty { self.repetitionPenalty = message.repetitionPenalty }
        if message.hasPresencePenalty { self.presencePenalty = message.presencePenalty }
        if message.hasFrequencyPenalty { self.frequencyPenalty = message.frequencyPenalty }
        if message.hasSeed { self.seed = message.seed }
        try self.validate()
    }
}
