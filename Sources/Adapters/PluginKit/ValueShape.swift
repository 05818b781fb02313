// SPDX-License-Identifier: Apache-2.0

/// What a `Decodable` type looks like in JSON.
indirect enum ValueShape: Sendable {
    case any, string, integer, number, boolean
    case choice([String])
    case array(ValueShape)
    case map(ValueShape)
    case object([Member])

    /// A named value of an object.
    struct Member: Sendable {
        let name: String
        let shape: ValueShape
        let isRequired: Bool
    }

    /// The shape of a type: known for those of the standard library, else what its `init(from:)` asks for.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - depth: How many types are around it; one that holds itself is `any` from some depth on.
    static func of(_ type: any Decodable.Type, depth: Int = 0) throws -> Self {
        if depth > 6 { return .any }
        switch type {
        case is String.Type: return .string
        case is Bool.Type: return .boolean
        case is any FixedWidthInteger.Type: return .integer
        case is any BinaryFloatingPoint.Type: return .number
        default: break
        }
        if let names = self.names(type) { return .choice(names) }
        if let list = type as? any ShapedSequence.Type { return .array(try self.of(list.element, depth: depth + 1)) }
        if let map = type as? any ShapedMap.Type { return .map(try self.of(map.value, depth: depth + 1)) }
        if let optional = type as? any ShapedOptional.Type { return try self.of(optional.wrapped, depth: depth) }
        let probe = ShapeProbe(depth: depth)
        _ = try type.init(from: probe)
        return probe.shape
    }

    /// The names of an enumeration of texts.
    private static func names(_ type: any Decodable.Type) -> [String]? {
        func all<Choice: CaseIterable>(_ type: Choice.Type) -> [String]? {
            let names = Choice.allCases.map { ($0 as? any RawRepresentable)?.rawValue as? String }
            return names.contains(nil) ? nil : names.compactMap(\.self)
        }
        return (type as? any CaseIterable.Type).flatMap { all($0) }
    }

    /// The name of its type in manifests.
    var typeName: String {
        switch self {
        case .any: "any"
        case .string, .choice: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .array: "array"
        case .map, .object: "object"
        }
    }

    /// Its JSON Schema.
    var schema: ManifestValue {
        switch self {
        case .any: .members([])
        case .string, .integer, .number, .boolean: .members([("type", .text(self.typeName))])
        case .choice(let names): .members([("enum", .list(names.map { .text($0) }))])
        case .array(let element): .members([("type", .text("array")), ("items", element.schema)])
        case .map(let value): .members([("type", .text("object")), ("additionalProperties", value.schema)])
        case .object(let members):
            .members([
                ("type", .text("object")), ("properties", .members(members.map { ($0.name, $0.shape.schema) })),
                ("required", .list(members.filter(\.isRequired).map { .text($0.name) })),
            ])
        }
    }

    /// The values of an object as a manifest's step has them.
    func ports() throws -> ManifestValue {
        guard case .object(let members) = self else {
            throw PluginFailure(
                "bad-type", "A step takes and gives structures with named members, not \(self.typeName)s.")
        }
        return .members(
            members.map { member in
                var fields: [(String, ManifestValue)] = [("type", .text(member.shape.typeName))]
                if !member.isRequired { fields.append(("required", .flag(false))) }
                switch member.shape {
                case .choice, .array, .map, .object: fields.append(("schema", member.shape.schema))
                case .any, .string, .integer, .number, .boolean: break
                }
                return (member.name, .members(fields))
            })
    }
}

/// What has elements of one type.
protocol ShapedSequence {
    static var element: any Decodable.Type { get }
}

/// What has values of one type under names.
protocol ShapedMap {
    static var value: any Decodable.Type { get }
}

/// What may be nothing.
protocol ShapedOptional {
    static var wrapped: any Decodable.Type { get }
}

extension Array: ShapedSequence where Element: Decodable {
    static var element: any Decodable.Type { Element.self }
}

extension Set: ShapedSequence where Element: Decodable {
    static var element: any Decodable.Type { Element.self }
}

extension Dictionary: ShapedMap where Key == String, Value: Decodable {
    static var value: any Decodable.Type { Value.self }
}

extension Optional: ShapedOptional where Wrapped: Decodable {
    static var wrapped: any Decodable.Type { Wrapped.self }
}
