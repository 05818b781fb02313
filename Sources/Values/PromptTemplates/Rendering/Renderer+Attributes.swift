// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    /// `value.name`: attributes and methods first, then elements.
    func attribute(_ use: AttributeUse, of value: Value) throws -> Value {
        switch value {
        case .dict(let dict) where !use.isMethod:
            return dict[use.name] ?? self.undefined(value, attribute: use.name)
        case .undefined(let undefined):
            if undefined.mode == .chainable, undefined.code == .undefinedValue { return value }
            throw undefined.failure
        default: break
        }
        if let found = try self.ownAttribute(use.name, of: value) { return found }
        if case .dict(let dict) = value, let element = dict[use.name] { return element }
        return self.undefined(value, attribute: use.name)
    }

    /// An attribute or method, without looking at elements.
    func ownAttribute(_ name: String, of value: Value) throws -> Value? {
        if self.options.sandboxed, let refusal = self.refusal(of: name, value) { return refusal }
        switch value {
        case .object(let object): return try object.attribute(name, self)
        case .tuple(let tuple) where tuple.isGroup && name == "grouper": return tuple.elements.first
        case .tuple(let tuple) where tuple.isGroup && name == "list": return tuple.elements.last
        case .int, .bool, .float:
            if name == "real", let number = value.number {
                if case .int(let whole) = number { return .int(whole) }
                return value
            }
            return BuiltinMethods.bind(name, to: value).map { .object($0) }
        default: return BuiltinMethods.bind(name, to: value).map { .object($0) }
        }
    }

    /// In the sandbox: something that fails when it is used, for what templates may not touch.
    private func refusal(of name: String, _ value: Value) -> Value? {
        guard BuiltinMethods.bind(name, to: value) != nil, BuiltinMethods.isMutating(name, of: value) else {
            return nil
        }
        return self.undefined(
            "access to attribute '\(name)' of '\(value.typeName)' object is unsafe.", code: .forbidden)
    }

    /// `value[key]`: elements first, then attributes.
    func item(_ key: Value, of value: Value) throws -> Value {
        switch value {
        case .undefined(let undefined):
            if undefined.mode == .chainable, undefined.code == .undefinedValue { return value }
            throw undefined.failure
        case .dict(let dict):
            if case .list = key { return try self.undefined(value, element: key) }
            if case .dict = key { return try self.undefined(value, element: key) }
            if let found = try dict.get(key) { return found }
        case .object(let object): if let found = try object.item(key) { return found }
        case .list(let list):
            if let index = self.index(key, count: list.elements.count) { return list.elements[index] }
        case .tuple(let tuple):
            if let index = self.index(key, count: tuple.elements.count) { return tuple.elements[index] }
        case .string(let text), .markup(let text):
            if key.indexValue != nil {
                let scalars = Array(text.unicodeScalars)
                if let index = self.index(key, count: scalars.count) { return value.sameKind(String(scalars[index])) }
            }
        default: break
        }
        if let name = key.stringValue, let found = try self.ownAttribute(name, of: value) { return found }
        return try self.undefined(value, element: key)
    }

    private func index(_ key: Value, count: Int) -> Int? {
        guard let index = key.indexValue else { return nil }
        let fromStart = index < 0 ? index + count : index
        return fromStart >= 0 && fromStart < count ? fromStart : nil
    }

    /// An item along a path such as `a.b.0`, as filters take it.
    ///
    /// A `fallback` other than `none` stands in for whatever is missing on the way.
    func item(path: [Value], of value: Value, fallback: Value = .none) throws -> Value {
        var value = value
        for key in path {
            value = try self.item(key, of: value)
            if value.isUndefined, !fallback.isNone { value = fallback }
        }
        return value
    }

    // MARK: Slices

    func slice(_ value: Value, _ start: Value, _ stop: Value, _ step: Value) throws -> Value {
        func indices(_ count: Int) throws -> [Int] {
            try self.charge(count: 1 + count / 16)
            return try SliceIndices(start: start, stop: stop, step: step, count: count).all
        }
        switch value {
        case .list(let list): return .list(try indices(list.elements.count).map { list.elements[$0] })
        case .tuple(let tuple): return .tuple(try indices(tuple.elements.count).map { tuple.elements[$0] })
        case .string(let text), .markup(let text):
            let scalars = Array(text.unicodeScalars)
            var result = String.UnicodeScalarView()
            for index in try indices(scalars.count) { result.append(scalars[index]) }
            return value.sameKind(String(result))
        case .object(let range as RangeValue):
            return .object(
                try range.slice(try SliceIndices(start: start, stop: stop, step: step, count: range.count ?? 0)))
        case .undefined(let undefined):
            if undefined.mode == .chainable { return value }
            throw undefined.failure
        case .dict: throw TemplateFailure.type("unhashable type: 'slice'")
        default: throw TemplateFailure.type("'\(value.typeName)' object is not subscriptable")
        }
    }
}

/// Python's rules for `[start:stop:step]`.
struct SliceIndices {
    let first: Int
    /// The index that is not reached any more.
    let last: Int
    let step: Int
    private let count: Int

    init(start: Value, stop: Value, step: Value, count: Int) throws {
        let step = try Self.bound(step) ?? 1
        guard step != 0 else { throw TemplateFailure.value("slice step cannot be zero") }
        let lower = step > 0 ? 0 : -1
        let upper = step > 0 ? count : count - 1
        func clamp(_ bound: Int?, _ fallback: Int) -> Int {
            guard var bound else { return fallback }
            if bound < 0 { bound += count }
            return min(max(bound, lower), upper)
        }
        self.first = clamp(try Self.bound(start), step > 0 ? lower : upper)
        self.last = clamp(try Self.bound(stop), step > 0 ? upper : lower)
        (self.step, self.count) = (step, count)
    }

    var all: [Int] {
        if self.step > 0 ? self.first >= self.last : self.first <= self.last { return [] }
        let bounded = self.step > 0 ? min(self.step, self.count + 1) : max(self.step, -self.count - 1)
        return Array(stride(from: self.first, to: self.last, by: bounded))
    }

    private static func bound(_ value: Value) throws -> Int? {
        if value.isNone { return nil }
        if case .undefined(let undefined) = value { throw undefined.failure }
        guard let index = value.indexValue else {
            throw TemplateFailure.type("slice indices must be integers or None or have an __index__ method")
        }
        return index
    }
}
