// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// The JSON Schema of calls, so that a model cannot write one with arguments that its tool would refuse.
struct ToolCallSchema {
    /// The member of an answer that holds calls where an answer may otherwise be anything that a schema accepts.
    static let callsKey = "tool_calls"
    private let form: ToolCallForm
    /// The most calls in one array.
    private let maximumCalls: Int
    private var definitions: OrderedDictionary<String, JSONValue> = [:]
    private var calls: [JSONValue] = []

    init(_ tools: [ToolDefinition], form: ToolCallForm, maximumCalls: Int) {
        self.form = form
        self.maximumCalls = maximumCalls
        for (index, tool) in tools.enumerated() {
            let reference = self.define(tool.parameters, as: "tool\(index)")
            self.calls.append(
                Self.object(["name": ["const": .string(tool.name)], form.argumentsKey: reference]))
        }
    }

    /// What a model writes once it has announced a call.
    var call: JSONValue { self.document(self.form.isArray ? self.array : self.anyCall) }

    /// An answer that is either calls, under ``callsKey``, or what another schema accepts.
    func callsOr(_ answer: JSONValue) -> JSONValue {
        var copy = self
        let reference = copy.define(answer, as: "answer")
        return copy.document(["anyOf": [Self.object([Self.callsKey: self.array]), reference]])
    }

    private var anyCall: JSONValue { self.calls.count == 1 ? self.calls[0] : ["anyOf": .array(self.calls)] }

    private var array: JSONValue {
        ["type": "array", "items": self.anyCall, "minItems": 1, "maxItems": .integer(self.maximumCalls)]
    }

    /// Moves a whole schema to where this one can refer to it; its own references move with it.
    private mutating func define(_ schema: JSONValue, as name: String) -> JSONValue {
        let place = "#/$defs/\(name)"
        self.definitions[name] = Self.moved(schema, to: place)
        return ["$ref": .string(place)]
    }

    private func document(_ schema: JSONValue) -> JSONValue {
        guard case .object(var members) = schema else { return schema }
        members["$defs"] = .object(self.definitions)
        return .object(members)
    }

    private static func object(_ properties: OrderedDictionary<String, JSONValue>) -> JSONValue {
        [
            "type": "object", "properties": .object(properties),
            "required": .array(properties.keys.map { .string($0) }), "additionalProperties": false,
        ]
    }

    /// A schema whose references to its own root point to where that is now.
    private static func moved(_ schema: JSONValue, to place: String) -> JSONValue {
        switch schema {
        case .array(let elements): return .array(elements.map { Self.moved($0, to: place) })
        case .object(let members):
            var result: OrderedDictionary<String, JSONValue> = [:]
            for (key, value) in members {
                switch (key, value) {
                case ("$ref", .string(let target)) where target.hasPrefix("#"):
                    result[key] = .string(place + target.dropFirst())
                case ("const", _), ("enum", _), ("default", _), ("examples", _): result[key] = value
                default: result[key] = Self.moved(value, to: place)
                }
            }
            return .object(result)
        default: return schema
        }
    }
}
