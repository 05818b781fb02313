// SPDX-License-Identifier: Apache-2.0

internal import Experiments

/// A confidence sequence over time, drawn with letters: a row a look, `o` the estimate, `|` no difference.
struct SequencePicture {
    private static let columns = 61
    private let title: String
    private let looks: [(units: Int, comparison: Comparison)]

    /// Draws an arm against the control on a metric.
    init(_ looks: [OutcomeHistory.Look], metric: String, arm: String) {
        self.title = "\(metric), '\(arm)' minus the control"
        self.looks = looks.compactMap { look in
            let comparison = look.review.comparisons.first { $0.metric == metric && $0.arm == arm }
            guard let comparison, comparison.halfWidth.isFinite else { return nil }
            return (look.units, comparison)
        }
    }

    /// The picture's lines.
    var lines: [String] {
        guard let last = self.looks.last else { return ["\(self.title): no look with enough units yet"] }
        // Early intervals are wide; what reaches beyond the picture is cut off.
        let reach = max(abs(last.comparison.lower), abs(last.comparison.upper)) * 2
        guard reach > 0 else { return ["\(self.title): nothing varies"] }
        let scale = "units".padding(to: 9) + (-reach).formatted(digits: 3).padding(to: Self.columns / 2) + "0"
        let end = reach.formatted(digits: 3)
        let gap = String(repeating: " ", count: max(1, Self.columns / 2 - end.count))
        return [self.title, scale + gap + end] + self.looks.map { self.row($0.units, $0.comparison, reach) }
    }

    private func row(_ units: Int, _ comparison: Comparison, _ reach: Double) -> String {
        let middle = Double(Self.columns / 2)
        let column = { (value: Double) in
            Int(max(0, min(2 * middle, (value / reach * middle + middle).rounded())))
        }
        var cells = [Character](repeating: " ", count: Self.columns)
        for index in column(comparison.lower)...column(comparison.upper) { cells[index] = "-" }
        cells[Self.columns / 2] = "|"
        if abs(comparison.difference) <= reach { cells[column(comparison.difference)] = "o" }
        while cells.last == " " { cells.removeLast() }
        return "\(units)".padding(to: 9) + String(cells)
    }
}
