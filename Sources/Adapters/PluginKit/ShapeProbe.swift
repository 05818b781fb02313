// SPDX-License-Identifier: Apache-2.0

/// A decoder that gives a type whatever it asks for, and remembers what that was.
final class ShapeProbe: Decoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private let depth: Int
    private var members: [ValueShape.Member] = []
    private var optional: Set<String> = []
    private var other: ValueShape?

    init(depth: Int) { self.depth = depth }

    /// What was asked for.
    var shape: ValueShape { self.other ?? .object(self.members) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed(probe: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw PluginFailure("bad-type", "A type that decodes itself out of a list has no shape that can be derived.")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(probe: self) }

    /// Some value of a type.
    private func sample<Value: Decodable>(_ type: Value.Type) throws -> Value {
        func first<Choice: CaseIterable>(_ type: Choice.Type) -> Value? { Choice.allCases.first as? Value }
        let simple: [any Decodable] = [
            "", false, 0, 0.0, Float(0), Int8(0), Int16(0), Int32(0), Int64(0), UInt(0), UInt8(0), UInt16(0), UInt32(0),
            UInt64(0),
        ]
        if let value = simple.lazy.compactMap({ $0 as? Value }).first(where: { Swift.type(of: $0) == type }) {
            return value
        }
        if let choices = type as? any CaseIterable.Type, let value = first(choices) { return value }
        if let empty = [] as? Value, type is any ShapedSequence.Type { return empty }
        if let empty = [:] as? Value, type is any ShapedMap.Type { return empty }
        return try Value(from: ShapeProbe(depth: self.depth + 1))
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let probe: ShapeProbe
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { [] }

        func contains(_ key: Key) -> Bool { true }

        // Whoever asks this can do without the value; it is then asked for.
        func decodeNil(forKey key: Key) throws -> Bool {
            self.probe.optional.insert(key.stringValue)
            return false
        }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try self.note(type, key, isRequired: !(type is any ShapedOptional.Type))
            return try self.probe.sample(type)
        }

        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            try self.note(type, key, isRequired: false)
            return nil
        }

        private func note(_ type: any Decodable.Type, _ key: Key, isRequired: Bool) throws {
            let shape = try ValueShape.of(type, depth: self.probe.depth + 1)
            let isRequired = isRequired && !self.probe.optional.contains(key.stringValue)
            self.probe.members.append(.init(name: key.stringValue, shape: shape, isRequired: isRequired))
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            let inner = ShapeProbe(depth: self.probe.depth + 1)
            self.probe.members.append(.init(name: key.stringValue, shape: .any, isRequired: true))
            return try inner.container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try self.probe.unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { ShapeProbe(depth: self.probe.depth + 1) }
        func superDecoder(forKey key: Key) throws -> any Decoder { ShapeProbe(depth: self.probe.depth + 1) }
    }

    private struct Single: SingleValueDecodingContainer {
        let probe: ShapeProbe
        var codingPath: [any CodingKey] { [] }

        func decodeNil() -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            self.probe.other = try ValueShape.of(type, depth: self.probe.depth + 1)
            return try self.probe.sample(type)
        }
    }
}
