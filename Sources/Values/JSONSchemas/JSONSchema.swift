// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A compiled JSON Schema of draft 2020-12, 2019-09, 07, 06 or 04, as its `$schema` says.
///
/// Without `$schema` it is of 2020-12, and spellings of draft-07 that mean nothing else there (`definitions`,
/// `dependencies`, `items` as an array with `additionalItems`) are understood, too. The `content…` keywords are annotations
/// and assert nothing, and neither does `format` unless that is asked for; unknown keywords are ignored. References stay
/// inside the schema, the resources given with it and the drafts' meta-schemas: nothing is fetched.
public struct JSONSchema: Sendable {
    /// The schema as it was given.
    public let source: JSONValue

    let nodes: [SchemaNode]
    /// Per resource, where its `$dynamicAnchor`s lead.
    let dynamicAnchors: [[String: Int]]
    let root: Int

    /// Compiles a schema.
    ///
    /// - Parameters:
    ///   - schema: An object, or a truth value: true admits everything, false nothing.
    ///   - resources: Other schemas that it may refer to, by their absolute URI.
    ///   - formats: Whether `format` is a constraint.
    /// - Throws: ``JSONSchemaError`` that names the keyword and its JSON pointer.
    public init(
        _ schema: JSONValue, resources: [String: JSONValue] = [:], formats: FormatHandling = .annotation
    ) throws {
        try self.init(schema, resources: resources, formats: formats, draft: .draft2020)
    }

    init(
        _ schema: JSONValue, resources: [String: JSONValue], formats: FormatHandling, draft: SchemaDraft
    ) throws {
        var compiler = SchemaCompiler(assertsFormats: formats == .assertion)
        self.source = schema
        self.root = try compiler.compile(schema, resources: resources, draft: draft)
        self.nodes = compiler.nodes
        self.dynamicAnchors = compiler.resources.map(\.dynamicAnchors)
    }

    /// Finds everything that is wrong with an instance, up to a hundred violations.
    ///
    /// The work is bounded: an instance whose check takes more than a few million steps, or that is nested too deeply,
    /// is reported as such.
    /// - Parameter instance: The value to check.
    /// - Returns: The violations, in the order of the schema; empty if the instance is valid.
    public func validate(_ instance: JSONValue) -> [Violation] {
        var validator = SchemaValidator(schema: self)
        return validator.validate(instance)
    }

    /// Tells whether an instance has no violations.
    public func isValid(_ instance: JSONValue) -> Bool { self.validate(instance).isEmpty }
}
