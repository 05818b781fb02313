// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

/// Answers with each element of its first input, one after the other.
///
/// A second input, if there is one, has the milliseconds to wait before each (`UINT32`).
struct RepeatModel: ServedModel {
    private let input: String
    private let delay: String?
    private let output: String
    private let isBatched: Bool
    private let clock: ServingClock

    var schedulesItself: Bool { true }

    init(_ configuration: ModelConfiguration, clock: ServingClock) throws {
        guard configuration.isDecoupled else {
            throw configuration.unfit("repeat", "'model_transaction_policy { decoupled: true }'")
        }
        guard let input = configuration.inputs.first, input.datatype == .int32, configuration.inputs.count <= 2,
            configuration.inputs.dropFirst().allSatisfy({ $0.datatype == .uint32 }), configuration.outputs.count == 1,
            configuration.outputs[0].datatype == .int32
        else { throw configuration.unfit("repeat", "an input and an output of INT32, and at most a delay of UINT32") }
        self.input = input.name
        self.delay = configuration.inputs.dropFirst().first?.name
        self.output = configuration.outputs[0].name
        self.isBatched = configuration.isBatched
        self.clock = clock
    }

    func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        requests.map { _ in
            .failure(ServingError(.unsupported, "The model answers any number of times; ask it in a stream."))
        }
    }

    func stream(_ request: InferenceRequest, send: ([KServeTensor]) async throws -> Void) async throws {
        guard let values = try request.input(self.input)?.values(as: Int32.self) else { return }
        let delays = try self.delay.flatMap { request.input($0) }?.values(as: UInt32.self) ?? []
        for (index, value) in values.enumerated() {
            if index < delays.count { try await self.clock.sleep(for: UInt64(delays[index]) * 1_000_000) }
            try await send([try KServeTensor(self.output, shape: self.isBatched ? [1, 1] : [1], values: [value])])
        }
    }
}
