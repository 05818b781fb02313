// SPDX-License-Identifier: Apache-2.0

internal import AutoGLMProtocol
internal import GRPCCore
public import LLMCore
internal import SwiftProtobuf

extension AutoGLMClient {
    /// Runs a tool, and gives its result in words.
    public typealias ToolRunner = @Sendable (ToolCall) async throws -> String

    /// Generates, and runs the tools that the model asks for.
    ///
    /// Cancelling the task cancels the generation on the server.
    /// - Parameters:
    ///   - request: What to continue and how; its sampling is sent only where it is not the usual one.
    ///   - model: A model, a version of the catalogue, or an experiment.
    ///   - user: Who it is for.
    ///   - metadata: What it is for.
    ///   - tools: Runs a tool; nil ends after the calls.
    ///   - onEvent: Told of every event of every turn. Answering false cancels.
    /// - Returns: The tokens of all turns.
    /// - Throws: ``LLMError``, what a tool throws, `CancellationError`.
    @discardableResult
    public func generate(
        _ request: GenerationRequest, model: String, user: String = "", metadata: [String: String] = [:],
        tools: ToolRunner? = nil, onEvent: @escaping @Sendable (GenerationEvent) async throws -> Bool
    ) async throws -> TokenUsage {
        let begin = try Autoglm_V1_GenerateBegin(request, model: model, user: user, metadata: metadata)
        let (replies, continuation) = AsyncStream<Autoglm_V1_GenerateRequest>.makeStream()
        continuation.yield(.with { $0.begin = begin })
        defer { continuation.finish() }
        return try await self.telling {
            try await self.service.generate(metadata: self.metadata) { writer in
                for await reply in replies { try await writer.write(reply) }
            } onResponse: { response in
                defer { continuation.finish() }
                var answer = Turns(tools: tools, onEvent: onEvent)
                for try await message in response.messages {
                    for reply in try await answer.take(message) { continuation.yield(reply) }
                    if answer.isOver { continuation.finish() }
                }
                guard answer.isOver else { throw LLMError(.truncatedStream, "The server's answer was cut off.") }
                return answer.usage
            }
        }
    }
}

/// What a client makes of the server's messages.
private struct Turns {
    let tools: AutoGLMClient.ToolRunner?
    let onEvent: @Sendable (GenerationEvent) async throws -> Bool
    private(set) var usage = TokenUsage(promptTokens: 0, completionTokens: 0)
    private(set) var isOver = false
    private var calls: [ToolCall] = []
    private var isCancelled = false

    init(tools: AutoGLMClient.ToolRunner?, onEvent: @escaping @Sendable (GenerationEvent) async throws -> Bool) {
        self.tools = tools
        self.onEvent = onEvent
    }

    /// Takes a message.
    ///
    /// - Returns: What to send.
    mutating func take(_ message: Autoglm_V1_GenerateResponse) async throws -> [Autoglm_V1_GenerateRequest] {
        switch message.event {
        case .text(let delta)?:
            return try await self.tell(.text(TextDelta(text: delta.text, reasoning: delta.reasoning)))
        case .toolCall(let call)?:
            let arguments = try JSONValue(parsing: call.argumentsJson, maximumDepth: 64)
            let call = ToolCall(id: call.id, name: call.name, arguments: arguments)
            self.calls.append(call)
            return try await self.tell(.toolCall(call))
        case .finish(let finish)?: return try await self.finish(finish)
        case .experiment?, nil: return []
        }
    }

    private mutating func finish(_ finish: Autoglm_V1_Finish) async throws -> [Autoglm_V1_GenerateRequest] {
        let usage = TokenUsage(
            promptTokens: Int(finish.usage.promptTokens), completionTokens: Int(finish.usage.completionTokens),
            cachedPromptTokens: Int(finish.usage.cachedPromptTokens))
        self.usage.add(usage)
        guard let reason = FinishReason(rawValue: finish.reason) else {
            self.isOver = true
            return []
        }
        let cancel = try await self.tell(.finished(GenerationSummary(finishReason: reason, usage: usage)))
        guard reason == .toolCalls, let tools, cancel.isEmpty else {
            self.isOver = true
            return cancel
        }
        var results: [Autoglm_V1_GenerateRequest] = []
        for call in self.calls {
            let text = try await tools(call)
            results.append(.with { $0.toolResult = .with { ($0.toolCallID, $0.text) = (call.id, text) } })
        }
        self.calls = []
        return results
    }

    private mutating func tell(_ event: GenerationEvent) async throws -> [Autoglm_V1_GenerateRequest] {
        guard !self.isCancelled, try await !self.onEvent(event) else { return [] }
        self.isCancelled = true
        return [.with { $0.cancel = .init() }]
    }
}
