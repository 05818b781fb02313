// SPDX-License-Identifier: Apache-2.0

/// The beginning of a number as it is written, reduced to what matters for its end.
struct NumberPrefix: Hashable, Sendable {
    /// The part of the number that was written last.
    enum Phase: Hashable, Sendable {
        case nothing, sign, whole, point, fraction, exponent, exponentSign, exponentDigits
    }

    var phase = Phase.nothing
    var isNegative = false
    /// The digits before the exponent, without the sign; always zero where only the spelling matters.
    var magnitude: Int128 = 0
    /// How many digits the present part has.
    var digits: Int8 = 0
    /// Whether the whole part is a single zero, after which no digit may follow.
    var isZero = false
    var isExponentNegative = false
    var exponent: Int16 = 0
}

extension NumberPrefix {
    private static let freeDigits: Int8 = 24
    /// What a 64-bit integer holds whatever the digits are.
    private static let wholeDigits: Int8 = 18
    private static let exponentDigits: Int8 = 3
    /// With 24 digits before the point, no double overflows.
    private static let maximumExponent: Int16 = 280

    /// The prefix with one more character; nil if no allowed number begins so.
    func appending(_ byte: UInt8, _ rule: NumberRule) -> Self? {
        var next = self
        switch byte {
        case UInt8(ascii: "-") where self.phase == .nothing:
            next.isNegative = true
            next.phase = .sign
        case UInt8(ascii: "-") where self.phase == .exponent, UInt8(ascii: "+") where self.phase == .exponent:
            next.isExponentNegative = byte == UInt8(ascii: "-")
            next.phase = .exponentSign
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            guard let digit = self.appending(digit: Int128(byte - UInt8(ascii: "0")), rule) else { return nil }
            next = digit
        case UInt8(ascii: ".") where self.phase == .whole && !rule.isPlain:
            next.phase = .point
            next.digits = 0
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            guard self.phase == .whole || self.phase == .fraction, rule.mayScale else { return nil }
            next.phase = .exponent
            next.digits = 0
        default: return nil
        }
        return next.isLive(rule) ? next : nil
    }

    private func appending(digit: Int128, _ rule: NumberRule) -> Self? {
        var next = self
        next.digits = self.phase == .point ? 1 : self.digits + 1
        switch self.phase {
        case .nothing, .sign, .whole:
            let most = !rule.isFree ? Int8(FixedPoint.wholeDigits) : rule.isWhole ? Self.wholeDigits : Self.freeDigits
            guard !self.isZero, self.digits < most else { return nil }
            next.isZero = self.phase != .whole && digit == 0
            next.phase = .whole
            if !rule.isFree { next.magnitude = self.magnitude * 10 + digit * FixedPoint.one.units }
        case .point, .fraction:
            let most = rule.isWhole ? 1 : rule.isFree ? Self.freeDigits : Int8(FixedPoint.fractionDigits)
            guard next.digits <= most, !rule.isWhole || digit == 0 else { return nil }
            next.phase = .fraction
            if !rule.isFree {
                next.magnitude += digit * FixedPoint.powers[FixedPoint.fractionDigits - Int(next.digits)]
            }
        case .exponent, .exponentSign, .exponentDigits:
            guard self.digits < Self.exponentDigits else { return nil }
            next.phase = .exponentDigits
            next.exponent = self.exponent * 10 + Int16(digit)
            guard next.exponent <= Self.maximumExponent else { return nil }
        }
        return next
    }

    /// Whether the number may end here.
    func isComplete(_ rule: NumberRule) -> Bool {
        switch self.phase {
        case .whole, .fraction: rule.isFree || rule.allows(self.signed(self.magnitude))
        case .exponentDigits:
            rule.isFree
                || self.allowed(exponent: self.isExponentNegative ? -Int(self.exponent) : Int(self.exponent), rule)
        default: false
        }
    }

    private func signed(_ units: Int128) -> FixedPoint { FixedPoint(units: self.isNegative ? -units : units) }

    /// Whether an allowed number begins so.
    private func isLive(_ rule: NumberRule) -> Bool {
        guard !rule.isFree else { return true }
        let one = FixedPoint.one.units
        switch self.phase {
        case .nothing:
            return rule.allowsAny(
                FixedPoint(units: -FixedPoint.limit.units + 1), FixedPoint(units: FixedPoint.limit.units - 1))
        case .sign: return self.allowsAny(0, FixedPoint.limit.units - 1, rule)
        case .whole:
            if self.allowsAny(self.magnitude, self.magnitude + one - 1, rule) || self.canScale(rule) { return true }
            guard !self.isZero, self.digits < FixedPoint.wholeDigits else { return false }
            return (1...FixedPoint.wholeDigits - Int(self.digits)).contains { more in
                let power = FixedPoint.powers[more]
                return self.allowsAny(self.magnitude * power, (self.magnitude + one) * power - 1, rule)
            }
        case .point: return self.allowsAny(self.magnitude, self.magnitude + one - 1, rule) || self.canScale(rule)
        case .fraction:
            let rest = FixedPoint.powers[FixedPoint.fractionDigits - Int(self.digits)]
            return self.allowsAny(self.magnitude, self.magnitude + (rule.isWhole ? one : rest) - 1, rule)
                || self.canScale(rule)
        case .exponent, .exponentSign, .exponentDigits: return self.isExponentLive(rule)
        }
    }

    /// Whether an exponent can make the number allowed, as in `1e-05` below 1; a single digit stands before the point then.
    private func canScale(_ rule: NumberRule) -> Bool {
        guard rule.mayScale, self.magnitude > 0, self.magnitude < 10 * FixedPoint.one.units else { return false }
        return (-FixedPoint.fractionDigits...FixedPoint.wholeDigits).contains { self.allowed(exponent: $0, rule) }
    }

    private func allowsAny(_ low: Int128, _ high: Int128, _ rule: NumberRule) -> Bool {
        self.isNegative
            ? rule.allowsAny(self.signed(high), self.signed(low)) : rule.allowsAny(self.signed(low), self.signed(high))
    }

    /// Whether the exponent can end so that the number is allowed; small ones decide, for the others leave the digits there are.
    private func isExponentLive(_ rule: NumberRule) -> Bool {
        (-40...40).contains { exponent in
            guard self.phase == .exponent || exponent == 0 || (exponent < 0) == self.isExponentNegative else {
                return false
            }
            return self.canSpell(abs(exponent)) && self.allowed(exponent: exponent, rule)
        }
    }

    /// Whether the digits of the exponent can go on to be a number, with leading zeros or without.
    private func canSpell(_ exponent: Int) -> Bool {
        var (low, high) = (Int(self.exponent), Int(self.exponent))
        for _ in Int(self.digits)...Int(Self.exponentDigits) {
            if (low...high).contains(exponent), self.digits > 0 || high > 0 { return true }
            (low, high) = (low * 10, high * 10 + 9)
        }
        return false
    }

    private func allowed(exponent: Int, _ rule: NumberRule) -> Bool {
        guard self.magnitude != 0 else { return rule.allows(FixedPoint(units: 0)) }
        guard abs(exponent) < 38 else { return false }
        let power = FixedPoint.powers[abs(exponent)]
        if exponent < 0 { return self.magnitude % power == 0 && rule.allows(self.signed(self.magnitude / power)) }
        let (units, overflow) = self.magnitude.multipliedReportingOverflow(by: power)
        return !overflow && units < FixedPoint.limit.units && rule.allows(self.signed(units))
    }
}
