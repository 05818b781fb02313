// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Pipelines
public import PluginHost
internal import RemoteModels

/// A plugin of kind `adapter` as a model.
///
/// ```swift
/// let agent = AutoGLM(adapter: try PluginModel("parrot", host: PluginHost(folders: ["plugins"])))
/// ```
/// What may be asked is what the manifest's step `generate` takes; anything else is refused. The answer comes whole.
public struct PluginModel: ModelAdapter {
    private static let step = "generate"
    private let plugin: String
    private let host: PluginHost

    /// Names a plugin; it is loaded when it is first asked.
    ///
    /// - Parameters:
    ///   - plugin: The plugin's name.
    ///   - host: What finds and loads it.
    /// - Throws: ``PluginError``: there is no such plugin, or it is of another kind.
    public init(_ plugin: String, host: PluginHost) throws(PluginError) {
        _ = try host.manifest(of: plugin, .adapter)
        (self.plugin, self.host) = (plugin, host)
    }

    /// `plugin:` and the plugin's name.
    public var name: String { PluginReference.text(of: self.plugin) }

    /// What the manifest says at this moment: conversations, and raw prompts where the step can do without `messages`.
    public var capabilities: ModelCapabilities {
        guard let step = try? self.operation() else { return [] }
        let needsMessages = step.inputs.contains { $0.port.name == "messages" && $0.port.isRequired }
        return needsMessages ? .chat : [.chat, .rawPrompts]
    }

    /// What is left to the plugin: nothing of it is given.
    public var defaultSampling: SamplingOptions { SamplingOptions(temperature: 1, topP: 1) }

    /// Asks the plugin, and waits for its answer.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what its step does not take; of the codes that plugins give, those of
    ///   ``LLMError`` are its own; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        let step = try self.told { try self.operation() }
        try self.check(request)
        let question = try PluginQuestion(request, to: step, model: self.name)
        let answer = try await self.answer(question.input, within: request.scheduling.timeLimit)
        let summary = try self.summary(of: answer, request.maxTokens)
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        if let text = answer["text"]?.stringValue, !text.isEmpty { continuation.yield(.text(TextDelta(text: text))) }
        continuation.yield(.finished(summary))
        continuation.finish()
        return GenerationStream(events)
    }

    /// Loads the plugin if it is not, and asks whether it is well.
    ///
    /// - Throws: ``LLMError`` with code `.unavailable` that says why it is not.
    public func checkHealth() async throws {
        do { try await self.host.verifyApart(self.plugin) } catch {
            throw LLMError(.unavailable, error.message, retryAfter: error.retryAfter)
        }
    }

    private func operation() throws(PluginError) -> PluginOperation {
        try self.host.manifest(of: self.plugin, .adapter).step(named: Self.step)
    }

    private func answer(_ input: JSONValue, within limit: Duration?) async throws -> JSONValue {
        let ask: @Sendable () async throws -> JSONValue = {
            do { return try await self.host.ask(self.plugin, step: Self.step, input: input) } catch {
                throw self.failure(error)
            }
        }
        guard let limit else { return try await ask() }
        if let answer = try await race(against: { try await Task.sleep(for: limit) }, ask) { return answer }
        throw LLMError(.deadlineExceeded, "'\(self.name)' did not answer within \(limit).")
    }

    private func summary(of answer: JSONValue, _ maxTokens: Int?) throws -> GenerationSummary {
        func count(_ name: String) -> Int { max(0, answer[name]?.integerValue ?? 0) }
        let usage = TokenUsage(promptTokens: count("prompt_tokens"), completionTokens: count("completion_tokens"))
        guard let said = answer["finish_reason"]?.stringValue else {
            let isAtLimit = usage.completionTokens > 0 && usage.completionTokens == maxTokens
            return GenerationSummary(finishReason: isAtLimit ? .length : .stop, usage: usage)
        }
        let known: [FinishReason] = [.stop, .length, .contentFilter]
        guard let reason = known.first(where: { $0.rawValue == said }) else {
            let names = known.map(\.rawValue).joined(separator: ", ")
            throw LLMError(
                .backendFailed, "'\(self.name)' ended for the reason '\(said.prefix(100))', which is none of \(names).")
        }
        return GenerationSummary(finishReason: reason, usage: usage)
    }

    // MARK: - Errors

    private static let ownCodes: [LLMError.Code] = [
        .contextOverflow, .invalidRequest, .overloaded, .rateLimited, .unauthorized, .unavailable, .unsupported,
        .unusableAnswer,
    ]

    private func told<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw self.failure(error) }
    }

    /// What went wrong, in the terms of models.
    private func failure(_ error: any Error) -> any Error {
        if let refusal = error as? PluginRefusal {
            let code = Self.ownCodes.first { $0.rawValue == refusal.code } ?? .backendFailed
            return LLMError(code, refusal.error.message)
        }
        guard let error = error as? PluginError else { return error }
        let code: LLMError.Code =
            switch error.code {
            case .hung: .deadlineExceeded
            case .quarantined, .unloaded, .unknown, .wrongKind: .unavailable
            case .badInput: .invalidRequest
            default: error.retryAfter == nil ? .backendFailed : .unavailable
            }
        return LLMError(code, error.message, retryAfter: error.retryAfter)
    }
}
