// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines

/// Runs Python code in a process of its own, which is told nothing but its inputs and has limits.
public struct PythonStep: StreamingStep {
    private static let maximumResultBytes = 16 << 20
    private let interpreter: String

    /// Makes the step.
    public init(_ access: StepAccess) { self.interpreter = access.python }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "python",
            summary: "Runs Python code in a process of its own, without this program's environment, and with limits.",
            inputs: [
                StepPort("code", .string, "The code: it finds 'inputs' and sets 'result'.", isRequired: true),
                StepPort("inputs", .any, "What 'inputs' is to be; null if not given."),
                StepPort("time_limit", .number, "The most seconds; 30 if not given."),
                StepPort("cpu_limit", .integer, "The most seconds of the processor; 10 if not given."),
                StepPort("memory_mb", .integer, "The most memory in MiB; 512 if not given."),
                StepPort(
                    "output_kb", .integer, "The most output in KiB, for result and prints each; 1024 if not given."),
            ],
            outputs: [
                StepPort("result", .any, "What the code set 'result' to."),
                StepPort("printed", .string, "What the code printed.", isStream: true),
            ])
    }

    /// Checks the numbers, and that the code holds no references.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = [
            inputs.problem(with: "cpu_limit", outside: 1...3_600),
            inputs.problem(with: "memory_mb", outside: 32...65_536),
            inputs.problem(with: "output_kb", outside: 1...Self.maximumResultBytes >> 10),
        ].compactMap(\.self)
        problems += [inputs.timeLimitProblem].compactMap(\.self)
        if inputs.names.contains("code"), inputs.literals["code"] == nil {
            problems.append(
                .init(
                    "code", "'code' holds a reference, so that a value could change what it does.",
                    suggestion: "Give the value in 'inputs'."))
        }
        return problems
    }

    /// Runs the code; what it prints flows as it is printed.
    public func run(
        _ inputs: StepInputs, flow: StepFlow, context: StepContext
    ) async throws -> [String: JSONValue] {
        let outputBytes = (inputs["output_kb"]?.integerValue ?? 1_024) << 10
        let program = PythonProgram(
            interpreter: self.interpreter, code: try inputs.requiredString("code"), inputs: inputs["inputs"] ?? .null,
            cpuSeconds: inputs["cpu_limit"]?.integerValue ?? 10,
            memoryBytes: (inputs["memory_mb"]?.integerValue ?? 512) << 20, outputBytes: outputBytes)
        let limit = Duration.seconds(inputs["time_limit"]?.numberValue ?? 30)
        let result = try await withTimeLimit(limit, "The Python code took too long") {
            try await program.run { try await flow.send(text: $0) }
        }
        return ["result": result]
    }
}
