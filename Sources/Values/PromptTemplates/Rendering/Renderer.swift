// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The variables of one function while it runs.
final class SlotFrame {
    var slots: [Value]
    let parent: SlotFrame?

    init(count: Int, parent: SlotFrame?) {
        self.slots = Array(repeating: .missing, count: count)
        self.parent = parent
    }

    subscript(_ reference: SlotReference) -> Value {
        get {
            if reference.hops == 0 { return self.slots[Int(reference.slot)] }
            var frame = self
            for _ in 0..<reference.hops { if let parent = frame.parent { frame = parent } }
            return frame.slots[Int(reference.slot)]
        }
        set {
            var frame = self
            for _ in 0..<reference.hops { if let parent = frame.parent { frame = parent } }
            frame.slots[Int(reference.slot)] = newValue
        }
    }
}

/// What a template sees from outside, and what it makes visible itself.
final class TemplateContext {
    var given: [String: Value]
    var variables: [String: Value] = [:]
    var exported: Set<String> = []
    /// The implementations of each block, the most derived template's first.
    var blocks: [String: [BlockImplementation]] = [:]
    var autoescape: Bool

    init(given: [String: Value], autoescape: Bool) {
        self.given = given
        self.autoescape = autoescape
    }

    func find(_ name: String) -> Value { self.variables[name] ?? self.given[name] ?? .missing }

    var all: [String: Value] {
        self.variables.isEmpty ? self.given : self.given.merging(self.variables) { _, new in new }
    }
}

struct BlockImplementation {
    let block: BlockStatement
    let code: TemplateCode
}

/// How a statement ended.
enum Flow {
    case normal
    case breakLoop
    case continueLoop
}

/// One rendering; it lives on one thread and is dropped afterwards.
final class Renderer {
    let environment: JinjaEnvironment
    let options: JinjaOptions
    var output = ""
    private var steps = 0
    private var depth = 0
    private let stack = StackBudget()

    // What is running; saved and restored around every call into another function or template.
    var code: TemplateCode
    var frame: SlotFrame
    var context: TemplateContext
    /// Whether printing escapes here, by the text around the statement.
    var escapesOutput: Bool
    /// Whether that depends on a value; Jinja then joins with `~` as if nothing were escaped.
    var isVolatile = false
    /// The parent that the running template extends; its own text is not printed then.
    var parent: TemplateCode?

    var extendDepth = 0
    /// What a filter without a base of its own is applied to.
    var filteredText = Value.none
    var position = TemplatePosition()
    var modules: [ObjectIdentifier: ModuleValue] = [:]
    var random = SystemRandomNumberGenerator()
    private var disposables: [ObjectValue] = []
    private var capturedFrames: [SlotFrame] = []
    private var changedLists: [ListValue] = []
    private var changedDicts: [DictValue] = []

    init(_ code: TemplateCode, environment: JinjaEnvironment, variables: [String: Value]) {
        self.environment = environment
        self.options = environment.options
        self.code = code
        self.frame = SlotFrame(count: 0, parent: nil)
        self.escapesOutput = environment.options.autoescape
        self.context = TemplateContext(given: variables, autoescape: environment.options.autoescape)
    }

    /// Renders the template; failures get the name of the template and the place where they happened.
    func render() throws -> String {
        defer { self.dispose() }
        do {
            try self.runRoot(of: self.code, in: self.context)
            return self.output
        } catch var failure as TemplateFailure {
            failure.template = failure.template ?? self.code.name
            failure.position = failure.position ?? self.position
            throw failure
        }
    }

    // MARK: Limits

    /// Counts work and stops a template that does too much.
    func charge(count: Int, times: Int = 1) throws {
        guard count > 0, times > 0 else { return }
        let product = count.multipliedReportingOverflow(by: times)
        let sum = self.steps.addingReportingOverflow(product.partialValue)
        guard !product.overflow, !sum.overflow, sum.partialValue <= self.options.limits.steps else {
            throw TemplateFailure.limit(
                "The template takes more than \(self.options.limits.steps) steps; simplify it or raise the limit.")
        }
        self.steps = sum.partialValue
    }

