// SPDX-License-Identifier: Apache-2.0

/// The products of a block that an adapter can change.
enum AdaptedProduct: Int, CaseIterable, Sendable {
    case queryKeyValue, attentionOutput, gateUp, down
}

/// Which of a block's results a module makes, as `transformers` names modules.
struct AdaptedModule {
    let product: AdaptedProduct
    /// Where its results begin in a token's row.
    let offset: Int
    /// How many results it makes.
    let rows: Int
    /// How many inputs it has.
    let columns: Int
    /// Attention heads whose rows converters to GGUF reorder; 0 where they leave them.
    var heads = 0

    /// The modules of a block, by name.
    ///
    /// - Parameters:
    ///   - layer: The block.
    ///   - shape: The model's shape.
    ///   - reordered: Whether rows of queries and keys stand as in GGUF files of llama.
    static func all(of layer: TransformerLayer, shape: ModelConfiguration, reordered: Bool) -> [String: Self] {
        let (width, stack) = (shape.embeddingLength, layer.attention.queryKeyValue.stack)
        let (queries, keys) = (shape.headCount * shape.headLength, shape.keyValueHeadCount * shape.headLength)
        func attention(_ part: Int, _ rows: Int, heads: Int) -> Self {
            Self(
                product: .queryKeyValue, offset: stack.offsets[part], rows: rows, columns: width,
                heads: reordered ? heads : 0)
        }
        var modules = [
            "self_attn.q_proj": attention(0, queries, heads: shape.headCount),
            "self_attn.k_proj": attention(1, keys, heads: shape.keyValueHeadCount),
            "self_attn.v_proj": attention(2, keys, heads: 0),
            "self_attn.o_proj": Self(product: .attentionOutput, offset: 0, rows: width, columns: queries),
        ]
        // Heads are whole groups of rows, so that the three stand without gaps.
        if !reordered { modules["self_attn.qkv_proj"] = attention(0, queries + 2 * keys, heads: 0) }
        guard case .dense(let network) = layer.feedForward else { return modules }
        let (length, offset) = (network.length, network.gateUp.stack.offsets[1])
        modules["mlp.gate_proj"] = Self(product: .gateUp, offset: 0, rows: length, columns: width)
        modules["mlp.up_proj"] = Self(product: .gateUp, offset: offset, rows: length, columns: width)
        modules["mlp.gate_up_proj"] = Self(product: .gateUp, offset: 0, rows: 2 * length, columns: width)
        modules["mlp.down_proj"] = Self(product: .down, offset: 0, rows: width, columns: length)
        return modules
    }

    /// The row of the model's matrix that a row of the module's becomes.
    func place(of row: Int) -> Int {
        guard self.heads > 0 else { return row }
        let length = self.rows / self.heads
        let (head, index) = (row / length, row % length)
        // The two halves of a head, which turn together, become neighbours.
        return head * length + 2 * (index % (length / 2)) + index / (length / 2)
    }
}
