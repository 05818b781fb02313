// SPDX-License-Identifier: Apache-2.0

import Foundation
import KServeProtocol
import LLMCore
import ModelBackends
import OpenAutoGLMTesting
import OpenVINOModels
import ServingCore
import Testing

@Suite("ONNX models in the repository")
struct ONNXTests {
    /// What ONNX Runtime answers (scripts/references/onnx_models.py).
    private struct Expected: Decodable {
        let inputs: [String: [Float]]
        let outputs: [String: [Float]]
        let shapes: [String: [Int]]

        static func named(_ name: String) throws -> Self {
            let all = try JSONDecoder().decode([String: Self].self, from: ONNXFixtures.data("expected.json"))
            return try #require(all[name])
        }
    }

    private static func isNear(_ left: [Float], _ right: [Float]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) }
    }

    private static let batched = """
        backend: "openvino"
        max_batch_size: 8
        dynamic_batching { max_queue_delay_microseconds: 2000 }
        input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 64 ] }
        output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 8 ] }
        """

    @Test(
        "A linear layer answers as ONNX Runtime does, one row at a time and together, whatever the configuration says",
        arguments: [
            nil, "", "max_batch_size: 16", "platform: \"onnxruntime_onnx\"", Self.batched,
            Self.batched + "instance_group { count: 3 }",
            Self.batched
                + """
                parameters { key: "INFERENCE_NUM_THREADS" value { string_value: "1" } }
                parameters { key: "PERFORMANCE_HINT" value { string_value: "THROUGHPUT" } }
                """,
        ])
    func linear(configuration: String?) async throws {
        let folder = try ONNXFixtures.folder("linear", configuration)
        let expected = try Expected.named("linear")
        let rows = try #require(expected.inputs["INPUT0"])
        let wanted = try #require(expected.outputs["OUTPUT0"])
        try await Models.withRepository(folder, backends: [ONNXBackend()]) { repository in
            try await repository.load("linear")
            let model = try repository.model(named: "linear").configuration
            #expect(model.maximumBatchSize >= 8)
            #expect(model.platform == "onnxruntime_onnx")
            #expect(model.inputs == [TensorSpecification(name: "INPUT0", datatype: .fp32, dimensions: [64])])
            #expect(model.outputs == [TensorSpecification(name: "OUTPUT0", datatype: .fp32, dimensions: [8])])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for row in 0..<5 {
                    group.addTask {
                        let values = Array(rows[row * 64..<row * 64 + 64])
                        let answer = try await repository.infer(
                            InferenceRequest(
                                model: "linear", inputs: [try KServeTensor("INPUT0", shape: [1, 64], values: values)]))
                        #expect(answer.outputs.map(\.shape) == [[1, 8]])
                        let output = try answer.outputs[0].values(as: Float.self)
                        #expect(Self.isNear(output, Array(wanted[row * 8..<row * 8 + 8])))
                    }
                }
                try await group.waitForAll()
            }
            let answer = try await repository.infer(
                InferenceRequest(model: "linear", inputs: [try KServeTensor("INPUT0", shape: [5, 64], values: rows)]))
            #expect(answer.outputs.map(\.shape) == [[5, 8]])
            #expect(Self.isNear(try answer.outputs[0].values(as: Float.self), wanted))
        }
    }

    @Test("Dimensions of any length are taken as they come, and single values given")
    func lengths() async throws {
        let folder = try ONNXFixtures.folder("lengths", nil)
        let expected = try Expected.named("lengths")
        try await Models.withRepository(folder, backends: [ONNXBackend()]) { repository in
            try await repository.load("lengths")
            #expect(try repository.model(named: "lengths").configuration.maximumBatchSize == 0)
            let request = InferenceRequest(
                model: "lengths",
                inputs: [
                    try KServeTensor("left", shape: [2, 4], values: try #require(expected.inputs["left"])),
                    try KServeTensor("right", shape: [4, 3], values: try #require(expected.inputs["right"])),
                ])
            let outputs = try await repository.infer(request).outputs
            for output in outputs {
                #expect(output.shape == expected.shapes[output.name])
                #expect(Self.isNear(try output.values(), try #require(expected.outputs[output.name])))
            }
            #expect(outputs.map(\.name) == ["product", "sum"])
            for (rows, columns) in [(1, 1), (9, 9), (0, 0), (3, 4)] {
                let odd = InferenceRequest(
                    model: "lengths",
                    inputs: [
                        try KServeTensor(
                            "left", shape: [2, rows], values: Array(repeating: 1 as Float, count: 2 * rows)),
                        try KServeTensor(
                            "right", shape: [columns, 3], values: Array(repeating: 1 as Float, count: columns * 3)),
                    ])
                let answer = try? await repository.infer(odd).outputs[0].values(as: Float.self)
                #expect(answer == (rows == columns ? Array(repeating: Float(rows), count: 6) : nil))
            }
            #expect(try await repository.infer(request).outputs.count == 2)
        }
    }

    @Test("Rows of every type of elements come out turned round")
    func types() async throws {
        let folder = try ONNXFixtures.folder("types", nil)
        try await Models.withRepository(folder, backends: [ONNXBackend()]) { repository in
            try await repository.load("types")
            let configuration = try repository.model(named: "types").configuration
            #expect(Set(configuration.inputs.map(\.datatype)) == Set(KServeDatatype.allCases).subtracting([.bytes]))
            let inputs = try configuration.inputs.map { input in
                let size = try #require(input.datatype.size)
                // The model turns rows of two elements round: 0 and 1 as truth values and whole numbers, 0 and a power of 2 as all others.
                let isFloat = [.fp16, .bf16, .fp32, .fp64].contains(input.datatype)
                let one = (0..<size).map { (isFloat ? $0 == size - 1 : $0 == 0) ? (isFloat ? 0x40 : 1) : 0 as UInt8 }
                return try KServeTensor(
                    input.name, datatype: input.datatype, shape: [1, 2], bytes: Array(repeating: 0, count: size) + one)
            }
            let outputs = try await repository.infer(InferenceRequest(model: "types", inputs: inputs)).outputs
            #expect(outputs.count == inputs.count)
            for (input, output) in zip(inputs, outputs) {
                #expect(output.datatype == input.datatype)
                #expect(
                    output.bytes
                        == Array(input.bytes.suffix(input.bytes.count / 2) + input.bytes.prefix(input.bytes.count / 2)),
                    "\(input.datatype)")
            }
        }
    }

    @Test(
        "A configuration that does not fit the file is refused with what is wrong",
        arguments: [
            ("linear", "input { name: \"INPUT\" data_type: TYPE_FP32 dims: [ 64 ] }", "INPUT0"),
            (
                "linear",
                "input { name: \"INPUT0\" data_type: TYPE_FP64 dims: [ -1, 64 ] } output { name: \"OUTPUT0\" data_type: TYPE_FP32 dims: [ -1, 8 ] }",
                "is FP32 in the file"
            ),
            (
                "linear",
                "input { name: \"INPUT0\" data_type: TYPE_FP32 dims: [ -1, 65 ] } output { name: \"OUTPUT0\" data_type: TYPE_FP32 dims: [ -1, 8 ] }",
                "[-1, 64] in the file"
            ),
            ("linear", "parameters { key: \"PERFORMANCE_HINT\" value { string_value: \"fast\" } }", "LATENCY"),
            ("linear", "parameters { key: \"NUM_STREAMS\" value { string_value: \"-1\" } }", "0 to 1024"),
            ("linear", "default_model_filename: \"../model.onnx\"", "no file's name"),
            ("linear", "default_model_filename: \"other.onnx\"", "cannot be read"),
            ("lengths", "max_batch_size: 4", "no dimension for a batch"),
            ("strings", "", "strings"),
            ("outside", "", "not beside it"),
        ])
    func refused(model: String, configuration: String, reason: String) async throws {
        let folder = try ONNXFixtures.folder(model, "backend: \"openvino\"\n" + configuration)
        try await Models.withRepository(folder, backends: [ONNXBackend()]) { repository in
            let error = await #expect(throws: ServingError.self) { try await repository.load(model) }
            #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        }
    }

    @Test("Damaged files are errors, and the model that serves goes on")
    func damaged() async throws {
        let folder = try ONNXFixtures.folder("linear", nil)
        let file = try ONNXFixtures.data("linear.onnx")
        let path = "\(folder.path)/linear/1/model.onnx"
        try await Models.withRepository(folder, backends: [ONNXBackend()]) { repository in
            try await repository.load("linear")
            let request = InferenceRequest(
                model: "linear",
                inputs: [try KServeTensor("INPUT0", shape: [1, 64], values: Array(repeating: 1 as Float, count: 64))])
            let answer = try await repository.infer(request).outputs
            var random = SeededGenerator(state: 20_261_129)
            var (refused, accepted) = (0, 0)
            for turn in 0..<150 {
                var bytes = file
                switch turn % 3 {
                case 0: bytes = bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))
                case 1: bytes = Data((0..<200).map { _ in UInt8.random(in: 0...255, using: &random) })
                default:
                    // The structure is at the beginning and at the end; the middle is numbers.
                    for _ in 0..<3 {
                        let place = Int.random(in: 0..<120, using: &random)
                        let index = Bool.random(using: &random) ? place : bytes.count - 1 - place
                        bytes[index] = UInt8.random(in: 0...255, using: &random)
                    }
                }
                try bytes.write(to: URL(fileURLWithPath: path))
                do {
                    try await repository.load("linear")
                    accepted += 1
                } catch let error as ServingError {
                    refused += 1
                    #expect(!error.message.isEmpty)
                }
                _ = try? await repository.infer(request)
            }
            #expect(refused > 100, "\(accepted) were accepted")
            try file.write(to: URL(fileURLWithPath: path))
            try await repository.load("linear")
            #expect(try await repository.infer(request).outputs == answer)
        }
    }

    @Test("Without OpenVINO the error says what to install and where to name it")
    func missing() async throws {
        let files = OpenVINOLibrary.files(environment: ["AUTOGLM_OPENVINO": "/nowhere/openvino", "HOME": "/nowhere"])
        #expect(files == ["/nowhere/openvino"])
        let error = #expect(throws: OpenVINOError.self) { try OpenVINOLibrary(files: files) }
        #expect(error?.code == .noLibrary)
        #expect(error?.message.contains("pip install openvino") == true)
        #expect(error?.message.contains("AUTOGLM_OPENVINO") == true)
        // A library that is another one.
        let other = #expect(throws: OpenVINOError.self) { try OpenVINOLibrary(files: ["libc.so.6"]) }
        #expect(other?.code == .noLibrary)
    }
}

/// Models that are written by scripts/references/onnx_models.py.
enum ONNXFixtures {
    static func data(_ name: String) throws -> Data {
        try Data(contentsOf: try #require(Bundle.module.url(forResource: "Fixtures/onnx/\(name)", withExtension: nil)))
    }

    /// A repository with one of the models, with a configuration if there is to be one.
    static func folder(_ name: String, _ configuration: String?) throws -> RepositoryFolder {
        let folder = RepositoryFolder()
        try folder.write(name, configuration ?? "")
        if configuration == nil { try folder.remove("\(name)/config.pbtxt") }
        try self.data("\(name).onnx").write(to: URL(fileURLWithPath: "\(folder.path)/\(name)/1/model.onnx"))
        return folder
    }
}
