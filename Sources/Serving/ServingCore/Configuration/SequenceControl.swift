// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

/// An input that tells a model of a request's place in its sequence.
struct SequenceControl: Sendable, Hashable {
    /// What it tells.
    enum Kind: Sendable, Hashable {
        case start
        case end
        case ready
        case id
    }

    let name: String
    let kind: Kind
    let datatype: KServeDatatype
    /// The element's bytes for no and for yes.
    private let values: [[UInt8]]

    /// Reads the controls of an input.
    static func all(
        of input: Inference_ModelSequenceBatching.ControlInput, _ message: Inference_ModelConfig
    ) throws -> [SequenceControl] {
        try input.control.map { control in
            let kind: Kind =
                switch control.kind {
                case .controlSequenceStart: .start
                case .controlSequenceEnd: .end
                case .controlSequenceReady: .ready
                case .controlSequenceCorrid: .id
                case .UNRECOGNIZED: throw ModelConfiguration.invalid(message, "'\(input.name)' has an unknown control")
                }
            if kind == .id {
                guard let datatype = control.dataType.datatype,
                    [.bytes, .uint64, .int64, .uint32, .int32].contains(datatype)
                else {
                    throw ModelConfiguration.invalid(message, "'\(input.name)' needs a data_type for sequences' names")
                }
                return SequenceControl(name: input.name, kind: kind, datatype: datatype, values: [])
            }
            let (datatype, values) = try Self.values(control, input.name, message)
            return SequenceControl(name: input.name, kind: kind, datatype: datatype, values: values)
        }
    }

    private static func values(
        _ control: Inference_ModelSequenceBatching.Control, _ name: String, _ message: Inference_ModelConfig
    ) throws -> (KServeDatatype, [[UInt8]]) {
        func bytes(_ values: [some KServeElement]) throws -> [[UInt8]] {
            try values.map { try KServeTensor(name, shape: [1], values: [$0]).bytes }
        }
        if control.int32FalseTrue.count == 2 { return (.int32, try bytes(control.int32FalseTrue)) }
        if control.fp32FalseTrue.count == 2 { return (.fp32, try bytes(control.fp32FalseTrue)) }
        if control.boolFalseTrue.count == 2 { return (.bool, try bytes(control.boolFalseTrue)) }
        throw ModelConfiguration.invalid(message, "the control '\(name)' needs two values, for no and for yes")
    }

    /// The input for a request.
    ///
    /// - Throws: ``ServingError`` where the sequence's name does not fit the type.
    func tensor(for position: SequencePosition, batchSize: Int, isBatched: Bool) throws -> KServeTensor {
        let count = isBatched ? batchSize : 1
        let element: [UInt8]
        switch self.kind {
        case .start: element = self.values[position.isStart ? 1 : 0]
        case .end: element = self.values[position.isEnd ? 1 : 0]
        case .ready: element = self.values[1]
        case .id: element = try self.element(position.id)
        }
        return try KServeTensor(
            self.name, datatype: self.datatype, shape: isBatched ? [count, 1] : [1],
            bytes: Array((0..<count).map { _ in element }.joined()))
    }

    private func element(_ id: SequencePosition.ID) throws -> [UInt8] {
        switch (id, self.datatype) {
        case (.text(let text), .bytes): return try LengthPrefixedStrings.encoded(text.utf8)
        case (.number(let number), .uint64): return try KServeTensor("", shape: [1], values: [number]).bytes
        case (.number(let number), .int64): if let number = Int64(exactly: number) { return Self.bytes(number) }
        case (.number(let number), .uint32): if let number = UInt32(exactly: number) { return Self.bytes(number) }
        case (.number(let number), .int32): if let number = Int32(exactly: number) { return Self.bytes(number) }
        default: break
        }
        throw ServingError(
            .invalidArgument, "The model names sequences by \(self.datatype.rawValue); this one's name does not fit.")
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }
}
