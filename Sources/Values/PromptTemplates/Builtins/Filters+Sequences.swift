// SPDX-License-Identifier: Apache-2.0

extension BuiltinFilter {
    static let sequences: [BuiltinFilter] = [
        BuiltinFilter("length") { call in
            guard let count = try call.value.count() else {
                throw TemplateFailure.type("object of type '\(call.value.typeName)' has no len()")
            }
            return .int(count)
        },
        BuiltinFilter("list") { .list(try SequenceFilters.elements($0)) },
        BuiltinFilter("first") { call in
            try call.value.requiredIterator().next()
                ?? call.renderer.undefined("No first item, sequence was empty.")
        },
        BuiltinFilter("last") { call in
            try SequenceFilters.reversible(call).last ?? call.renderer.undefined("No last item, sequence was empty.")
        },
        BuiltinFilter("reverse") { call in
            if let text = call.value.stringValue { return call.value.sameKind(String(text.unicodeScalars.reversed())) }
            guard case .object(let object) = call.value, object is GeneratorValue else {
                guard let iterator = try call.value.iterator() else { throw call.invalid("argument must be iterable") }
                return .object(GeneratorValue(ValueIterator(try iterator.rest().reversed())))
            }
            return .list(try SequenceFilters.elements(call).reversed())
        },
        BuiltinFilter("random") { call in
            if case .dict = call.value { throw TemplateFailure.type("random needs a sequence") }
            let elements = try SequenceFilters.reversible(call)
            return elements.randomElement(using: &call.renderer.random)
                ?? call.renderer.undefined("No random item, sequence was empty.")
        },
        BuiltinFilter("join", ["d", "attribute"]) { try SequenceFilters.join($0) },
        BuiltinFilter("batch", ["linecount", "fill_with"], required: 1) { call in
            .object(GeneratorValue(lazily: { try SequenceFilters.batch(call) }))
        },
        BuiltinFilter("slice", ["slices", "fill_with"], required: 1) { call in
            .object(GeneratorValue(lazily: { try SequenceFilters.slice(call) }))
        },
        BuiltinFilter("sort", ["reverse", "case_sensitive", "attribute"]) { call in
            let keys = try SequenceFilters.sortPaths(call.some(2))
            let ignoresCase = try !call.flag(1)
            let keyed = try SequenceFilters.elements(call).map { element in
                (
                    key: try keys.map { path in
                        let key = try call.renderer.item(path: path, of: element)
                        return ignoresCase ? key.ignoringCase : key
                    }, element: element
                )
            }
            return .list(
                try SequenceFilters.sorted(keyed, reversed: try call.direction(0), call.renderer) {
                    try Value.list($0.key).isLess(than: .list($1.key))
                }.map(\.element))
        },
        BuiltinFilter("dictsort", ["case_sensitive", "by", "reverse"]) { try SequenceFilters.sortDict($0) },
        BuiltinFilter("unique", ["case_sensitive", "attribute"]) { call in
            .object(GeneratorValue(lazily: { try SequenceFilters.unique(call) }))
        },
        BuiltinFilter("min", ["case_sensitive", "attribute"]) { call in
            try SequenceFilters.extreme(call) { try $0.isLess(than: $1) }
        },
        BuiltinFilter("max", ["case_sensitive", "attribute"]) { call in
            try SequenceFilters.extreme(call) { try $1.isLess(than: $0, symbol: ">") }
        },
        BuiltinFilter("groupby", ["attribute", "default", "case_sensitive"], required: 1) {
            try SequenceFilters.group($0)
        },
        BuiltinFilter("items") { call in
            switch call.value {
            case .undefined: return .object(GeneratorValue(ValueIterator([])))
            case .dict(let dict):
                return .object(GeneratorValue(ValueIterator(dict.pairs.map { .tuple([$0, $1]) })))
            default:
                return .object(
                    GeneratorValue(lazily: { throw TemplateFailure.type("Can only get item pairs from a mapping.") }))
            }
        },
    ]
}

extension Value {
    var ignoringCase: Value {
        switch self {
        case .string(let text): .string(text.pythonLowercased)
        case .markup(let text): .markup(text.pythonLowercased)
        default: self
        }
    }
}

enum SequenceFilters {
    static func elements(_ call: FilterCall) throws -> [Value] {
        if case .object(let range as RangeValue) = call.value { try call.renderer.charge(count: range.count ?? 0) }
        let elements = try call.value.elements()
        try call.renderer.charge(count: elements.count)
        return elements
    }

    /// The elements of what Python's `reversed()` takes.
    static func reversible(_ call: FilterCall) throws -> [Value] {
        if case .object(let object) = call.value, object is GeneratorValue {
            throw TemplateFailure.type("'\(object.typeName)' object is not reversible")
        }
        return try self.elements(call)
    }

    /// `a.b.0` as keys.
    static func path(_ attribute: Value) throws -> [Value] {
        guard let text = attribute.stringValue else { return attribute.isNone ? [] : [attribute] }
        return text.split(at: ".", limit: -1).map { part in
            !part.isEmpty && part.unicodeScalars.allSatisfy { $0.properties.numericType == .decimal }
                ? Int(part).map { .int($0) } ?? .string(part) : .string(part)
        }
    }

    static func sortPaths(_ attribute: Value?) throws -> [[Value]] {
        guard let attribute else { return [[]] }
        guard let text = attribute.stringValue else { return [try self.path(attribute)] }
        return try text.split(at: ",", limit: -1).map { try self.path(.string($0)) }
    }

