// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import ModelFiles

extension ModelConfiguration {
    /// Reads the shape of a model.
    ///
    /// - Parameter source: The model's files.
    /// - Throws: ``TransformerError`` when the architecture or its shape is not supported; `ModelFileError` when a setting is
    ///   missing or of another kind.
    package init(_ source: ModelSource) throws {
        let settings = try ModelSettings(source)
        self = try Architectures.find(settings).configuration(settings)
    }

    /// Reads the shape of a model in a GGUF file.
    ///
    /// - Throws: As ``init(_:)``.
    package init(file: GGUFFile) throws { try self.init(.gguf(file)) }

    /// Reads what nearly all architectures say in the same way; each of them changes what it does differently.
    ///
    /// - Parameters:
    ///   - settings: What the model says.
    ///   - style: Which elements of a head turn together, in this form of the files.
    ///   - activation: The architecture's, where the files do not say it.
    /// - Throws: ``TransformerError`` for kinds of scaling and activations that are not known; `ModelFileError`.
    package init(
        common settings: ModelSettings, style: RotaryEmbedding.Style, activation: Activation = .silu
    ) throws {
        self.architecture = settings.architecture
        self.layerCount = try settings.required(.layerCount, settings.int)
        self.embeddingLength = try settings.required(.embeddingLength, settings.int)
        self.feedForwardLength = try settings.required(.feedForwardLength, settings.int)
        self.headCount = try settings.required(.headCount, settings.int)
        self.keyValueHeadCount = try settings.int(.keyValueHeadCount) ?? self.headCount
        self.contextLength = try settings.required(.contextLength, settings.int)
        self.normEpsilon = Float(try settings.required(.normEpsilon, settings.number))
        let derived = self.headCount > 0 ? self.embeddingLength / self.headCount : 0
        let headLength = try settings.int(.headLength) ?? derived
        self.headLength = headLength
        self.attentionScale = headLength > 0 ? 1 / Float(headLength).squareRoot() : 0
        self.ropes = [try RotaryEmbedding.Configuration(settings, headLength: headLength, style: style)]
        guard (1...1024).contains(self.layerCount) else {
            throw settings.unsupported("\(settings.key(.layerCount)) is \(self.layerCount), not within 1...1024")
        }
        self.blocks = Array(repeating: Block(), count: self.layerCount)
        self.tiesEmbeddings = nil
        self.vocabularySize = 0
        switch settings.source {
        case .gguf(let file):
            self.name = file.metadata.string("general.name")
            self.vocabularySize = file.tensor(named: "token_embd.weight")?.dimensions.last ?? 0
        case .huggingFace(let folder):
            self.name = folder.configuration["_name_or_path"]?.stringValue
            self.vocabularySize = try settings.required(.init(huggingFace: "vocab_size"), settings.int)
            self.tiesEmbeddings = try settings.bool(.tiedEmbeddings) ?? false
        }
        self.activation = try Self.activation(settings) ?? activation
    }

    /// Which activation a folder asks for; GGUF files leave it to the architecture.
    private static func activation(_ settings: ModelSettings) throws -> Activation? {
        switch try settings.string(.hiddenActivation) ?? settings.string(.activation) {
        case nil: nil
        case "silu", "swish": .silu
        case "gelu_pytorch_tanh", "gelu_new", "gelu_fast": .gelu
        case let other?:
            throw settings.unsupported("its activation is '\(other)'; known are silu and gelu_pytorch_tanh")
        }
    }

    /// Gives the blocks that a folder's `layer_types`, or else a rule, names a sliding window.
    ///
    /// - Parameters:
    ///   - window: The most positions that a token sees, itself included; nil or 0: none slides.
    ///   - settings: What the model says.
    ///   - isSliding: The rule for files without `layer_types`.
    mutating func slide(
        _ window: Int?, _ settings: ModelSettings, where isSliding: (_ index: Int) -> Bool = { _ in true }
    ) throws {
        guard let window, window != 0 else { return }
        guard window > 0 else { throw settings.unsupported("\(settings.key(.slidingWindow)) is \(window)") }
        let types = settings[.layerTypes]?.arrayValue
        if let types, types.count != self.layerCount {
            throw settings.unsupported("layer_types names \(types.count) of \(self.layerCount) layers")
        }
        for index in 0..<self.layerCount {
            switch types?[index].stringValue {
            case nil where types == nil: if isSliding(index) { self.blocks[index].window = window }
            case "sliding_attention": self.blocks[index].window = window
            case "full_attention": break
            case let other: throw settings.unsupported("layer_types names '\(other ?? "?")'")
            }
        }
    }
}
