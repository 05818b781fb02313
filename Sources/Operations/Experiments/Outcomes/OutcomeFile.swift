// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Outcomes in a file: a unit a row, with its arm and what was measured of it, in the order in which units arrived.
///
/// Comma-separated values with a first row of names, or a JSON object a line. `unit` and `arm` must be there; of the other columns
/// those count that are metrics or covariates. An empty cell, or null, was not measured.
package struct OutcomeFile: Sendable {
    /// How a file is written.
    package enum Format: String, Sendable, CaseIterable {
        /// Comma-separated values.
        case csv
        /// A JSON object a line.
        case jsonl
    }

    /// A row.
    package struct Row: Sendable {
        /// The unit.
        package let unit: String
        /// What came of it.
        package let outcome: Outcome

        /// Names a unit and what came of it.
        package init(unit: String, outcome: Outcome) {
            self.unit = unit
            self.outcome = outcome
        }
    }

    /// The rows, in the file's order.
    package private(set) var rows: [Row] = []
    /// How many rows were left out because their unit had one before: values of one unit are not independent.
    package private(set) var repetitions = 0

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - text: What is in it.
    ///   - format: How it is written.
    ///   - experiment: What the columns mean.
    /// - Throws: ``ExperimentError`` with the line of what is wrong.
    package init(_ text: String, format: Format, for experiment: Experiment) throws {
        var reader = RowReader(experiment)
        switch format {
        case .csv: try reader.readSeparated(text)
        case .jsonl: try reader.readObjects(text)
        }
        self.rows = reader.rows
        self.repetitions = reader.repetitions
    }
}

/// Makes rows of cells.
private struct RowReader {
    var rows: [OutcomeFile.Row] = []
    var repetitions = 0
    private var seen = Set<String>()
    private var tally: Tally
    private let metrics: Set<String>
    private let covariates: Set<String>

    init(_ experiment: Experiment) {
        self.tally = Tally(experiment)
        self.metrics = Set(experiment.measured.map(\.name))
        self.covariates = Set(experiment.measured.compactMap(\.covariate))
    }

    mutating func readSeparated(_ text: String) throws {
        var records = SeparatedValues(text)
        guard let header = try records.next() else { throw Self.error(1, "the file is empty.") }
        for name in Experiment.reservedColumns + self.metrics.sorted() + self.covariates.sorted()
        where !header.contains(name) {
            throw Self.error(1, "there is no column '\(name)'. \(NearestName.hint(for: name, in: header))")
        }
        while let record = try records.next() {
            guard record.count == header.count else {
                throw Self.error(records.line, "there are \(record.count) cells, but \(header.count) columns.")
            }
            try self.add(zip(header, record).map { ($0, JSONValue.string($1)) }, line: records.line)
        }
    }

    mutating func readObjects(_ text: String) throws {
        let lines = text.withoutByteOrderMark.utf8.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line.contains(where: { $0 > UInt8(ascii: " ") }) {
            guard let members = try? JSONValue(parsing: line, maximumDepth: 16).objectValue else {
                throw Self.error(index + 1, "this is no JSON object.")
            }
            try self.add(members.map { ($0.key, $0.value) }, line: index + 1)
        }
    }

    private mutating func add(_ cells: [(name: String, value: JSONValue)], line: Int) throws {
        var (unit, arm) = ("", "")
        var outcome = Outcome(arm: "", values: [:])
        for cell in cells {
            switch cell.name {
            case "unit": unit = try Self.text(cell.value, "unit", line)
            case "arm": arm = try Self.text(cell.value, "arm", line)
            default:
                if self.metrics.contains(cell.name), let number = try Self.number(cell.value, cell.name, line) {
                    outcome.values[cell.name] = number
                }
                if self.covariates.contains(cell.name), let number = try Self.number(cell.value, cell.name, line) {
                    outcome.covariates[cell.name] = number
                }
            }
        }
        guard !unit.isEmpty, !arm.isEmpty else { throw Self.error(line, "'unit' or 'arm' is missing.") }
        outcome.arm = arm
        if self.seen.insert(unit).inserted {
            // What a tally would refuse is refused here, where the line is known.
            do {
                try self.tally.record(outcome)
            } catch let error as ExperimentError {
                throw Self.error(line, error.message)
            }
            self.rows.append(OutcomeFile.Row(unit: unit, outcome: outcome))
        } else {
            self.repetitions += 1
        }
    }

    private static func text(_ value: JSONValue, _ name: String, _ line: Int) throws -> String {
        if let text = value.stringValue { return text }
        if let number = value.integerValue { return "\(number)" }
        throw self.error(line, "'\(name)' is \(value), but must be a text.")
    }

    private static func number(_ value: JSONValue, _ name: String, _ line: Int) throws -> Double? {
        switch value {
        case .null, .string(""): return nil
        case .bool(let truth): return truth ? 1 : 0
        case .integer, .number: return value.numberValue
        case .string(let text):
            if let number = Double(text) { return number }
            if let truth = Bool(text.lowercased()) { return truth ? 1 : 0 }
        default: break
        }
        throw self.error(line, "'\(name)' is \(value), but must be a number.")
    }

    private static func error(_ line: Int, _ problem: String) -> ExperimentError {
        ExperimentError(.invalidOutcome, "Line \(line): \(problem)")
    }
}
