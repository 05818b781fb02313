// SPDX-License-Identifier: Apache-2.0

internal import AutoGLMProtocol
internal import GRPCCore
internal import LLMCore
internal import ModelGateway

/// A call of `Generate`: a model's turns, between which the client runs tools.
struct GenerateCall: Sendable {
    private typealias Step = Autoglm_V1_GenerateRequest.OneOf_Step

    /// How one of a call's tasks ended.
    private enum Ending {
        /// The model has said everything.
        case answered
        /// The client wants no more.
        case cancelled
        /// The client sends no more.
        case silent
    }

    /// How often a model may have tools called in one call.
    private static let mostTurns = 64
    /// How many messages of a client may wait.
    private static let mostSteps = 256

    let models: Gateway
    let response: RPCWriter<Autoglm_V1_GenerateResponse>

    /// Answers a client's messages.
    ///
    /// - Throws: ``LLMError`` and others that say what is wrong; `CancellationError` where the client went away.
    func run(
        _ requests: RPCAsyncSequence<Autoglm_V1_GenerateRequest, any Error>,
        _ cancellation: ServerContext.RPCCancellationHandle
    ) async throws {
        let (steps, continuation) = AsyncThrowingStream<Step, any Error>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.mostSteps))
        let isCancelled = try await withThrowingTaskGroup(of: Ending.self) { group -> Bool in
            defer { group.cancelAll() }
            group.addTask { try await Self.read(requests, into: continuation) }
            group.addTask {
                try await cancellation.cancelled
                throw CancellationError()
            }
            group.addTask {
                try await self.answer(steps)
                return .answered
            }
            while let ending = try await group.next() {
                if case .silent = ending { continue }
                group.cancelAll()
                // Nothing is written any more once everybody has ended.
                while await group.nextResult() != nil {}
                if case .cancelled = ending { return true }
                return false
            }
            return false
        }
        if isCancelled { try await self.response.write(.cancelled) }
    }

    /// Takes what the client sends, until it cancels or sends no more.
    private static func read(
        _ requests: RPCAsyncSequence<Autoglm_V1_GenerateRequest, any Error>,
        into steps: AsyncThrowingStream<Step, any Error>.Continuation
    ) async throws -> Ending {
        do {
            for try await message in requests {
                switch message.step {
                case .cancel?:
                    steps.finish()
                    return .cancelled
                case nil: throw LLMError(.invalidRequest, "A message of the stream says nothing.")
                case let step?:
                    if case .dropped = steps.yield(step) {
                        throw LLMError(.invalidRequest, "More than \(Self.mostSteps) messages wait; send fewer.")
                    }
                }
            }
            steps.finish()
            return .silent
        } catch {
            steps.finish(throwing: error)
            throw error
        }
    }

    private func answer(_ steps: AsyncThrowingStream<Step, any Error>) async throws {
        guard case .begin(let begin)? = try await Self.next(steps) else {
            throw LLMError(.invalidRequest, "The first message of the stream must be 'begin'.")
        }
        let model = try await self.model(for: begin)
        var request = try GenerationRequest(begin, sampling: model.defaultSampling)
        for _ in 0..<Self.mostTurns {
            let turn = try await self.turn(of: model, request)
            guard turn.summary.finishReason == .toolCalls, case .messages(var messages) = request.prompt,
                let results = try await Self.results(of: turn.toolCalls, steps)
            else { return }
            messages.append(
                Message(
                    role: .assistant, content: turn.text.isEmpty ? [] : [.text(turn.text)], toolCalls: turn.toolCalls))
            request.prompt = .messages(messages + results)
        }
        throw LLMError(.invalidRequest, "The model has had tools called \(Self.mostTurns) times; that is enough.")
    }

    /// The model that a client names, and what is told of an experiment that chose it.
    private func model(for begin: Autoglm_V1_GenerateBegin) async throws -> any ModelAdapter {
        let note = ExposureNote()
        let attributes = JSONValue(sorted: begin.metadata.mapValues { .string($0) })
        let requester = Requester(unit: begin.user.isEmpty ? nil : begin.user, attributes: attributes)
        let model = try await ExposureNote.$current.withValue(note) {
            try await self.models.model(named: begin.model, for: requester)
        }
        if let exposure = note.exposure { try await self.response.write(Autoglm_V1_GenerateResponse(exposure)) }
        return model
    }

    /// One turn of the model, told as it comes.
    private func turn(of model: any ModelAdapter, _ request: GenerationRequest) async throws -> GenerationResponse {
        var turn = GenerationResponse()
        var hasEnded = false
        for try await event in try await model.generate(request) {
            if let message = Autoglm_V1_GenerateResponse(event) { try await self.response.write(message) }
            switch event {
            case .text(let delta): turn.text += delta.text
            case .toolCall(let call): turn.toolCalls.append(call)
            case .finished(let summary): (turn.summary, hasEnded) = (summary, true)
            }
        }
        try Task.checkCancellation()
        guard hasEnded else { throw LLMError(.truncatedStream, "The model's answer was cut off.") }
        return turn
    }

    /// What the client sends next; iterators of a stream share its place.
    private static func next(_ steps: AsyncThrowingStream<Step, any Error>) async throws -> Step? {
        var iterator = steps.makeAsyncIterator()
        return try await iterator.next()
    }

    /// Waits for the result of every call, in whatever order they come; nil where the client sends no more.
    private static func results(
        of calls: [ToolCall], _ steps: AsyncThrowingStream<Step, any Error>
    ) async throws -> [Message]? {
        var texts: [String: String] = [:]
        let open = Set(calls.map(\.id))
        while texts.count < open.count {
            guard let step = try await Self.next(steps) else { return nil }
            guard case .toolResult(let result) = step, open.contains(result.toolCallID),
                texts.updateValue(result.text, forKey: result.toolCallID) == nil
            else { throw LLMError(.invalidRequest, "Here must come the results of the tool calls, each once.") }
        }
        return calls.map {
            Message(role: .tool, content: [.text(texts[$0.id] ?? "")], toolCallID: $0.id)
        }
    }
}
