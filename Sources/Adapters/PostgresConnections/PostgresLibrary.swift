// SPDX-License-Identifier: Apache-2.0

internal import CPostgres
internal import LLMCore

/// PostgreSQL's libpq, loaded when it is first needed.
package struct PostgresLibrary: @unchecked Sendable {  // The table is never changed and never goes away.
    /// What libpq is called on the systems there are.
    package static let usualFiles = ["libpq.so.5", "libpq.5.dylib"]

    private static let loaded = Result { try PostgresLibrary(files: Self.usualFiles) }

    let functions: UnsafePointer<cpq_library>

    /// Loads the library from the first of these files that there is.
    ///
    /// - Throws: ``PostgresError`` with code `.noLibrary` that names the package to install.
    package init(files: [String]) throws {
        var reason = [CChar](repeating: 0, count: 160)
        let loaded = files.withCStrings { cpq_load($0, files.count, &reason, reason.count) }
        guard let loaded else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw PostgresError(.noLibrary, "PostgreSQL cannot be used: \(text).")
        }
        self.functions = loaded
    }

    /// The library, loaded once; a system without it is asked once.
    package static var shared: Self { get throws { try Self.loaded.get() } }

    /// The library's version, such as `15.18`.
    package var version: String {
        let number = self.functions.pointee.version()
        return "\(number / 10_000).\(number % 10_000)"
    }
}
