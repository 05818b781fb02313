// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RealModule

/// Tells that scores no longer come from where they came from, at any time, with a bounded chance of a false alarm.
///
/// A conformal test martingale (Vovk, Nouretdinov and Gammerman, 2003): each score's rank among all before it is a p-value that is
/// uniform and independent of the others as long as nothing changes; the Simple Jumper (Vovk et al., 2021) bets against that. What
/// it wins is a martingale, so that it ever exceeds 1 / rate with a probability of at most `rate` (Ville's inequality), however often one looks and
/// with no assumption on the distribution. Population stability indices and repeated Kolmogorov-Smirnov tests have no such bound.
public struct DriftAlarm: Sendable {
    /// How finely scores are told apart; equal ones are ranked by chance, which keeps p-values exact.
    private static let bins = 4096
    private static let bets = [-1.0, 0, 1]
    private static let jumps = 0.01

    /// The most that false alarms may be likely.
    public let falseAlarmRate: Double
    /// The logarithm of what was won so far.
    public private(set) var logMartingale = 0.0
    /// How many scores were seen.
    public private(set) var count = 0
    /// The number of the score at which the alarm was given; nil where it was not.
    public private(set) var alarmedAt: Int?
    private var seen = RankCounter(bins: Self.bins)
    private var capital = [Double](repeating: 1 / 3.0, count: 3)

    /// Begins to watch.
    ///
    /// - Parameter falseAlarmRate: How likely an alarm may be while nothing changes, ever; between 0 and 1.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings`.
    public init(falseAlarmRate: Double = 0.01) throws {
        guard falseAlarmRate > 0, falseAlarmRate < 1 else {
            throw AdaptiveControlError(
                .invalidSettings, "A rate of false alarms must be between 0 and 1; it is \(falseAlarmRate).")
        }
        self.falseAlarmRate = falseAlarmRate
    }

    /// Whether there was an alarm.
    public var isAlarmed: Bool { self.alarmedAt != nil }

    /// Takes scores as what is usual, without betting on them.
    public mutating func learn(_ scores: some Sequence<Double>) {
        for score in scores { self.seen.add(Self.bin(score)) }
    }

    /// Sees a score.
    ///
    /// - Parameters:
    ///   - score: From 0 to 1; not a number is taken for 0.
    ///   - generator: Ranks equal scores.
    /// - Returns: Whether there was an alarm, now or before.
    @discardableResult
    public mutating func observe(_ score: Double, using generator: inout some RandomNumberGenerator) -> Bool {
        let bin = Self.bin(score)
        let chance = Double.random(in: 0..<1, using: &generator)
        let (above, equal) = self.seen.ranks(bin)
        let value = (Double(above) + chance * Double(equal + 1)) / Double(self.seen.count + 1)
        self.seen.add(bin)
        self.count += 1
        self.bet(value)
        if self.alarmedAt == nil, self.logMartingale >= -.log(self.falseAlarmRate) { self.alarmedAt = self.count }
        return self.isAlarmed
    }

    private mutating func bet(_ value: Double) {
        let share = Self.jumps / Double(Self.bets.count)
        for index in Self.bets.indices {
            self.capital[index] = (1 - Self.jumps) * self.capital[index] + share
            self.capital[index] *= 1 + Self.bets[index] * (value - 0.5)
        }
        // Capital is kept as shares of 1, and their sum in the logarithm, so that nothing overflows.
        let total = self.capital.reduce(0, +)
        self.logMartingale += .log(total)
        for index in self.capital.indices { self.capital[index] /= total }
    }

    private static func bin(_ score: Double) -> Int {
        guard score > 0 else { return 0 }
        return min(Self.bins - 1, Int(min(1, score) * Double(Self.bins)))
    }
}

/// Counts what was seen in bins, and how much of it lies above (Fenwick's tree).
private struct RankCounter {
    private var sums: [Int]
    private var bins: [Int]
    private(set) var count = 0

    init(bins: Int) {
        self.sums = [Int](repeating: 0, count: bins + 1)
        self.bins = [Int](repeating: 0, count: bins)
    }

    mutating func add(_ bin: Int) {
        self.count += 1
        self.bins[bin] += 1
        var index = bin + 1
        while index < self.sums.count {
            self.sums[index] += 1
            index += index & -index
        }
    }

    func ranks(_ bin: Int) -> (above: Int, equal: Int) {
        var (upTo, index) = (0, bin + 1)
        while index > 0 {
            upTo += self.sums[index]
            index -= index & -index
        }
        return (self.count - upTo, self.bins[bin])
    }
}
