// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A number as a count of 10⁻¹⁷, exact for up to 20 digits before the point and 17 after it.
struct FixedPoint: Hashable, Comparable, Sendable {
    /// How many times 10⁻¹⁷.
    var units: Int128

    /// Digits after the point.
    static let fractionDigits = 17
    /// Digits before the point.
    static let wholeDigits = 20
    /// One.
    static let one = Self(units: 100_000_000_000_000_000)
    /// More than what can be written.
    static let limit = Self(units: Self.powers[37])
    /// The powers of ten.
    static let powers: [Int128] = (0..<38).reduce(into: []) { powers, _ in
        powers.append((powers.last ?? 0) == 0 ? 1 : powers[powers.count - 1] * 10)
    }

    static func < (left: Self, right: Self) -> Bool { left.units < right.units }

    /// How to treat digits that do not fit.
    enum Rounding { case up, down }

    /// A number of a schema; nil if it is none.
    ///
    /// Numbers beyond ``limit`` become it.
    init?(_ value: JSONValue, rounding: Rounding) {
        switch value {
        case .integer(let whole): self.units = Int128(whole) * Self.one.units
        case .number(let number) where number.isFinite:
            guard let units = Self.parse(number.description, rounding) else { return nil }
            self.units = units
        default: return nil
        }
    }

    /// A number of a schema without rounding; nil if that cannot be.
    init?(exactly value: JSONValue) {
        guard let up = Self(value, rounding: .up), let down = Self(value, rounding: .down), up == down,
            abs(up.units) < Self.limit.units
        else { return nil }
        self = up
    }

    /// The nearest number beyond a bound that is still another one when it is read as a double.
    ///
    /// - Parameter rounding: Up for the least number above the bound, down for the greatest one below it.
    static func beyond(_ bound: JSONValue, rounding: Rounding) -> Self? {
        guard let exact = Self(bound, rounding: rounding), let double = bound.numberValue else { return nil }
        guard let next = Self(.number(rounding == .up ? double.nextUp : double.nextDown), rounding: rounding) else {
            return nil
        }
        return rounding == .up ? max(next, Self(units: exact.units + 1)) : min(next, Self(units: exact.units - 1))
    }

    /// A number from its units.
    init(units: Int128) { self.units = units }

    /// Reads what `Double.description` writes.
    private static func parse(_ text: String, _ rounding: Rounding) -> Int128? {
        let parts = text.lowercased().split(separator: "e")
        guard let mantissa = parts.first, let exponent = parts.count > 1 ? Int(parts[1]) : 0 else { return nil }
        let isNegative = mantissa.hasPrefix("-")
        let digits = mantissa.filter(\.isNumber)
        let point =
            mantissa.firstIndex(of: ".").map {
                mantissa.distance(from: mantissa.index(after: $0), to: mantissa.endIndex)
            } ?? 0
        guard let whole = Int128(digits) else { return nil }
        let shift = exponent - point + Self.fractionDigits
        var units: Int128
        if whole == 0 {
            units = 0
        } else if shift >= 0 {
            let (product, overflow) = shift < 38 ? whole.multipliedReportingOverflow(by: Self.powers[shift]) : (0, true)
            units = overflow ? Self.limit.units : min(product, Self.limit.units)
            if isNegative { units = -units }
        } else {
            let divisor = -shift < 38 ? Self.powers[-shift] : nil
            units = divisor.map { whole / $0 } ?? 0
            let isExact = divisor.map { whole % $0 == 0 } ?? false
            if isNegative { units = -units }
            if !isExact, rounding == .up, !isNegative { units += 1 }
            if !isExact, rounding == .down, isNegative { units -= 1 }
        }
        return units
    }
}
