// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Model files in another type")
struct QuantizeTests {
    private static let input = "Tests/TransformerRuntimeTests/Fixtures/tiny_f32.gguf"

    @Test("The file is written in the type asked for, and can be read again", arguments: ["q8_0", "Q5_1", "F16"])
    func types(type: String) async throws {
        let files = try TemporaryFiles(["out.gguf": "what is there is replaced"])
        let outcome = try await Program.run(
            ["quantize", Self.input, files.path("out.gguf"), "--type", type, "--threads", "1", "--output", "json"])
        #expect(outcome.status == 0)
        let report = try outcome.json()
        #expect(report["type"]?.stringValue == type.uppercased())
        let written = try Data(contentsOf: URL(fileURLWithPath: files.path("out.gguf"))).count
        #expect(report["output_bytes"]?.integerValue == written)
        let before = try #require(report["input_bytes"]?.integerValue)
        #expect(before > written)
        #expect(try #require(report["tensors"]?[type.uppercased()]?.integerValue) > 1)
        let back = try await Program.run(
            ["quantize", files.path("out.gguf"), files.path("back.gguf"), "--type", "F32", "--output", "json"])
        #expect(back.status == 0)
        #expect(abs(try #require(try back.json()["output_bytes"]?.integerValue) - before) < 1_000)
    }

    @Test("Rows that do not fill a type's blocks are written in another, and the report says so")
    func fallbacks() async throws {
        let files = try TemporaryFiles()
        let arguments = ["quantize", Self.input, files.path("out.gguf"), "--type", "Q4_K"]
        let text = try await Program.run(arguments)
        #expect(text.status == 0 && text.text.contains("do not fill Q4_K's blocks of 256"))
        #expect(text.text.contains("Q4_K_M, 0.3 MB before"))
        let report = try await Program.run(arguments + ["--output", "json"]).json()
        #expect(report["type"] == "Q4_K_M")
        #expect(report["fallbacks"]?.arrayValue?.first?["wanted"] == "Q4_K")
    }

    @Test(
        "What cannot be done is an error, and no file is written",
        arguments: [
            ([Self.input, "OUT", "--type", "Q4_KM"], 1, "Did you mean 'Q4_K_M'?"),
            (["no-such.gguf", "OUT", "--type", "Q8_0"], 1, "no-such.gguf"),
            (["Makefile", "OUT", "--type", "Q8_0"], 1, "code: model-file."),
            ([Self.input, "./\(Self.input)", "--type", "Q8_0"], 1, "code: quantization.same-file"),
            ([Self.input, "OUT/of/nowhere", "--type", "Q8_0"], 1, "OUT/of/nowhere"),
            ([Self.input, "OUT", "--type", "Q8_0", "--threads", "0"], 64, "--threads is a number"),
            ([Self.input, "OUT"], 64, "--type"),
        ])
    func errors(arguments: [String], status: Int32, says: String) async throws {
        let files = try TemporaryFiles()
        let before = try Data(contentsOf: Program.root.appendingPathComponent(Self.input))
        let outcome = try await Program.run(
            ["quantize"] + arguments.map { $0.replacingOccurrences(of: "OUT", with: files.path("OUT")) })
        #expect(outcome.status == status && outcome.output.isEmpty)
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.folder).isEmpty)
        #expect(try Data(contentsOf: Program.root.appendingPathComponent(Self.input)) == before)
    }
}
