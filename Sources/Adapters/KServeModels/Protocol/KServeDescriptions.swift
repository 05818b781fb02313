// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol

/// What a server says of itself.
public struct KServeServerMetadata: Sendable, Hashable {
    /// Its name, such as `triton`.
    public let name: String
    /// Its version.
    public let version: String
    /// What it can do beyond the protocol, such as `binary_tensor_data`.
    public let extensions: [String]

    init(_ message: Inference_ServerMetadataResponse) {
        (self.name, self.version, self.extensions) = (message.name, message.version, message.extensions)
    }
}

/// Which tensors a model takes and gives.
public struct KServeModelMetadata: Sendable, Hashable {
    /// One of a model's tensors.
    public struct Tensor: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// The name of its elements' type, such as `FP32`.
        public let datatype: String
        /// Its dimensions; -1 is one of any length.
        public let shape: [Int]
    }

    /// The model's name.
    public let name: String
    /// The versions that can be asked.
    public let versions: [String]
    /// What the model was made for, such as `onnxruntime_onnx`.
    public let platform: String
    /// What it takes.
    public let inputs: [Tensor]
    /// What it gives.
    public let outputs: [Tensor]

    init(_ message: Inference_ModelMetadataResponse) {
        (self.name, self.versions, self.platform) = (message.name, message.versions, message.platform)
        let tensor = { (tensor: Inference_ModelMetadataResponse.TensorMetadata) in
            Tensor(name: tensor.name, datatype: tensor.datatype, shape: tensor.shape.map(Int.init))
        }
        self.inputs = message.inputs.map(tensor)
        self.outputs = message.outputs.map(tensor)
    }

    /// The input of a name.
    func input(_ name: String) -> Tensor? { self.inputs.first { $0.name == name } }
}

/// How Triton serves a model.
public struct KServeModelConfiguration: Sendable, Hashable {
    /// What runs it, such as `python`.
    public let backend: String
    /// What it was made for, where the backend is not named.
    public let platform: String
    /// The most requests in a batch; 0 for a model that takes no batches.
    public let maximumBatchSize: Int
    /// Whether a request may have any number of answers.
    public let isDecoupled: Bool

    init(_ message: Inference_ModelConfig) {
        (self.backend, self.platform) = (message.backend, message.platform)
        self.maximumBatchSize = Int(message.maxBatchSize)
        self.isDecoupled = message.modelTransactionPolicy.decoupled
    }
}

/// What one version of a model has done so far.
public struct KServeModelStatistics: Sendable, Hashable {
    /// How often something happened, and how long it took.
    public struct Total: Sendable, Hashable {
        /// How often.
        public let count: UInt64
        /// How long, all together.
        public let nanoseconds: UInt64

        init(_ message: Inference_StatisticDuration) { (self.count, self.nanoseconds) = (message.count, message.ns) }
    }

    /// The model's name.
    public let name: String
    /// The version.
    public let version: String
    /// Single inferences; a batch of four counts four.
    public let inferenceCount: UInt64
    /// Runs of the model; a batch counts one.
    public let executionCount: UInt64
    /// Requests that were answered.
    public let successes: Total
    /// Requests that failed.
    public let failures: Total
    /// Waiting for a run.
    public let queue: Total
    /// Running the model itself.
    public let compute: Total

    init(_ message: Inference_ModelStatistics) {
        (self.name, self.version) = (message.name, message.version)
        (self.inferenceCount, self.executionCount) = (message.inferenceCount, message.executionCount)
        self.successes = Total(message.inferenceStats.success)
        self.failures = Total(message.inferenceStats.fail)
        self.queue = Total(message.inferenceStats.queue)
        self.compute = Total(message.inferenceStats.computeInfer)
    }
}
