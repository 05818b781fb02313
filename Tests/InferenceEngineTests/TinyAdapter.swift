// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine

/// Random low-rank adapters of the model of ``TinyEngine``.
enum TinyAdapter {
    /// Calls `body` with the folder of an adapter, which is removed afterwards.
    static func with<Result>(seed: UInt64, _ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "adapter-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 8, \"bias\": \"none\"}".utf8)
            .write(to: folder.appending(path: "adapter_config.json"))
        try Data(self.tensors(seed: seed)).write(to: folder.appending(path: "adapter_model.safetensors"))
        return try await body(folder.path)
    }

    private static func tensors(seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var (entries, data) = ([String](), [UInt8]())
        for layer in 0..<2 {
            for (module, columns, rows) in [("self_attn.k_proj", 64, 32), ("mlp.down_proj", 128, 64)] {
                for (part, shape) in [("lora_A", [4, columns]), ("lora_B", [rows, 4])] {
                    let values = (0..<shape[0] * shape[1]).map { _ in Float.random(in: -0.3...0.3, using: &random) }
                    let start = data.count
                    data += values.withUnsafeBytes(Array.init)
                    entries.append(
                        """
                        "base_model.model.model.layers.\(layer).\(module).\(part).weight": \
                        {"dtype": "F32", "shape": \(shape), "data_offsets": [\(start), \(data.count)]}
                        """)
                }
            }
        }
        let header = Array("{\(entries.joined(separator: ", "))}".utf8)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header + data
    }
}
