// SPDX-License-Identifier: Apache-2.0

extension SchemaExpander {
    /// The ways to fit one schema and none of some others: to fail each of them, or to have a member that the schema
    /// declares and others forbid.
    func ways(_ schema: SchemaTerm, failing others: [SchemaTerm]) throws -> [Demands] {
        let failing = Demands(terms: [schema] + others.map(\.negated))
        guard !others.isEmpty, !([schema] + others).contains(where: { self.isOpen([$0]) }) else { return [failing] }
        let names = Set(try self.alternatives([schema]).flatMap { $0.object.members.flatMap(\.named.keys) })
        return [failing]
            + (try names.sorted().compactMap { name in
                let open = try others.filter { try !self.forbids(name, $0) }
                guard open.count < others.count else { return nil }
                var having = Demands(object: .having(name))
                having.terms = [schema] + open.map(\.negated)
                return having
            })
    }

    /// Whether no object that fits a schema has a member of this name.
    private func forbids(_ name: String, _ term: SchemaTerm) throws -> Bool {
        try self.alternatives([term]).allSatisfy { facts in
            try !facts.types.contains(.object)
                || self.terms(of: name, in: facts.object.members).contains(self.table.nothing)
        }
    }
}
