// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import KServeProtocol
internal import LLMCore

extension LoadedModel {
    /// The most bytes of a tensor of a warm-up.
    private static let maximumBytes = 1 << 28

    /// Runs the requests that the configuration wants to have run before the model serves, on each instance.
    ///
    /// - Parameter folder: The folder of the version; files of warm-ups are in `warmup/` beside it.
    /// - Throws: ``ServingError`` where one cannot be made or fails.
    func warmUp(folder: String) async throws {
        for warmUp in self.configuration.message.modelWarmup {
            let inputs = try warmUp.inputs.sorted { $0.key < $1.key }.map { name, input in
                try self.tensor(name, input, warmUp, folder: folder)
            }
            var request = InferenceRequest(model: self.configuration.name, inputs: inputs)
            request.id = warmUp.name
            let turns = Int(max(1, min(warmUp.count, 10_000)))
            for turn in 0..<turns * self.configuration.instances {
                try Task.checkCancellation()
                for result in await self.model.infer([request], instance: turn / turns) {
                    do { _ = try result.get() } catch {
                        throw ServingError(
                            .backendFailed, "The warm-up '\(warmUp.name)' failed: \(ServingError(error).message)",
                            cause: error)
                    }
                }
            }
        }
    }

    private func tensor(
        _ name: String, _ input: Inference_ModelWarmup.Input, _ warmUp: Inference_ModelWarmup, folder: String
    ) throws -> KServeTensor {
        func wrong(_ what: String) -> ServingError {
            ServingError(.invalidArgument, "The warm-up '\(warmUp.name)' of '\(self.configuration.name)' \(what).")
        }
        guard let datatype = input.dataType.datatype else { throw wrong("gives '\(name)' no data_type") }
        let shape = (self.configuration.isBatched ? [max(1, Int(warmUp.batchSize))] : []) + input.dims.map(Int.init)
        var count = 1
        for length in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflows, product <= Self.maximumBytes else {
                throw wrong("has '\(name)' in the shape \(shape)")
            }
            count = product
        }
        // A string without characters is its length, in four bytes.
        let size = (datatype.size ?? 4) * count
        guard size <= Self.maximumBytes else { throw wrong("has '\(name)' in the shape \(shape)") }
        switch input.inputDataType {
        case .inputDataFile(let file):
            guard ModelName.isValid(file) else { throw wrong("names the file '\(file)'") }
            let path = (folder as NSString).deletingLastPathComponent + "/warmup/\(file)"
            guard let data = FileManager.default.contents(atPath: path) else { throw wrong("has no file \(path)") }
            return try KServeTensor(name, datatype: datatype, shape: shape, bytes: Array(data))
        case .randomData(true) where datatype != .bytes:
            var random = SystemRandomNumberGenerator()
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...(datatype == .bool ? 1 : 255), using: &random) }
            return try KServeTensor(name, datatype: datatype, shape: shape, bytes: bytes)
        default:
            return try KServeTensor(name, datatype: datatype, shape: shape, bytes: Array(repeating: 0, count: size))
        }
    }
}