    static func sorted<Element>(
        _ elements: [Element], reversed: Bool, _ renderer: Renderer, _ isLess: (Element, Element) throws -> Bool
    ) throws -> [Element] {
        // Python sorts in reverse so that equal elements keep their order.
        try (reversed ? elements.reversed() : elements).stableSorted {
            try renderer.step()
            return try isLess($0, $1)
        }.reversedIf(reversed)
    }

    static func join(_ call: FilterCall) throws -> Value {
        let path = try call.some(1).map { try self.path($0) } ?? []
        let values = try self.elements(call).map { try call.renderer.item(path: path, of: $0) }
        let separator = call[0] ?? .string("")
        let isMarkup = call.escapes && (separator.isMarkup || values.contains(where: \.isMarkup))
        func text(_ value: Value) throws -> String { isMarkup ? try call.renderer.escape(value) : try value.text() }
        let between = try text(separator)
        try call.renderer.charge(bytes: between.utf8.count, times: values.count)
        var result = ""
        for (index, value) in values.enumerated() {
            if index > 0 { result += between }
            result += try text(value)
        }
        try call.renderer.charge(bytes: result.utf8.count)
        return isMarkup ? .markup(result) : .string(result)
    }

    static func batch(_ call: FilterCall) throws -> [Value] {
        let size = try call.integer(0, default: 1)
        var rows: [[Value]] = []
        for element in try self.elements(call) {
            if rows.isEmpty { rows.append([]) }
            if rows[rows.count - 1].count == size { rows.append([]) }
            rows[rows.count - 1].append(element)
        }
        if let fill = call.some(1), let last = rows.last, last.count < size {
            try call.renderer.charge(count: size - last.count)
            rows[rows.count - 1] += Array(repeating: fill, count: size - last.count)
        }
        return rows.map { .list($0) }
    }

    static func slice(_ call: FilterCall) throws -> [Value] {
        let slices = try call.integer(0, default: 1)
        let elements = try self.elements(call)
        guard slices != 0 else { throw TemplateFailure(.zeroDivision, "integer division or modulo by zero") }
        guard slices > 0 else { return [] }
        try call.renderer.charge(count: slices)
        let (size, extra) = elements.count.quotientAndRemainder(dividingBy: slices)
        var start = 0
        return (0..<slices).map { index in
            let end = start + size + (index < extra ? 1 : 0)
            defer { start = end }
            var part = Array(elements[start..<end])
            if let fill = call.some(1), index >= extra { part.append(fill) }
            return .list(part)
        }
    }

    static func sortDict(_ call: FilterCall) throws -> Value {
        guard case .dict(let dict) = call.value else {
            if case .undefined(let undefined) = call.value { throw undefined.failure }
            throw TemplateFailure.type("The filter 'dictsort' needs a mapping, not '\(call.value.typeName)'.")
        }
        let by = try call.text(1, default: "key")
        guard by == "key" || by == "value" else {
            throw call.invalid("You can only sort by either \"key\" or \"value\"")
        }
        let ignoresCase = try !call.flag(0)
        let keyed = dict.pairs.map { pair in
            let key = by == "key" ? pair.0 : pair.1
            return (key: ignoresCase ? key.ignoringCase : key, pair: pair)
        }
        let sorted = try self.sorted(keyed, reversed: try call.direction(2), call.renderer) {
            try $0.key.isLess(than: $1.key)
        }
        return .list(sorted.map { .tuple([$0.pair.0, $0.pair.1]) })
    }

    static func unique(_ call: FilterCall) throws -> [Value] {
        let ignoresCase = try !call.flag(0)
        let path = try call.some(1).map { try self.path($0) } ?? []
        var seen: Set<DictKey> = []
        return try self.elements(call).filter { element in
            let key = try call.renderer.item(path: path, of: element)
            return seen.insert(try DictKey(ignoresCase ? key.ignoringCase : key)).inserted
        }
    }

    static func extreme(_ call: FilterCall, _ isBetter: (Value, Value) throws -> Bool) throws -> Value {
        let ignoresCase = try !call.flag(0)
        let path = try call.some(1).map { try self.path($0) } ?? []
        var best: (key: Value, element: Value)?
        for element in try self.elements(call) {
            let found = try call.renderer.item(path: path, of: element)
            let key = ignoresCase ? found.ignoringCase : found
            if let current = best, try !isBetter(key, current.key) { continue }
            best = (key, element)
        }
        return best?.element ?? call.renderer.undefined("No aggregated item, sequence was empty.")
    }

    static func group(_ call: FilterCall) throws -> Value {
        let path = try call[0].map { try self.path($0) } ?? []
        let ignoresCase = try !call.flag(2)
        func key(_ element: Value) throws -> Value {
            try call.renderer.item(path: path, of: element, fallback: call.some(1) ?? .none)
        }
        let keyed = try self.elements(call).map { element in
            let found = try key(element)
            return (key: ignoresCase ? found.ignoringCase : found, real: found, element: element)
        }
        var groups: [(key: Value, real: Value, elements: [Value])] = []
        for item in try self.sorted(keyed, reversed: false, call.renderer, { try $0.key.isLess(than: $1.key) }) {
            if let last = groups.last, last.key.equals(item.key) {
                groups[groups.count - 1].elements.append(item.element)
            } else {
                groups.append((item.key, item.real, [item.element]))
            }
        }
        return .list(groups.map { .tuple(TupleValue([$0.real, .list($0.elements)], isGroup: true)) })
    }
}

extension Array {
    fileprivate func reversedIf(_ reverses: Bool) -> [Element] { reverses ? self.reversed() : self }
}
