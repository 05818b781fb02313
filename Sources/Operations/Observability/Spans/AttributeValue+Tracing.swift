// SPDX-License-Identifier: Apache-2.0

internal import Tracing

extension AttributeValue {
    /// A value as the tracing interface has it.
    init(_ attribute: SpanAttribute) {
        switch attribute {
        case .int32(let value): self = .int(Int(value))
        case .int64(let value): self = .int(Int(value))
        case .double(let value): self = .double(value)
        case .bool(let value): self = .bool(value)
        case .string(let value): self = .string(value)
        case .int32Array(let values): self = .ints(values.map(Int.init))
        case .int64Array(let values): self = .ints(values.map(Int.init))
        case .doubleArray(let values): self = .doubles(values)
        case .boolArray(let values): self = .bools(values)
        case .stringArray(let values): self = .strings(values)
        case .stringConvertible(let value): self = .string("\(value)")
        case .stringConvertibleArray(let values): self = .strings(values.map { "\($0)" })
        default: self = .string("\(attribute)")
        }
    }

    /// The value as the tracing interface has it.
    var spanAttribute: SpanAttribute {
        switch self {
        case .string(let value): .string(value)
        case .int(let value): .int64(Int64(value))
        case .double(let value): .double(value)
        case .bool(let value): .bool(value)
        case .strings(let values): .stringArray(values)
        case .ints(let values): .int64Array(values.map(Int64.init))
        case .doubles(let values): .doubleArray(values)
        case .bools(let values): .boolArray(values)
        }
    }
}

extension AttributeList {
    /// Attributes as the tracing interface has them, by name.
    init(_ attributes: SpanAttributes) {
        self.init()
        var pairs: [(String, SpanAttribute)] = []
        attributes.forEach { pairs.append(($0, $1)) }
        for (key, value) in pairs.sorted(by: { $0.0 < $1.0 }) { self[key] = AttributeValue(value) }
    }

    /// The attributes as the tracing interface has them.
    var spanAttributes: SpanAttributes {
        SpanAttributes(Dictionary(self.all.map { ($0.key, $0.value.spanAttribute) }, uniquingKeysWith: { $1 }))
    }
}
