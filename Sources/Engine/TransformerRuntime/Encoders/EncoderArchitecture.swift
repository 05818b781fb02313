// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What sets one family of encoders apart: the keys of its settings and the names of its tensors.
protocol EncoderArchitecture: SendableMetatype {
    /// The values of `model_type` in `config.json` that mean this family.
    static var modelTypes: [String] { get }

    /// What may stand before all names, by the class that wrote the file.
    static var prefixes: [String] { get }

    /// Beginnings of the names of tensors that an embedding does not need.
    static var unneeded: [String] { get }

    /// The embeddings' layer norm.
    static var embeddingNorm: String { get }

    /// Reads the shape.
    static func configuration(_ settings: EncoderSettings, architecture: String) throws -> EncoderConfiguration

    /// Takes one block's weights.
    static func layer(_ index: Int, from loader: EncoderLoader) throws -> EncoderModel.Layer
}

/// The families of encoders that run here.
enum EncoderArchitectures {
    static let all: [any EncoderArchitecture.Type] = [
        BertEncoder.self, XLMRobertaEncoder.self, NomicBertEncoder.self,
    ]

    /// The family of a `model_type`.
    static func find(_ modelType: String) -> (any EncoderArchitecture.Type)? {
        self.all.first { $0.modelTypes.contains(modelType) }
    }

    static var names: [String] { self.all.flatMap { $0.modelTypes } }
}
