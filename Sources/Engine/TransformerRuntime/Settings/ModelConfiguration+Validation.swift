// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

extension ModelConfiguration {
    /// Checks that the shape is one that the kernels can run.
    ///
    /// - Throws: ``TransformerError`` with code `.unsupported` that names what is not.
    func validate(_ settings: ModelSettings) throws {
        func check(_ holds: Bool, _ what: @autoclosure () -> String) throws {
            guard holds else { throw settings.unsupported(what()) }
        }
        let most = 1 << 20
        for (name, value, limit) in [
            (.embeddingLength, self.embeddingLength, most), (.feedForwardLength, self.feedForwardLength, most),
            (.headCount, self.headCount, 4096), (.keyValueHeadCount, self.keyValueHeadCount, 4096),
            (.contextLength, self.contextLength, 1 << 30),
        ] as [(SettingName, Int, Int)] {
            try check((1...limit).contains(value), "\(settings.key(name)) is \(value), not within 1...\(limit)")
        }
        try check((1...1 << 24).contains(self.vocabularySize), "its vocabulary has \(self.vocabularySize) tokens")
        try check(
            self.headCount.isMultiple(of: self.keyValueHeadCount),
            "\(self.headCount) query heads cannot share \(self.keyValueHeadCount) key-value heads evenly")
        try check(
            self.headLength.isMultiple(of: 16) && (16...256).contains(self.headLength),
            "its attention heads are \(self.headLength) wide; supported are multiples of 16 up to 256")
        let valueLength = try settings.int(.valueLength) ?? self.headLength
        try check(
            valueLength == self.headLength, "keys (\(self.headLength)) and values (\(valueLength)) differ in width")
        for width in [self.embeddingLength, self.feedForwardLength, self.headCount * self.headLength] {
            try check(width.isMultiple(of: 32), "a layer is \(width) wide, which is not a multiple of 32")
        }
        for (what, value) in [
            ("the norm's epsilon", self.normEpsilon), ("the scale of attention", self.attentionScale),
            ("the soft cap of attention", self.attentionSoftcap ?? 1),
            ("the soft cap of logits", self.logitSoftcap ?? 1),
        ] {
            try check(value.isFinite && value > 0, "\(what) is \(value)")
        }
        try self.validateExperts(settings)
        try self.validateUnread(settings)
    }

    private func validateExperts(_ settings: ModelSettings) throws {
        guard let experts = self.experts else {
            guard try settings.int(.expertCount) ?? 0 == 0 else {
                throw settings.unsupported(
                    "a mixture of experts is not known of the architecture '\(self.architecture)'")
            }
            return
        }
        guard (1...1024).contains(experts.count), (1...min(experts.count, 64)).contains(experts.perToken) else {
            throw settings.unsupported("a token goes through \(experts.perToken) of \(experts.count) experts")
        }
        for width in [experts.length, experts.sharedLength ?? 32] {
            guard (1...1 << 20).contains(width), width.isMultiple(of: 32) else {
                throw settings.unsupported("an expert is \(width) wide, which is not a multiple of 32")
            }
        }
    }

    /// Refuses settings that would change the result and that nothing here reads.
    private func validateUnread(_ settings: ModelSettings) throws {
        guard case .huggingFace(let folder) = settings.source else { return }
        if let quantization = folder.configuration["quantization_config"], quantization != .null {
            let method = quantization["quant_method"]?.stringValue ?? "unknown"
            throw settings.unsupported(
                "its weights are quantised ('\(method)' in quantization_config); use the original weights, or a GGUF file"
            )
        }
        if let adapter = folder.configuration["use_bidirectional_attention"], adapter.boolValue == true {
            throw settings.unsupported("use_bidirectional_attention is set: tokens would see what follows them")
        }
    }
}
