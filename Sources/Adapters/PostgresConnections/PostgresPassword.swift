// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Where a password is: never the password itself, so that nothing that holds this can show it.
package enum PostgresPassword: Sendable, Hashable {
    /// libpq finds it, if the server wants one: `PGPASSWORD`, or the line for the server in `~/.pgpass`.
    case usual
    /// A variable of the environment.
    case environment(String)
    /// A file, whose last end of line does not count.
    case file(String)

    /// The most bytes of a file that is read.
    private static let maximumBytes = 4096

    /// Reads the password.
    ///
    /// - Returns: The password, or nil where libpq finds it.
    /// - Throws: ``PostgresError`` with code `.missingSecret` where there is none.
    func read(_ environment: [String: String]) throws -> String? {
        switch self {
        case .usual: return nil
        case .environment(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw PostgresError(.missingSecret, "The password should be in the variable \(name), which is not set.")
            }
            return try Self.checked(value, "the variable \(name)")
        case .file(let path):
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw PostgresError(
                    .missingSecret, "The password should be in the file '\(path)', which cannot be read.")
            }
            return try Self.checked(text.hasSuffix("\n") ? String(text.dropLast()) : text, "the file '\(path)'")
        }
    }

    private static func checked(_ password: String, _ place: String) throws -> String {
        guard !password.isEmpty, password.utf8.count <= Self.maximumBytes, !password.utf8.contains(0) else {
            throw PostgresError(.missingSecret, "What \(place) holds is no password: empty, too long, or no text.")
        }
        return password
    }
}
