// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import Foundation
internal import SwiftProtobuf

/// A graph of ONNX operators that is being written; values are known by their names.
struct ONNXGraph {
    /// The operator set that it needs: LayerNormalization came with 17.
    static let operatorSet: Int64 = 17
    /// IR version 8 belongs to operator set 17.
    private static let irVersion: Int64 = 8

    private var graph = Autoglm_Onnx_GraphProto()
    private var count = 0
    private let precision: ONNXPrecision

    /// Begins a graph.
    ///
    /// - Parameter precision: How dense layers are computed.
    init(_ precision: ONNXPrecision) {
        self.precision = precision
        self.graph.name = "intent"
    }

    /// The model with what was written.
    func model(metadata: [(String, String)]) -> Autoglm_Onnx_ModelProto {
        .with { model in
            (model.irVersion, model.producerName) = (Self.irVersion, "autoglm")
            model.graph = self.graph
            model.opsetImport = [.with { $0.version = Self.operatorSet }]
            model.metadataProps = metadata.map { entry in .with { ($0.key, $0.value) = entry } }
        }
    }

    // MARK: Values

    /// An input, usually of whole numbers.
    mutating func input(
        _ name: String, _ dimensions: [String], _ type: Autoglm_Onnx_TensorProto.DataType = .int64
    ) -> String {
        self.graph.input.append(Self.value(name, type, dimensions.map { name in .with { $0.dimParam = name } }))
        return name
    }

    /// Makes a value an output of floats, inputs × columns.
    mutating func output(_ value: String, _ name: String, columns: Int) {
        self.node("Identity", [value], as: name)
        self.graph.output.append(
            Self.value(name, .float, [.with { $0.dimParam = "batch" }, .with { $0.dimValue = Int64(columns) }]))
    }

    private static func value(
        _ name: String, _ type: Autoglm_Onnx_TensorProto.DataType,
        _ dimensions: [Autoglm_Onnx_TensorShapeProto.Dimension]
    ) -> Autoglm_Onnx_ValueInfoProto {
        .with { info in
            info.name = name
            info.type.tensorType.elemType = Int32(type.rawValue)
            info.type.tensorType.shape.dim = dimensions
        }
    }

    /// Floats that are always the same.
    mutating func constant(_ tensor: Tensor) -> String {
        self.initializer(.float, tensor.shape, tensor.values.withUnsafeBytes { Data($0) })
    }

    /// A number that is always the same.
    mutating func constant(_ value: Float) -> String { self.constant(Tensor(value)) }

    /// Whole numbers that are always the same.
    mutating func constant(_ values: [Int]) -> String {
        self.initializer(.int64, [values.count], values.map { Int64($0) }.withUnsafeBytes { Data($0) })
    }

    private mutating func initializer(
        _ type: Autoglm_Onnx_TensorProto.DataType, _ shape: [Int], _ bytes: Data
    ) -> String {
        let name = self.newName("constant")
        self.graph.initializer.append(
            .with {
                ($0.name, $0.dataType, $0.dims) = (name, Int32(type.rawValue), shape.map { Int64($0) })
                $0.rawData = bytes
            })
        return name
    }

    private mutating func newName(_ kind: String) -> String {
        self.count += 1
        return "\(kind.lowercased())_\(self.count)"
    }

    // MARK: Operators

    /// Applies an operator.
    ///
    /// - Parameters:
    ///   - operation: Its name in ONNX.
    ///   - inputs: The names of what it takes.
    ///   - attributes: Whole numbers, or lists of them.
    ///   - floats: Attributes that are floats.
    ///   - outputs: How many values it gives.
    /// - Returns: The names of what it gives.
    mutating func node(
        _ operation: String, _ inputs: [String], _ attributes: [String: [Int]] = [:], lists: [String: [Int]] = [:],
        floats: [String: Float] = [:], outputs: Int
    ) -> [String] {
        let names = (0..<outputs).map { _ in self.newName(operation) }
        self.append(operation, inputs, names, attributes, lists, floats)
        return names
    }

    /// Applies an operator that gives one value.
    mutating func node(
        _ operation: String, _ inputs: [String], _ attributes: [String: [Int]] = [:], lists: [String: [Int]] = [:],
        floats: [String: Float] = [:]
    ) -> String {
        self.node(operation, inputs, attributes, lists: lists, floats: floats, outputs: 1)[0]
    }

    private mutating func node(_ operation: String, _ inputs: [String], as name: String) {
        self.append(operation, inputs, [name], [:], [:], [:])
    }

