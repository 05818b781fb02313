// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A value while a template is rendered; it behaves as Python's does.
enum Value {
    /// A variable that was never set; reading it gives ``undefined(_:)``.
    case missing
    case undefined(Undefined)
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    /// A string that is safe in HTML.
    case markup(String)
    case list(ListValue)
    case tuple(TupleValue)
    case dict(DictValue)
    case object(ObjectValue)
}

/// What is known of something that does not exist.
final class Undefined {
    let mode: JinjaOptions.UndefinedMode
    let message: String
    let code: PromptError.Code

    init(_ mode: JinjaOptions.UndefinedMode, _ message: String, code: PromptError.Code = .undefinedValue) {
        self.mode = mode
        self.message = message
        self.code = code
    }

    var failure: TemplateFailure { TemplateFailure(self.code, self.message) }

    /// Throws in the mode where any use is an error.
    func checkUse() throws {
        if self.mode == .strict { throw self.failure }
    }
}

/// A list that templates may change.
final class ListValue {
    var elements: [Value]
    /// How deeply values were nested when the list was made; later changes don't count, see ``Renderer``.
    let depth: Int

    init(_ elements: [Value]) {
        self.elements = elements
        self.depth = Value.depth(around: elements)
    }
}

final class TupleValue {
    let elements: [Value]
    /// Whether the elements are also attributes `grouper` and `list`, as `groupby` gives them.
    let isGroup: Bool
    let depth: Int

    init(_ elements: [Value], isGroup: Bool = false) {
        self.elements = elements
        self.depth = Value.depth(around: elements)
        self.isGroup = isGroup
    }
}

/// Any other thing, such as a function, a loop or a namespace.
class ObjectValue {
    /// Python's name of the type, for messages.
    var typeName: String { "object" }
    /// What `str()` shows.
    var text: String { "<\(self.typeName) object>" }
    /// What `str()` shows inside so many other values; objects that show values override this instead of ``text``.
    func text(depth: Int) throws -> String { self.text }
    var isTrue: Bool { true }
    var isCallable: Bool { false }
    /// How deeply values are nested inside, as far as nobody empties them at the end.
    var depth: Int { 0 }
    /// The number of elements, or nil where Python has no `len()`.
    var count: Int? { get throws { nil } }

    /// An attribute, or nil where there is none.
    func attribute(_ name: String, _ renderer: Renderer) throws -> Value? { nil }

    /// An element, or nil where there is none.
    func item(_ key: Value) throws -> Value? { nil }

    func call(_ arguments: Arguments, _ renderer: Renderer) throws -> Value {
        throw TemplateFailure.type("'\(self.typeName)' object is not callable")
    }

    /// Begins an iteration, or nil where the type has none.
    func iterator() throws -> ValueIterator? { nil }

    /// Lets go of what may form a cycle; called when rendering has ended.
    func clear() {}
}

/// The arguments of a call.
struct Arguments {
    var positional: [Value] = []
    var keyword: [(name: String, value: Value)] = []

    func value(_ name: String) -> Value? { self.keyword.first { $0.name == name }?.value }
}

extension Value {
    /// How deeply values are nested; a plain value has 0.
    var depth: Int {
        switch self {
        case .list(let list): list.depth
        case .tuple(let tuple): tuple.depth
        case .dict(let dict): dict.depth
        case .object(let object): object.depth
        default: 0
        }
    }

    static func depth(around elements: [Value]) -> Int {
        var deepest = 0
        for element in elements { deepest = max(deepest, element.depth) }
        return deepest + 1
    }

    static func strings(_ strings: [String]) -> Value { .list(ListValue(strings.map { .string($0) })) }
    static func list(_ elements: [Value]) -> Value { .list(ListValue(elements)) }
    static func tuple(_ elements: [Value]) -> Value { .tuple(TupleValue(elements)) }

    /// Python's name of the type.
    var typeName: String {
        switch self {
        case .missing, .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "str"
        case .markup: "Markup"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        case .object(let object): object.typeName
        }
    }

    /// How messages about missing attributes name the value.
    var ownerName: String {
        switch self {
        case .none: "None"
        case .markup: "markupsafe.Markup object"
        default: "\(self.typeName) object"
        }
    }

    /// The text of a string, safe or not.
    var stringValue: String? {
        switch self {
        case .string(let text), .markup(let text): text
        default: nil
        }
    }

    var isString: Bool { self.stringValue != nil }

    var isUndefined: Bool {
        switch self {
        case .undefined, .missing: true
        default: false
        }
    }

    var isNone: Bool { if case .none = self { true } else { false } }

    /// The whole number that Python takes this for where it wants an index.
    var indexValue: Int? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    /// Python's `bool()`.
    func isTrue() throws -> Bool {
        switch self {
        case .missing, .none: return false
        case .undefined(let undefined):
            try undefined.checkUse()
            return false
        case .bool(let value): return value
        case .int(let value): return value != 0
        case .float(let value): return value != 0
        case .string(let text), .markup(let text): return !text.isEmpty
        case .list(let list): return !list.elements.isEmpty
        case .tuple(let tuple): return !tuple.elements.isEmpty
        case .dict(let dict): return dict.count > 0
        case .object(let object): return object.isTrue
        }
    }

    /// Python's `len()`, or nil where the type has none.
    func count() throws -> Int? {
        switch self {
        case .string(let text), .markup(let text): return text.unicodeScalars.count
        case .list(let list): return list.elements.count
        case .tuple(let tuple): return tuple.elements.count
        case .dict(let dict): return dict.count
        case .object(let object): return try object.count
        case .undefined(let undefined):
            try undefined.checkUse()
            return 0
        default: return nil
        }
    }
}
