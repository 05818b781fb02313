// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

@Suite("Model files that do not fit the architecture")
struct ModelLoadingTests {
    /// A tiny model with some bytes replaced by others of the same length.
    private static func error(replacing old: String, with new: String) throws -> (any CodedError)? {
        let tiny = try #require(TinyModel.all.first)
        var bytes = try tiny.bytes()
        let (old, new) = (Array(old.utf8), Array(new.utf8))
        try #require(old.count == new.count)
        let start = try #require(bytes.firstRange(of: old)).lowerBound
        bytes.replaceSubrange(start..<start + old.count, with: new)
        do {
            _ = try TransformerModel(
                file: GGUFFile(bytes: bytes, name: "changed"), pool: WorkerPool(count: 1))
            return nil
        } catch { return error as? any CodedError }
    }

    @Test(
        "Each is refused with an error that names what is wrong",
        arguments: [
            ("llama", "llame", "transformer.unknown-architecture", "Did you mean 'llama'?"),
            ("llama.block_count", "llama.block_counx", "model-file", "llama.block_count"),
            ("blk.1.ffn_up.weight", "blk.1.ffn_ux.weight", "transformer.missing-tensor", "blk.1.ffn_up.weight"),
            (
                "blk.1.attn_norm.weight", "blk.1.attn_norx.weight", "transformer.missing-tensor",
                "blk.1.attn_norm.weight"
            ),
        ])
    func refused(old: String, new: String, code: String, part: String) throws {
        // The first "llama" of a file is the architecture's name itself.
        let error = try Self.error(replacing: old, with: new)
        #expect(error?.codeName.hasPrefix(code) == true)
        #expect(error?.message.contains(part) == true)
    }

    @Test("A tensor type without kernels is refused by its name, with what to do")
    func unsupportedType() throws {
        var bytes = try #require(TinyModel.all.first { $0.model == "tiny_q4_0" }).bytes()
        let name = Array("blk.1.ffn_up.weight".utf8)
        // Behind the name: the rank, two dimensions of 8 bytes, the type.
        let type = try #require(bytes.firstRange(of: name)).upperBound + 4 + 16
        #expect(bytes[type] == UInt8(TensorType.q4_0.rawValue))
        bytes[type] = UInt8(TensorType.mxfp4.rawValue)
        let error = #expect(throws: TransformerError.self) {
            try TransformerModel(file: GGUFFile(bytes: bytes, name: "changed"), pool: WorkerPool(count: 1))
        }
        #expect(error?.code == .unsupported)
        for part in ["blk.1.ffn_up.weight", "MXFP4", "Q4_K", "autoglm quantize"] {
            #expect(error?.message.contains(part) == true)
        }
    }

    @Test("A tensor that the architecture does not use is refused: it would have changed the result")
    func unusedTensor() throws {
        let bytes = try #require(TinyModel.all.first { $0.model == "tiny_bf16" }).bytes()
        var changed = bytes
        let start = try #require(bytes.firstRange(of: Array("rope_freqs.weight".utf8))).lowerBound
        changed.replaceSubrange(start..<start + 17, with: Array("rope_freqx.weight".utf8))
        let error = #expect(throws: TransformerError.self) {
            try TransformerModel(file: GGUFFile(bytes: changed, name: "changed"), pool: WorkerPool(count: 1))
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("rope_freqx.weight") == true)
    }
}
