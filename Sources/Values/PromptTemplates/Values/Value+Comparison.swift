// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

extension String {
    /// Whether both strings have the same code points; `==` would take composed and decomposed text for equal.
    func hasSameCodePoints(as other: String) -> Bool {
        self.utf8.count == other.utf8.count && self.utf8.elementsEqual(other.utf8)
    }
}

extension Value {
    /// How deeply values are compared, printed or copied before it is an error.
    static let maximumNesting = 200

    /// How many values one comparison looks at; a small template can make a value that holds itself a billion times over.
    private static let maximumComparisons = 1 << 22

    /// The number that this is in arithmetic, `True` being 1.
    var number: Number? {
        switch self {
        case .int(let value): .int(value)
        case .bool(let value): .int(value ? 1 : 0)
        case .float(let value): .float(value)
        default: nil
        }
    }

    enum Number {
        case int(Int)
        case float(Double)

        var double: Double {
            switch self {
            case .int(let value): Double(value)
            case .float(let value): value
            }
        }
    }

    /// Python's `==`; values that are too large or nested too deeply are unequal.
    func equals(_ other: Value, depth: Int = 0) -> Bool {
        var left = Self.maximumComparisons
        return self.equals(other, depth: depth, &left)
    }

    private func equals(_ other: Value, charging renderer: Renderer) throws -> Bool {
        var left = Self.maximumComparisons
        let areEqual = self.equals(other, depth: 0, &left)
        try renderer.charge(count: (Self.maximumComparisons - left) / 16)
        return areEqual
    }

    private func equals(_ other: Value, depth: Int, _ comparisonsLeft: inout Int) -> Bool {
        comparisonsLeft -= 1
        guard depth < Self.maximumNesting, comparisonsLeft > 0 else { return false }
        if let left = self.number, let right = other.number { return Self.equals(left, right) }
        switch (self, other) {
        case (.string(let left), .string(let right)), (.string(let left), .markup(let right)),
            (.markup(let left), .string(let right)), (.markup(let left), .markup(let right)):
            return left.hasSameCodePoints(as: right)
        case (.none, .none), (.undefined, .undefined): return true
        case (.list(let left), .list(let right)):
            return left === right || Self.equals(left.elements, right.elements, depth: depth, &comparisonsLeft)
        case (.tuple(let left), .tuple(let right)):
            return left === right || Self.equals(left.elements, right.elements, depth: depth, &comparisonsLeft)
        case (.dict(let left), .dict(let right)):
            guard left.count == right.count else { return false }
            return left.entries.allSatisfy { key, value in
                right.entries[key].map { $0.equals(value, depth: depth + 1, &comparisonsLeft) } ?? false
            }
        case (.object(let left as RangeValue), .object(let right as RangeValue)): return left.isSame(as: right)
        case (.object(let left), .object(let right)): return left === right
        default: return false
        }
    }

    private static func equals(_ left: Number, _ right: Number) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)): left == right
        case (.float(let left), .float(let right)): left == right
        case (.int(let whole), .float(let float)), (.float(let float), .int(let whole)): Int(exactly: float) == whole
        }
    }

    private static func equals(
        _ left: [Value], _ right: [Value], depth: Int, _ comparisonsLeft: inout Int
    ) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { $0.equals($1, depth: depth + 1, &comparisonsLeft) }
    }

    /// Python's `<`, or an error where the types have no order.
    func isLess(than other: Value, symbol: String = "<", depth: Int = 0) throws -> Bool {
        guard depth < Self.maximumNesting else {
            throw TemplateFailure.limit("Values are nested too deeply to compare.")
        }
        if let left = self.number, let right = other.number {
            if case .int(let left) = left, case .int(let right) = right { return left < right }
            return left.double < right.double
        }
        if let left = self.stringValue, let right = other.stringValue {
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        }
        switch (self, other) {
        case (.list(let left), .list(let right)):
            return try Self.isLess(left.elements, right.elements, symbol: symbol, depth: depth)
        case (.tuple(let left), .tuple(let right)):
            return try Self.isLess(left.elements, right.elements, symbol: symbol, depth: depth)
        case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.failure
        default:
            throw TemplateFailure.type(
                "'\(symbol)' not supported between instances of '\(self.typeName)' and '\(other.typeName)'")
        }
    }

    private static func isLess(_ left: [Value], _ right: [Value], symbol: String, depth: Int) throws -> Bool {
        for (first, second) in zip(left, right) {
            if case .undefined(let undefined) = first { try undefined.checkUse() }
            if first.equals(second, depth: depth + 1) { continue }
            return try first.isLess(than: second, symbol: symbol, depth: depth + 1)
        }
        return left.count < right.count
    }

    /// Whether a comparison holds.
    func compare(_ operation: Comparison, _ other: Value, _ renderer: Renderer) throws -> Bool {
        if case .undefined(let undefined) = self { try undefined.checkUse() }
        if case .undefined(let undefined) = other, operation != .in, operation != .notIn { try undefined.checkUse() }
        switch operation {
        case .equal: return try self.equals(other, charging: renderer)
        case .notEqual: return try !self.equals(other, charging: renderer)
        case .less: return try self.isLess(than: other)
        case .greater: return try other.isLess(than: self, symbol: ">")
        case .lessOrEqual: return try self.isLessOrEqual(other, symbol: "<=")
        case .greaterOrEqual: return try other.isLessOrEqual(self, symbol: ">=")
        case .in: return try other.contains(self)
        case .notIn: return try !other.contains(self)
        }
    }

    private func isLessOrEqual(_ other: Value, symbol: String) throws -> Bool {
        if let left = self.number, let right = other.number, left.double.isNaN || right.double.isNaN { return false }
        return try !other.isLess(than: self, symbol: symbol)
    }

    /// Python's `in`, seen from the container.
    func contains(_ element: Value) throws -> Bool {
        switch self {
        case .string(let text), .markup(let text):
            guard let part = element.stringValue else {
                throw TemplateFailure.type(
                    "'in <string>' requires string as left operand, not \(element.typeName)")
            }
            return text.containsCodePoints(of: part)
        case .dict(let dict): return try dict.get(element) != nil
        case .list(let list): return list.elements.contains { $0.equals(element) }
        case .tuple(let tuple): return tuple.elements.contains { $0.equals(element) }
        case .object(let range as RangeValue): return range.contains(element)
        case .undefined(let undefined):
            try undefined.checkUse()
            return false
        default:
            guard let iterator = try self.iterator() else {
                throw TemplateFailure.type("argument of type '\(self.typeName)' is not iterable")
            }
            while let next = try iterator.next() { if next.equals(element) { return true } }
            return false
        }
    }
}
