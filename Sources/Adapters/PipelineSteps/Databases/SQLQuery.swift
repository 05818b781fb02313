// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import Pipelines

/// A question to a database.
struct SQLQuery: Sendable {
    /// What came back.
    struct Answer: Sendable {
        let columns: [String]
        var rows: [JSONValue] = []
        var isTruncated = false

        /// An answer with these columns, of which a second `name` becomes `name_2`.
        init(columns: [String]) { self.columns = SQLQuery.distinct(columns) }

        /// Adds a row.
        mutating func add(_ values: [JSONValue]) {
            self.rows.append(.object(OrderedDictionary(uniqueKeysWithValues: zip(self.columns, values))))
        }
    }

    /// The most bytes of an answer.
    static let maximumAnswerBytes = 64 << 20
    private static let beginnings = ["SELECT", "WITH", "VALUES"]

    let text: String
    let parameters: JSONValue
    let maximumRows: Int

    /// Refuses what does not begin as a question; the database itself keeps the rest from changing anything.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue`.
    func checkBeginning() throws {
        guard let word = self.text.split(whereSeparator: { $0.isWhitespace || $0 == "(" }).first?.uppercased(),
            Self.beginnings.contains(word)
        else { throw PipelineError(.invalidValue, "The query must begin with SELECT, WITH or VALUES.") }
    }

    /// Column names that are all different.
    private static func distinct(_ names: [String]) -> [String] {
        var seen = Set<String>()
        return names.map { name in
            var (distinct, number) = (name, 1)
            while !seen.insert(distinct).inserted {
                number += 1
                distinct = "\(name)_\(number)"
            }
            return distinct
        }
    }
}
