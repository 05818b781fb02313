// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Where Jinja templates find each other, the options they share, and the variables that all of them see.
///
/// An environment may be used from any thread; templates are compiled once.
public struct JinjaEnvironment: Sendable {
    /// How templates are read and rendered.
    public let options: JinjaOptions
    let globals: [String: JSONValue]
    let clock: WallClock
    private let loader: @Sendable (String) throws -> String?
    private let cache = TemplateCache()

    /// Makes an environment.
    ///
    /// - Parameters:
    ///   - options: How templates are read and rendered.
    ///   - globals: Variables that every template sees, imported ones too.
    ///   - clock: What `strftime_now` shows.
    ///   - loader: Gives the text of a template by name, or nil where there is none.
    public init(
        options: JinjaOptions = JinjaOptions(), globals: [String: JSONValue] = [:], clock: WallClock = .system,
        loader: @escaping @Sendable (String) throws -> String? = { _ in nil }
    ) {
        self.options = options
        self.globals = globals
        self.clock = clock
        self.loader = loader
    }

    /// Compiles a template.
    ///
    /// - Parameters:
    ///   - source: The template's text.
    ///   - name: How errors name it.
    /// - Throws: ``PromptError`` with code `.syntax` that has line and column.
    public func template(_ source: String, name: String? = nil) throws -> JinjaTemplate {
        do {
            return JinjaTemplate(
                code: try TemplateCode(source: source, name: name, options: self.options), environment: self)
        } catch let failure as TemplateFailure {
            throw failure.publicError
        }
    }

    /// Compiles a template that the loader knows, or takes it from the cache while its text is the same.
    ///
    /// - Parameter name: The template's name.
    /// - Throws: ``PromptError`` with code `.templateNotFound` or `.syntax`.
    public func template(named name: String) throws -> JinjaTemplate {
        do {
            return JinjaTemplate(code: try self.code(named: name), environment: self)
        } catch let failure as TemplateFailure {
            throw failure.publicError
        }
    }

    func code(named name: String) throws -> TemplateCode {
        guard let source = try self.loader(name) else {
            throw TemplateFailure(.templateNotFound, "There is no template '\(name)'.")
        }
        return try self.cache.code(named: name, source: source, options: self.options)
    }
}

/// The compiled templates of one environment.
private final class TemplateCache: Sendable {
    private struct Entry {
        let source: String
        let code: TemplateCode
    }

    /// The most templates that are kept.
    private static let capacity = 1024

    private let entries = Mutex<[String: Entry]>([:])

    func code(named name: String, source: String, options: JinjaOptions) throws -> TemplateCode {
        if let known = self.entries.withLock({ $0[name] }), known.source == source { return known.code }
        let code = try TemplateCode(source: source, name: name, options: options)
        self.entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll() }
            entries[name] = Entry(source: source, code: code)
        }
        return code
    }
}

/// A compiled Jinja template; render it as often as you like, from any thread.
///
/// ```swift
/// let template = try JinjaTemplate("Hello {{ name | title }}!")
/// try template.render(["name": "ada"])   // Hello Ada!
/// ```
public struct JinjaTemplate: Sendable {
    let code: TemplateCode
    let environment: JinjaEnvironment

    init(code: TemplateCode, environment: JinjaEnvironment) {
        self.code = code
        self.environment = environment
    }

    /// Compiles a template that stands alone.
    ///
    /// - Parameters:
    ///   - source: The template's text.
    ///   - name: How errors name it.
    ///   - options: How it is read and rendered.
    /// - Throws: ``PromptError`` with code `.syntax` that has line and column.
    public init(_ source: String, name: String? = nil, options: JinjaOptions = JinjaOptions()) throws {
        self = try JinjaEnvironment(options: options).template(source, name: name)
    }

    /// Fills in the template.
    ///
    /// - Parameter variables: What the template sees.
    /// - Returns: Exactly what Jinja2 would print.
    /// - Throws: ``PromptError`` that has the template's name, line and column.
    public func render(_ variables: [String: JSONValue] = [:]) throws -> String {
        try self.render(values: variables.mapValues { Value($0) })
    }

    func render(values: [String: Value]) throws -> String {
        let renderer = Renderer(self.code, environment: self.environment, variables: values)
        renderer.context.given = self.environment.globalValues(renderer).merging(values) { _, given in given }
        do {
            return try renderer.render()
        } catch let failure as TemplateFailure {
            throw failure.publicError
        }
    }
}
