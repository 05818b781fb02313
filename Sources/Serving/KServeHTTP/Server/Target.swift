// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import Hummingbird
internal import ServingCore

/// What a path names.
struct Target: Sendable {
    /// The model; empty where the path has none.
    let model: String
    /// The version; empty leaves the choice to the server.
    let version: String

    init(_ context: BasicRequestContext) {
        self.model = context.parameters.get("model")?.removingPercentEscapes ?? ""
        self.version = context.parameters.get("version") ?? ""
    }

    /// The version that answers.
    ///
    /// - Throws: ``ServingError``.
    func model(in repository: ModelRepository) throws -> LoadedModel {
        try repository.model(named: self.model, version: self.version)
    }

    /// The version that is named, or all of them.
    ///
    /// - Throws: ``ServingError``.
    func models(in repository: ModelRepository) throws -> [LoadedModel] {
        self.version.isEmpty ? try repository.models(named: self.model) : [try self.model(in: repository)]
    }

    /// The versions that there are.
    ///
    /// - Throws: ``ServingError``.
    func versions(in repository: ModelRepository) throws -> [String] {
        try repository.models(named: self.model).map(\.version)
    }
}
