// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A product and an activation that turn an embedding into one of another kind or size.
struct DenseLayer: Sendable {
    /// What is applied to the results.
    enum Activation: String, CaseIterable {
        case identity = "torch.nn.modules.linear.Identity"
        case tanh = "torch.nn.modules.activation.Tanh"
        case relu = "torch.nn.modules.activation.ReLU"
    }

    let inputs: Int
    let outputs: Int
    private let activation: Activation
    /// A column of the matrix after the other, so that results can be summed up side by side.
    private let columns: [Float]
    private let bias: [Float]

    /// Reads a layer of sentence-transformers.
    ///
    /// - Throws: ``EngineError`` when it is of a kind that is not known; `ModelFileError` when a file is broken.
    init(folder: ModelFolder, path: String) throws {
        guard let settings = try folder.json("\(path)/config.json") else {
            throw EngineError(.unsupportedModel, "\(folder.path): \(path)/config.json is missing.")
        }
        let name = settings["activation_function"]?.stringValue ?? Activation.tanh.rawValue
        guard let activation = Activation(rawValue: name) else {
            let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
            throw EngineError(
                .unsupportedModel,
                "\(folder.path)/\(path): the activation '\(name)' is not known here; known are \(known).")
        }
        for (key, usual) in [("use_residual", JSONValue.bool(false)), ("module_input_name", "sentence_embedding")] {
            guard settings[key] == nil || settings[key] == usual else {
                throw EngineError(
                    .unsupportedModel, "\(folder.path)/\(path): '\(key)' must be \(usual.serialized()) to run here.")
            }
        }
        let file = try SafetensorsFile(path: folder.path(of: "\(path)/model.safetensors"))
        let weight = try Self.values(of: "linear.weight", in: file, dimensions: 2)
        let (inputs, outputs) = (weight.dimensions[0], weight.dimensions[1])
        self.inputs = inputs
        self.outputs = outputs
        self.activation = activation
        self.columns = (0..<inputs).flatMap { column in (0..<outputs).map { weight.values[$0 * inputs + column] } }
        let hasBias = try file.tensor(named: "linear.bias") != nil
        self.bias =
            hasBias
            ? try Self.values(of: "linear.bias", in: file, dimensions: 1).values : Array(repeating: 0, count: outputs)
        guard self.bias.count == outputs else {
            throw EngineError(
                .unsupportedModel, "\(file.path): 'linear.bias' has \(self.bias.count) values, not \(outputs).")
        }
    }

    /// Applies the layer; `input` has ``inputs`` values.
    func apply(_ input: [Float]) -> [Float] {
        var output = self.bias
        for (column, value) in input.enumerated() {
            let start = column * self.outputs
            for row in 0..<self.outputs { output[row] += value * self.columns[start + row] }
        }
        switch self.activation {
        case .identity: return output
        case .tanh: return output.map { tanhf($0) }
        case .relu: return output.map { max($0, 0) }
        }
    }

    private static func values(
        of name: String, in file: SafetensorsFile, dimensions: Int
    ) throws -> (values: [Float], dimensions: [Int]) {
        guard let tensor = try file.tensor(named: name), tensor.dimensions.count == dimensions, tensor.type == .f32
        else {
            throw EngineError(
                .unsupportedModel, "\(file.path): lacks '\(name)' as a tensor of F32 with \(dimensions) dimensions.")
        }
        try file.checkIntact()
        let values = file.bytes(of: tensor).withMemoryRebound(to: UInt8.self) { bytes in
            (0..<tensor.elementCount).map {
                UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
            }
        }
        return (values, tensor.dimensions)
    }
}
