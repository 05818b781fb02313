// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Writes a request for a raw prompt as Text Generation Inference has it.
struct TGIRequest {
    let model: String

    private static let samplingFields: SamplingFields = [
        .temperature: "temperature", .topK: "top_k", .topP: "top_p", .typicalP: "typical_p",
        .repetitionPenalty: "repetition_penalty", .frequencyPenalty: "frequency_penalty", .seed: "seed",
    ]

    /// The body.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what the protocol lacks.
    func body(_ request: GenerationRequest, text: String) throws -> [UInt8] {
        var writer = JSONWriter(capacity: 256 + text.utf8.count)
        try writer.object { writer in
            writer.member("inputs", text)
            writer.key("parameters")
            try writer.object { writer in try self.write(parameters: request, into: &writer) }
        }
        return writer.bytes
    }

    private func write(parameters request: GenerationRequest, into writer: inout JSONWriter) throws {
        var sampling = request.sampling
        // The server refuses temperature 0; it takes the most likely token when it does not sample.
        writer.member("do_sample", sampling.temperature > 0)
        if sampling.temperature == 0 { sampling = SamplingOptions(temperature: 1, topP: 1) }
        try writer.members(sampling, as: Self.samplingFields, model: self.model)
        if let limit = request.maxTokens { writer.member("max_new_tokens", limit) }
        if !request.stop.isEmpty { writer.member("stop", .array(request.stop.map { .string($0) })) }
        if let count = request.topLogProbabilities, count > 0 { writer.member("top_n_tokens", count) }
        if let adapter = request.adapter { writer.member("adapter_id", adapter) }
        if case .jsonSchema(let schema)? = request.constraint?.form {
            writer.member("grammar", ["type": "json", "value": schema])
        }
    }
}
