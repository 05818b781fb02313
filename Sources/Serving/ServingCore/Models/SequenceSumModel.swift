// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import Synchronization

/// Adds up what each sequence sends.
final class SequenceSumModel: ServedModel {
    private let sums = Mutex<[SequencePosition.ID: Int32]>([:])
    private let input: String
    private let output: String

    init(_ configuration: ModelConfiguration) throws {
        guard configuration.inputs.count == 1, configuration.outputs.count == 1,
            (configuration.inputs + configuration.outputs).allSatisfy({ $0.datatype == .int32 })
        else { throw configuration.unfit("sequence_sum", "one input and one output of INT32") }
        guard case .sequences = configuration.scheduling else {
            throw configuration.unfit("sequence_sum", "'sequence_batching'")
        }
        self.input = configuration.inputs[0].name
        self.output = configuration.outputs[0].name
    }

    func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        requests.map { request in Result { try self.outputs(for: request) } }
    }

    private func outputs(for request: InferenceRequest) throws -> [KServeTensor] {
        guard let tensor = request.input(self.input), let position = request.sequence else { return [] }
        let added = try tensor.values(as: Int32.self).reduce(0, &+)
        let sum = self.sums.withLock { sums in
            let sum = (position.isStart ? 0 : sums[position.id] ?? 0) &+ added
            sums[position.id] = position.isEnd ? nil : sum
            return sum
        }
        let values = Array(repeating: sum, count: tensor.count)
        return [try KServeTensor(self.output, shape: tensor.shape, values: values)]
    }
}
