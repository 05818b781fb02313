// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
public import LLMCore
internal import RemoteModels
internal import Synchronization

/// A text model behind a KServe v2 server, such as vLLM's or TensorRT-LLM's behind Triton.
///
/// ```swift
/// let model = KServeTextModel("vllm_model", client: try KServeClient("grpc://localhost:8001"))
/// ```
/// What the model has is asked once, when it is first used.
public struct KServeTextModel: ModelAdapter {
    /// The model, as the server knows it.
    private let model: KServeModelName
    private let client: KServeClient
    private let signature: KServeTextSignature
    private let layout = SharedLayout()

    /// What the model turned out to have, for all copies.
    private final class SharedLayout: Sendable {
        let value = Mutex<KServeTextLayout?>(nil)
    }

    /// Names a model and its server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - model: The model, as the server knows it.
    ///   - client: The server.
    ///   - signature: Which tensors are its text.
    public init(_ model: KServeModelName, client: KServeClient, signature: KServeTextSignature = KServeTextSignature())
    {
        self.model = model
        self.client = client
        self.signature = signature
    }

    /// The model's name.
    public var name: String { self.model.name }

    /// Text in, text out; vectors where the signature names their output.
    public var capabilities: ModelCapabilities {
        self.signature.embeddingOutput == nil ? [.chat, .rawPrompts] : [.chat, .rawPrompts, .embeddings]
    }

    /// What the model itself takes by default.
    public var defaultSampling: SamplingOptions { SamplingOptions(temperature: 1, topP: 1) }

    /// Asks the model, and waits until its answer begins.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try self.check(request)
        let text = try self.signature.text(of: request.prompt)
        let layout = try await self.currentLayout()
        let question = KServeRequest(
            self.model, inputs: try layout.inputs(text, request), timeLimit: request.scheduling.timeLimit)
        let events = AsyncThrowingStream<GenerationEvent, any Error> { continuation in
            let task = Task {  // ends with the stream, which cancels it
                do {
                    let answer = Mutex(KServeTextAnswer(layout, maxTokens: request.maxTokens))
                    try await self.ask(question, isDecoupled: layout.isDecoupled) { response in
                        let text = try self.checked { try answer.withLock { try $0.take(response) } }
                        if !text.isEmpty { continuation.yield(.text(TextDelta(text: text))) }
                    }
                    continuation.yield(.finished(try answer.withLock { try $0.summary() }))
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
        return try await GenerationStream(begun: events)
    }

    /// Asks whether the server and the model are ready.
    ///
    /// - Throws: ``LLMError`` that says why they are not; `CancellationError`.
    public func checkHealth() async throws {
        guard try await self.client.isReady(self.model) else {
            throw LLMError(
                .unavailable, "The server at \(self.client.transport.server) does not have '\(self.name)' ready.")
        }
    }

    /// Asks the model for vectors.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        guard let output = self.signature.embeddingOutput else {
            throw LLMError(.unsupported, "The signature of '\(self.name)' names no output for vectors.")
        }
        let layout = try await self.currentLayout()
        var vectors: [[Float]] = []
        while vectors.count < texts.count {
            let batch = texts[vectors.count...].prefix(layout.maximumBatchSize)
            let request = KServeRequest(self.model, inputs: [try layout.texts(Array(batch))])
            guard let tensor = try await self.client.infer(request)[output] else {
                throw LLMError(.backendFailed, "'\(self.name)' answered without the output '\(output)'.")
            }
            vectors += try self.checked { try tensor.vectors(batch.count) }
        }
        guard vectors.allSatisfy({ $0.count == vectors[0].count }) else {
            throw LLMError(.backendFailed, "'\(self.name)' gave vectors of different lengths.")
        }
        return vectors
    }

    private func ask(
        _ request: KServeRequest, isDecoupled: Bool, onResponse: @escaping @Sendable (KServeResponse) throws -> Void
    ) async throws {
        if isDecoupled {
            try await self.client.stream(request) { try onResponse($0) }
        } else {
            try onResponse(try await self.client.infer(request))
        }
    }

    private func currentLayout() async throws -> KServeTextLayout {
        if let known = self.layout.value.withLock({ $0 }) { return known }
        let metadata = try await self.client.metadata(of: self.model)
        var configuration: KServeModelConfiguration?
        do {
            configuration = try await self.client.configuration(of: self.model)
        } catch let error as LLMError where [.unsupported, .unknownModel, .invalidRequest].contains(error.code) {
            // Servers other than Triton have no such description.
        }
        let layout = try KServeTextLayout(self.signature, metadata: metadata, configuration: configuration)
        self.layout.value.withLock { $0 = layout }
        return layout
    }

    /// Reads tensors; what is wrong with them is the server's failure.
    private func checked<Value>(_ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error as KServeTensorError {
            throw LLMError(
                .backendFailed, "'\(self.name)' answered with tensors that do not fit its signature.", cause: error)
        }
    }
}

extension KServeTensor {
    /// A vector per text, from a tensor with a row for each or, for one text, of one row only.
    ///
    /// - Throws: ``KServeTensorError`` where it has another shape or type.
    fileprivate func vectors(_ count: Int) throws -> [[Float]] {
        let isMatrix = self.shape.count == 2 && self.shape[0] == count
        guard self.count > 0, isMatrix || (self.shape.count == 1 && count == 1) else {
            throw KServeTensorError(
                .invalidShape, "The tensor '\(self.name)' of shape \(self.shape) is not \(count) vectors.")
        }
        let values = try self.values(as: Float.self)
        return stride(from: 0, to: values.count, by: values.count / count).map {
            Array(values[$0..<$0 + values.count / count])
        }
    }
}

extension GenerationStream {
    /// Waits for a stream's first event, so that what cannot be started is refused at once.
    ///
    /// - Throws: What the stream throws before it.
    fileprivate init(begun events: AsyncThrowingStream<GenerationEvent, any Error>) async throws {
        var iterator = events.makeAsyncIterator()
        let first = Mutex(try await iterator.next(isolation: #isolation))
        try Task.checkCancellation()
        self.init(unfolding: {
            if let event = first.withLock({ $0.take() }) { return event }
            var iterator = events.makeAsyncIterator()
            return try await iterator.next(isolation: #isolation)
        })
    }
}
