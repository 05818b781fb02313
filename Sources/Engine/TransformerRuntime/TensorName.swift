// SPDX-License-Identifier: Apache-2.0

/// The names of tensors in GGUF files of the `llama` family.
enum TensorName {
    static let tokenEmbedding = "token_embd.weight"
    static let output = "output.weight"
    static let outputNorm = "output_norm.weight"
    static let ropeFactors = "rope_freqs.weight"

    static func layer(_ index: Int, _ part: String) -> String { "blk.\(index).\(part).weight" }
}
