// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol
internal import LLMCore
internal import OpenVINOModels
package import ServingCore
internal import SwiftProtobuf

/// ONNX models, which OpenVINO runs on the processor.
///
/// The file is `model.onnx` in the version's folder, or what `default_model_filename` names. These parameters of the configuration, by
/// OpenVINO's own names, say how it runs:
///
/// | parameter | |
/// |---|---|
/// | `INFERENCE_NUM_THREADS` | threads of all runs together (default: as many as OpenVINO likes) |
/// | `NUM_STREAMS` | for how many runs its threads are arranged (default: the instances) |
/// | `PERFORMANCE_HINT` | `LATENCY` (default), `THROUGHPUT` or `CUMULATIVE_THROUGHPUT` |
/// | `EXECUTION_MODE_HINT` | `ACCURACY` (default), or `PERFORMANCE`, which may compute in bf16 |
package struct ONNXBackend: ModelBackend {
    /// The most inferences of a request where neither configuration nor file says.
    private static let usualBatchSize: Int32 = 32

    package let name = "openvino"
    package let otherNames = ["onnxruntime", "onnxruntime_onnx", "onnx"]
    package let modelFile: String? = "model.onnx"

    /// Makes a backend; OpenVINO is loaded with its first model.
    package init() {}

    // MARK: - Configuration

    package func completed(
        _ configuration: Inference_ModelConfig, folder: String
    ) async throws -> Inference_ModelConfig {
        var configuration = configuration
        if configuration.platform.isEmpty { configuration.platform = "onnxruntime_onnx" }
        guard configuration.input.isEmpty || configuration.output.isEmpty else { return configuration }
        let file = try ONNXFile(path: try Self.path(configuration, folder))
        let tensors = file.inputs + file.outputs
        let isUndecided = configuration.input.isEmpty && configuration.output.isEmpty && configuration.maxBatchSize == 0
        if isUndecided, tensors.allSatisfy({ $0.dimensions?.first == -1 }) {
            configuration.maxBatchSize = Self.usualBatchSize
            if configuration.schedulingChoice == nil { configuration.dynamicBatching = .init() }
        }
        let isBatched = configuration.maxBatchSize > 0
        if configuration.input.isEmpty {
            configuration.input = try file.inputs.map { tensor in
                let (type, dimensions) = try Self.described(tensor, isBatched: isBatched, configuration)
                return .with { ($0.name, $0.dataType, $0.dims) = (tensor.name, type, dimensions) }
            }
        }
        if configuration.output.isEmpty {
            configuration.output = try file.outputs.map { tensor in
                let (type, dimensions) = try Self.described(tensor, isBatched: isBatched, configuration)
                return .with { ($0.name, $0.dataType, $0.dims) = (tensor.name, type, dimensions) }
            }
        }
        return configuration
    }

    private static func described(
        _ tensor: ONNXTensor, isBatched: Bool, _ configuration: Inference_ModelConfig
    ) throws -> (Inference_DataType, [Int64]) {
        guard let type = tensor.datatype.flatMap(Inference_DataType.init(_:)) else {
            throw Self.wrong(configuration, "'\(tensor.name)' has elements that cannot be served")
        }
        guard let dimensions = tensor.dimensions else {
            throw Self.wrong(
                configuration, "the file does not say the dims of '\(tensor.name)'; the configuration must")
        }
        guard !isBatched || dimensions.first == -1 else {
            throw Self.wrong(
                configuration, "'\(tensor.name)' has no dimension for a batch, so that max_batch_size must be 0")
        }
        return (type, dimensions.dropFirst(isBatched ? 1 : 0).map(Int64.init))
    }

    private static func path(_ configuration: Inference_ModelConfig, _ folder: String) throws -> String {
        let name = configuration.defaultModelFilename.isEmpty ? "model.onnx" : configuration.defaultModelFilename
        guard !name.contains("/"), name != "..", !name.utf8.contains(0) else {
            throw Self.wrong(configuration, "default_model_filename is '\(name.prefix(100))', which is no file's name")
        }
        return "\(folder)/\(name)"
    }

    private static func wrong(_ configuration: Inference_ModelConfig, _ what: String) -> ServingError {
        ServingError(.invalidArgument, "The ONNX model '\(configuration.name)' cannot be served: \(what).")
    }

    // MARK: - Loading

    package func load(_ source: ModelSource) async throws -> any ServedModel {
        let configuration = source.configuration
        let path = try Self.path(configuration.message, source.folder)
        try Self.check(configuration, try ONNXFile(path: path))
        let settings = try Self.settings(source)
        let served = try await Self.load(path, settings, configuration)
        guard settings.threads == 0, let time = served.measuredRunTime, time < Self.briefRun else { return served }
        // Threads that share a run this brief wait for each other longer than they compute, and keep processors busy with it.
        var alone = settings
        alone.threads = settings.instances
        let single = try await Self.load(path, alone, configuration)
        guard let timeAlone = single.measuredRunTime, timeAlone < time * 1.5 else { return served }
        return single
    }

    /// A run that takes less is tried with one thread.
    private static let briefRun = Duration.microseconds(200)

    private static func load(
        _ path: String, _ settings: ONNXSettings, _ configuration: ModelConfiguration
    ) async throws -> ONNXServedModel {
        let model = try await ONNXModel.load(path: path, settings: settings)
        var served = ONNXServedModel(model: model, configuration: configuration)
        await served.runEachInstance()
        served.measuredRunTime = served.runTime()
        return served
    }

    /// Holds the configuration against the file.
    private static func check(_ configuration: ModelConfiguration, _ file: ONNXFile) throws {
        for (kind, given, declared) in [
            ("input", configuration.inputs, file.inputs), ("output", configuration.outputs, file.outputs),
        ] {
            for tensor in given {
                guard let own = declared.first(where: { $0.name == tensor.name }) else {
                    let hint = NearestName.hint(for: tensor.name, in: declared.map(\.name))
                    throw Self.wrong(configuration.message, "the file has no \(kind) '\(tensor.name)'. \(hint)")
                }
                guard own.datatype == tensor.datatype, tensor.datatype != .bytes else {
                    throw Self.wrong(
                        configuration.message,
                        "'\(tensor.name)' is \(own.datatype?.rawValue ?? "of a type that cannot be served") in the file"
                            + (tensor.datatype == .bytes ? ", and strings cannot be served" : ""))
                }
                let shape = tensor.shape(isBatched: configuration.isBatched)
                guard own.dimensions.map({ Self.fits(shape, $0) }) ?? true else {
                    throw Self.wrong(
                        configuration.message,
                        "'\(tensor.name)' has the shape \(own.dimensions ?? []) in the file, not \(shape)")
                }
            }
        }
        for tensor in file.inputs {
            guard let given = configuration.inputs.first(where: { $0.name == tensor.name }), !given.isOptional,
                !given.isRagged
            else {
                throw Self.wrong(
                    configuration.message, "its input '\(tensor.name)' may be neither left out, optional nor ragged")
            }
        }
    }

    private static func fits(_ shape: [Int], _ declared: [Int]) -> Bool {
        shape.count == declared.count && zip(shape, declared).allSatisfy { $0 == $1 || $0 == -1 || $1 == -1 }
    }

    private static func settings(_ source: ModelSource) throws -> ONNXSettings {
        func number(_ name: String) throws -> Int? {
            guard let text = source.parameter(name) else { return nil }
            guard let number = Int(text), 0...1024 ~= number else {
                throw Self.wrong(source.configuration.message, "\(name) is '\(text.prefix(40))', not 0 to 1024")
            }
            return number
        }
        func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _ usual: Value) throws -> Value
        where Value.RawValue == String {
            guard let text = source.parameter(name) else { return usual }
            guard let value = Value(rawValue: text) else {
                let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.wrong(source.configuration.message, "\(name) is '\(text.prefix(40))', not one of \(known)")
            }
            return value
        }
        var settings = ONNXSettings()
        settings.instances = source.configuration.instances
        settings.threads = try number("INFERENCE_NUM_THREADS") ?? 0
        settings.streams = try number("NUM_STREAMS")
        settings.hint = try choice("PERFORMANCE_HINT", settings.hint)
        settings.execution = try choice("EXECUTION_MODE_HINT", settings.execution)
        return settings
    }
}
