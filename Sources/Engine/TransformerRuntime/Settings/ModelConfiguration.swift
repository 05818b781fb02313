// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import ModelFiles

/// The shape of a transformer, as its file describes it.
package struct ModelConfiguration: Sendable, Hashable {
    /// The architecture's name in the file.
    package var architecture: String
    /// The model's own name, if it says one.
    package var name: String?
    /// Transformer blocks.
    package var layerCount: Int
    /// Width of the residual stream.
    package var embeddingLength: Int
    /// Width inside the feed-forward network.
    package var feedForwardLength: Int
    /// Query heads.
    package var headCount: Int
    /// Key-value heads; query heads share them in groups (Ainslie and others 2023).
    package var keyValueHeadCount: Int
    /// Width of a head.
    package var headLength: Int
    /// The most positions that the model was trained for.
    package var contextLength: Int
    /// Tokens in the vocabulary.
    package var vocabularySize: Int
    /// Added to the mean square in RMSNorm.
    package var normEpsilon: Float
    /// How positions turn queries and keys.
    package var rope: RotaryEmbedding.Configuration

    /// Query heads that share a key-value head.
    package var groupSize: Int { self.headCount / self.keyValueHeadCount }

    /// Reads the shape of a model of architecture `llama`.
    ///
    /// - Parameter file: A model file.
    /// - Throws: ``TransformerError`` when the architecture or its shape is not supported; `ModelFileError` when a key is
    ///   missing.
    package init(file: GGUFFile) throws {
        let metadata = file.metadata
        self.architecture = try metadata.requiredString("general.architecture")
        guard self.architecture == "llama" else {
            let hint = NearestName.hint(for: self.architecture, in: ["llama"])
            throw TransformerError(
                .unknownArchitecture, "The model's architecture is '\(self.architecture)'. \(hint)")
        }
        let prefix = self.architecture
        self.name = metadata.string("general.name")
        self.layerCount = try metadata.requiredInt("\(prefix).block_count")
        self.embeddingLength = try metadata.requiredInt("\(prefix).embedding_length")
        self.feedForwardLength = try metadata.requiredInt("\(prefix).feed_forward_length")
        self.headCount = try metadata.requiredInt("\(prefix).attention.head_count")
        self.keyValueHeadCount = metadata.int("\(prefix).attention.head_count_kv") ?? self.headCount
        self.contextLength = try metadata.requiredInt("\(prefix).context_length")
        self.normEpsilon = Float(try metadata.requiredDouble("\(prefix).attention.layer_norm_rms_epsilon"))
        self.vocabularySize = file.tensor(named: TensorName.tokenEmbedding)?.dimensions.last ?? 0
        let headLength = metadata.int("\(prefix).attention.key_length")
        self.headLength = headLength ?? (self.headCount > 0 ? self.embeddingLength / self.headCount : 0)
        self.rope = try RotaryEmbedding.Configuration(metadata: metadata, prefix: prefix, headLength: self.headLength)
        try self.validate(metadata: metadata)
    }

    private func validate(metadata: GGUFMetadata) throws {
        func check(_ holds: Bool, _ what: @autoclosure () -> String) throws {
            guard holds else { throw TransformerError(.unsupported, "This model cannot run here: \(what()).") }
        }
        let most = 1 << 20
        for (name, value, limit) in [
            ("block_count", self.layerCount, 1024), ("embedding_length", self.embeddingLength, most),
            ("feed_forward_length", self.feedForwardLength, most), ("attention.head_count", self.headCount, 4096),
            ("attention.head_count_kv", self.keyValueHeadCount, 4096), ("context_length", self.contextLength, 1 << 30),
        ] {
            try check(value > 0 && value <= limit, "\(self.architecture).\(name) is \(value), not within 1...\(limit)")
        }
        try check(
            self.headCount.isMultiple(of: self.keyValueHeadCount),
            "\(self.headCount) query heads cannot share \(self.keyValueHeadCount) key-value heads evenly")
        try check(
            self.headLength.isMultiple(of: 16) && (16...256).contains(self.headLength),
            "its attention heads are \(self.headLength) wide; supported are multiples of 16 up to 256")
        let valueLength = metadata.int("\(self.architecture).attention.value_length") ?? self.headLength
        try check(
            valueLength == self.headLength, "keys (\(self.headLength)) and values (\(valueLength)) differ in width")
        for width in [self.embeddingLength, self.feedForwardLength, self.headCount * self.headLength] {
            try check(width.isMultiple(of: 32), "a layer is \(width) wide, which is not a multiple of 32")
        }
        try check((metadata.int("\(self.architecture).expert_count") ?? 0) == 0, "it is a mixture of experts")
        try check(self.normEpsilon.isFinite && self.normEpsilon > 0, "the norm's epsilon is \(self.normEpsilon)")
    }
}
