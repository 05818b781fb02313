// SPDX-License-Identifier: Apache-2.0

/// What a number must be.
struct NumberRule: Hashable, Sendable {
    /// The least allowed number; nil where there is no bound.
    var low: FixedPoint?
    /// The greatest allowed number; nil where there is no bound.
    var high: FixedPoint?
    /// What the number is a multiple of; nil where it need not be one.
    var step: FixedPoint?
    /// Numbers that are not allowed.
    var excluded: [FixedPoint] = []
    /// Whether whole numbers are not allowed.
    var isFractional = false
    /// Whether a whole number must be written without a fraction, as the type `integer` demands until draft 4.
    var isPlain = false

    /// The numbers of at most eight digits before the point and seven after it.
    static let exactDigits = Self(
        low: FixedPoint(units: 1 - FixedPoint.powers[25]), high: FixedPoint(units: FixedPoint.powers[25] - 1),
        step: FixedPoint(units: FixedPoint.powers[10]))

    /// Whether only the spelling matters.
    var isFree: Bool {
        self.low == nil && self.high == nil && self.excluded.isEmpty && !self.isFractional
            && (self.step == nil || self.step == .one)
    }

    /// Whether only whole numbers are allowed.
    var isWhole: Bool { self.step.map { $0.units % FixedPoint.one.units == 0 } ?? false }

    /// Whether the number may have an exponent.
    var mayScale: Bool { self.step == nil && !self.isFractional && !self.isPlain }

    /// What both rules allow; nil if the multiples cannot be combined within the digits there are.
    func intersection(_ other: Self) -> Self? {
        var both = self
        both.low = [self.low, other.low].compactMap(\.self).max()
        both.high = [self.high, other.high].compactMap(\.self).min()
        both.excluded = Array(Set(self.excluded + other.excluded)).sorted()
        both.isFractional = self.isFractional || other.isFractional
        both.isPlain = self.isPlain || other.isPlain
        if let left = self.step, let right = other.step {
            guard let step = Self.leastCommonMultiple(left, right) else { return nil }
            both.step = step
        } else {
            both.step = self.step ?? other.step
        }
        return both
    }

    /// Whether a number is allowed.
    func allows(_ number: FixedPoint) -> Bool {
        if let low, number < low { return false }
        if let high, number > high { return false }
        if let step, number.units % step.units != 0 { return false }
        if self.isFractional, number.units % FixedPoint.one.units == 0 { return false }
        return !self.excluded.contains(number)
    }

    /// Whether a number of a range is allowed.
    func allowsAny(_ first: FixedPoint, _ last: FixedPoint) -> Bool {
        let low = max(first, self.low ?? first)
        let high = min(last, self.high ?? last)
        guard low <= high else { return false }
        let step = self.step?.units ?? 1
        let remainder = low.units % step
        var candidate = low.units - remainder + (remainder > 0 ? step : 0)
        // Among more candidates than are excluded, one is allowed; whole numbers are never neighbours.
        for _ in 0..<self.excluded.count * 2 + 2 {
            guard candidate <= high.units else { return false }
            if self.allows(FixedPoint(units: candidate)) { return true }
            candidate += step
        }
        return true
    }

    private static func leastCommonMultiple(_ left: FixedPoint, _ right: FixedPoint) -> FixedPoint? {
        var (a, b) = (left.units, right.units)
        while b != 0 { (a, b) = (b, a % b) }
        let (product, overflow) = (left.units / a).multipliedReportingOverflow(by: right.units)
        return overflow || product > FixedPoint.limit.units ? nil : FixedPoint(units: product)
    }
}
