// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

/// A dictionary that keeps the order of its keys and that templates may change.
final class DictValue {
    /// Keys compare as Python's do: strings by code points, numbers by value.
    private(set) var entries: OrderedDictionary<DictKey, Value> = [:]
    private(set) var depth = 1

    init() {}

    init(_ pairs: [(Value, Value)]) throws {
        self.entries.reserveCapacity(pairs.count)
        for (key, value) in pairs { try self.set(key, value) }
    }

    /// A dictionary whose keys are all strings.
    init(strings pairs: some Sequence<(key: String, value: Value)>) {
        for (key, value) in pairs { self[key] = value }
    }

    var count: Int { self.entries.count }
    var keys: [Value] { self.entries.keys.map(\.value) }
    var values: [Value] { Array(self.entries.values) }
    var pairs: [(Value, Value)] { self.entries.map { ($0.key.value, $0.value) } }

    subscript(_ key: String) -> Value? {
        get { self.entries[DictKey(key)] }
        set {
            self.depth = max(self.depth, 1 + (newValue?.depth ?? 0))
            self.entries[DictKey(key)] = newValue
        }
    }

    func get(_ key: Value) throws -> Value? { self.entries[try DictKey(key)] }
    func set(_ key: Value, _ value: Value) throws {
        self.depth = max(self.depth, 1 + max(key.depth, value.depth))
        self.entries[try DictKey(key)] = value
    }
    func remove(_ key: Value) throws -> Value? { self.entries.removeValue(forKey: try DictKey(key)) }
    func removeLast() -> (Value, Value)? {
        self.entries.isEmpty ? nil : { ($0.key.value, $0.value) }(self.entries.removeLast())
    }
    func removeAll() { self.entries = [:] }
    func copy() -> DictValue {
        let copy = DictValue()
        (copy.entries, copy.depth) = (self.entries, self.depth)
        return copy
    }
}

/// A value that Python can hash.
struct DictKey: Hashable {
    let value: Value

    init(_ string: String) { self.value = .string(string) }

    /// The most values that a key is made of; a small template can make a tuple that holds itself a billion times over.
    private static let maximumParts = 1 << 16

    init(_ value: Value) throws {
        var partsLeft = Self.maximumParts
        try Self.check(value, &partsLeft)
        self.value = value
    }

    private static func check(_ value: Value, _ partsLeft: inout Int) throws {
        partsLeft -= 1
        guard partsLeft > 0 else { throw TemplateFailure.limit("A tuple is too large to be a key.") }
        switch value {
        case .list, .dict: throw TemplateFailure.type("unhashable type: '\(value.typeName)'")
        case .tuple(let tuple): for element in tuple.elements { try self.check(element, &partsLeft) }
        case .undefined(let undefined): try undefined.checkUse()
        default: break
        }
    }

    static func == (left: Self, right: Self) -> Bool { left.value.equals(right.value) }

    func hash(into hasher: inout Hasher) { Self.hash(self.value, into: &hasher) }

    private static func hash(_ value: Value, into hasher: inout Hasher) {
        switch value {
        case .string(let text), .markup(let text):
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .int(let number): hasher.combine(number)
        case .bool(let flag): hasher.combine(flag ? 1 : 0)
        case .float(let number):
            if let whole = Int(exactly: number) { hasher.combine(whole) } else { hasher.combine(number) }
        case .tuple(let tuple): tuple.elements.forEach { self.hash($0, into: &hasher) }
        case .object(let object): hasher.combine(ObjectIdentifier(object))
        case .missing, .undefined, .none, .list, .dict: hasher.combine(-1)
        }
    }
}
