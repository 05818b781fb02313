// SPDX-License-Identifier: Apache-2.0

/// By which steps an arm takes over.
package struct CanaryPlan: Sendable, Hashable {
    /// The second arm's share in each step; the last one is 1.
    package var shares = [0.01, 0.05, 0.25, 1]
    /// How many units the second arm must have had in a step.
    package var minimumUnits = 500
    /// How long a step lasts at least.
    package var minimumTime = Duration.zero
    /// How long a step may last, or nil for as long as it takes; one that has too few units by then is taken back.
    package var maximumTime: Duration?

    /// One, five, twenty-five, a hundred per cent.
    package init() {}

    /// In how many steps both arms are compared.
    package var comparedSteps: Int { self.shares.count { $0 < 1 } }

    /// What is wrong with it, as sentences.
    var problems: [String] {
        var problems: [String] = []
        let isRising = zip(self.shares, self.shares.dropFirst()).allSatisfy { $0 < $1 }
        if self.shares.count < 2 || !isRising || self.shares.last != 1 || !((self.shares.first ?? 0) > 0) {
            problems.append("a canary's steps rise from above 0 to 100, in two steps at least.")
        }
        if let maximumTime, maximumTime < self.minimumTime {
            problems.append("a canary's 'maximum-time' is shorter than its 'minimum-time'.")
        }
        return problems
    }
}
