// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import OpenVINOModels
internal import ServingCore

/// An ONNX model that answers requests.
struct ONNXServedModel: ImmediateModel {
    /// The most bytes of a tensor of zeros.
    private static let maximumBytes = 1 << 26

    let model: ONNXModel
    let configuration: ModelConfiguration
    var measuredRunTime: Duration?

    func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        if let sizes = self.sizes(requests) {
            do {
                return try await self.model.run(requests.map(\.inputs), sizes: sizes, instance: instance).map(
                    Result.success)
            } catch { if requests.count == 1 { return [.failure(error)] } }
        }
        var results: [Result<[KServeTensor], any Error>] = []
        for request in requests {
            do {
                results.append(.success(try await self.model.run([request.inputs], sizes: nil, instance: instance)[0]))
            } catch { results.append(.failure(error)) }
        }
        return results
    }

    func answer(_ requests: [InferenceRequest], instance: Int) -> [Result<[KServeTensor], any Error>] {
        if let sizes = self.sizes(requests) {
            do {
                return try self.model.runHere(requests.map(\.inputs), sizes: sizes, instance: instance).map(
                    Result.success)
            } catch { if requests.count == 1 { return [.failure(error)] } }
        }
        return requests.map { request in
            Result { try self.model.runHere([request.inputs], sizes: nil, instance: instance)[0] }
        }
    }

    /// How many inferences each request has; nil where requests cannot run together.
    ///
    /// One may spoil the run of the others: then each runs by itself.
    private func sizes(_ requests: [InferenceRequest]) -> [Int]? {
        self.configuration.isBatched ? requests.map { $0.inputs.first?.shape.first ?? 1 } : nil
    }

    /// Runs each instance on zeros, where the shapes are known: the first run of each prepares what later ones use.
    func runEachInstance() async {
        guard let zeros = self.zeros else { return }
        // What zeros are no input for says nothing of real ones.
        for instance in 0..<self.configuration.instances {
            _ = try? await self.model.run([zeros], sizes: nil, instance: instance)
        }
    }

    /// How long the briefest of some runs on zeros takes; nil where the shapes are not known.
    func runTime() -> Duration? {
        guard let zeros = self.zeros else { return nil }
        var briefest = Duration.seconds(1)
        for run in 0..<8 where run == 0 || briefest < .milliseconds(1) {
            let time = ContinuousClock().measure { _ = try? self.model.runHere([zeros], sizes: nil, instance: 0) }
            briefest = min(briefest, time)
        }
        return briefest
    }

    /// An input for one inference, all zeros; nil where the shapes are not known.
    private var zeros: [KServeTensor]? {
        var inputs: [KServeTensor] = []
        for input in self.configuration.inputs {
            let shape = (self.configuration.isBatched ? [1] : []) + input.dimensions
            var size = input.datatype.size ?? 1
            for length in shape {
                guard length >= 0, size <= Self.maximumBytes / max(1, length) else { return nil }
                size *= length
            }
            guard
                let tensor = try? KServeTensor(
                    input.name, datatype: input.datatype, shape: shape, bytes: Array(repeating: 0, count: size))
            else { return nil }
            inputs.append(tensor)
        }
        return inputs
    }
}
