// SPDX-License-Identifier: Apache-2.0

/// What one schema demands of a value.
struct Demands: Sendable {
    /// What must hold.
    var facts = Facts()
    /// Schemas that must hold, too.
    var terms: [SchemaTerm] = []
    /// Choices, of each of which one must hold.
    var choices: [[Demands]] = []
    /// Whether nothing is demanded.
    var isTrivial = false

    /// Demands only that a value has one of some types.
    init(types: TypeSet = .all) { self.facts.types = types }

    /// Demands only that other schemas hold.
    init(terms: [SchemaTerm]) { self.terms = terms }

    /// Demands an object with some members.
    init(object: ObjectFacts) {
        self.facts.types = .object
        self.facts.object = object
    }

    /// Demands an array.
    init(array: ArrayFacts) {
        self.facts.types = .array
        self.facts.array = array
    }
}

extension ObjectFacts {
    /// Demands that a member is there, and fits a schema if one is given.
    static func having(_ name: String, _ term: SchemaTerm? = nil) -> Self {
        var facts = Self()
        facts.required = [name]
        if let term { facts.members = [Members(named: [name: term])] }
        return facts
    }

    /// Demands that a member is not there; `nothing` is the schema that nothing fits.
    static func lacking(_ name: String, _ nothing: SchemaTerm) -> Self {
        var facts = Self()
        facts.members = [Members(named: [name: nothing])]
        return facts
    }
}
