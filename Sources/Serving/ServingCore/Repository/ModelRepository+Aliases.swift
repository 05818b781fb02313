// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ModelRepository {
    /// Tells which versions the aliases of a model stand for now; nil where the model is not known to who tells it.
    package typealias Aliases = @Sendable (_ model: String) -> [String: Int]?

    /// The names of all models that there are, those included that only have a folder.
    package var allNames: [String] { Array(Set(self.index(onlyReady: false).map(\.name))).sorted() }

    /// The version that an alias stands for now, where a name has the form `NAME@ALIAS` and somebody knows aliases.
    ///
    /// - Throws: ``ServingError`` with code `.notFound` where there is no such alias, which names those that there are, or where
    ///   its version is not served; `.unavailable` where it is not ready; `.invalidArgument` where a version is named besides.
    func model(aliased name: String, version: String) throws -> LoadedModel? {
        guard let aliases = self.aliases, let index = name.firstIndex(of: "@") else { return nil }
        let (model, alias) = (String(name[..<index]), name[name.index(after: index)...].prefix(100))
        guard let known = aliases(model) else { return nil }
        guard version.isEmpty else {
            throw ServingError(
                .invalidArgument, "'\(model)@\(alias)' names a version by its alias; name no other one besides.")
        }
        guard let number = known[String(alias)] else {
            let names = known.keys.sorted().joined(separator: ", ")
            throw ServingError(
                .notFound,
                "The model '\(model)' has no alias '\(alias)' in the catalogue; \(names.isEmpty ? "it has none" : "it has: \(names)")."
            )
        }
        do {
            return try self.model(named: model, version: String(number))
        } catch let error as ServingError where error.code == .notFound {
            throw ServingError(
                .notFound,
                "'\(model)@\(alias)' is version \(number) in the catalogue, and this server has no such version of it.")
        }
    }
}
