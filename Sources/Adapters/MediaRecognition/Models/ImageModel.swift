// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import MultimodalInputs
internal import OpenVINOModels
internal import Synchronization

/// A model that takes a picture and gives an array of numbers.
final class ImageModel: Sendable {
    /// What a model gives.
    struct Output {
        var shape: [Int]
        /// The numbers in single precision, as they lie in memory.
        var bytes: [UInt8]

        /// Lends the numbers.
        func withValues<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
            try self.bytes.withUnsafeBytes { try body($0.bindMemory(to: Float.self)) }
        }
    }

    private static let input = "x"
    private let model: ONNXModel
    /// A model computes once at a time.
    private let turn = Mutex(())

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - path: Its file.
    ///   - tensor: What of it is wanted; nil for its output.
    ///   - threads: How many threads compute.
    init(_ path: String, upTo tensor: String? = nil, threads: Int) async throws {
        var settings = ONNXSettings()
        settings.threads = threads
        self.model = try await ONNXModel.load(path: path, settings: settings, upTo: tensor)
    }

    /// Computes, on this thread.
    ///
    /// - Throws: An error of the model.
    func run(_ image: NormalizedImage) throws -> Output {
        let input = try KServeTensor(
            Self.input, datatype: .fp32, shape: [1, 3, image.height, image.width], bytes: image.bytes)
        let outputs = try self.turn.withLock { _ in try self.model.runHere([[input]], sizes: nil, instance: 0) }
        guard let output = outputs.first?.first, output.datatype == .fp32 else {
            throw MultimodalError(.failed, "The model gives no numbers in single precision.")
        }
        return Output(shape: output.shape, bytes: output.bytes)
    }
}
