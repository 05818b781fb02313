// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol
internal import LLMCore
internal import SwiftProtobuf

/// How a model is served: Triton's configuration, checked, and in the terms of this module.
package struct ModelConfiguration: Sendable {
    /// In which order requests are run.
    package enum Scheduling: Sendable, Hashable {
        /// Whatever waits, some of it together.
        case batches(BatchingPolicy)
        /// Sequences.
        case sequences(SequencePolicy)
    }

    /// The configuration as clients are told it.
    package let message: Inference_ModelConfig
    /// What the model takes.
    package let inputs: [TensorSpecification]
    /// What it gives.
    package let outputs: [TensorSpecification]
    /// How its requests are run.
    package let scheduling: Scheduling
    /// How many runs there may be at a time.
    package let instances: Int
    /// The inputs that tell the model of a request's place in its sequence.
    let controls: [SequenceControl]

    /// The most instances of a model.
    private static let maximumInstances = 256
    /// The largest batch that may be configured.
    private static let maximumBatchSize = 1 << 20

    /// The model's name.
    package var name: String { self.message.name }
    /// What it was made for, as clients are told it.
    package var platform: String { self.message.platform.isEmpty ? self.message.backend : self.message.platform }
    /// What runs it.
    package var backend: String { self.message.backend }
    /// The most inferences of a request; 0 where tensors have no dimension for a batch.
    package var maximumBatchSize: Int { Int(self.message.maxBatchSize) }
    /// Whether a request may have any number of answers.
    package var isDecoupled: Bool { self.message.modelTransactionPolicy.decoupled }
    /// Whether tensors have a dimension for a batch.
    package var isBatched: Bool { self.maximumBatchSize > 0 }

    /// Checks a configuration.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` that names what is wrong, and `.unsupported` for what this
    ///   server does not do.
    package init(_ message: Inference_ModelConfig) throws {
        var message = message
        guard ModelName.isValid(message.name) else {
            throw ServingError(.invalidArgument, "'\(message.name.prefix(100))' is no name of a model.")
        }
        guard 0...Self.maximumBatchSize ~= Int(message.maxBatchSize) else {
            throw Self.invalid(message, "max_batch_size is \(message.maxBatchSize)")
        }
        self.inputs = try message.input.map { input in
            var tensor = try Self.tensor(message, input.name, input.dataType, input.dims)
            (tensor.isOptional, tensor.isRagged) = (input.optional, input.allowRaggedBatch)
            return tensor
        }
        self.outputs = try message.output.map { try Self.tensor(message, $0.name, $0.dataType, $0.dims) }
        for names in [self.inputs.map(\.name), self.outputs.map(\.name)] where Set(names).count != names.count {
            throw Self.invalid(message, "two tensors have one name")
        }
        guard message.input.allSatisfy({ !$0.hasReshape }), message.output.allSatisfy({ !$0.hasReshape }) else {
            throw ServingError(
                .unsupported, "The model '\(message.name)' has a 'reshape', which this server does not do.")
        }
        if message.instanceGroup.isEmpty { message.instanceGroup = [.with { ($0.count, $0.kind) = (1, .cpu) }] }
        self.instances = try Self.instances(message)
        (self.scheduling, self.controls) = try Self.scheduling(message, instances: self.instances)
        if !message.hasVersionPolicy { message.versionPolicy.latest.numVersions = 1 }
        self.message = message
    }

    /// Whether requests may run together only where their tensors have equal shapes.
    var comparesShapes: Bool {
        self.isBatched && self.inputs.contains { !$0.isRagged && $0.dimensions.contains(-1) }
    }

    static func invalid(_ message: Inference_ModelConfig, _ what: String) -> ServingError {
        ServingError(.invalidArgument, "The configuration of the model '\(message.name)' is wrong: \(what).")
    }

    private static func tensor(
        _ message: Inference_ModelConfig, _ name: String, _ type: Inference_DataType, _ dimensions: [Int64]
    ) throws -> TensorSpecification {
        guard !name.isEmpty else { throw Self.invalid(message, "a tensor has no name") }
        guard let datatype = type.datatype else { throw Self.invalid(message, "'\(name)' has no data_type") }
        guard dimensions.count <= 32, dimensions.allSatisfy({ $0 == -1 || $0 > 0 }) else {
            throw Self.invalid(message, "'\(name)' has the dims \(dimensions.prefix(32)), not 1 or more, or -1 for any")
        }
        return TensorSpecification(name: name, datatype: datatype, dimensions: dimensions.map(Int.init))
    }

    private static func instances(_ message: Inference_ModelConfig) throws -> Int {
        var count = 0
        for group in message.instanceGroup {
            guard group.kind != .gpu, group.gpus.isEmpty else {
                throw ServingError(
                    .unsupported, "The model '\(message.name)' asks for a GPU, and this server has processors only.")
            }
            // As in Triton, a group without a count has one instance.
            count += group.passive ? 0 : max(1, Int(group.count))
        }
        guard 1...Self.maximumInstances ~= count else {
            throw Self.invalid(message, "it has \(count) instances, not 1 to \(Self.maximumInstances)")
        }
        return count
    }
}

/// What may be a model's name: also a folder's, and part of a path.
enum ModelName {
    /// Whether a model may be called so.
    static func isValid(_ name: String) -> Bool {
        1...255 ~= name.utf8.count && name != "." && name != ".."
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") && $0 != 0x7F }
    }
}
