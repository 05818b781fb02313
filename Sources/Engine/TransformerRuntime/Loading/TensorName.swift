// SPDX-License-Identifier: Apache-2.0

/// What one tensor of a model is called in each form, without its block and what kind of parameter it is.
struct TensorName: Sendable {
    /// The name in GGUF files.
    let gguf: String
    /// The name in `transformers`.
    let huggingFace: String

    /// A tensor with its names.
    init(_ gguf: String, _ huggingFace: String) {
        self.gguf = gguf
        self.huggingFace = huggingFace
    }

    /// The whole name: of a tensor of a block, or of one that belongs to none.
    func full(_ format: ModelFormat, block: Int? = nil, parameter: String = "weight") -> String {
        switch format {
        case .gguf: "\(block.map { "blk.\($0)." } ?? "")\(self.gguf).\(parameter)"
        case .huggingFace: "model.\(block.map { "layers.\($0)." } ?? "")\(self.huggingFace).\(parameter)"
        }
    }

    static let tokenEmbedding = Self("token_embd", "embed_tokens")
    static let outputNorm = Self("output_norm", "norm")

    static let attentionNorm = Self("attn_norm", "input_layernorm")
    static let query = Self("attn_q", "self_attn.q_proj")
    static let key = Self("attn_k", "self_attn.k_proj")
    static let value = Self("attn_v", "self_attn.v_proj")
    static let queryKeyValue = Self("attn_qkv", "self_attn.qkv_proj")
    static let queryNorm = Self("attn_q_norm", "self_attn.q_norm")
    static let keyNorm = Self("attn_k_norm", "self_attn.k_norm")
    static let attentionOutput = Self("attn_output", "self_attn.o_proj")
    static let feedForwardNorm = Self("ffn_norm", "post_attention_layernorm")
    static let gate = Self("ffn_gate", "mlp.gate_proj")
    static let up = Self("ffn_up", "mlp.up_proj")
    /// In GGUF files, `ffn_up` holds both where there is no `ffn_gate`.
    static let gateUp = Self("ffn_up", "mlp.gate_up_proj")
    static let down = Self("ffn_down", "mlp.down_proj")

    static let router = Self("ffn_gate_inp", "mlp.gate")
    static let sharedRouter = Self("ffn_gate_inp_shexp", "mlp.shared_expert_gate")
    static let sharedGate = Self("ffn_gate_shexp", "mlp.shared_expert.gate_proj")
    static let sharedUp = Self("ffn_up_shexp", "mlp.shared_expert.up_proj")
    static let sharedDown = Self("ffn_down_shexp", "mlp.shared_expert.down_proj")

    /// A matrix of one expert (`gate`, `up` or `down`); GGUF files keep those of all experts in one tensor.
    static func expert(_ part: String, _ index: Int) -> Self {
        Self("ffn_\(part)_exps", "mlp.experts.\(index).\(part)_proj")
    }
}