    func step() throws { try self.charge(count: 1) }

    /// Counts the work of making a text.
    func charge(bytes: Int, times: Int = 1) throws {
        guard bytes > 0, times > 0 else { return }
        let product = bytes.multipliedReportingOverflow(by: times)
        try self.check(bytes: product.overflow ? .max : product.partialValue)
        try self.charge(count: 1 + product.partialValue / 64)
    }

    /// Stops a text that grows too long.
    func check(bytes: Int) throws {
        guard bytes <= self.options.limits.outputBytes else {
            throw TemplateFailure.limit(
                "A text would have more than \(self.options.limits.outputBytes) bytes; shorten it or raise the limit.")
        }
    }

    /// Runs something inside a call of a macro, block, include or recursive loop.
    func called<Result>(_ body: () throws -> Result) throws -> Result {
        guard self.depth < self.options.limits.depth else {
            throw TemplateFailure.limit(
                "Calls are nested more than \(self.options.limits.depth) levels deep; the template may call itself endlessly."
            )
        }
        self.depth += 1
        defer { self.depth -= 1 }
        try self.step()
        return try body()
    }

    /// Stops values that are nested too deeply to be printed, compared or freed.
    func checkDepth(of value: Value) throws -> Value {
        guard value.depth <= Value.maximumNesting else {
            throw TemplateFailure.limit("Values are nested more than \(Value.maximumNesting) levels deep.")
        }
        return value
    }

    /// Stops statements and expressions that are evaluated too deeply inside each other.
    func checkStack() throws {
        guard !self.stack.isExhausted else {
            throw TemplateFailure.limit("Calls, statements and expressions are nested too deeply.")
        }
    }

    // MARK: Output

    func write(_ text: String) throws {
        self.output += text
        guard self.output.utf8.count <= self.options.limits.outputBytes else {
            throw TemplateFailure.limit(
                "The output has more than \(self.options.limits.outputBytes) bytes; shorten it or raise the limit.")
        }
    }

    /// Gives what a part of the template prints instead of printing it.
    func capture(_ body: () throws -> Void) throws -> String {
        let outer = self.output
        self.output = ""
        try body()
        let captured = self.output
        self.output = outer
        try self.charge(count: 1 + captured.utf8.count / 64)
        return captured
    }

    /// A string as macros and captured blocks give it: safe where escaping is on.
    func captured(_ text: String) -> Value { self.context.autoescape ? .markup(text) : .string(text) }

    // MARK: Memory

    // Namespaces, closures and changed containers may form cycles, or chains too long to be freed recursively, so all
    // of them are emptied when rendering ends.

    func willDispose(_ object: ObjectValue) { self.disposables.append(object) }
    func willDispose(_ frame: SlotFrame) { self.capturedFrames.append(frame) }
    func willDispose(_ list: ListValue) { self.changedLists.append(list) }
    func willDispose(_ dict: DictValue) { self.changedDicts.append(dict) }

    func dispose() {
        self.disposables.forEach { $0.clear() }
        self.capturedFrames.forEach { $0.slots = [] }
        self.changedLists.forEach { $0.elements = [] }
        self.changedDicts.forEach { $0.removeAll() }
    }

    // MARK: Undefined values

    func undefined(_ message: String, code: PromptError.Code = .undefinedValue) -> Value {
        .undefined(Undefined(self.options.undefined, message, code: code))
    }

    func undefined(name: String) -> Value { self.undefined("'\(name)' is undefined") }

    func undefined(_ owner: Value, attribute: String) -> Value {
        self.undefined("'\(owner.ownerName)' has no attribute '\(attribute)'")
    }

    func undefined(_ owner: Value, element key: Value) throws -> Value {
        if let name = key.stringValue { return self.undefined(owner, attribute: name) }
        return self.undefined("\(owner.ownerName) has no element \(try key.representation())")
    }
}
