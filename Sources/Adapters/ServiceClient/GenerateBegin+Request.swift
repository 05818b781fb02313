// SPDX-License-Identifier: Apache-2.0

internal import AutoGLMProtocol
internal import LLMCore
internal import SwiftProtobuf

extension Autoglm_V1_GenerateBegin {
    /// Writes a request.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what the protocol has no words for.
    init(_ request: GenerationRequest, model: String, user: String, metadata: [String: String]) throws {
        self.init()
        (self.model, self.user, self.metadata) = (model, user, metadata)
        switch request.prompt {
        case .raw(let text): self.text = text
        case .messages(let messages): self.conversation.messages = try messages.map { try Autoglm_V1_Message($0) }
        }
        self.sampling = Autoglm_V1_Sampling(request.sampling)
        if let maxTokens = request.maxTokens { self.maxTokens = Int32(clamping: maxTokens) }
        self.stop = request.stop
        self.tools = request.tools.map { tool in
            .with {
                ($0.name, $0.description_p) = (tool.name, tool.description)
                $0.parametersJson = tool.parameters.serialized()
            }
        }
        self.toolChoice =
            switch request.toolChoice {
            case .auto: ""
            case .none: "none"
            case .required: "required"
            case .named(let name): name
            }
        switch request.constraint?.form {
        case nil: break
        case .jsonSchema(let schema)?: self.jsonSchema = schema.serialized()
        default: throw LLMError(.unsupported, "Over gRPC an answer can be constrained by a JSON Schema only.")
        }
    }
}

extension Autoglm_V1_Message {
    init(_ message: LLMCore.Message) throws {
        self.init()
        (self.role, self.toolCallID) = (message.role.rawValue, message.toolCallID ?? "")
        self.text = try message.content.map { part in
            guard let text = part.text else {
                throw LLMError(.unsupported, "Images and recordings do not travel over this protocol yet.")
            }
            return text
        }.joined()
        self.toolCalls = message.toolCalls.map { call in
            .with { ($0.id, $0.name, $0.argumentsJson) = (call.id, call.name, call.arguments.serialized()) }
        }
    }
}

extension Autoglm_V1_Sampling {
    /// What is not the usual value; the server's model decides about the rest.
    init(_ options: SamplingOptions) {
        self.init()
        let usual = SamplingOptions()
        if options.temperature != usual.temperature { self.temperature = options.temperature }
        if options.topP != usual.topP { self.topP = options.topP }
        if let topK = options.topK { self.topK = Int32(clamping: topK) }
        if options.minP != usual.minP { self.minP = options.minP }
        if options.repetitionPenalty != usual.repetitionPenalty { self.repetitionPenalty = options.repetitionPenalty }
        if options.presencePenalty != usual.presencePenalty { self.presencePenalty = options.presencePenalty }
        if options.frequencyPenalty != usual.frequencyPenalty { self.frequencyPenalty = options.frequencyPenalty }
        if let seed = options.seed { self.seed = seed }
    }
}
