// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Makes automata of JSON Schemas.
package enum SchemaAutomatonBuilder {
    /// The automaton of the JSON texts whose values fit a schema.
    ///
    /// - Parameters:
    ///   - schema: A JSON Schema of drafts 04 to 2020-12.
    ///   - layout: Which white space texts may have.
    /// - Throws: ``ConstraintError`` that says which keyword cannot be enforced, where and why.
    package static func automaton(for schema: JSONValue, layout: JSONLayout = .free) throws -> any ByteAutomaton {
        try SchemaAutomaton(schema: schema, layout: layout)
    }
}
