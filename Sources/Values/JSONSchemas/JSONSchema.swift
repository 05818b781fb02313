// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A compiled JSON Schema, draft 2020-12.
///
/// Spellings of draft-07 that mean nothing else in 2020-12 (`definitions`, `dependencies`, `items` as an array with
/// `additionalItems`) are understood, too. `format` and the `content…` keywords are annotations and assert nothing, as
/// the specification has it; unknown keywords are ignored. References stay inside the schema and the resources given
/// with it: nothing is fetched.
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
    /// - Throws: ``JSONSchemaError`` that names the keyword and its JSON pointer.
    public init(_ schema: JSONValue, resources: [String: JSONValue] = [:]) throws {
        var compiler = SchemaCompiler()
        self.source = schema
        self.root = try compiler.compile(schema, resources: resources)
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
