// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// What `autoglm bench engine` can measure.
enum EngineMeasure: String, CaseIterable, Sendable {
    /// Prompt tokens per second.
    case prefill
    /// Tokens per second of one or more streams that decode together.
    case decode
    /// Tokens per second of a stream that writes JSON by a schema, beside one that is free.
    case constrained
    /// Tokens per second of clients that come and go.
    case mix
    /// Time to the first token of a prompt whose beginning was computed before.
    case cached
    /// The most memory that the process had.
    case memory

    /// Those that may share a process with others.
    static let sharing = Self.allCases.filter { $0 != .memory }

    /// Reads names with commas between them.
    ///
    /// - Throws: `ValidationError` that names what is not known, or must be alone.
    static func list(_ text: String) throws -> [Self] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let measures = try names.map { name in
            guard let measure = Self(rawValue: name) else {
                let hint = NearestName.hint(for: name, in: Self.allCases.map(\.rawValue))
                throw ValidationError("--measure: there is no measure '\(name)'. \(hint)")
            }
            return measure
        }
        if measures.contains(.memory), measures.count > 1 {
            throw ValidationError(
                "--measure memory needs a process of its own, because others would add to its peak; run it alone.")
        }
        return measures
    }
}
