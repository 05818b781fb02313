// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import Pipelines
internal import ServingCore
internal import SwiftProtobuf

/// What a pipeline or a plugin takes and gives.
struct ValueSignature: Sendable, Hashable {
    /// The parameter that a completed configuration names an output by that is a text, and not JSON, where it is the only one.
    static let textOutput = "text_output"

    var inputs: [ValuePort]
    var outputs: [ValuePort]

    /// A configuration with the tensors of the signature where it has none.
    func completed(_ configuration: Inference_ModelConfig, platform: String) -> Inference_ModelConfig {
        var configuration = configuration
        if configuration.platform.isEmpty { configuration.platform = platform }
        func type(_ port: ValuePort) -> Inference_DataType { Inference_DataType(port.datatype) ?? .typeInvalid }
        if configuration.input.isEmpty {
            configuration.input = self.inputs.map { port in
                .with { ($0.name, $0.dataType, $0.dims, $0.optional) = (port.name, type(port), [1], port.isOptional) }
            }
        }
        if configuration.output.isEmpty {
            configuration.output = self.outputs.map { port in
                .with { ($0.name, $0.dataType, $0.dims) = (port.name, type(port), [1]) }
            }
        }
        if let output = self.outputs.first, self.outputs.count == 1, output.type == .string {
            configuration.parameters[Self.textOutput] = .with { $0.stringValue = output.name }
        }
        return configuration
    }

    /// Holds a configuration against the signature.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` that names the tensor that is wrong.
    func check(_ configuration: ModelConfiguration) throws {
        func wrong(_ what: String) -> ServingError {
            ServingError(.invalidArgument, "The model '\(configuration.name)' cannot be served: \(what).")
        }
        guard !configuration.isBatched else { throw wrong("its max_batch_size must be 0") }
        guard !configuration.isDecoupled else { throw wrong("it answers once, and cannot be decoupled") }
        for (kind, tensors, ports) in [
            ("input", configuration.inputs, self.inputs), ("output", configuration.outputs, self.outputs),
        ] {
            for tensor in tensors {
                guard let port = ports.first(where: { $0.name == tensor.name }) else {
                    throw wrong(
                        "it has no \(kind) '\(tensor.name)'. \(NearestName.hint(for: tensor.name, in: ports.map(\.name)))"
                    )
                }
                guard port.allows(tensor.datatype), tensor.dimensions == [1] else {
                    throw wrong(
                        "the \(kind) '\(tensor.name)' is a single \(port.type.rawValue), such as \(port.datatype.rawValue) with dims 1"
                    )
                }
                guard kind == "output" || port.isOptional || !tensor.isOptional else {
                    throw wrong("the input '\(tensor.name)' must be given, and cannot be optional")
                }
            }
        }
        for port in self.inputs
        where !port.isOptional && !configuration.inputs.contains(where: { $0.name == port.name }) {
            throw wrong("the input '\(port.name)' must be given, and is not in the configuration")
        }
    }

    /// The values of a request.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` where a tensor does not hold what its type says.
    func values(of request: InferenceRequest) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for port in self.inputs {
            if let tensor = request.input(port.name) { values[port.name] = try port.value(in: tensor) }
        }
        return values
    }

    /// The outputs that a configuration has, out of a result.
    ///
    /// - Throws: ``ServingError`` with code `.backendFailed` where the result is not what was promised.
    func tensors(
        _ configuration: ModelConfiguration, _ value: (ValuePort) -> JSONValue?
    ) throws -> [KServeTensor] {
        try configuration.outputs.compactMap { output in
            guard let port = self.outputs.first(where: { $0.name == output.name }) else { return nil }
            return try port.tensor(of: value(port), as: output.datatype)
        }
    }
}
