// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

/// A model that answers each request by itself.
protocol ElementwiseModel: ImmediateModel {
    /// Answers one request.
    func outputs(for request: InferenceRequest) throws -> [KServeTensor]
}

extension ElementwiseModel {
    func answer(_ requests: [InferenceRequest], instance: Int) -> [Result<[KServeTensor], any Error>] {
        requests.map { request in Result { try self.outputs(for: request) } }
    }
}

/// Gives what it gets.
struct IdentityModel: ElementwiseModel {
    private let names: [(input: String, output: String)]

    init(_ configuration: ModelConfiguration) throws {
        let (inputs, outputs) = (configuration.inputs, configuration.outputs)
        guard inputs.count == outputs.count, zip(inputs, outputs).allSatisfy({ $0.datatype == $1.datatype }) else {
            throw configuration.unfit("identity", "as many outputs as inputs, of the same types")
        }
        self.names = zip(inputs, outputs).map { ($0.name, $1.name) }
    }

    func outputs(for request: InferenceRequest) throws -> [KServeTensor] {
        try self.names.compactMap { input, output in try request.input(input)?.named(output) }
    }
}

/// Adds and subtracts numbers.
struct AddSubModel: ElementwiseModel {
    private let inputs: [String]
    private let outputs: [String]

    init(_ configuration: ModelConfiguration) throws {
        let types = Set((configuration.inputs + configuration.outputs).map(\.datatype))
        let isFit = configuration.inputs.count == 2 && configuration.outputs.count == 2 && types.count == 1
        guard isFit, types.isDisjoint(with: [.bytes, .bool, .fp16, .bf16]) else {
            throw configuration.unfit("add_sub", "two inputs and two outputs, all of one type of numbers")
        }
        self.inputs = configuration.inputs.map(\.name)
        self.outputs = configuration.outputs.map(\.name)
    }

    func outputs(for request: InferenceRequest) throws -> [KServeTensor] {
        let (left, right) = try request.pair(self.inputs)
        switch left.datatype {
        case .fp32: return try self.numbers(left, right, as: Float.self, +, -)
        case .fp64: return try self.numbers(left, right, as: Double.self, +, -)
        case .int8: return try self.integers(left, right, as: Int8.self)
        case .int16: return try self.integers(left, right, as: Int16.self)
        case .int32: return try self.integers(left, right, as: Int32.self)
        case .int64: return try self.integers(left, right, as: Int64.self)
        case .uint8: return try self.integers(left, right, as: UInt8.self)
        case .uint16: return try self.integers(left, right, as: UInt16.self)
        case .uint32: return try self.integers(left, right, as: UInt32.self)
        case .uint64: return try self.integers(left, right, as: UInt64.self)
        case .bool, .fp16, .bf16, .bytes: return []
        }
    }

    /// Whole numbers wrap around, as in C.
    private func integers<Element: KServeElement & FixedWidthInteger>(
        _ left: KServeTensor, _ right: KServeTensor, as type: Element.Type
    ) throws -> [KServeTensor] { try self.numbers(left, right, as: type, &+, &-) }

    private func numbers<Element: KServeElement>(
        _ left: KServeTensor, _ right: KServeTensor, as type: Element.Type, _ add: (Element, Element) -> Element,
        _ subtract: (Element, Element) -> Element
    ) throws -> [KServeTensor] {
        let (first, second) = (try left.values(as: type), try right.values(as: type))
        return [
            try KServeTensor(self.outputs[0], shape: left.shape, values: zip(first, second).map(add)),
            try KServeTensor(self.outputs[1], shape: left.shape, values: zip(first, second).map(subtract)),
        ]
    }
}

/// Adds and subtracts whole numbers that are written in digits.
struct StringAddSubModel: ElementwiseModel {
    private let inputs: [String]
    private let outputs: [String]

    init(_ configuration: ModelConfiguration) throws {
        let tensors = configuration.inputs + configuration.outputs
        guard configuration.inputs.count == 2, configuration.outputs.count == 2,
            tensors.allSatisfy({ $0.datatype == .bytes })
        else { throw configuration.unfit("string_add_sub", "two inputs and two outputs of strings") }
        self.inputs = configuration.inputs.map(\.name)
        self.outputs = configuration.outputs.map(\.name)
    }

    func outputs(for request: InferenceRequest) throws -> [KServeTensor] {
        let (left, right) = try request.pair(self.inputs)
        let (first, second) = (try self.numbers(left), try self.numbers(right))
        return [
            try KServeTensor(self.outputs[0], shape: left.shape, strings: zip(first, second).map { "\($0 &+ $1)" }),
            try KServeTensor(self.outputs[1], shape: left.shape, strings: zip(first, second).map { "\($0 &- $1)" }),
        ]
    }

    private func numbers(_ tensor: KServeTensor) throws -> [Int] {
        try tensor.strings().map { text in
            guard let number = Int(text) else {
                throw ServingError(.invalidArgument, "'\(text.prefix(40))' in '\(tensor.name)' is no whole number.")
            }
            return number
        }
    }
}

extension InferenceRequest {
    /// Two inputs of one shape.
    fileprivate func pair(_ names: [String]) throws -> (KServeTensor, KServeTensor) {
        guard let left = self.input(names[0]), let right = self.input(names[1]), left.shape == right.shape else {
            throw ServingError(.invalidArgument, "'\(names[0])' and '\(names[1])' must have one shape.")
        }
        return (left, right)
    }
}

extension KServeTensor {
    /// The same elements under another name.
    func named(_ name: String) throws -> KServeTensor {
        try KServeTensor(name, datatype: self.datatype, shape: self.shape, bytes: self.bytes)
    }
}
