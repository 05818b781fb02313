// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// One of the five fields of a cron expression.
struct CronField {
    let name: String
    let range: ClosedRange<Int>
    /// Names of the numbers, from the range's first on.
    var names: [String] = []

    static let all = [
        Self(name: "minute", range: 0...59), Self(name: "hour", range: 0...23),
        Self(name: "day of the month", range: 1...31),
        Self(
            name: "month", range: 1...12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        Self(name: "day of the week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ]

    /// The numbers that a field's text stands for.
    func read(_ text: Substring) throws(PipelineError) -> NumberSet {
        var numbers = NumberSet()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let (range, isSingle) = try self.range(pieces[0])
            var step = 1
            if pieces.count == 2 {
                guard !isSingle, let number = Self.number(pieces[1]), number > 0 else {
                    throw self.error(part, "a step from 1 up stands behind '*' or a range, such as */15")
                }
                step = number
            }
            for number in stride(from: range.lowerBound, through: range.upperBound, by: step) { numbers.insert(number) }
        }
        return numbers
    }

    private func range(_ text: Substring) throws(PipelineError) -> (ClosedRange<Int>, isSingle: Bool) {
        if text == "*" { return (self.range.lowerBound...min(self.range.upperBound, self.last), false) }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try self.value(ends[0], in: text)
        guard ends.count == 2 else { return (first...first, true) }
        var last = try self.value(ends[1], in: text)
        // A week may end with Sunday.
        if last == 0, first > 0, self.range.upperBound == 7 { last = 7 }
        guard first <= last else { throw self.error(text, "the range runs backwards") }
        return (first...last, false)
    }

    /// The last number of `*`: Sunday counts once.
    private var last: Int { self.range.upperBound == 7 ? 6 : self.range.upperBound }

    private func value(_ text: Substring, in part: Substring) throws(PipelineError) -> Int {
        if let index = self.names.firstIndex(of: text.lowercased()) { return index + self.range.lowerBound }
        guard let number = Self.number(text), self.range.contains(number) else {
            let names = self.names.isEmpty ? "" : ", or a name such as \(self.names[1])"
            throw self.error(part, "it must be from \(self.range.lowerBound) to \(self.range.upperBound)\(names)")
        }
        return number
    }

    private static func number(_ text: Substring) -> Int? {
        text.count <= 4 && text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }

    private func error(_ part: Substring, _ reason: String) -> PipelineError {
        PipelineError(
            .invalidSchedule, "The \(self.name) '\(part.prefix(40))' of a cron expression cannot be read: \(reason).")
    }
}
