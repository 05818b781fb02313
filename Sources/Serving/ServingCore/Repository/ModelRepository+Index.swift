// SPDX-License-Identifier: Apache-2.0

/// A line of the index of models.
package struct ModelIndexEntry: Sendable, Hashable {
    /// The model.
    package var name: String
    /// The version; nil for a model of which nothing was loaded yet.
    package var version: String?
    /// `READY`, `LOADING`, `UNLOADING` or `UNAVAILABLE`; nil for a model of which nothing was loaded yet.
    package var state: String?
    /// Why it is not ready.
    package var reason: String?
}

extension ModelRepository {
    /// All models, those that only have a folder included.
    ///
    /// - Parameter onlyReady: Whether only versions are listed that take requests.
    package func index(onlyReady: Bool) -> [ModelIndexEntry] {
        let known = self.entries
        var lines = known.flatMap { name, entry in
            entry.versions.sorted { $0.key < $1.key }.map { version, state in
                Self.line(name, version, state)
            }
        }
        if onlyReady { return lines.filter { $0.state == "READY" } }
        let unseen = self.folders.filter { folder in !known.contains { $0.name == folder.name } }
        lines += unseen.map { ModelIndexEntry(name: $0.name) }
        return lines.sorted { $0.name < $1.name }
    }

    private static func line(_ name: String, _ version: Int, _ state: VersionState) -> ModelIndexEntry {
        let (label, reason): (String, String?) =
            switch state {
            case .ready: ("READY", nil)
            case .loading: ("LOADING", nil)
            case .unloading: ("UNLOADING", nil)
            case .unavailable(let reason): ("UNAVAILABLE", reason)
            }
        return ModelIndexEntry(name: name, version: String(version), state: label, reason: reason)
    }
}
