// SPDX-License-Identifier: Apache-2.0

/// The variables of the environment that say where a server is and whose key it wants.
package struct ServerVariables: Sendable {
    /// Holds the URL.
    package let url: String
    /// Holds the key; with `_FILE` after it, the name of the variable that names a file with it.
    package let key: String

    /// Names the variables.
    package init(url: String, key: String) {
        self.url = url
        self.key = key
    }

    /// Where the server answers: as somebody said, as the environment says, or nil.
    ///
    /// Empty texts say nothing.
    package func url(_ given: String?, in environment: [String: String]) -> String? {
        (given ?? environment[self.url]).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The key: as somebody gave it, of the environment, of the file that it names, or nil.
    ///
    /// - Throws: ``TransportError`` with code `.missingSecret` where it cannot be read or is none.
    package func key(_ given: APIKey?, in environment: [String: String]) throws -> APIKey? {
        if let key = try given ?? APIKey.environment(self.key, in: environment) { return key }
        return try environment["\(self.key)_FILE"].map { try APIKey.file($0) }
    }
}
