// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Observability
internal import SwiftProtobuf

extension OTLP_AnyValue {
    /// A value.
    init(_ value: AttributeValue) {
        self.init()
        switch value {
        case .string(let text): self.stringValue = text
        case .int(let number): self.intValue = Int64(number)
        case .double(let number): self.doubleValue = number
        case .bool(let value): self.boolValue = value
        case .strings(let texts): self.set(texts.map { .string($0) })
        case .ints(let numbers): self.set(numbers.map { .int($0) })
        case .doubles(let numbers): self.set(numbers.map { .double($0) })
        case .bools(let values): self.set(values.map { .bool($0) })
        }
    }

    private mutating func set(_ values: [AttributeValue]) {
        self.arrayValue = .with { $0.values = values.map { OTLP_AnyValue($0) } }
    }
}

extension OTLP_KeyValue {
    /// An attribute.
    init(_ key: String, _ value: AttributeValue) {
        self.init()
        self.key = key
        self.value = OTLP_AnyValue(value)
    }
}

extension AttributeList {
    /// The attributes as they travel.
    var messages: [OTLP_KeyValue] { self.all.map { OTLP_KeyValue($0.key, $0.value) } }
}

extension OTLP_Resource {
    /// A program.
    init(service: String, attributes: [String: String]) {
        self.init()
        self.attributes =
            [
                OTLP_KeyValue("service.name", .string(service)), OTLP_KeyValue("telemetry.sdk.name", "open-autoglm"),
                OTLP_KeyValue("telemetry.sdk.language", "swift"),
            ] + attributes.sorted { $0.key < $1.key }.map { OTLP_KeyValue($0.key, .string($0.value)) }
    }
}

extension OTLP_InstrumentationScope {
    /// This project.
    static let own = OTLP_InstrumentationScope.with { $0.name = "open-autoglm" }
}
