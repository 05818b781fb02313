// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import PromptTemplates

/// A value whose references have become slots.
indirect enum CompiledValue: Sendable {
    case literal(JSONValue)
    case reference(CompiledReference)
    case formula(CompiledFormula)
    case text([CompiledValue])
    case array([CompiledValue])
    case object([(key: String, value: CompiledValue)])

    /// The value in a frame.
    func value(in frame: Frame) throws -> JSONValue {
        switch self {
        case .literal(let value): return value
        case .reference(let reference): return try reference.value(in: frame)
        case .formula(let formula): return try formula.value(in: frame)
        case .array(let elements): return .array(try elements.map { try $0.value(in: frame) })
        case .object(let members):
            return .object(
                OrderedDictionary(
                    try members.map { ($0.key, try $0.value.value(in: frame)) }, uniquingKeysWith: { $1 }))
        case .text(let pieces): return .string(try pieces.map { try $0.value(in: frame).plainText }.joined())
        }
    }
}

/// A reference that has become a slot and a way into what is there.
struct CompiledReference: Sendable {
    /// How many frames outward.
    let hops: Int
    /// The place in that frame.
    let slot: Int
    /// The way into the value; a step's first is the output's name.
    let path: [String]
    /// The reference as it was written.
    let text: String

    /// What it refers to; null if the step did not run.
    func value(in frame: Frame) throws -> JSONValue {
        var value: JSONValue
        var way = self.path[...]
        switch frame.outward(self.hops).slots[self.slot] {
        case .empty: return .null
        case .value(let held): value = held
        case .outputs(let outputs, _):
            guard let name = way.popFirst(), let output = outputs[name] else {
                throw PipelineError(.invalidValue, "\(self.text) refers to nothing.")
            }
            value = output
        }
        for key in way {
            let next: JSONValue?
            switch value {
            case .array(let elements): next = Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: next = value[key]
            }
            guard let next else {
                throw PipelineError(.invalidValue, "\(self.text) finds no '\(key)' in \(value.typeName).")
            }
            value = next
        }
        return value
    }
}

/// An expression whose variables have become slots.
struct CompiledFormula: Sendable {
    let expression: JinjaExpression
    let bindings: [(variable: String, attribute: String?, reference: CompiledReference)]

    func value(in frame: Frame) throws -> JSONValue { try self.expression.value(self.variables(in: frame)) }

    func isTrue(in frame: Frame) throws -> Bool { try self.expression.isTrue(self.variables(in: frame)) }

    private func variables(in frame: Frame) throws -> [String: JSONValue] {
        var variables: [String: JSONValue] = [:]
        for (variable, attribute, reference) in self.bindings {
            let value = try reference.value(in: frame)
            guard let attribute else {
                variables[variable] = value
                continue
            }
            var members = variables[variable]?.objectValue ?? [:]
            members[attribute] = value
            variables[variable] = .object(members)
        }
        return variables
    }
}

extension JSONValue {
    /// The value inside a text: a text as it is, anything else as JSON.
    var plainText: String { self.stringValue ?? self.serialized() }
}
