// SPDX-License-Identifier: Apache-2.0

/// Gives values one after another.
final class ValueIterator {
    private let advance: () throws -> Value?

    init(_ advance: @escaping () throws -> Value?) { self.advance = advance }

    /// Goes through an array.
    convenience init(_ elements: [Value]) {
        var index = 0
        self.init {
            guard index < elements.count else { return nil }
            index += 1
            return elements[index - 1]
        }
    }

    func next() throws -> Value? { try self.advance() }

    /// All that is left.
    func rest() throws -> [Value] {
        var values: [Value] = []
        while let value = try self.next() { values.append(value) }
        return values
    }
}

extension Value {
    /// Python's `iter()`, or nil where the type has none.
    func iterator() throws -> ValueIterator? {
        switch self {
        case .list(let list):
            var index = 0
            return ValueIterator {
                guard index < list.elements.count else { return nil }
                index += 1
                return list.elements[index - 1]
            }
        case .tuple(let tuple): return ValueIterator(tuple.elements)
        case .dict(let dict): return ValueIterator(dict.keys)
        case .string(let text), .markup(let text):
            var scalars = text.unicodeScalars.makeIterator()
            return ValueIterator { scalars.next().map { .string(String($0)) } }
        case .undefined(let undefined):
            try undefined.checkUse()
            return ValueIterator([])
        case .object(let object): return try object.iterator()
        default: return nil
        }
    }

    /// All elements; an error where the type has none.
    func elements() throws -> [Value] {
        switch self {
        case .list(let list): return list.elements
        case .tuple(let tuple): return tuple.elements
        default: return try self.requiredIterator().rest()
        }
    }

    func requiredIterator() throws -> ValueIterator {
        guard let iterator = try self.iterator() else {
            throw TemplateFailure.type("'\(self.typeName)' object is not iterable")
        }
        return iterator
    }
}
