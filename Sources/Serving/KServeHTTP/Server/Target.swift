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

    /// What a path of inference names; nil for one of another form, or with characters that are escaped.
    init?(inferPath path: String) {
        guard !path.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "?") }) else { return nil }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 5: self.version = ""
        case 7 where parts[4] == "versions" && !parts[5].isEmpty: self.version = String(parts[5])
        default: return nil
        }
        guard !parts[3].isEmpty else { return nil }
        self.model = String(parts[3])
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
