// SPDX-License-Identifier: Apache-2.0

/// What looks at an experiment show as its units arrive.
package struct OutcomeHistory: Sendable {
    /// One look.
    package struct Look: Sendable {
        /// How many units had arrived.
        package let units: Int
        /// What it showed.
        package let review: Review
    }

    /// The looks, the last one over all units.
    package private(set) var looks: [Look] = []
    /// What was counted in the end.
    package private(set) var tally: Tally

    /// Counts rows in their order, looking now and then.
    ///
    /// - Parameters:
    ///   - rows: Units with what came of them.
    ///   - experiment: What they are of.
    ///   - count: How many looks are taken, as evenly as units allow.
    /// - Throws: ``ExperimentError`` for an outcome that cannot be.
    package init(_ rows: [OutcomeFile.Row], of experiment: Experiment, looks count: Int) throws {
        self.tally = Tally(experiment)
        var monitor = ExperimentMonitor(experiment)
        let count = max(1, min(count, rows.count))
        for (index, row) in rows.enumerated() {
            try self.tally.expose(row.outcome.arm)
            try self.tally.record(row.outcome)
            guard (index + 1) * count / rows.count > index * count / rows.count else { continue }
            self.looks.append(Look(units: index + 1, review: monitor.review(self.tally)))
        }
        if self.looks.isEmpty { self.looks.append(Look(units: 0, review: monitor.review(self.tally))) }
    }
}
