// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
package import LLMCore
internal import SwiftProtobuf

/// Language models behind tensors of text: `text_input` goes in, `text_output` comes out, as with Triton's own backends.
///
/// | tensor | |
/// |---|---|
/// | `text_input` | the prompt: a user's turn where the model holds conversations, else text to go on from |
/// | `stream` | whether the answer comes in pieces (optional) |
/// | `sampling_parameters` | options as JSON: `max_tokens`, `temperature`, `stop`, … (optional) |
/// | `text_output` | the answer, or a piece of it |
/// | `finish_reason` | empty, and in the last answer `stop` or `length` |
///
/// `max_tokens`, `temperature`, `top_p`, `top_k`, `seed` and `stop` may also be parameters of the request.
package struct LanguageModelBackend: ModelBackend {
    /// The name in configurations; the parameter `model` names the model.
    package let name = "language_model"
    private let find: @Sendable (String) throws -> any ModelAdapter

    /// Makes a backend.
    ///
    /// - Parameter find: Gives the model of a name.
    package init(find: @escaping @Sendable (String) throws -> any ModelAdapter) { self.find = find }

    package func load(_ source: ModelSource) async throws -> any ServedModel {
        let configuration = source.configuration
        let expected = try Self.configuration(named: configuration.name)
        for (wanted, given) in zip([expected.inputs, expected.outputs], [configuration.inputs, configuration.outputs]) {
            let isKnown = given.allSatisfy { tensor in
                wanted.contains { $0.name == tensor.name && $0.datatype == tensor.datatype }
            }
            guard isKnown else {
                throw configuration.unfit(
                    self.name, "no other tensors than \(wanted.map(\.name).joined(separator: ", "))")
            }
        }
        guard configuration.inputs.contains(where: { $0.name == "text_input" }), !configuration.isBatched else {
            throw configuration.unfit(self.name, "the input 'text_input', and max_batch_size 0")
        }
        return LanguageModel(
            adapter: try self.find(source.parameter("model") ?? configuration.name),
            outputs: Set(configuration.outputs.map(\.name)))
    }

    /// How a language model is served that has no configuration of its own.
    package static func configuration(named name: String) throws -> ModelConfiguration {
        func input(_ name: String, _ type: Inference_DataType, optional: Bool) -> Inference_ModelInput {
            .with { ($0.name, $0.dataType, $0.dims, $0.optional) = (name, type, [1], optional) }
        }
        return try ModelConfiguration(
            .with { message in
                (message.name, message.backend) = (name, "language_model")
                message.input = [
                    input("text_input", .typeString, optional: false), input("stream", .typeBool, optional: true),
                    input("sampling_parameters", .typeString, optional: true),
                ]
                message.output = ["text_output", "finish_reason"].map { name in
                    .with { ($0.name, $0.dataType, $0.dims) = (name, .typeString, [1]) }
                }
                message.modelTransactionPolicy.decoupled = true
            })
    }
}

/// A language model that answers tensors.
struct LanguageModel: SingleRequestModel {
    let adapter: any ModelAdapter
    /// The outputs that the configuration has.
    let outputs: Set<String>

    func answer(_ request: InferenceRequest) async throws -> [KServeTensor] {
        let response = try await self.adapter.generate(try self.generation(request)).response()
        return try self.tensors(response.text, response.summary.finishReason)
    }

    func stream(_ request: InferenceRequest, send: ([KServeTensor]) async throws -> Void) async throws {
        let isStreamed = try request.input("stream")?.values(as: Bool.self).first ?? false
        guard isStreamed else { return try await send(try await self.answer(request)) }
        var generation = try self.generation(request)
        generation.isStreamed = true
        for try await event in try await self.adapter.generate(generation) {
            switch event {
            case .text(let delta): if !delta.text.isEmpty { try await send(try self.tensors(delta.text, nil)) }
            case .finished(let summary): return try await send(try self.tensors("", summary.finishReason))
            case .toolCall: break
            }
        }
        try Task.checkCancellation()
        throw LLMError(.truncatedStream, "The answer was cut off: the model's stream ended without saying why.")
    }

    private func tensors(_ text: String, _ reason: FinishReason?) throws -> [KServeTensor] {
        try [("text_output", text), ("finish_reason", reason?.rawValue ?? "")].filter { self.outputs.contains($0.0) }
            .map { try KServeTensor($0.0, shape: [1], strings: [$0.1]) }
    }

    private func generation(_ request: InferenceRequest) throws -> GenerationRequest {
        let text = try request.input("text_input")?.strings().first ?? ""
        let takesTurns = self.adapter.capabilities.contains(.chat)
        var generation = GenerationRequest(
            prompt: takesTurns ? .user(text) : .raw(text), sampling: self.adapter.defaultSampling)
        generation.isStreamed = false
        var options = SamplingParameters(request.parameters)
        if let json = try request.input("sampling_parameters")?.strings().first, !json.isEmpty {
            guard let members = try JSONValue(parsing: json, maximumDepth: 16).objectValue else {
                throw ServingError(.invalidArgument, "'sampling_parameters' must be a JSON object.")
            }
            options.add(members.map { ($0.key, $0.value) })
        }
        try options.apply(to: &generation)
        return generation
    }
}
