// SPDX-License-Identifier: Apache-2.0

extension BuiltinFilter {
    static let selections: [BuiltinFilter] = [
        BuiltinFilter("map", takesAny: true) { call in
            .object(GeneratorValue(lazily: { try SelectionFilters.map(call) }))
        },
        Self.selection("select", keeps: true, byAttribute: false),
        Self.selection("reject", keeps: false, byAttribute: false),
        Self.selection("selectattr", keeps: true, byAttribute: true),
        Self.selection("rejectattr", keeps: false, byAttribute: true),
        BuiltinFilter("attr", ["name"], required: 1) { call in
            if case .undefined(let undefined) = call.value { throw undefined.failure }
            guard let name = call[0]?.stringValue else {
                throw TemplateFailure.type("attribute name must be string, not '\(call[0]?.typeName ?? "")'")
            }
            return try call.renderer.ownAttribute(name, of: call.value)
                ?? call.renderer.undefined(call.value, attribute: name)
        },
        BuiltinFilter("default", ["default_value", "boolean"]) { call in
            if call.value.isUndefined { return call[0] ?? .string("") }
            guard try call.flag(1), try !call.value.isTrue() else { return call.value }
            return call[0] ?? .string("")
        },
    ]

    private static func selection(_ name: String, keeps: Bool, byAttribute: Bool) -> BuiltinFilter {
        BuiltinFilter(name, takesAny: true) { call in
            .object(
                GeneratorValue(lazily: { try SelectionFilters.select(call, keeps: keeps, byAttribute: byAttribute) }))
        }
    }
}

enum SelectionFilters {
    static func map(_ call: FilterCall) throws -> [Value] {
        guard try call.value.isTrue() else { return [] }
        var arguments = call.raw
        if arguments.positional.isEmpty, let attribute = arguments.keyword.removeFirst(named: "attribute") {
            let fallback = arguments.keyword.removeFirst(named: "default")
            if let extra = arguments.keyword.first {
                throw call.invalid("Unexpected keyword argument '\(extra.name)'")
            }
            let path = try SequenceFilters.path(attribute)
            return try SequenceFilters.elements(call).map { element in
                try call.renderer.item(path: path, of: element, fallback: fallback ?? .none)
            }
        }
        guard !arguments.positional.isEmpty else { throw call.invalid("map requires a filter argument") }
        let name = try arguments.positional.removeFirst().text()
        guard let filter = BuiltinFilter.all[name] else {
            throw TemplateFailure.runtime("No filter named '\(name)'. \(BuiltinFilter.hint(name))")
        }
        return try SequenceFilters.elements(call).map { try filter.apply(to: $0, arguments, call.renderer) }
    }

    static func select(_ call: FilterCall, keeps: Bool, byAttribute: Bool) throws -> [Value] {
        guard try call.value.isTrue() else { return [] }
        var arguments = call.raw
        var path: [Value] = []
        if byAttribute {
            guard !arguments.positional.isEmpty else { throw call.invalid("Missing parameter for attribute name") }
            path = try SequenceFilters.path(arguments.positional.removeFirst())
        }
        var test: BuiltinTest?
        if !arguments.positional.isEmpty {
            let name = try arguments.positional.removeFirst().text()
            guard let found = BuiltinTest.all[name] else {
                throw TemplateFailure.runtime("No test named '\(name)'. \(BuiltinTest.hint(name))")
            }
            test = found
        }
        return try SequenceFilters.elements(call).filter { element in
            let value = try call.renderer.item(path: path, of: element)
            let holds = try test?.holds(for: value, arguments, call.renderer) ?? value.isTrue()
            return holds == keeps
        }
    }
}
