// SPDX-License-Identifier: Apache-2.0

/// The variable `loop`.
final class LoopValue: ObjectValue {
    private let source: ValueIterator
    private let undefinedValue: (String) -> Value
    private let recurse: ((Value) throws -> Value)?
    private let loopDepth: Int
    private var index = -1
    private var known: Int?
    private var ahead: [Value] = []
    private var aheadStart = 0
    private var hasEnded = false
    private var previous: Value?
    private var current: Value?
    private var lastChanged: [Value]?

    init(
        _ source: ValueIterator, depth: Int, undefined: @escaping (String) -> Value,
        recurse: ((Value) throws -> Value)?
    ) {
        self.source = source
        self.loopDepth = depth
        self.undefinedValue = undefined
        self.recurse = recurse
    }

    /// Moves to the next element.
    func next() throws -> Value? {
        let value: Value?
        if self.aheadStart < self.ahead.count {
            value = self.ahead[self.aheadStart]
            self.aheadStart += 1
        } else {
            value = self.hasEnded ? nil : try self.source.next()
        }
        guard let value else { return nil }
        self.index += 1
        self.previous = self.current
        self.current = value
        return value
    }

    private func peek() throws -> Value? {
        if self.aheadStart == self.ahead.count, !self.hasEnded {
            if let value = try self.source.next() { self.ahead.append(value) } else { self.hasEnded = true }
        }
        return self.aheadStart < self.ahead.count ? self.ahead[self.aheadStart] : nil
    }

    private func length() throws -> Int {
        if let known = self.known { return known }
        if !self.hasEnded { self.ahead += try self.source.rest() }
        self.hasEnded = true
        let length = self.index + 1 + self.ahead.count - self.aheadStart
        self.known = length
        return length
    }

    override var typeName: String { "LoopContext" }
    override var text: String { "<LoopContext \(self.index + 1)/\((try? self.length()) ?? 0)>" }
    override var isCallable: Bool { self.recurse != nil }
    override var count: Int? { get throws { try self.length() } }

    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? {
        switch name {
        case "index": return .int(self.index + 1)
        case "index0": return .int(self.index)
        case "first": return .bool(self.index == 0)
        case "last": return .bool(try self.peek() == nil)
        case "length": return .int(try self.length())
        case "revindex": return .int(try self.length() - self.index)
        case "revindex0": return .int(try self.length() - self.index - 1)
        case "depth": return .int(self.loopDepth + 1)
        case "depth0": return .int(self.loopDepth)
        case "previtem": return self.previous ?? self.undefinedValue("there is no previous item")
        case "nextitem": return try self.peek() ?? self.undefinedValue("there is no next item")
        case "cycle":
            return .object(FunctionValue(name, .anyPositional) { [self] arguments, _ in try self.cycle(arguments) })
        case "changed":
            return .object(FunctionValue(name, .anyPositional) { [self] arguments, _ in self.changed(arguments) })
        default: return nil
        }
    }

    private func cycle(_ arguments: Arguments) throws -> Value {
        guard !arguments.positional.isEmpty else { throw TemplateFailure.type("no items for cycling given") }
        return arguments.positional[self.index % arguments.positional.count]
    }

    private func changed(_ arguments: Arguments) -> Value {
        if let last = self.lastChanged, Value.list(last).equals(.list(arguments.positional)) { return .bool(false) }
        self.lastChanged = arguments.positional
        return .bool(true)
    }

    override func call(_ arguments: Arguments, _ renderer: Renderer) throws -> Value {
        guard let recurse = self.recurse else {
            throw TemplateFailure.type(
                "The loop must have the 'recursive' marker to be called recursively.")
        }
        guard arguments.positional.count == 1 else { throw TemplateFailure.type("loop() takes one iterable") }
        return try recurse(arguments.positional[0])
    }

    override func iterator() throws -> ValueIterator? {
        ValueIterator { [self] in try self.next().map { .tuple([$0, .object(self)]) } }
    }

    override func clear() {
        (self.previous, self.current, self.lastChanged, self.ahead, self.hasEnded) = (nil, nil, nil, [], true)
    }
}
