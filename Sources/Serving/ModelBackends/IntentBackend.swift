// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
package import KServeProtocol
internal import LLMCore
package import ServingCore
internal import SwiftProtobuf
internal import TaskModels

/// Intent models that `autoglm train intent` has made: the files of its output folder in a version's folder.
///
/// | tensor | |
/// |---|---|
/// | `text` | what the user said |
/// | `history` | optional: the turns before as JSON, the oldest first, `[{"speaker": "user", "text": …}, …]` |
/// | `intent`, `confidence` | the likeliest intent and its probability |
/// | `probabilities` | that of each intent, in the order of the model's `labels` |
///
/// The parameter `precision` is `int8` (default: layers in 8 bits, several times as fast) or `float32`.
package struct IntentBackend: ModelBackend {
    /// The most utterances of a request where the configuration does not say.
    private static let usualBatchSize: Int32 = 32

    package let name = "intent"
    package let modelFile: String? = "vocabulary.json"

    /// Makes a backend.
    package init() {}

    package func completed(
        _ configuration: Inference_ModelConfig, folder: String
    ) async throws -> Inference_ModelConfig {
        var configuration = configuration
        if configuration.platform.isEmpty { configuration.platform = "autoglm_intent" }
        if configuration.input.isEmpty, configuration.output.isEmpty, configuration.maxBatchSize == 0 {
            configuration.maxBatchSize = Self.usualBatchSize
            if configuration.schedulingChoice == nil { configuration.dynamicBatching = .init() }
        }
        if configuration.input.isEmpty {
            configuration.input = ["text", "history"].map { name in
                .with { ($0.name, $0.dataType, $0.dims, $0.optional) = (name, .typeString, [1], name == "history") }
            }
        }
        if configuration.output.isEmpty {
            let labels = Int64(try IntentModel(folder: folder).labels.count)
            configuration.output = [
                .with { ($0.name, $0.dataType, $0.dims) = ("intent", .typeString, [1]) },
                .with { ($0.name, $0.dataType, $0.dims) = ("confidence", .typeFp32, [1]) },
                .with { ($0.name, $0.dataType, $0.dims) = ("probabilities", .typeFp32, [labels]) },
            ]
        }
        return configuration
    }

    package func load(_ source: ModelSource) async throws -> any ServedModel {
        let model = try self.model(source)
        let configuration = source.configuration
        func check(_ tensors: [TensorSpecification], _ known: [String: (KServeDatatype, [Int])]) throws {
            for tensor in tensors {
                guard let (datatype, dimensions) = known[tensor.name], tensor.datatype == datatype,
                    tensor.dimensions == dimensions
                else {
                    throw ServingError(
                        .invalidArgument,
                        "The intent model '\(configuration.name)' has no tensor '\(tensor.name)' of \(tensor.datatype.rawValue) "
                            + "\(tensor.dimensions); it has \(known.keys.sorted().joined(separator: ", ")).")
                }
            }
        }
        try check(configuration.inputs, ["text": (.bytes, [1]), "history": (.bytes, [1])])
        try check(
            configuration.outputs,
            [
                "intent": (.bytes, [1]), "confidence": (.fp32, [1]), "probabilities": (.fp32, [model.labels.count]),
            ])
        // A thread for each instance: an utterance is too small a thing to share.
        let pools = (0..<configuration.instances).map { _ in ComputePool(threads: 1) }
        return ServedIntentModel(model: model, configuration: configuration, pools: pools)
    }
}

extension IntentBackend {
    fileprivate func model(_ source: ModelSource) throws -> IntentModel {
        let model = try IntentModel(folder: source.folder)
        switch source.parameter("precision") ?? "int8" {
        case "int8": return model.quantized()
        case "float32": return model
        case let other:
            throw ServingError(
                .invalidArgument,
                "The intent model '\(source.configuration.name)' has the precision '\(other.prefix(40))', not int8 or float32."
            )
        }
    }
}

/// An intent model that answers requests, those that come together in one run.
private struct ServedIntentModel: ServedModel {
    let model: IntentModel
    let configuration: ModelConfiguration
    let pools: [ComputePool]

    func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        let inputs = requests.map { request in Result { try self.inputs(of: request) } }
        let all = inputs.flatMap { (try? $0.get()) ?? [] }
        // It takes a millisecond or more, which must not hold up the connections of this thread.
        let predictions = await withTaskExecutorPreference(globalConcurrentExecutor) {
            ComputePool.$current.withValue(self.pools[instance]) { self.model.probabilities(of: all) }
        }
        var rest = predictions[...]
        return inputs.map { own in
            Result {
                let count = try own.get().count
                defer { rest = rest.dropFirst(count) }
                return try self.outputs(Array(rest.prefix(count)))
            }
        }
    }

    /// What the model reads of a request, utterance by utterance.
    private func inputs(of request: InferenceRequest) throws -> [IntentBatch.Input] {
        func texts(_ name: String) throws -> [String]? {
            try request.inputs.first { $0.name == name }.map { try $0.strings() }
        }
        let utterances = try texts("text") ?? []
        let histories = try texts("history")
        let batch = self.configuration.isBatched ? request.inputs.first?.shape.first ?? 0 : 1
        guard utterances.count == batch, histories.map({ $0.count == batch }) ?? true else {
            throw ServingError(
                .invalidArgument,
                "The inputs 'text' and 'history' must have one text for each inference, \(batch) in this request.")
        }
        return try utterances.enumerated().map { index, text in
            let history = try histories.map { try self.turns($0[index]) } ?? []
            return self.model.input(history + [DialogueTurn(.user, text)])
        }
    }

    private func turns(_ text: String) throws -> [DialogueTurn] {
        if text.isEmpty { return [] }
        do { return try DialogueTurn.turns(JSONValue(parsing: text, maximumDepth: 8)) } catch let error
            as any CodedError
        {
            throw ServingError(.invalidArgument, "The input 'history' is wrong: \(error.message)", cause: error)
        }
    }

    private func outputs(_ probabilities: [[Float]]) throws -> [KServeTensor] {
        let best = probabilities.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
        let batch = self.configuration.isBatched ? [probabilities.count] : []
        return try self.configuration.outputs.map { output in
            switch output.name {
            case "intent":
                try KServeTensor("intent", shape: batch + [1], strings: best.map { self.model.labels[$0] })
            case "confidence":
                try KServeTensor("confidence", shape: batch + [1], values: zip(probabilities, best).map { $0[$1] })
            default:
                try KServeTensor(
                    "probabilities", shape: batch + [self.model.labels.count], values: probabilities.flatMap(\.self))
            }
        }
    }
}
