// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

@Suite("Folders that cannot run here")
struct FolderRefusalTests {
    /// What is changed in the configuration of a tiny model, and what the error must say.
    struct Case: Sendable, CustomTestStringConvertible {
        let model: String
        let changes: String
        let code: String
        let parts: [String]

        init(_ model: String, _ changes: String, _ code: String, _ parts: String...) {
            (self.model, self.changes, self.code, self.parts) = (model, changes, code, parts)
        }

        var testDescription: String { "\(self.model) \(self.changes)" }

        static let all = [
            Self("llama", #"{"model_type": "lama"}"#, "transformer.unknown-architecture", "Did you mean 'llama'?"),
            Self("llama", #"{"model_type": "mamba"}"#, "transformer.unknown-architecture", "'mamba'", "gemma3_text"),
            Self("llama", #"{"rope_parameters": {"rope_type": "dynamic"}}"#, "transformer.unsupported", "'dynamic'"),
            Self("llama", #"{"hidden_act": "relu"}"#, "transformer.unsupported", "'relu'"),
            Self("llama", #"{"quantization_config": {"quant_method": "awq"}}"#, "transformer.unsupported", "'awq'"),
            Self("llama", #"{"num_experts": 8}"#, "transformer.unsupported", "mixture of experts"),
            Self("llama", #"{"head_dim": 24}"#, "transformer.unsupported", "24 wide"),
            Self("llama", #"{"attention_bias": true}"#, "transformer.missing-tensor", "self_attn.q_proj.bias"),
            Self("llama_biased", #"{"attention_bias": false}"#, "transformer.unsupported", "_proj.bias"),
            Self("llama", #"{"num_hidden_layers": 3}"#, "transformer.missing-tensor", "model.layers.2."),
            Self("llama", #"{"num_hidden_layers": 1}"#, "transformer.unsupported", "model.layers.1."),
            Self("llama", #"{"hidden_size": null}"#, "model-file.missing-key", "hidden_size"),
            Self("llama", #"{"hidden_size": "32"}"#, "model-file.wrong-type", "hidden_size", "string"),
            Self(
                "llama_llama3", #"{"rope_scaling": {"rope_type": "llama3", "factor": -8}}"#, "transformer.unsupported",
                "-8"),
            Self("qwen2_window", #"{"sliding_window": -1}"#, "transformer.unsupported", "sliding_window"),
            Self("gemma3", #"{"layer_types": ["linear_attention"]}"#, "transformer.unsupported", "1 of 6 layers"),
            Self("gemma3", #"{"use_bidirectional_attention": true}"#, "transformer.unsupported", "bidirectional"),
            Self(
                "phi3_long", #"{"rope_scaling": {"type": "su", "short_factor": [1], "long_factor": [1]}}"#,
                "transformer.unsupported", "1 divisors for 4 pairs"),
            Self("qwen3_moe", #"{"num_experts_per_tok": 9}"#, "transformer.unsupported", "9 of 8 experts"),
            Self("qwen3_moe", #"{"moe_intermediate_size": 24}"#, "transformer.unsupported", "24 wide"),
        ]
    }

    /// Opens a copy of a tiny model's folder whose configuration is changed.
    private static func open(_ model: String, changing changes: [String: Any]) throws {
        try TinyFolder(name: model).withCopy(changing: changes) { folder in
            _ = try TransformerModel(.huggingFace(folder), pool: WorkerPool(count: 1))
        }
    }

    @Test("Each is refused at load by an error that names what is wrong", arguments: Case.all)
    func refused(example: Case) throws {
        let error = #expect(throws: (any Error).self) {
            try Self.open(example.model, changing: TinyFolder.object(example.changes))
        }
        let coded = try #require(error as? any CodedError)
        #expect(coded.codeName == example.code)
        for part in example.parts { #expect(coded.message.contains(part), "\(coded.message)") }
    }

    @Test(
        "Whatever a setting is replaced with, the folder loads or is refused",
        arguments: ["llama_llama3", "qwen3_yarn", "phi3_long", "gemma3", "gemma3_old", "qwen2_moe_mixed"])
    func hostileSettings(model: String) throws {
        let original = try TinyFolder(name: model).configuration()
        let hostile: [Any] = [
            NSNull(), -1, 0, 3, Int.max, Int.min, 1e300, -0.5, "x", true, [Any](), [1e300, -1, "x"] as [Any], ["a": 1],
        ]
        for (key, value) in original {
            for replacement in hostile { Self.tryOpening(model, [key: replacement]) }
            guard let nested = value as? [String: Any] else { continue }
            for inner in nested.keys {
                for replacement in hostile {
                    Self.tryOpening(model, [key: nested.merging([inner: replacement]) { $1 }])
                }
            }
        }
    }

    /// Either outcome is right; what must not happen is a trap.
    private static func tryOpening(_ model: String, _ changes: [String: Any]) {
        do { try Self.open(model, changing: changes) } catch { #expect(error is any CodedError, "\(changes)") }
    }
}
