// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import RemoteModels

/// What a text model turned out to have: a signature held against the model's own metadata.
struct KServeTextLayout: Sendable {
    /// The input that takes the prompt.
    let textInput: KServeModelMetadata.Tensor
    /// The output that gives the answer; nil where there is none, as in a model that only embeds.
    let textOutput: String?
    /// The most texts in one request.
    let maximumBatchSize: Int
    /// Whether a request may have any number of answers.
    let isDecoupled: Bool
    /// Whether the model can say why it ended.
    let tellsFinishReason: Bool
    private let metadata: KServeModelMetadata
    private let signature: KServeTextSignature

    /// Finds the tensors.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` where the model does not take text.
    init(
        _ signature: KServeTextSignature, metadata: KServeModelMetadata, configuration: KServeModelConfiguration?
    ) throws {
        let input = Self.text(signature.textInput, usual: "text_input", in: metadata.inputs)
        guard let input, input.datatype == KServeDatatype.bytes.rawValue else {
            throw LLMError(
                .unsupported,
                "The model '\(metadata.name)' has no input of BYTES for its text, or several: \(metadata.inputs.map(\.name)); name one in its signature."
            )
        }
        self.textInput = input
        self.textOutput = Self.text(signature.textOutput, usual: "text_output", in: metadata.outputs)?.name
        self.isDecoupled = configuration?.isDecoupled ?? false
        // A server that does not say how much it takes gets a text at a time, unless the shape has room for more.
        let hasRoom = input.shape.first == -1
        self.maximumBatchSize =
            hasRoom ? configuration.map { $0.maximumBatchSize > 0 ? $0.maximumBatchSize : .max } ?? .max : 1
        self.tellsFinishReason =
            metadata.input("return_finish_reason") != nil && metadata.outputs.contains { $0.name == "finish_reason" }
        self.metadata = metadata
        self.signature = signature
    }

    private static func text(
        _ wanted: String?, usual: String, in tensors: [KServeModelMetadata.Tensor]
    ) -> KServeModelMetadata.Tensor? {
        if let found = tensors.first(where: { $0.name == wanted ?? usual }) { return found }
        let texts = tensors.filter { $0.datatype == KServeDatatype.bytes.rawValue }
        return wanted == nil && texts.count == 1 ? texts[0] : nil
    }

    /// The tensors of a generation.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what the model has no input for.
    func inputs(_ text: String, _ request: GenerationRequest) throws -> [KServeTensor] {
        var inputs = [try self.texts([text])]
        if let options = try self.options(request) {
            inputs.append(
                try KServeTensor(
                    self.signature.samplingInput, shape: self.shape(of: self.signature.samplingInput),
                    strings: [options]))
        }
        let flags = [
            (self.signature.streamInput, request.isStreamed), ("exclude_input_in_output", true),
            ("return_finish_reason", true), ("return_num_input_tokens", true), ("return_num_output_tokens", true),
        ]
        for (name, value) in flags where self.metadata.input(name)?.datatype == KServeDatatype.bool.rawValue {
            inputs.append(try KServeTensor(name, shape: self.shape(of: name), values: [value]))
        }
        return inputs
    }

    /// The tensor of some texts.
    func texts(_ texts: [String]) throws -> KServeTensor {
        var shape = try self.shape(of: self.textInput.name)
        if texts.count != 1 { shape[0] = texts.count }
        return try KServeTensor(self.textInput.name, shape: shape, strings: texts)
    }

    /// The shape of an input that gets a single value.
    private func shape(of name: String) throws -> [Int] {
        let shape = (self.metadata.input(name)?.shape ?? [1]).map { $0 == -1 ? 1 : $0 }
        guard shape.allSatisfy({ $0 == 1 }) else {
            throw LLMError(
                .unsupported,
                "The input '\(name)' of '\(self.metadata.name)' takes an array of \(shape), not a single value.")
        }
        return shape
    }

    /// How tokens are to be chosen, or nil where everything is left to the model.
    private func options(_ request: GenerationRequest) throws -> String? {
        let takesOptions = self.metadata.input(self.signature.samplingInput) != nil
        var writer = JSONWriter()
        try writer.object { writer in
            try writer.members(
                request.sampling, as: takesOptions ? Self.samplingFields : [:], model: self.metadata.name)
            guard takesOptions || (request.maxTokens == nil && request.stop.isEmpty) else {
                throw LLMError(
                    .unsupported,
                    "The model '\(self.metadata.name)' has no input '\(self.signature.samplingInput)' for a limit of tokens or for stop strings."
                )
            }
            if let limit = request.maxTokens { writer.member("max_tokens", limit) }
            if !request.stop.isEmpty { writer.member("stop", .array(request.stop.map { .string($0) })) }
        }
        return takesOptions ? String(decoding: writer.bytes, as: UTF8.self) : nil
    }

    private static let samplingFields: SamplingFields = [
        .temperature: "temperature", .topK: "top_k", .topP: "top_p", .minP: "min_p",
        .repetitionPenalty: "repetition_penalty", .presencePenalty: "presence_penalty",
        .frequencyPenalty: "frequency_penalty", .seed: "seed",
    ]
}
