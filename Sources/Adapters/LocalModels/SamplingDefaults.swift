// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles
internal import TransformerRuntime

/// The sampling that a model's makers recommend, in a folder's `generation_config.json`.
enum SamplingDefaults {
    /// The usual defaults with what the model says.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` when the file asks for what cannot be.
    static func find(_ source: ModelSource) throws -> SamplingOptions {
        guard case .huggingFace(let folder) = source, let file = folder.generationConfiguration else {
            return SamplingOptions()
        }
        var options = SamplingOptions()
        func number(_ key: String) -> Float? { file[key]?.numberValue.map { Float($0) } }
        if let value = number("repetition_penalty") { options.repetitionPenalty = value }
        // The other settings belong to sampling; a model whose makers take the likeliest token says so.
        if file["do_sample"]?.boolValue == false {
            options.temperature = 0
        } else {
            if let value = number("temperature") { options.temperature = value }
            if let value = number("top_p") { options.topP = value }
            if let value = number("min_p") { options.minP = value }
            if let value = number("typical_p") { options.typicalP = value }
            if let value = file["top_k"]?.integerValue { options.topK = value > 0 ? value : nil }
        }
        do {
            try options.validate()
        } catch let error as any CodedError {
            throw LLMError(
                .invalidRequest, "\(folder.path)/generation_config.json recommends what cannot be.", cause: error)
        }
        return options
    }
}
