// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// A request for a generation in Ollama's protocol, read.
package struct OllamaRequest: Sendable {
    /// What the model is asked; nil only asks for the model to be loaded.
    package var generation: GenerationRequest?
    /// Whether the answer is streamed, which it is unless the request says otherwise.
    package var streams: Bool

    /// Reads a request of `/api/chat`.
    ///
    /// - Parameters:
    ///   - fields: The request.
    ///   - sampling: How the model's makers recommend to sample; what the request does not say stays as it is there.
    /// - Throws: ``APIError`` that names the member that is wrong.
    package init(chat fields: RequestFields, sampling: SamplingOptions) throws {
        let messages = try [Message](ollama: try fields.objects("messages") ?? [])
        try self.init(fields, messages.isEmpty ? nil : .messages(messages), sampling)
        self.generation?.tools = try ToolDefinition.all(in: fields)
    }

    /// Reads a request of `/api/generate`.
    ///
    /// - Parameters:
    ///   - fields: The request.
    ///   - sampling: How the model's makers recommend to sample; what the request does not say stays as it is there.
    /// - Throws: ``APIError`` that names the member that is wrong.
    package init(generate fields: RequestFields, sampling: SamplingOptions) throws {
        for (name, advice) in [
            ("suffix", "This server writes what follows a prompt, not what is missing in it."),
            ("context", "This server gives no 'context'; use /api/chat with the whole conversation."),
            ("template", "The template is the model's own; use 'raw' with a prompt that is written out."),
        ] { try fields.refuse(name, "\(advice) Leave out '\(name)'.") }
        try self.init(fields, try Self.prompt(fields), sampling)
    }

    private init(_ fields: RequestFields, _ prompt: GenerationPrompt?, _ sampling: SamplingOptions) throws {
        self.streams = try fields.bool("stream") ?? true
        guard let prompt else { return }
        let options = try fields.object("options") ?? RequestFields([:], path: "options")
        var request = GenerationRequest(
            prompt: prompt, sampling: try SamplingOptions(options, defaults: sampling),
            maxTokens: try Self.maxTokens(options), stop: try options.stops(),
            topLogProbabilities: try fields.topLogProbabilities())
        request.constraint = try Self.constraint(fields)
        request.isStreamed = self.streams
        self.generation = request
    }

    private static func prompt(_ fields: RequestFields) throws -> GenerationPrompt? {
        let prompt = try fields.string("prompt") ?? ""
        let images = try fields.ollamaImages()
        guard !prompt.isEmpty || !images.isEmpty else { return nil }
        let system = try fields.string("system") ?? ""
        if try fields.bool("raw") ?? false {
            guard images.isEmpty, system.isEmpty else {
                throw APIError.invalid("raw", "A raw prompt is all there is; leave out 'system' and 'images'.")
            }
            return .raw(prompt)
        }
        var messages: [Message] = system.isEmpty ? [] : [.system(system)]
        let text: [ContentPart] = prompt.isEmpty ? [] : [.text(prompt)]
        messages.append(Message(role: .user, content: text + images))
        return .messages(messages)
    }

    /// The limit of tokens; negative numbers are none.
    private static func maxTokens(_ options: RequestFields) throws -> Int? {
        guard let limit = try options.integer("num_predict") else { return nil }
        guard limit != 0 else {
            throw APIError.invalid(
                options.path("num_predict"), "'num_predict' is 0; it must be 1 or more, or -1 for no limit.")
        }
        return limit > 0 ? limit : nil
    }

    private static func constraint(_ fields: RequestFields) throws -> OutputConstraint? {
        switch fields.value("format") {
        case nil, .string("")?: return nil
        case .string("json")?: return .jsonSchema(["type": "object"])
        case .string(let name)?: throw fields.unknown("format", name, known: ["json"])
        case let schema?:
            _ = try fields.object("format")
            return .jsonSchema(schema)
        }
    }
}
