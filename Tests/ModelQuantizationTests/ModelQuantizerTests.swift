// SPDX-License-Identifier: Apache-2.0

import CTensorKernels
import Foundation
import LLMCore
import ModelFiles
import ModelQuantization
import TensorKernels
import Testing

@Suite("Writing models in another type")
struct ModelQuantizerTests {
    /// Numbers about as weights are: the same on every run.
    private static func weights(_ count: Int) -> [Float] {
        var state: UInt64 = 9
        return (0..<count).map { _ in
            var sum: Float = 0
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                sum += Float(state >> 40) / Float(1 << 24) - 0.5
            }
            return sum * 0.05
        }
    }

    /// A model of one matrix whose rows fill every block, one whose rows do not, and a norm.
    private static func model(_ change: (inout [Float]) -> Void = { _ in }) throws -> GGUFFile {
        var writer = GGUFWriter()
        writer.set("general.architecture", .string("llama"))
        writer.set("llama.block_count", .uint32(8))
        writer.set("general.file_type", .uint32(0))
        func add(_ name: String, _ dimensions: [Int], _ values: [Float]) {
            writer.add(
                tensor: name, dimensions: dimensions, type: .f32, bytes: values.withUnsafeBytes { Array($0) })
        }
        var wide = self.weights(512 * 6)
        change(&wide)
        add("blk.1.ffn_up.weight", [512, 6], wide)
        add("blk.1.ffn_gate.weight", [96, 2], self.weights(96 * 2))
        add("blk.0.attn_v.weight", [256, 2], self.weights(512))
        add("blk.1.ffn_norm.weight", [512], self.weights(512))
        add("token_embd.weight", [256, 2], self.weights(512))
        return try GGUFFile(bytes: writer.serialized())
    }

    /// Writes a model to a file of its own and opens that.
    private static func quantized(
        _ file: GGUFFile, _ type: String, workers: Int = 1
    ) throws -> (file: GGUFFile, bytes: Data, report: ModelQuantizer.Report) {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).gguf").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let quantizer = try ModelQuantizer(input: file, recipe: QuantizationRecipe(named: type))
        let report = try quantizer.write(to: path, pool: WorkerPool(count: workers)) { _, _ in }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        return (try GGUFFile(bytes: bytes), bytes, report)
    }

    private static func floats(_ name: String, of file: GGUFFile) throws -> [Float] {
        let tensor = try #require(file.tensor(named: name))
        var result = [Float](repeating: .nan, count: tensor.elementCount)
        ctk_dequantize_row(
            ctk_type(tensor.type.rawValue), file.bytes(of: tensor).baseAddress, &result, tensor.elementCount)
        return result
    }

    @Test(
        "What is written reads as the input, within what the type can hold",
        arguments: [
            ("F32", 0), ("F16", 0.0005), ("BF16", 0.004), ("Q8_0", 0.006), ("Q6_K", 0.02), ("Q5_K_M", 0.036),
            ("Q5_K_S", 0.036), ("Q5_1", 0.036), ("Q5_0", 0.043), ("Q4_K_M", 0.073), ("Q4_K_S", 0.073), ("Q4_1", 0.073),
            ("Q4_0", 0.086), ("IQ4_NL", 0.08), ("Q3_K_L", 0.16), ("Q3_K_M", 0.16), ("Q3_K_S", 0.16), ("Q2_K", 0.31),
        ])
    func error(type: String, bound: Double) throws {
        let input = try Self.model()
        let (file, _, report) = try Self.quantized(input, type)
        let recipe = try QuantizationRecipe(named: type)
        #expect(file.tensor(named: "blk.1.ffn_up.weight")?.type == recipe.type)
        #expect(file.tensor(named: "blk.1.ffn_norm.weight")?.type == .f32)
        #expect(file.metadata.int("general.file_type") == Int(recipe.fileType))
        #expect(file.metadata.int("general.quantization_version") == 2)
        #expect(report.outputBytes == file.byteCount && report.inputBytes == input.byteCount)
        let (exact, found) = (
            try Self.floats("blk.1.ffn_up.weight", of: input), try Self.floats("blk.1.ffn_up.weight", of: file)
        )
        let squares = zip(exact, found).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        #expect((squares / exact.reduce(0.0) { $0 + Double($1) * Double($1) }).squareRoot() <= bound)
    }

    @Test("Every type that can be written is in the table above")
    func completeTable() { #expect(QuantizationRecipe.all.count == 18) }

    @Test(
        "Tensors that matter more have more bits; rows that do not fill a block of 256 have one of 32",
        arguments: [
            ("Q4_K", TensorType.q6_K, TensorType.q5_0, TensorType.q6_K),
            ("q3_k_m", .q5_K, .iq4_nl, .q6_K), ("Q2_K", .q3_K, .iq4_nl, .q6_K), ("Q5_K", .q6_K, .q5_1, .q6_K),
            ("Q6_K", .q6_K, .q8_0, .q6_K), ("Q8_0", .q8_0, .q8_0, .q8_0), ("bf16", .bf16, .bf16, .bf16),
        ])
    func mixes(type: String, values: TensorType, narrow: TensorType, output: TensorType) throws {
        let (file, _, report) = try Self.quantized(try Self.model(), type)
        #expect(file.tensor(named: "blk.0.attn_v.weight")?.type == values)
        #expect(file.tensor(named: "blk.1.ffn_gate.weight")?.type == narrow)
        #expect(file.tensor(named: "token_embd.weight")?.type == output)
        let recipe = try QuantizationRecipe(named: type)
        let fallback = ModelQuantizer.Fallback(wanted: recipe.type, written: narrow)
        #expect(report.fallbacks == (recipe.type == narrow ? [:] : [fallback: 1]))
    }

    @Test("The bytes are the same with any number of workers", arguments: ["Q4_K_M", "Q5_0", "IQ4_NL"])
    func deterministic(type: String) throws {
        let file = try Self.model()
        let same = try Self.quantized(file, type).bytes == Self.quantized(file, type, workers: 3).bytes
        #expect(same)
    }

    @Test("A quantised file can be the input of another type")
    func chained() throws {
        let (first, _, _) = try Self.quantized(try Self.model(), "Q5_1")
        let (second, _, _) = try Self.quantized(first, "Q4_K_S")
        #expect(second.tensor(named: "blk.1.ffn_up.weight")?.type == .q4_K)
    }

    @Test("Blocks of zeros, of one number and of extremes survive", arguments: QuantizationRecipe.all.map(\.name))
    func odd(type: String) throws {
        let input = try Self.model { values in
            for index in 0..<512 { values[index] = 0 }
            for index in 512..<1024 { values[index] = -3 }
            for index in 1024..<1536 { values[index] = 0 }
            values[1030] = 1e4
        }
        let found = try Self.floats("blk.1.ffn_up.weight", of: try Self.quantized(input, type).file)
        #expect(found[..<512].allSatisfy { $0 == 0 })
        #expect(found[512..<1024].allSatisfy { abs($0 + 3) <= 0.06 })
        #expect(abs(found[1030] - 1e4) <= 500)
    }

    @Test("Numbers that no type can hold are refused by the tensor's name", arguments: [Float.nan, .infinity])
    func notFinite(value: Float) throws {
        let input = try Self.model { $0[700] = value }
        let error = #expect(throws: QuantizationError.self) { try Self.quantized(input, "Q4_K") }
        #expect(error?.code == .notRepresentable)
        #expect(error?.message.contains("blk.1.ffn_up.weight") == true)
    }

    @Test("An unknown type names the nearest one")
    func unknown() {
        let error = #expect(throws: QuantizationError.self) { try QuantizationRecipe(named: "Q4_K_N") }
        #expect(error?.code == .unknownType && error?.message.contains("Q4_K_M") == true)
    }

    @Test("A target that cannot be written says so, and nothing is left behind")
    func notWritable() throws {
        let quantizer = try ModelQuantizer(input: try Self.model(), recipe: QuantizationRecipe(named: "Q8_0"))
        let error = #expect(throws: ModelFileError.self) {
            try quantizer.write(to: "/nonexistent/folder/model.gguf", pool: WorkerPool(count: 1)) { _, _ in }
        }
        #expect(error?.code == .notWritable)
    }
}
