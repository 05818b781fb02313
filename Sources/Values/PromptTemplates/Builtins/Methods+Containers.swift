// SPDX-License-Identifier: Apache-2.0

extension BuiltinMethods {
    static let list: [String: Body<ListValue>] = [
        "append": { list, call in
            try Self.change(list, call) { $0.append(try call.required(0)) }
            return .none
        },
        "extend": { list, call in
            let added = try call.required(0).elements()
            try call.renderer.charge(count: added.count)
            try Self.change(list, call) { $0 += added }
            return .none
        },
        "insert": { list, call in
            let index = try call.integer(0, default: 0)
            let count = list.elements.count
            let place = min(max(index < 0 ? index + count : index, 0), count)
            try Self.change(list, call) { $0.insert(try call.required(1), at: place) }
            return .none
        },
        "pop": { list, call in
            let index = try call.integer(0, default: -1)
            let place = index < 0 ? index + list.elements.count : index
            guard list.elements.indices.contains(place) else {
                throw TemplateFailure.value(list.elements.isEmpty ? "pop from empty list" : "pop index out of range")
            }
            return list.elements.remove(at: place)
        },
        "remove": { list, call in
            let wanted = try call.required(0)
            guard let index = list.elements.firstIndex(where: { $0.equals(wanted) }) else {
                throw TemplateFailure.value("list.remove(x): x not in list")
            }
            list.elements.remove(at: index)
            return .none
        },
        "clear": { list, _ in
            list.elements = []
            return .none
        },
        "reverse": { list, _ in
            list.elements.reverse()
            return .none
        },
        "sort": { list, call in
            let reversed = try call.arguments.value("reverse")?.isTrue() ?? false
            list.elements = try SequenceFilters.sorted(list.elements, reversed: reversed, call.renderer) {
                try $0.isLess(than: $1)
            }
            return .none
        },
        "copy": { list, call in
            try call.renderer.charge(count: list.elements.count)
            return .list(list.elements)
        },
        "count": { list, call in
            let wanted = try call.required(0)
            return .int(list.elements.count { $0.equals(wanted) })
        },
        "index": { list, call in try Self.index(of: call, in: list.elements, "list") },
    ]

    private static func change(_ list: ListValue, _ call: MethodCall, _ change: (inout [Value]) throws -> Void) throws {
        call.renderer.willDispose(list)
        try change(&list.elements)
    }

    static let dict: [String: Body<DictValue>] = [
        "keys": { dict, _ in .object(DictView(dict, .keys)) },
        "values": { dict, _ in .object(DictView(dict, .values)) },
        "items": { dict, _ in .object(DictView(dict, .items)) },
        "get": { dict, call in
            return try dict.get(try call.required(0)) ?? call[1] ?? .none
        },
        "copy": { dict, call in
            try call.renderer.charge(count: dict.count)
            return .dict(dict.copy())
        },
        "pop": { dict, call in
            if let value = try dict.remove(try call.required(0)) ?? call[1] { return value }
            throw TemplateFailure.value("KeyError: \(try call.required(0).representation())")
        },
        "popitem": { dict, _ in
            guard let (key, value) = dict.removeLast() else {
                throw TemplateFailure.value("popitem(): dictionary is empty")
            }
            return .tuple([key, value])
        },
        "setdefault": { dict, call in
            let key = try call.required(0)
            if let value = try dict.get(key) { return value }
            call.renderer.willDispose(dict)
            try dict.set(key, call[1] ?? .none)
            return call[1] ?? .none
        },
        "update": { dict, call in
            call.renderer.willDispose(dict)
            if let other = call[0] {
                for (key, value) in try BuiltinGlobals.pairs(other) { try dict.set(key, value) }
            }
            for (name, value) in call.arguments.keyword { dict[name] = value }
            try call.renderer.charge(count: dict.count)
            return .none
        },
        "clear": { dict, _ in
            dict.removeAll()
            return .none
        },
    ]
}
