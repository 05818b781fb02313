// SPDX-License-Identifier: Apache-2.0

/// Named checks of something that has rules to keep, each on a subject of its own.
package struct ConformanceChecks<Subject> {
    private let makeSubject: () async throws -> Subject
    private let checks: [(name: String, check: (Subject) async throws -> String?)]

    /// Prepares the checks.
    ///
    /// - Parameters:
    ///   - checks: Each gives a sentence about the rule that is broken, or nil.
    ///   - makeSubject: Makes what is checked, anew for each check.
    package init(
        _ checks: [(String, (Subject) async throws -> String?)], of makeSubject: @escaping () async throws -> Subject
    ) {
        self.checks = checks.map { ($0.0, $0.1) }
        self.makeSubject = makeSubject
    }

    /// Runs all checks.
    ///
    /// - Returns: A sentence for each rule that is broken; empty if all are kept.
    package func failures() async -> [String] {
        var failures = [String]()
        for (name, check) in self.checks {
            do {
                if let failure = try await check(try await self.makeSubject()) {
                    failures.append("\(name): \(failure)")
                }
            } catch { failures.append("\(name): threw \(error)") }
        }
        return failures
    }
}
