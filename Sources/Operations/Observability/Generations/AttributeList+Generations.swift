// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import LLMCore
internal import OrderedCollections

extension AttributeList {
    /// Tells what is asked.
    mutating func describe(_ request: GenerationRequest, _ options: Telemetry.Options) {
        let sampling = request.sampling
        self[GenAIName.temperature] = .double(sampling.temperature.exactly)
        self[GenAIName.topP] = .double(sampling.topP.exactly)
        // A number of tokens, which the common conventions hold to be any number.
        self[GenAIName.topK] = sampling.topK.map { options.conventions == .latest ? .int($0) : .double(Double($0)) }
        self[GenAIName.maxTokens] = request.maxTokens.map { .int($0) }
        self[GenAIName.seed] = sampling.seed.map { .int(Int(truncatingIfNeeded: $0)) }
        if !request.stop.isEmpty { self[GenAIName.stopSequences] = .strings(request.stop) }
        if sampling.frequencyPenalty != 0 {
            self[GenAIName.frequencyPenalty] = .double(sampling.frequencyPenalty.exactly)
        }
        if sampling.presencePenalty != 0 {
            self[GenAIName.presencePenalty] = .double(sampling.presencePenalty.exactly)
        }
        self[GenAIName.stream] = .bool(request.isStreamed)
        switch request.constraint?.form {
        case .jsonSchema: self[GenAIName.outputType] = "json"
        case nil: self[GenAIName.outputType] = "text"
        default: break
        }
        if options.isOpenInference {
            self[OpenInferenceName.kind] = "LLM"
            self[OpenInferenceName.model] = self[GenAIName.requestModel]
            self[OpenInferenceName.provider] = self[GenAIName.provider]
            self[OpenInferenceName.parameters] = .string(request.invocationParameters.serialized())
        }
        if options.capturesContent { self.capture(request, options) }
    }

    /// Tells how it went.
    mutating func describe(_ outcome: GenerationOutcome, isStreamed: Bool, _ options: Telemetry.Options) {
        if isStreamed { self[GenAIName.timeToFirstChunk] = outcome.timeToFirstChunk.map { .double($0.inSeconds) } }
        guard case .complete(let summary) = outcome.ending else { return }
        let usage = summary.usage
        self[GenAIName.responseID] = summary.responseID.map { .string($0) }
        self[GenAIName.responseModel] = summary.model.map { .string($0) }
        self[GenAIName.finishReasons] = .strings([summary.finishReason.rawValue])
        self[GenAIName.inputTokens] = .int(usage.promptTokens)
        self[GenAIName.outputTokens] = .int(usage.completionTokens)
        if usage.cachedPromptTokens > 0 { self[GenAIName.cachedInputTokens] = .int(usage.cachedPromptTokens) }
        if options.isOpenInference {
            self[OpenInferenceName.promptTokens] = .int(usage.promptTokens)
            self[OpenInferenceName.completionTokens] = .int(usage.completionTokens)
            self[OpenInferenceName.totalTokens] = .int(usage.totalTokens)
            if usage.cachedPromptTokens > 0 { self[OpenInferenceName.cachedTokens] = .int(usage.cachedPromptTokens) }
        }
        if options.capturesContent { self.capture(outcome.answer, summary, options) }
    }

    // MARK: - Content

    private mutating func capture(_ request: GenerationRequest, _ options: Telemetry.Options) {
        let messages: [Message] =
            switch request.prompt {
            case .messages(let messages): messages
            case .raw(let text): [.user(text)]
            }
        self[GenAIName.inputMessages] = .string(JSONValue.array(messages.map(\.telling)).serialized())
        if !request.tools.isEmpty {
            let tools = request.tools.map { tool -> JSONValue in
                [
                    "type": "function", "name": .string(tool.name), "description": .string(tool.description),
                    "parameters": tool.parameters,
                ]
            }
            self[GenAIName.toolDefinitions] = .string(JSONValue.array(tools).serialized())
        }
        guard options.isOpenInference else { return }
        self[OpenInferenceName.input] = .string(messages.last?.text ?? "")
        for (index, message) in messages.enumerated() {
            self[OpenInferenceName.message(true, index, "role")] = .string(message.role.rawValue)
            self[OpenInferenceName.message(true, index, "content")] = .string(message.text)
        }
    }

    private mutating func capture(
        _ answer: GenerationResponse, _ summary: GenerationSummary, _ options: Telemetry.Options
    ) {
        var message = Message.assistant(answer.text)
        message.toolCalls = answer.toolCalls
        var telling = message.telling.objectValue ?? [:]
        telling["finish_reason"] = .string(summary.finishReason.rawValue)
        self[GenAIName.outputMessages] = .string(JSONValue.array([.object(telling)]).serialized())
        guard options.isOpenInference else { return }
        self[OpenInferenceName.output] = .string(answer.text)
        self[OpenInferenceName.message(false, 0, "role")] = "assistant"
        self[OpenInferenceName.message(false, 0, "content")] = .string(answer.text)
    }
}

extension Message {
    /// The message in the form of the conventions; of images and recordings only where they are.
    fileprivate var telling: JSONValue {
        var parts: [JSONValue] = []
        for part in self.content {
            switch part {
            case .text(let text) where self.role == .tool:
                parts.append([
                    "type": "tool_call_response", "id": .string(self.toolCallID ?? ""), "response": .string(text),
                ])
            case .text(let text): parts.append(["type": "text", "content": .string(text)])
            case .image(let source): parts.append(source.telling("image"))
            case .audio(let source): parts.append(source.telling("audio"))
            }
        }
        for call in self.toolCalls {
            parts.append([
                "type": "tool_call", "id": .string(call.id), "name": .string(call.name), "arguments": call.arguments,
            ])
        }
        return ["role": .string(self.role.rawValue), "parts": .array(parts)]
    }
}

extension MediaSource {
    fileprivate func telling(_ modality: String) -> JSONValue {
        switch self {
        case .url(let url): ["type": "uri", "modality": .string(modality), "uri": .string(url)]
        case .data(let bytes, let type):
            [
                "type": "blob", "modality": .string(modality), "mime_type": .string(type),
                "bytes": .integer(bytes.count),
            ]
        }
    }
}

extension GenerationRequest {
    /// The options in the form that viewers show.
    fileprivate var invocationParameters: JSONValue {
        var parameters: [(String, JSONValue)] = [
            ("temperature", .number(self.sampling.temperature.exactly)), ("top_p", .number(self.sampling.topP.exactly)),
        ]
        if let maxTokens { parameters.append(("max_tokens", .integer(maxTokens))) }
        if let topK = self.sampling.topK { parameters.append(("top_k", .integer(topK))) }
        return .object(.init(uniqueKeysWithValues: parameters))
    }
}

extension Float {
    /// The number as it is written, which is not always the nearest one of twice the precision.
    fileprivate var exactly: Double { Double("\(self)") ?? Double(self) }
}
