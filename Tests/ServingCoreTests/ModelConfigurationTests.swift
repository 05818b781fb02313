// SPDX-License-Identifier: Apache-2.0

import KServeProtocol
import LLMCore
import ServingCore
import Testing

@Suite("The configuration of a model")
struct ModelConfigurationTests {
    private static func read(_ text: String, _ form: ConfigurationForm = .text) throws -> ModelConfiguration {
        var message = try form.read(text, file: "config")
        if message.name.isEmpty { message.name = "model" }
        return try ModelConfiguration(message)
    }

    @Test("Text, YAML and JSON say the same")
    func forms() throws {
        let yaml = """
            backend: identity
            max_batch_size: 8
            input: [{name: INPUT0, data_type: TYPE_STRING, dims: [-1]}]
            output: [{name: OUTPUT0, data_type: TYPE_STRING, dims: [-1]}]
            dynamic_batching: {preferred_batch_size: [4, 8], max_queue_delay_microseconds: 100}
            """
        let text = Models.identity(
            "dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }")
        let configuration = try Self.read(text)
        #expect(try Self.read(yaml, .yaml).message == configuration.message)
        #expect(try Self.read(try configuration.message.json(), .json).message == configuration.message)
        guard case .batches(let policy) = configuration.scheduling else { throw ServingError(.notFound, "no batches") }
        #expect(policy.preferredSizes == [4, 8])
        #expect(policy.maximumDelay == 100_000)
        #expect(policy.maximumSize == 8)
        #expect(configuration.inputs[0].shape(isBatched: true) == [-1, -1])
    }

    @Test(
        "What contradicts itself is refused",
        arguments: [
            "backend: \"identity\" max_batch_size: -1", "backend: 7", "no such thing", "max_batch_size: 2147483648",
            "input { name: \"A\" dims: [ 1 ] }", "input { name: \"A\" data_type: TYPE_FP32 dims: [ -2 ] }",
            "input { name: \"A\" data_type: TYPE_FP32 dims: [ 0 ] }", "input { data_type: TYPE_FP32 dims: [ 1 ] }",
            "input { name: \"A\" data_type: TYPE_NOTHING dims: [ 1 ] }",
            "input [ { name: \"A\" data_type: TYPE_FP32 dims: 1 }, { name: \"A\" data_type: TYPE_FP32 dims: 1 } ]",
            "dynamic_batching { }", "max_batch_size: 4 dynamic_batching { preferred_batch_size: [ 5 ] }",
            "max_batch_size: 4 dynamic_batching { preferred_batch_size: [ 0 ] }",
            "max_batch_size: 4 dynamic_batching { priority_levels: 2 }",
            "max_batch_size: 4 dynamic_batching { priority_levels: 2 default_priority_level: 3 }",
            "max_batch_size: 4 dynamic_batching { priority_levels: 18446744073709551615 default_priority_level: 1 }",
            "instance_group { count: 100000 }", "instance_group { kind: KIND_GPU }", "name: \"../etc\"",
            "name: \"a/b\"",
            "sequence_batching { oldest { max_candidate_sequences: 0 } }",
            "sequence_batching { control_input { name: \"START\" control { kind: CONTROL_SEQUENCE_START } } }",
            String(repeating: "input { ", count: 100_000), String(repeating: "#", count: 2 << 20),
        ])
    func refusals(text: String) {
        #expect(throws: ServingError.self) { try Self.read(text) }
    }

    @Test("JSON nested too deeply is refused")
    func depth() {
        let nested = #"{"parameters":"# + String(repeating: "[", count: 100_000)
        #expect(throws: ServingError.self) { try Self.read(nested, .json) }
        #expect(throws: ServingError.self) {
            try Self.read("parameters: " + String(repeating: "[", count: 10_000), .yaml)
        }
    }

    @Test(
        "Requests are held against it",
        arguments: [
            ([("INPUT0", [1, 2]), ("INPUT1", [1, 2])], nil), ([("INPUT0", [8, 2]), ("INPUT1", [8, 2])], nil),
            ([("INPUT0", [9, 2]), ("INPUT1", [9, 2])], "1 to 8"),
            ([("INPUT0", [0, 2]), ("INPUT1", [0, 2])], "1 to 8"),
            ([("INPUT0", [1, 2])], "INPUT1"), ([("INPUT0", [1, 2]), ("INPUT0", [1, 2])], "twice"),
            ([("INPUT0", [1, 3]), ("INPUT1", [1, 3])], "shape"), ([("INPUT0", [2]), ("INPUT1", [2])], "shape"),
            ([("INPUT0", [1, 2]), ("INPUT1", [2, 2])], "in one request"), ([("OTHER", [1, 2])], "OTHER"),
        ] as [([(String, [Int])], String?)])
    func requests(inputs: [(String, [Int])], problem: String?) throws {
        let configuration = try Self.read(Models.addSub)
        let tensors = try inputs.map { name, shape in
            try KServeTensor(name, shape: shape, values: Array(repeating: Int32(1), count: shape.reduce(1, *)))
        }
        let request = InferenceRequest(model: "model", inputs: tensors)
        guard let problem else {
            #expect(try configuration.check(request) == inputs[0].1[0])
            return
        }
        let error = #expect(throws: ServingError.self) { try configuration.check(request) }
        #expect(error?.message.contains(problem) == true)
    }

    @Test("A type or an output that the model has not is refused")
    func types() throws {
        let configuration = try Self.read(Models.addSub)
        var request = try Models.request("model")
        request.outputs = ["OUTPUT0", "OUTPUT2"]
        #expect(throws: ServingError.self) { try configuration.check(request) }
        request.outputs = []
        request.inputs[0] = try KServeTensor("INPUT0", shape: [1, 2], values: [1, 2] as [Float])
        #expect(throws: ServingError.self) { try configuration.check(request) }
    }

    @Test("Parameters of a request go where they belong")
    func parameters() throws {
        var request = try Models.request("model")
        try request.take(parameters: [
            ("sequence_id", 7), ("sequence_start", true), ("priority", 2), ("timeout", 5), ("mine", "kept"),
        ])
        #expect(request.sequence == SequencePosition(id: .number(7), isStart: true))
        #expect(request.priority == 2)
        #expect(request.queueTime == 5000)
        #expect(request.parameters == ["mine": "kept"])
        for (name, value) in [("sequence_id", -1), ("sequence_start", 1), ("timeout", "soon"), ("priority", 1.5)]
            as [(String, JSONValue)]
        {
            #expect(throws: ServingError.self) { try request.take(parameters: [(name, value)]) }
        }
    }
}
