// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// An architecture: how its settings and tensors become the shared layers.
protocol Architecture: Sendable {
    /// Its names in GGUF files (`general.architecture`).
    static var ggufNames: [String] { get }
    /// Its names in folders (`model_type` in `config.json`).
    static var folderNames: [String] { get }

    /// What the settings come to; the caller checks the result.
    static func shape(_ settings: ModelSettings) throws -> ModelConfiguration

    /// A block's layers.
    static func layer(_ load: LayerLoader) throws -> TransformerLayer
}

extension Architecture {
    /// What the settings come to, checked.
    static func configuration(_ settings: ModelSettings) throws -> ModelConfiguration {
        let shape = try self.shape(settings)
        try shape.validate(settings)
        return shape
    }
}

/// The architectures that run here.
enum Architectures {
    static let all: [any Architecture.Type] = [
        Llama.self, Qwen2.self, Qwen3.self, Qwen2Mixture.self, Qwen3Mixture.self, Phi3.self, GLM4.self, Gemma2.self,
        Gemma3.self,
    ]

    /// The architecture that a model's files name.
    ///
    /// - Throws: ``TransformerError`` with code `.unknownArchitecture` that names the nearest known one.
    static func find(_ settings: ModelSettings) throws -> any Architecture.Type {
        let format = settings.source.format
        if let found = self.all.first(where: { self.names(of: $0, format).contains(settings.architecture) }) {
            return found
        }
        let known = self.all.flatMap { self.names(of: $0, format) }
        throw TransformerError(
            .unknownArchitecture,
            "The model's architecture is '\(settings.architecture)'. \(NearestName.hint(for: settings.architecture, in: known))"
        )
    }

    private static func names(of architecture: any Architecture.Type, _ format: ModelFormat) -> [String] {
        switch format {
        case .gguf: architecture.ggufNames
        case .huggingFace: architecture.folderNames
        }
    }
}
