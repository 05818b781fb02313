// SPDX-License-Identifier: Apache-2.0
internal import ModelFiles

extension QuantizationRecipe {
    /// The type that a tensor is written in, and why if it is not the one that was meant.
    struct Choice: Hashable {
        var type: TensorType
        /// The type that the tensor's rows do not fill.
        var instead: TensorType?
    }

    /// What a model has as a whole that a tensor's type depends on.
    struct Context {
        /// How many layers there are.
        var layers: Int
        /// Query heads for each key-value head.
        var groupSize: Int
        /// Whether the embeddings are the output layer, too.
        var tied: Bool
    }

    /// Chooses a tensor's type.
    ///
    /// Norms, biases and what routes to experts stay as they are: they are small, and errors in them are not.
    func choice(for tensor: TensorDescription, _ context: Context) -> Choice {
        guard Self.isMatrix(tensor) else { return Choice(type: tensor.type) }
        guard self.type.isQuantised else { return Choice(type: self.type) }
        let wanted = self.wantedType(tensor.name, context)
        let columns = tensor.dimensions.first ?? 0
        guard !columns.isMultiple(of: wanted.elementsPerBlock) else { return Choice(type: wanted) }
        let smaller: TensorType =
            switch wanted {
            case .q2_K, .q3_K: .iq4_nl
            case .q4_K: .q5_0
            case .q5_K: .q5_1
            default: .q8_0
            }
        return Choice(type: columns.isMultiple(of: smaller.elementsPerBlock) ? smaller : .f16, instead: wanted)
    }

    private static func isMatrix(_ tensor: TensorDescription) -> Bool {
        let kept = [
            "norm.weight", "ffn_gate_inp.weight", "rope_freqs.weight", "token_types.weight", "position_embd.weight",
        ]
        return tensor.dimensions.count >= 2 && tensor.name.hasSuffix("weight")
            && !kept.contains(where: tensor.name.hasSuffix)
    }

    /// The type for rows of any length.
    private func wantedType(_ name: String, _ context: Context) -> TensorType {
        let isOutput = name == "output.weight" || context.tied && name == "token_embd.weight"
        if isOutput { return self.type == .q8_0 ? .q8_0 : .q6_K }
        let parts = name.split(separator: ".")
        guard parts.count >= 4, parts[0] == "blk", let layer = Int(parts[1]) else { return self.type }
        switch parts[2] {
        case "attn_v": return self.valueType(layer, context)
        case "ffn_down", "ffn_down_exps": return self.downType(layer, context.layers)
        case "attn_output": return self.attentionOutputType
        case "attn_qkv": return self.fusedType
        default: return self.type
        }
    }

    /// The first and last eighth of the layers, and every third between them.
    private static func isImportant(_ layer: Int, of layers: Int) -> Bool {
        layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2
    }

    private func valueType(_ layer: Int, _ context: Context) -> TensorType {
        switch (self.type, self.size) {
        case (.q2_K, _): context.groupSize >= 4 ? .q4_K : .q3_K
        case (.q3_K, .medium): layer < 2 ? .q5_K : .q4_K
        case (.q3_K, .large): .q5_K
        case (.q4_K, .small): layer < 4 ? .q5_K : self.type
        case (.q4_K, .medium), (.q5_K, .medium): Self.isImportant(layer, of: context.layers) ? .q6_K : self.type
        default: self.type
        }
    }

    private func downType(_ layer: Int, _ layers: Int) -> TensorType {
        switch (self.type, self.size) {
        case (.q2_K, _): .q3_K
        case (.q3_K, .medium): layer < layers / 16 ? .q5_K : .q4_K
        case (.q3_K, .large): .q5_K
        case (.q4_K, .small): layer < layers / 8 ? .q5_K : self.type
        case (.q4_K, .medium), (.q5_K, .medium): Self.isImportant(layer, of: layers) ? .q6_K : self.type
        default: self.type
        }
    }

    private var attentionOutputType: TensorType {
        switch (self.type, self.size) {
        case (.q2_K, _): .q3_K
        case (.q3_K, .medium): .q4_K
        case (.q3_K, .large): .q5_K
        default: self.type
        }
    }

    private var fusedType: TensorType {
        switch (self.type, self.size) {
        case (.q3_K, .medium), (.q3_K, .large): .q4_K
        case (.q4_K, .medium): .q5_K
        case (.q5_K, .medium): .q6_K
        default: self.type
        }
    }
}

extension TensorType {
    /// Whether numbers share scales in blocks.
    var isQuantised: Bool { self.elementsPerBlock > 1 }
}
