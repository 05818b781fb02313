// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing
import TokenConstraints

/// A schema, and texts that it admits or refuses.
struct SchemaCase: CustomTestStringConvertible, Sendable {
    let schema: String
    let admitted: [String]
    let refused: [String]
    /// Texts that are valid, but not written.
    let unwritten: [String]

    init(_ schema: String, admits admitted: [String], refuses refused: [String], leavesOut unwritten: [String] = []) {
        self.schema = schema
        self.admitted = admitted
        self.refused = refused
        self.unwritten = unwritten
    }

    var testDescription: String { self.schema }

    func automaton(layout: JSONLayout = .free) throws -> SchemaAutomaton {
        try SchemaAutomaton(schema: JSONValue(parsing: self.schema), layout: layout)
    }
}

extension ByteAutomaton {
    /// Whether a text is accepted as a whole.
    func admits(_ text: String) -> Bool { self.accepts(self.next(self.start, text.utf8)) }
}
