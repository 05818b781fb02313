// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Runs test files in the form of the official JSON Schema test suite: groups of a schema and instances with verdicts.
package struct SchemaSuite: Sendable {
    /// What came out.
    package struct Tally: Sendable {
        /// Verdicts that were right.
        package var passed = 0
        /// Each wrong verdict: file, group, test, and what happened.
        package var failures: [String] = []

        /// Nothing yet.
        package init() {}

        /// Adds another file's.
        package static func += (left: inout Self, right: Self) {
            left.passed += right.passed
            left.failures += right.failures
        }
    }

    private let resources: [String: JSONValue]

    /// Prepares a run.
    ///
    /// - Parameter resources: The schemas that tests refer to, by their URI.
    package init(resources: [String: JSONValue]) { self.resources = resources }

    /// Runs the groups of one file.
    ///
    /// - Parameters:
    ///   - groups: The file's content.
    ///   - path: Its path in the suite: a folder such as `draft7` says what a schema without `$schema` is of, and tests under
    ///     `optional/format` want `format` to be a constraint.
    /// - Returns: The verdicts; nil when the content has another form.
    package func run(_ groups: JSONValue, path: String) -> Tally? {
        guard let groups = groups.arrayValue else { return nil }
        let folders = path.split(separator: "/")
        let draft = folders.lazy.compactMap(Self.draft).last ?? .draft2020
        let formats: FormatHandling = folders.contains("format") ? .assertion : .annotation
        var tally = Tally()
        for group in groups {
            guard let schema = group["schema"], let tests = group["tests"]?.arrayValue else { return nil }
            let name = "\(path): \(group["description"]?.stringValue ?? "?")"
            let compiled = Result {
                try JSONSchema(schema, resources: self.resources, formats: formats, draft: draft)
            }
            for test in tests {
                guard let data = test["data"], let verdict = test["valid"]?.boolValue else { return nil }
                let problem: String? =
                    switch compiled {
                    case .failure(let error): "\(error)"
                    case .success(let schema):
                        schema.isValid(data) == verdict ? nil : "should be \(verdict ? "" : "in")valid"
                    }
                guard let problem else {
                    tally.passed += 1
                    continue
                }
                tally.failures.append("\(name): \(test["description"]?.stringValue ?? "?"): \(problem)")
            }
        }
        return tally
    }

    private static func draft(_ folder: Substring) -> SchemaDraft? {
        switch folder {
        case "draft4": .draft4
        case "draft6": .draft6
        case "draft7": .draft7
        case "draft2019-09": .draft2019
        case "draft2020-12": .draft2020
        default: nil
        }
    }
}