    private mutating func append(
        _ operation: String, _ inputs: [String], _ outputs: [String], _ numbers: [String: [Int]],
        _ lists: [String: [Int]], _ floats: [String: Float]
    ) {
        self.graph.node.append(
            .with { node in
                (node.opType, node.name) = (operation, outputs[0])
                (node.input, node.output) = (inputs, outputs)
                for (name, value) in numbers.sorted(by: { $0.key < $1.key }) {
                    node.attribute.append(.with { ($0.name, $0.type, $0.i) = (name, .int, Int64(value[0])) })
                }
                for (name, value) in lists.sorted(by: { $0.key < $1.key }) {
                    node.attribute.append(
                        .with { ($0.name, $0.type, $0.ints) = (name, .ints, value.map { Int64($0) }) })
                }
                for (name, value) in floats.sorted(by: { $0.key < $1.key }) {
                    node.attribute.append(.with { ($0.name, $0.type, $0.f) = (name, .float, value) })
                }
            })
    }

    // MARK: Layers

    /// Each row's weighted sums.
    ///
    /// - Parameters:
    ///   - rows: What comes in.
    ///   - name: The layer's, by which its calibration is found.
    ///   - weights: inputs × outputs.
    ///   - bias: One number for each output.
    mutating func dense(_ rows: String, _ name: String, _ weights: Tensor, _ bias: Tensor) -> String {
        let product =
            switch self.precision {
            case .float: self.node("MatMul", [rows, self.constant(weights)])
            case .dynamicInt8: self.integerProduct(rows, weights)
            case .calibratedInt8(let ranges): self.calibratedProduct(rows, weights, ranges[name] ?? 0...1)
            }
        return self.node("Add", [product, self.constant(bias)])
    }

    /// The largest weight in 8 bits: with 7 of them in use, two products of an input's 255 and a weight fit into the 16 bits in which processors
    /// without VNNI add them, where larger ones would be cut off.
    private static let largestWeight: Float = 63

    /// Weights in 8 bits, a scale for each output.
    private mutating func bytes(_ weights: Tensor) -> (matrix: String, scales: Tensor) {
        let (inputs, outputs, values) = (weights.shape[0], weights.shape[1], weights.values)
        var (scales, bytes) = ([Float](repeating: 0, count: outputs), [Int8](repeating: 0, count: inputs * outputs))
        for output in 0..<outputs {
            let largest = (0..<inputs).reduce(Float(0)) { max($0, abs(values[$1 * outputs + output])) }
            scales[output] = max(largest, Self.leastScale) / Self.largestWeight
            for input in 0..<inputs {
                bytes[input * outputs + output] = Int8((values[input * outputs + output] / scales[output]).rounded())
            }
        }
        let matrix = self.initializer(.int8, weights.shape, bytes.withUnsafeBytes { Data($0) })
        return (matrix, Tensor([outputs], scales))
    }

    /// A product in 8 bits: inputs with one scale for all that run together.
    private mutating func integerProduct(_ rows: String, _ weights: Tensor) -> String {
        let (matrix, scales) = self.bytes(weights)
        let quantized = self.node("DynamicQuantizeLinear", [rows], outputs: 3)
        let zero = self.initializer(.int8, [], Data([0]))
        let sums = self.node("MatMulInteger", [quantized[0], matrix, quantized[2], zero])
        let scale = self.node("Mul", [quantized[1], self.constant(scales)])
        return self.node(
            "Mul", [self.node("Cast", [sums], ["to": [Autoglm_Onnx_TensorProto.DataType.float.rawValue]]), scale])
    }

    /// A product in 8 bits: inputs with the scale that they were seen to need; runtimes compute it in integers where they find this form.
    private mutating func calibratedProduct(
        _ rows: String, _ weights: Tensor, _ range: ClosedRange<Float>
    ) -> String {
        let (matrix, scales) = self.bytes(weights)
        let scale = max(range.upperBound - range.lowerBound, Self.leastScale) / 255
        let zero = Int8(min(127, max(-128, (-128 - range.lowerBound / scale).rounded())))
        let ends = [self.constant(scale), self.initializer(.int8, [], Data([UInt8(bitPattern: zero)]))]
        let seen = self.node("DequantizeLinear", [self.node("QuantizeLinear", [rows] + ends)] + ends)
        let zeros = self.initializer(.int8, scales.shape, Data(repeating: 0, count: scales.values.count))
        return self.node(
            "MatMul", [seen, self.node("DequantizeLinear", [matrix, self.constant(scales), zeros], ["axis": [1]])])
    }

    /// Numbers that are all zero have a scale, too.
    private static let leastScale: Float = 1e-12

    /// GELU by its definition.
    mutating func gelu(_ rows: String) -> String {
        let error = self.node("Erf", [self.node("Mul", [rows, self.constant(Float(0.5).squareRoot())])])
        let share = self.node("Mul", [self.node("Add", [error, self.constant(1)]), self.constant(0.5)])
        return self.node("Mul", [rows, share])
    }
}
