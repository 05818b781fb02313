// SPDX-License-Identifier: Apache-2.0

/// An edge of a semantic graph: a relation from one entity to another.
package struct GraphTriple: Sendable, Hashable {
    /// The entity at the edge's tail.
    package var subject: String
    /// What the relation is called, such as `leaderName`.
    package var relation: String
    /// The entity or value at the edge's head.
    package var object: String

    /// Makes an edge.
    package init(_ subject: String, _ relation: String, _ object: String) {
        (self.subject, self.relation, self.object) = (subject, relation, object)
    }

    /// The relation's words: `leaderName` and `LEADER_NAME` are "leader name".
    package var relationText: String {
        var (text, last) = ("", Character(" "))
        let hasLowercase = self.relation.contains { $0.isLowercase }
        for character in self.relation {
            if character == "_" || character == "-" {
                text.append(" ")
            } else {
                if hasLowercase, character.isUppercase, last.isLowercase { text.append(" ") }
                text.append(contentsOf: character.lowercased())
            }
            last = character
        }
        return text
    }
}
