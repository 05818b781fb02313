// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Steps a canary by what analysis finds: a value without clock or I/O that says what to do next.
///
/// ```text
/// step 0 ──advance──▶ step 1 ──advance──▶ … ──promote──▶ promoted
///    └──────────┴─────────── rollBack ───────────▶ rolledBack
/// ```
/// Each step is judged by its own units, since pooling units of different shares would compare different times; α is divided by
/// the number of steps, so that the whole canary errs with probability α at most.
package struct CanaryMachine: Sendable, Hashable {
    /// Where a canary is.
    package enum Phase: Sendable, Hashable {
        /// In a step, since a time.
        case running(step: Int, since: Duration)
        /// The second arm has everything. No way leads out.
        case promoted
        /// The first arm has everything again. No way leads out.
        case rolledBack(reason: String)
    }

    /// What the caller must do.
    package enum Action: Sendable, Hashable {
        /// Wait; the text says for what.
        case hold(String)
        /// Give the second arm this share, and count anew.
        case advance(share: Double)
        /// Give the second arm everything.
        case promote
        /// Give the first arm everything.
        case rollBack(reason: String)
    }

    /// What is known of the step so far.
    package struct Evidence: Sendable, Hashable {
        /// The second arm's units in this step.
        package var units: Int
        /// What the latest look showed.
        package var decision: Review.Decision
        /// Metrics on which the second arm is worse.
        package var worse: [String]

        /// Tells what is known.
        package init(units: Int, decision: Review.Decision, worse: [String] = []) {
            self.units = units
            self.decision = decision
            self.worse = worse
        }

        /// Takes what matters out of a look.
        package init(_ review: Review, units: Int) {
            self.units = units
            self.decision = review.decision
            self.worse = review.comparisons.filter { $0.verdict == .worse }.map(\.metric)
        }
    }

    /// The plan.
    package let plan: CanaryPlan
    /// Where the canary is.
    package private(set) var phase: Phase

    /// Begins the first step.
    ///
    /// - Parameters:
    ///   - plan: The steps.
    ///   - now: The time, on the caller's clock.
    package init(_ plan: CanaryPlan, at now: Duration) {
        self.plan = plan
        self.phase = .running(step: 0, since: now)
    }

    /// Goes on where a canary was.
    package init(_ plan: CanaryPlan, phase: Phase) {
        self.plan = plan
        self.phase = phase
    }

    /// The second arm's share now.
    package var share: Double {
        switch self.phase {
        case .running(let step, _): step < self.plan.shares.count ? self.plan.shares[step] : 1
        case .promoted: 1
        case .rolledBack: 0
        }
    }

    /// Takes a look into account.
    ///
    /// - Parameters:
    ///   - evidence: What is known of this step.
    ///   - now: The time, on the clock of ``init(_:at:)``.
    package mutating func observe(_ evidence: Evidence, at now: Duration) -> Action {
        guard case .running(let step, let since) = self.phase else { return self.settled }
        switch evidence.decision {
        case .rollBack(let breach): return self.rollBack(breach.reason)
        case .distrust(let reason): return .hold(reason)
        case .goOn, .adopt: break
        }
        if !evidence.worse.isEmpty {
            return self.rollBack("Worse than what is there: \(evidence.worse.joined(separator: ", ")).")
        }
        let elapsed = now - since
        guard evidence.units >= self.plan.minimumUnits else {
            if let limit = self.plan.maximumTime, elapsed >= limit {
                return self.rollBack("After \(limit) the step has \(evidence.units) units, too few to be judged.")
            }
            return .hold("The step has \(evidence.units) of \(self.plan.minimumUnits) units.")
        }
        guard elapsed >= self.plan.minimumTime else {
            return .hold("The step lasts \(self.plan.minimumTime) at least.")
        }
        let next = step + 1 < self.plan.shares.count ? self.plan.shares[step + 1] : 1
        guard next < 1 else {
            self.phase = .promoted
            return .promote
        }
        self.phase = .running(step: step + 1, since: now)
        return .advance(share: next)
    }

    /// Takes the second arm back, whatever analysis says.
    package mutating func rollBack(_ reason: String) -> Action {
        if case .running = self.phase { self.phase = .rolledBack(reason: reason) }
        return self.settled
    }

    private var settled: Action {
        switch self.phase {
        case .promoted: .promote
        case .rolledBack(let reason): .rollBack(reason: reason)
        case .running: .hold("The canary is running.")
        }
    }
}
