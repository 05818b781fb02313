// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import KServeProtocol
internal import LLMCore
internal import ServingCore
internal import SwiftProtobuf

extension Inference_ModelMetadataResponse {
    /// What a model takes and gives.
    init(_ configuration: ModelConfiguration, versions: [String]) {
        self.init()
        (self.name, self.versions, self.platform) = (configuration.name, versions, configuration.platform)
        func metadata(_ tensor: TensorSpecification) -> TensorMetadata {
            .with {
                ($0.name, $0.datatype) = (tensor.name, tensor.datatype.rawValue)
                $0.shape = tensor.shape(isBatched: configuration.isBatched).map(Int64.init)
            }
        }
        self.inputs = configuration.inputs.map(metadata)
        self.outputs = configuration.outputs.map(metadata)
    }
}

extension Inference_ModelStatistics {
    /// What a model has done so far.
    init(_ model: LoadedModel) {
        let figures = model.statistics.snapshot
        self.init()
        (self.name, self.version) = (model.configuration.name, model.version)
        (self.lastInference, self.inferenceCount) = (figures.lastInference, figures.inferences)
        self.executionCount = figures.executions
        self.inferenceStats = .with {
            ($0.success, $0.fail) = (.init(figures.success), .init(figures.failure))
            ($0.queue, $0.computeInput) = (.init(figures.queue), .init(figures.input))
            ($0.computeInfer, $0.computeOutput) = (.init(figures.infer), .init(figures.output))
            ($0.cacheHit, $0.cacheMiss) = (.init(), .init())
        }
        self.batchStats = figures.batches.sorted { $0.key < $1.key }.map { size, batches in
            .with {
                $0.batchSize = UInt64(size)
                $0.computeInput = .init(batches.input)
                $0.computeInfer = .init(batches.infer)
                $0.computeOutput = .init(batches.output)
            }
        }
        for (index, responses) in figures.responses {
            self.responseStats[String(index)] = .with {
                ($0.computeInfer, $0.success) = (.init(responses.infer), .init(responses.success))
                $0.fail = .init(responses.failure)
            }
        }
    }
}

extension Inference_StatisticDuration {
    fileprivate init(_ total: ModelStatistics.Total) {
        self.init()
        (self.count, self.ns) = (total.count, total.nanoseconds)
    }
}

extension LoadParameters {
    /// Reads the parameters of a request to load a model.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` for a parameter that is not known or has the wrong type.
    init(_ parameters: [String: Inference_ModelRepositoryParameter]) throws {
        self.init()
        for (name, value) in parameters {
            switch value.parameterChoice {
            case .stringParam(let text) where name == "config": self.configuration = text
            case .bytesParam(let data) where name.hasPrefix("file:"):
                self.files[String(name.dropFirst("file:".count))] = Array(data)
            default:
                throw ServingError(
                    .invalidArgument, "A model is loaded with 'config' (a text) and 'file:…' (bytes), not '\(name)'.")
            }
        }
    }
}
