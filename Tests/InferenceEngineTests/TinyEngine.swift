// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import ModelFiles
import Tokenization

/// Engines with a tiny random model, a token a byte: what they write means nothing, but it is always the same.
enum TinyEngine {
    /// The model's context; a page of the KV cache has 64 positions.
    static let contextLength = 512
    static let vocabulary = 257
    private static let width = 64

    /// Opens an engine on a model file of its own.
    static func open(_ configuration: EngineConfiguration = EngineConfiguration(threads: 1)) throws -> LocalEngine {
        try LocalEngine(path: self.file.get().path, configuration: configuration)
    }

    /// The settings of ``open(_:)`` with a change.
    static func with(_ change: (inout EngineConfiguration) -> Void) -> EngineConfiguration {
        var configuration = EngineConfiguration(threads: 1)
        change(&configuration)
        return configuration
    }

    /// A model file that no other test uses.
    static func ownFile() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "tiny-\(UUID().uuidString).gguf")
        try Data(self.bytes()).write(to: url)
        return url
    }

    private static let file = Result {
        let url = try TinyEngine.ownFile()
        atexit { try? FileManager.default.removeItem(atPath: TinyEngine.path) }
        return url
    }

    /// The model file that engines share.
    static var path: String { get throws { try self.file.get().path } }

    private static func bytes() -> [UInt8] {
        var writer = GGUFWriter()
        writer.set("general.architecture", .string("llama"))
        for (key, value) in [
            ("block_count", 2), ("embedding_length", width), ("feed_forward_length", 128), ("attention.head_count", 4),
            ("attention.head_count_kv", 2), ("context_length", contextLength),
        ] { writer.set("llama.\(key)", .uint32(UInt32(value))) }
        writer.set("llama.attention.layer_norm_rms_epsilon", .float32(1e-5))
        writer.set("tokenizer.ggml.model", .string("gpt2"))
        writer.set("tokenizer.ggml.pre", .string("gpt-2"))
        writer.set("tokenizer.ggml.tokens", .array(GGUFArray(strings: Self.tokens)))
        writer.set("tokenizer.ggml.merges", .array(GGUFArray(strings: [String]())))
        var random = SeededGenerator(seed: 42)
        func add(_ name: String, _ columns: Int, _ rows: Int?, scale: Float) {
            let count = columns * (rows ?? 1)
            let values = (0..<count).map { _ in rows == nil ? 1 : Float.random(in: -scale...scale, using: &random) }
            writer.add(
                tensor: "\(name).weight", dimensions: rows.map { [columns, $0] } ?? [columns], type: .f32,
                bytes: values.withUnsafeBytes(Array.init))
        }
        add("token_embd", width, vocabulary, scale: 1)
        add("output_norm", width, nil, scale: 1)
        for layer in 0..<2 {
            for norm in ["attn_norm", "ffn_norm"] { add("blk.\(layer).\(norm)", width, nil, scale: 1) }
            for (name, columns, rows) in [
                ("attn_q", width, 64), ("attn_k", width, 32), ("attn_v", width, 32), ("attn_output", 64, width),
                ("ffn_gate", width, 128), ("ffn_up", width, 128), ("ffn_down", 128, width),
            ] { add("blk.\(layer).\(name)", columns, rows, scale: 0.4) }
        }
        return writer.serialized()
    }

    /// The bytes in the alphabet of byte-level BPE (Radford and others 2019), and one token more; none ends an answer.
    private static let tokens: [String] = {
        var next: UInt32 = 256
        return (0..<256).map { byte in
            let printable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
            defer { if !printable { next += 1 } }
            return UnicodeScalar(printable ? UInt32(byte) : next).map { String(Character($0)) } ?? ""
        } + ["<|unused|>"]
    }()
}

extension LocalEngine {
    /// Different prompts of a length.
    static func prompt(_ seed: UInt64, length: Int) -> [TokenID] {
        var random = SeededGenerator(seed: seed)
        return (0..<length).map { _ in TokenID.random(in: 0..<256, using: &random) }
    }
}
